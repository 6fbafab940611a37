package model

import (
	"context"
	"fmt"
	"slices"
)

// RepNames says what reps are called, by their ids: by their userid where WeCom
// has told no name. Whoever is not kept, such as 0, is left out.
func (d *DB) RepNames(ctx context.Context, ids []int64) (map[int64]string, error) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	var rows []Rep
	if err := d.Read(ctx).Select("id", "name", "userid").Find(&rows, "id IN ?", slices.Compact(ids)).Error; err != nil {
		return nil, fmt.Errorf("load names of reps: %w", err)
	}
	names := make(map[int64]string, len(rows))
	for _, r := range rows {
		if names[r.ID] = r.Name; r.Name == "" {
			names[r.ID] = r.UserID
		}
	}
	return names, nil
}
