package report

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"sixtouch/model"
)

// stepOf is a step of a programme.
type stepOf struct {
	sop int64
	key string
}

// stepNames are what the running versions of the programmes call their steps;
// a step that is no longer in them has no name.
func (s *Service) stepNames(ctx context.Context, sops []int64) (map[stepOf]string, error) {
	slices.Sort(sops)
	sops = slices.DeleteFunc(slices.Compact(sops), func(id int64) bool { return id == 0 })
	names := map[stepOf]string{}
	if len(sops) == 0 {
		return names, nil
	}
	var versions []model.SOPVersion
	err := s.db.Read(ctx).Select("sop_versions.id, sop_versions.sop_id, sop_versions.definition").
		Joins("JOIN sops ON sops.version_id = sop_versions.id").Find(&versions, "sops.id IN ?", sops).Error
	if err != nil {
		return nil, fmt.Errorf("load steps of programmes: %w", err)
	}
	for _, v := range versions {
		var d struct {
			Steps []struct{ Key, Name string }
		}
		if err := json.Unmarshal(v.Definition.V, &d); err != nil {
			return nil, fmt.Errorf("read step names of SOP version %d: %w", v.ID, err)
		}
		for _, step := range d.Steps {
			names[stepOf{v.SOPID, step.Key}] = step.Name
		}
	}
	return names, nil
}
