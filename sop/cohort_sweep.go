package sop

import (
	"context"
	"fmt"
	"time"

	"sixtouch/model"
)

// lookEvery is how often a cohort is asked whether it has finished, lookPage how
// many are asked at once.
const (
	lookEvery = time.Hour
	lookPage  = 100
)

// unfinished is the condition that somebody of a cohort may still be shown
// something by its tag.
const unfinished = `EXISTS (SELECT 1 FROM cohort_members m JOIN enrollments en ON en.id = m.enrollment_id
	WHERE m.cohort_tag_id = cohort_tags.id AND (en.state IN ?
	OR EXISTS (SELECT 1 FROM touches t WHERE t.enrollment_id = en.id AND t.channel = ? AND t.state IN ?)))`

// DropCohorts deletes the tags of cohorts that have finished, all with one call.
// Each cohort is looked at once an hour.
func (e *Engine) DropCohorts(ctx context.Context) error {
	for _, name := range e.Channels.Names() {
		tagger, ok := e.Channels[name].(Tagger)
		if !ok {
			continue
		}
		tags, err := e.finishedCohorts(ctx, name)
		if err != nil || len(tags) == 0 {
			return err
		}
		var ids []int64
		var wecomIDs []string
		for _, t := range tags {
			if ids = append(ids, t.ID); t.WeComID != "" {
				wecomIDs = append(wecomIDs, t.WeComID)
			}
		}
		if len(wecomIDs) > 0 {
			if err := tagger.DropTags(ctx, wecomIDs); err != nil {
				return fmt.Errorf("delete tags of finished cohorts: %w", err)
			}
		}
		if err := e.DB.InTx(ctx, func(ctx context.Context) error { return e.forgetCohorts(ctx, ids) }); err != nil {
			return err
		}
	}
	return nil
}

// finishedCohorts takes the turn of the cohorts that are to be looked at and
// returns those that have finished.
func (e *Engine) finishedCohorts(ctx context.Context, channel string) ([]model.CohortTag, error) {
	now := e.DB.Now(ctx)
	var due []int64
	err := e.DB.Conn(ctx).Model(&model.CohortTag{}).Where("deleted_at IS NULL AND look_at <= ?", now).
		Order("look_at").Limit(lookPage).Pluck("id", &due).Error
	if err != nil || len(due) == 0 {
		return nil, wrap("find cohorts to look at", err)
	}
	err = e.DB.Conn(ctx).Model(&model.CohortTag{}).Where("id IN ? AND look_at <= ?", due, now).UpdateColumn("look_at", now.Add(lookEvery)).Error
	if err != nil {
		return nil, fmt.Errorf("take turn of cohorts: %w", err)
	}
	var tags []model.CohortTag
	err = e.DB.Conn(ctx).Where("id IN ? AND deleted_at IS NULL", due).Where("NOT "+unfinished,
		[]model.EnrollmentState{model.EnrollmentActive, model.EnrollmentPaused, model.EnrollmentParked}, channel,
		[]model.TouchState{model.TouchPlanned, model.TouchDispatched, model.TouchAccepted}).Find(&tags).Error
	return tags, wrap("find finished cohorts", err)
}

func (e *Engine) forgetCohorts(ctx context.Context, ids []int64) error {
	now := e.DB.Now(ctx)
	err := e.DB.Conn(ctx).Model(&model.CohortTag{}).Where("id IN ?", ids).Updates(map[string]any{"deleted_at": now, "updated_at": now}).Error
	if err != nil {
		return fmt.Errorf("forget finished cohorts: %w", err)
	}
	return wrap("forget members of finished cohorts", e.DB.Conn(ctx).Delete(&model.CohortMember{}, "cohort_tag_id IN ?", ids).Error)
}

// TagBudget is how much of the corp's tag library is used.
type TagBudget struct {
	Limit   int // WeCom's
	Used    int // all tags that exist, cohorts' included
	Cohorts int // the engine's own
}

// TagBudget counts the corp's tags against WeCom's limit.
func (e *Engine) TagBudget(ctx context.Context) (TagBudget, error) {
	var corp, cohorts int64
	if err := e.DB.Read(ctx).Model(&model.Tag{}).Where("deleted_at IS NULL").Count(&corp).Error; err != nil {
		return TagBudget{}, fmt.Errorf("count tags: %w", err)
	}
	if err := e.DB.Read(ctx).Model(&model.CohortTag{}).Where("deleted_at IS NULL").Count(&cohorts).Error; err != nil {
		return TagBudget{}, fmt.Errorf("count cohort tags: %w", err)
	}
	return TagBudget{Limit: corpTags, Used: int(corp + cohorts), Cohorts: int(cohorts)}, nil
}

// Cohort is a live tag of the engine's own with the number of those who wear it.
type Cohort struct {
	model.CohortTag
	SOPName string
	Members int
}

// Cohorts lists the engine's own tags, the latest first.
func (e *Engine) Cohorts(ctx context.Context, page model.Page) ([]Cohort, error) {
	q := e.DB.Read(ctx).Model(&model.CohortTag{}).
		Select("cohort_tags.*, COALESCE(sops.name, '') AS sop_name, (SELECT COUNT(*) FROM cohort_members m WHERE m.cohort_tag_id = cohort_tags.id) AS members").
		Joins("LEFT JOIN sops ON sops.id = cohort_tags.sop_id").
		Where("cohort_tags.deleted_at IS NULL").Order("cohort_tags.id DESC").Limit(page.Size())
	if page.After > 0 {
		q = q.Where("cohort_tags.id < ?", page.After)
	}
	rows := []Cohort{}
	return rows, wrap("list cohorts", q.Scan(&rows).Error)
}
