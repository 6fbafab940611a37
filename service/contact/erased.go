package contact

import (
	"context"
	"fmt"

	"sixtouch/model"
)

// beginsAnew tells whether a fact shows that a person whose data were erased has
// added a rep since. Being handed over is no doing of theirs.
func beginsAnew(c model.Contact, f Facts) bool {
	if c.ErasedAt == nil || f.Follow != nil && f.Follow.AddWay == addWayAssigned {
		return false
	}
	return f.Added && f.At.After(*c.ErasedAt) || f.Follow != nil && f.Follow.AddedAt.After(*c.ErasedAt)
}

// forgetful is f without what it says about the person.
func forgetful(f Facts) Facts {
	f.Profile = nil
	if f.Follow != nil {
		w := *f.Follow
		w.Remark, w.Description, w.RemarkCompany, w.RemarkMobiles, w.PersonalTags = "", "", "", nil, nil
		f.Follow = &w
	}
	return f
}

// startAfresh lets a person in again who has added a rep after the erasing.
// Nobody has asked them yet whether they may be written to.
func (s *Service) startAfresh(ctx context.Context, c *model.Contact) error {
	c.ErasedAt, c.Consent = nil, ""
	err := s.db.Conn(ctx).Model(&model.Contact{}).Where("id = ?", c.ID).Updates(map[string]any{"erased_at": nil, "consent": ""}).Error
	if err != nil {
		return fmt.Errorf("let erased contact %d begin anew: %w", c.ID, err)
	}
	return nil
}
