package report

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"sixtouch/model"
)

// dueDays is how far the list of programmes looks ahead.
const dueDays = 7

// ProgrammeFilter narrows the list of programmes down; zero values mean all.
type ProgrammeFilter struct {
	State model.SOPState
	Query string // a part of the name
}

// ProgrammeLine is a programme in the list that people look at.
type ProgrammeLine struct {
	ProgrammeRow
	Number     int             // of the version that runs; 0 before the first
	Definition json.RawMessage // the version's, or else the draft
	// Due is how many people's next step is due on each of the next days, today
	// first; what is overdue counts for today.
	Due   [dueDays]int
	DueTo string // YYYY-MM-DD, the last of them
	// Waiting touches are with a rep to be sent, Failed ones could not be.
	Waiting, Failed int
}

// ProgrammeLines lists programmes, the newest first, in a fixed number of
// queries. In a scope they are all listed, and counts are of the people whom it
// shows.
func (s *Service) ProgrammeLines(ctx context.Context, f ProgrammeFilter, page model.Page) ([]ProgrammeLine, error) {
	q := s.db.Read(ctx).Model(&model.SOP{}).Order("id DESC").Limit(page.Size())
	if page.After > 0 {
		q = q.Where("id < ?", page.After)
	}
	if f.State != "" {
		q = q.Where("state = ?", f.State)
	}
	if f.Query != "" {
		escape := strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")
		q = q.Where("name LIKE ? ESCAPE '!'", "%"+escape.Replace(f.Query)+"%")
	}
	var sops []model.SOP
	if err := q.Find(&sops).Error; err != nil {
		return nil, fmt.Errorf("list SOPs: %w", err)
	}
	rows, err := s.withEnrollments(ctx, sops)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	lines, at := make([]ProgrammeLine, len(rows)), map[int64]*ProgrammeLine{}
	ids, versions := make([]int64, len(rows)), make([]int64, len(rows))
	for i, r := range rows {
		lines[i] = ProgrammeLine{ProgrammeRow: r, Definition: r.Draft.V}
		at[r.ID], ids[i], versions[i] = &lines[i], r.ID, r.VersionID
	}
	for _, add := range []func(context.Context, []int64, map[int64]*ProgrammeLine) error{s.addDue, s.addOpen} {
		if err := add(ctx, ids, at); err != nil {
			return nil, err
		}
	}
	var running []model.SOPVersion
	if err := s.db.Read(ctx).Find(&running, "id IN ?", versions).Error; err != nil {
		return nil, fmt.Errorf("load running versions: %w", err)
	}
	for _, v := range running {
		at[v.SOPID].Number, at[v.SOPID].Definition = v.Number, v.Definition.V
	}
	return lines, nil
}

// addDue counts by the planner's index, so that it costs what is due.
func (s *Service) addDue(ctx context.Context, ids []int64, at map[int64]*ProgrammeLine) error {
	year, month, day := s.db.Now(ctx).In(s.zone).Date()
	ends := [dueDays]any{}
	for i := range ends {
		ends[i] = model.Instant(time.Date(year, month, day+1+i, 0, 0, 0, 0, s.zone))
	}
	shards := make([]int, model.EnrollmentShards)
	for i := range shards {
		shards[i] = i
	}
	which := "CASE" + strings.Repeat(" WHEN next_due_at < ? THEN %d", dueDays) + " END AS day"
	numbers := [dueDays]any{}
	for i := range numbers {
		numbers[i] = i
	}
	var found []struct {
		SOPID int64
		Day   int
		Count int
	}
	q := s.db.Read(ctx).Model(&model.Enrollment{}).Select("sop_id, COUNT(*) AS count, "+fmt.Sprintf(which, numbers[:]...), ends[:]...).
		Where("shard IN ? AND next_due_at < ? AND state = ? AND sop_id IN ?", shards, ends[dueDays-1], model.EnrollmentActive, ids).
		Group("sop_id, day")
	if err := model.ScopeOf(ctx).OfWho(q, "enrollments.contact_id").Scan(&found).Error; err != nil {
		return fmt.Errorf("count what is due of SOPs: %w", err)
	}
	last := time.Date(year, month, day+dueDays-1, 0, 0, 0, 0, s.zone).Format(time.DateOnly)
	for _, line := range at {
		line.DueTo = last
	}
	for _, f := range found {
		at[f.SOPID].Due[f.Day] = f.Count
	}
	return nil
}

func (s *Service) addOpen(ctx context.Context, ids []int64, at map[int64]*ProgrammeLine) error {
	var found []struct {
		SOPID int64
		State model.TouchState
		Count int
	}
	q := s.db.Read(ctx).Model(&model.Touch{}).Select("sop_id, state, COUNT(*) AS count").
		Where("state IN ? AND sop_id IN ?", []model.TouchState{model.TouchAccepted, model.TouchFailed}, ids).
		Group("sop_id, state")
	if err := model.ScopeOf(ctx).OfWho(q, "touches.contact_id").Scan(&found).Error; err != nil {
		return fmt.Errorf("count what waits and failed of SOPs: %w", err)
	}
	for _, f := range found {
		if f.State == model.TouchFailed {
			at[f.SOPID].Failed = f.Count
		} else {
			at[f.SOPID].Waiting = f.Count
		}
	}
	return nil
}
