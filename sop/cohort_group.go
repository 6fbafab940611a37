package sop

import (
	"context"
	"fmt"
	"slices"
	"time"

	"sixtouch/model"
)

// reasonGather says that a touch waits for the others of its cohort.
const reasonGather = "gather"

// acrossReps makes one group of those that differ in nothing but the rep, for
// channels whose dispatch is for several reps.
func (c Channels) acrossReps(groups []group) []group {
	var out []group
	for _, g := range groups {
		if channel, ok := c[g.Channel]; ok && channel.Info().Cohort {
			g.RepID = 0
		}
		if !slices.Contains(out, g) {
			out = append(out, g)
		}
	}
	return out
}

// wholeReps leaves the last rep of a full page, sorted by rep, for the next one:
// two moments of one rep with one tag would show everybody both.
func wholeReps(touches []model.Touch) []model.Touch {
	last := touches[len(touches)-1].RepID
	i := slices.IndexFunc(touches, func(t model.Touch) bool { return t.RepID == last })
	if i == 0 {
		return touches
	}
	return touches[:i]
}

// gathered has a free touch wait until those of its cohort that are due with it
// have been planned too.
func (p passage) gathered(t model.Touch, info ChannelInfo, now time.Time) passage {
	if ready := t.DueAt.Add(info.Gather); p.free() && info.Gather > 0 && ready.After(now) {
		return passage{until: ready, wait: reasonGather}
	}
	return p
}

// cohorts tells each touch's cohort: the local day on which its enrollment
// began.
func (e *Engine) cohorts(ctx context.Context, touches []model.Touch, versions map[int64]*Version) (map[int64]string, error) {
	var ids []int64
	for _, t := range touches {
		if t.EnrollmentID != nil {
			ids = append(ids, *t.EnrollmentID)
		}
	}
	anchors := map[int64]time.Time{}
	for part := range slices.Chunk(ids, chunk) {
		var list []model.Enrollment
		if err := e.DB.Conn(ctx).Select("id", "anchor_at").Find(&list, "id IN ?", part).Error; err != nil {
			return nil, fmt.Errorf("load anchors: %w", err)
		}
		for _, en := range list {
			anchors[en.ID] = en.AnchorAt
		}
	}
	out := map[int64]string{}
	for _, t := range touches {
		if t.EnrollmentID != nil {
			out[t.ID] = localDay(anchors[*t.EnrollmentID], versions[t.VersionID].window.zone)
		}
	}
	return out, nil
}
