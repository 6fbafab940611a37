package scoring

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"sixtouch/model"
)

// jobPage is how many contacts one transaction of a job looks at.
const jobPage = 200

// Try begins a back-test of rules; what it finds is in the job's result.
func (s *Service) Try(ctx context.Context, rulesID int64, by string) (model.ScoreJob, error) {
	if _, err := s.Version(ctx, rulesID); err != nil {
		return model.ScoreJob{}, err
	}
	var job model.ScoreJob
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		var err error
		job, err = s.begin(ctx, model.ScoreJobBacktest, rulesID, by)
		return err
	})
	return job, err
}

// begin queues a job over the contacts there are now. An older one of the same
// kind and rules gives way.
func (s *Service) begin(ctx context.Context, kind string, rulesID int64, by string) (model.ScoreJob, error) {
	now := s.DB.Now(ctx)
	job := model.ScoreJob{Kind: kind, RulesID: rulesID, State: model.JobQueued, Result: model.AsJSON(json.RawMessage("{}")), CreatedBy: by}
	old := s.DB.Conn(ctx).Model(&model.ScoreJob{}).Where("kind = ? AND state IN ?", kind, []model.JobState{model.JobQueued, model.JobRunning})
	if kind == model.ScoreJobBacktest {
		old = old.Where("rules_id = ?", rulesID)
	}
	if err := old.Updates(map[string]any{"state": model.JobCancelled, "finished_at": now}).Error; err != nil {
		return job, fmt.Errorf("end older score jobs: %w", err)
	}
	err := s.DB.Conn(ctx).Model(&model.Contact{}).Select("COALESCE(MAX(id), 0)").Scan(&job.UntilID).Error
	if err != nil {
		return job, fmt.Errorf("find the last contact: %w", err)
	}
	return job, wrap("begin a score job", s.DB.Conn(ctx).Create(&job).Error)
}

// Job returns a job; model.ErrNotFound if there is none.
func (s *Service) Job(ctx context.Context, id int64) (model.ScoreJob, error) {
	var job model.ScoreJob
	err := s.DB.Read(ctx).Take(&job, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return job, model.NotFound("score job")
	}
	return job, wrap("load a score job", err)
}

// work does one page of the oldest job there is and tells whether more waits. A
// page's place and result are stored in the transaction that did it, on a row
// that every replica writes, so each page counts once.
func (s *Service) work(ctx context.Context) (again bool, err error) {
	var next model.ScoreJob
	err = s.DB.Read(ctx).Where("state IN ?", []model.JobState{model.JobQueued, model.JobRunning}).Order("id").Take(&next).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look for a score job: %w", err)
	}
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		var job model.ScoreJob
		err := s.DB.Conn(ctx).Clauses(forUpdate()).Take(&job, next.ID).Error
		if err != nil {
			return fmt.Errorf("lock score job %d: %w", next.ID, err)
		}
		if job.State == model.JobDone || job.State == model.JobCancelled {
			return nil
		}
		return s.step(ctx, &job)
	})
	return true, err
}

func (s *Service) step(ctx context.Context, job *model.ScoreJob) error {
	var list []model.Contact
	q := s.DB.Conn(ctx).Select(contactColumns()).Where("id > ? AND id <= ?", job.AfterID, job.UntilID).Order("id").Limit(jobPage)
	if job.Kind == model.ScoreJobRescore {
		q = q.Clauses(forUpdate())
	}
	if err := q.Find(&list).Error; err != nil {
		return fmt.Errorf("load contacts of score job %d: %w", job.ID, err)
	}
	if len(list) > 0 {
		do := s.rescorePage
		if job.Kind == model.ScoreJobBacktest {
			do = s.backtestPage
		}
		if err := do(ctx, job, list); err != nil {
			return err
		}
		job.AfterID, job.Done, job.State = list[len(list)-1].ID, job.Done+int64(len(list)), model.JobRunning
	}
	if len(list) < jobPage {
		now := s.DB.Now(ctx)
		job.State, job.FinishedAt = model.JobDone, &now
	}
	return wrap("move a score job on", s.DB.Conn(ctx).Save(job).Error)
}

func (s *Service) rescorePage(ctx context.Context, _ *model.ScoreJob, list []model.Contact) error {
	b, err := s.book(ctx)
	if err != nil {
		return err
	}
	if err := s.renew(ctx, b, list); err != nil {
		return err
	}
	seen, ids := map[int64]bool{}, []int64(nil)
	for _, c := range list {
		if c.AccountID != nil && !seen[*c.AccountID] {
			seen[*c.AccountID], ids = true, append(ids, *c.AccountID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	err = s.DB.Conn(ctx).Model(&model.Account{}).Where("id IN ?", ids).UpdateColumn("rescore_at", s.DB.Now(ctx)).Error
	return wrap("have accounts scored", err)
}
