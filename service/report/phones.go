package report

import (
	"context"
	"fmt"
	"slices"

	"sixtouch/model"
)

// maxKnown bounds how many ids one statement carries.
const maxKnown = 500

// Known is what we call somebody whom WeCom names by external_userid.
type Known struct {
	ID             int64
	ExternalUserID string `gorm:"column:external_userid"`
	Name           string
}

// KnownContacts finds contacts by their external_userid. Ids that we have not
// heard of are absent.
func (s *Service) KnownContacts(ctx context.Context, externalUserIDs []string) (map[string]Known, error) {
	slices.Sort(externalUserIDs)
	out := map[string]Known{}
	for ids := range slices.Chunk(slices.Compact(externalUserIDs), maxKnown) {
		var rows []Known
		if err := s.db.Read(ctx).Model(&model.Contact{}).Select("id, external_userid, name").Where("external_userid IN ?", ids).Scan(&rows).Error; err != nil {
			return nil, fmt.Errorf("find contacts by external_userid: %w", err)
		}
		for _, r := range rows {
			out[r.ExternalUserID] = r
		}
	}
	return out, nil
}
