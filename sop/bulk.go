package sop

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/service/audience"
)

// Whom a bulk enrollment lets in.
const (
	SourceContacts = "contacts" // listed by id
	SourceAudience = "audience" // a saved audience, as it is now
	SourceFilter   = "filter"   // a filter given with the job
	SourceMatching = "matching" // whoever passes the programme's own entry filter
)

// What they count from.
const (
	AnchorNow     = "now"      // the instant at which they come in
	AnchorAddedAt = "added_at" // when their relationship began: they come in at day N
)

const (
	// maxBulk bounds the contacts that one job is given by id.
	maxBulk = 100_000
	// bulkPage is how many contacts one transaction lets in.
	bulkPage = 500
	// bulkPages bounds the pages between two looks whether to stop.
	bulkPages = 20
	// bulkLease is how long a worker may be silent before another takes over.
	bulkLease = time.Minute
)

// Bulk asks for a bulk enrollment. Exactly the part that Source names is given.
type Bulk struct {
	Source     string
	ContactIDs []int64
	AudienceID int64
	Filter     audience.Filter
	Anchor     string // AnchorNow when empty
	// DryRun counts what would happen and lets nobody in: the numbers to show
	// before the job itself. It works for drafts too.
	DryRun bool
	By     string // who asks
}

func (b Bulk) check() error {
	f := faults{}
	if !slices.Contains([]string{SourceContacts, SourceAudience, SourceFilter, SourceMatching}, b.Source) {
		f.add("source", "must be contacts, audience, filter or matching")
	}
	if b.Anchor != AnchorNow && b.Anchor != AnchorAddedAt {
		f.add("anchor", "must be now or added_at")
	}
	for _, part := range []struct {
		source, field string
		given         bool
	}{
		{SourceContacts, "contact_ids", len(b.ContactIDs) > 0},
		{SourceAudience, "audience_id", b.AudienceID != 0},
		{SourceFilter, "filter", !b.Filter.Everybody()},
	} {
		switch {
		case part.given && part.source != b.Source:
			f.add(part.field, "does not belong to this source")
		case !part.given && part.source == b.Source:
			f.add(part.field, "is missing")
		}
	}
	if len(b.ContactIDs) > maxBulk {
		f.add("contact_ids", "lists more than %d contacts", maxBulk)
	}
	if len(f) == 0 {
		return nil
	}
	return &model.Error{Code: model.CodeInvalid, Message: "the job has faults", Fields: f}
}

// EnrollBulk makes a job that lets many contacts in, in the background. The
// re-entry policy holds for it as for everybody.
func (e *Engine) EnrollBulk(ctx context.Context, sopID int64, b Bulk) (model.EnrollmentJob, error) {
	if b.Anchor == "" {
		b.Anchor = AnchorNow
	}
	if err := b.check(); err != nil {
		return model.EnrollmentJob{}, err
	}
	var job model.EnrollmentJob
	err := e.DB.InTx(ctx, func(ctx context.Context) error {
		s, err := e.lockSOP(ctx, sopID)
		if err != nil {
			return err
		}
		if s.State == model.SOPArchived || s.State == model.SOPDraft && !b.DryRun {
			return model.Conflict("only a published SOP takes people in")
		}
		v, err := e.versionOf(ctx, s)
		if err != nil {
			return err
		}
		if err := v.demands(false); err != nil {
			return err
		}
		now := e.DB.Now(ctx)
		job = model.EnrollmentJob{
			SOPID: sopID, Source: b.Source, AudienceID: b.AudienceID, Anchor: b.Anchor, DryRun: b.DryRun, State: model.JobQueued,
			Page: bulkPage, LeaseUntil: now, CreatedBy: b.By, CreatedAt: now, UpdatedAt: now,
		}
		return e.storeJob(ctx, s, b, &job)
	})
	if err != nil {
		return job, fmt.Errorf("enroll in bulk in SOP %d: %w", sopID, err)
	}
	e.Wake()
	return job, nil
}

// storeJob freezes whom the job means, and counts them.
func (e *Engine) storeJob(ctx context.Context, s model.SOP, b Bulk, job *model.EnrollmentJob) error {
	if b.Source == SourceContacts {
		return e.storeContacts(ctx, b, job)
	}
	f := b.Filter
	var err error
	switch b.Source {
	case SourceAudience:
		var saved model.Audience
		if saved, err = e.savedAudience(ctx, b.AudienceID); err == nil {
			f, err = audience.Parse(saved.Filter.V)
		}
	case SourceMatching:
		var v *Version
		if v, err = e.versionOf(ctx, s); err == nil {
			f = v.Filter
		}
	}
	if err != nil {
		return err
	}
	doc, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("write the filter: %w", err)
	}
	job.Filter = model.AsJSON[json.RawMessage](doc)
	where, args := f.Among(e.DB.Now(ctx).In(e.Config.Zone))
	var total int64
	if err := e.DB.Conn(ctx).Table("contacts c").Where(where, args...).Count(&total).Error; err != nil {
		return fmt.Errorf("count whom the job means: %w", err)
	}
	job.Total = int(total)
	return wrap("store the job", e.DB.Conn(ctx).Create(job).Error)
}

func (e *Engine) storeContacts(ctx context.Context, b Bulk, job *model.EnrollmentJob) error {
	ids := slices.Compact(slices.Sorted(slices.Values(b.ContactIDs)))
	job.Total, job.Filter = len(ids), model.AsJSON(json.RawMessage("null"))
	if err := e.DB.Conn(ctx).Create(job).Error; err != nil {
		return fmt.Errorf("store the job: %w", err)
	}
	rows := make([]model.EnrollmentJobContact, len(ids))
	for i, id := range ids {
		rows[i] = model.EnrollmentJobContact{JobID: job.ID, ContactID: id}
	}
	return wrap("store the job's contacts", e.DB.Conn(ctx).CreateInBatches(rows, 2*chunk).Error)
}

// versionOf is what people enter: the running version, or the draft of what
// was never published.
func (e *Engine) versionOf(ctx context.Context, s model.SOP) (*Version, error) {
	if s.VersionID != 0 {
		return e.version(ctx, s.VersionID)
	}
	v, err := e.compile(model.SOPVersion{SOPID: s.ID, Definition: s.Draft})
	if err != nil {
		return nil, err
	}
	return e.current(ctx, v)
}

// Job returns a bulk enrollment; model.ErrNotFound if there is none.
func (e *Engine) Job(ctx context.Context, id int64) (model.EnrollmentJob, error) {
	var job model.EnrollmentJob
	err := e.DB.Read(ctx).Take(&job, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return job, model.NotFound("enrollment job")
	}
	return job, wrap(fmt.Sprintf("load enrollment job %d", id), err)
}

// Jobs lists the bulk enrollments of an SOP, the newest first.
func (e *Engine) Jobs(ctx context.Context, sopID int64, page model.Page) ([]model.EnrollmentJob, error) {
	if _, err := e.sop(ctx, sopID); err != nil {
		return nil, err
	}
	q := e.DB.Read(ctx).Where("sop_id = ?", sopID).Order("id DESC").Limit(page.Size())
	if page.After > 0 {
		q = q.Where("id < ?", page.After)
	}
	var list []model.EnrollmentJob
	return list, wrap("list enrollment jobs", q.Find(&list).Error)
}

// CancelJob stops a bulk enrollment; whoever is in stays in. Cancelling one
// that is over is a conflict.
func (e *Engine) CancelJob(ctx context.Context, id int64) error {
	now := e.DB.Now(ctx)
	res := e.DB.Conn(ctx).Model(&model.EnrollmentJob{}).
		Where("id = ? AND state IN ?", id, []model.JobState{model.JobQueued, model.JobRunning}).
		Updates(map[string]any{"state": model.JobCancelled, "lease_token": "", "finished_at": now, "updated_at": now})
	if res.Error != nil {
		return fmt.Errorf("cancel enrollment job %d: %w", id, res.Error)
	}
	job, err := e.Job(ctx, id)
	if err != nil {
		return err
	}
	if res.RowsAffected > 0 {
		job.AfterID = math.MaxInt64
		return e.forget(ctx, job)
	}
	return model.Conflict(fmt.Sprintf("the job is %s already", job.State))
}

// errFenced says that a job has been taken over, or cancelled.
var errFenced = errors.New("the job is no longer ours")

// RunJobs works off bulk enrollments, one after the other, and tells whether
// another waits. A job is claimed by compare-and-swap; its place and its numbers
// move in the transaction that lets a page of people in, so that a worker that
// dies loses nothing and one that was taken over doubles nothing.
func (e *Engine) RunJobs(ctx context.Context) (again bool, err error) {
	job, ok, err := e.claimJob(ctx)
	if err != nil || !ok {
		return false, err
	}
	for range bulkPages {
		done, err := e.fillPage(ctx, job)
		switch {
		case errors.Is(err, errFenced):
			return true, nil
		case err != nil:
			return false, fmt.Errorf("enrollment job %d: %w", job.ID, err)
		case done:
			return true, nil
		}
	}
	err = e.inJob(ctx, job, func(ctx context.Context, job *model.EnrollmentJob) error {
		job.LeaseUntil = e.DB.Now(ctx)
		return nil
	})
	if errors.Is(err, errFenced) {
		err = nil
	}
	return true, wrap("let go of the job", err)
}

func (e *Engine) claimJob(ctx context.Context) (model.EnrollmentJob, bool, error) {
	now := e.DB.Now(ctx)
	var list []model.EnrollmentJob
	err := e.DB.Conn(ctx).Where("state IN ? AND lease_until <= ?", []model.JobState{model.JobQueued, model.JobRunning}, now).
		Order("id").Limit(1).Find(&list).Error
	if err != nil || len(list) == 0 {
		return model.EnrollmentJob{}, false, wrap("look for enrollment jobs", err)
	}
	job := list[0]
	token := rand.Text()
	res := e.DB.Conn(ctx).Model(&model.EnrollmentJob{}).
		Where("id = ? AND state = ? AND lease_token = ? AND lease_until <= ?", job.ID, job.State, job.LeaseToken, now).
		Updates(map[string]any{"state": model.JobRunning, "lease_token": token, "lease_until": now.Add(bulkLease), "updated_at": now})
	job.LeaseToken = token
	return job, res.Error == nil && res.RowsAffected == 1, wrap("claim enrollment job", res.Error)
}

// fillPage lets the next page in. A page that fails is tried again with half as
// many, until the culprit is alone and counted as failed.
func (e *Engine) fillPage(ctx context.Context, claimed model.EnrollmentJob) (done bool, err error) {
	err = e.inJob(ctx, claimed, func(ctx context.Context, job *model.EnrollmentJob) error {
		s, err := e.sop(ctx, job.SOPID)
		if err != nil {
			return err
		}
		now := e.DB.Now(ctx)
		if done = s.State == model.SOPArchived; done {
			job.State, job.LeaseToken, job.LastError, job.FinishedAt = model.JobCancelled, "", reasonClosed, &now
			return nil
		}
		ids, err := e.nextContacts(ctx, *job)
		if err != nil {
			return err
		}
		if len(ids) > 0 {
			if err := e.fill(ctx, s, job, ids); err != nil {
				return err
			}
			job.AfterID = ids[len(ids)-1]
			if err := e.forget(ctx, *job); err != nil {
				return err
			}
		}
		if done = len(ids) < job.Page; done {
			job.State, job.LeaseToken, job.FinishedAt = model.JobDone, "", &now
		}
		job.Page = min(bulkPage, 2*job.Page)
		return nil
	})
	if err == nil || errors.Is(err, errFenced) || ctx.Err() != nil || model.Transient(err) || model.CodeOf(e.DB.Ping(ctx)) == model.CodeUnavailable {
		return done, err
	}
	e.Logger.WarnContext(ctx, "page of a bulk enrollment failed", "job", claimed.ID, "error", err)
	return false, e.inJob(ctx, claimed, func(ctx context.Context, job *model.EnrollmentJob) error {
		job.LastError = err.Error()
		if job.Page > 1 {
			job.Page /= 2
			return nil
		}
		ids, err := e.nextContacts(ctx, *job)
		if err != nil || len(ids) == 0 {
			return err
		}
		job.Failed, job.AfterID = job.Failed+1, ids[0]
		return nil
	})
}

// inJob changes a job that is still ours, and renews the lease.
func (e *Engine) inJob(ctx context.Context, claimed model.EnrollmentJob, change func(ctx context.Context, job *model.EnrollmentJob) error) error {
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		var job model.EnrollmentJob
		if err := e.DB.Conn(ctx).Clauses(forUpdate()).Take(&job, claimed.ID).Error; err != nil {
			return fmt.Errorf("lock the job: %w", err)
		}
		now := e.DB.Now(ctx)
		if job.State != model.JobRunning || job.LeaseToken != claimed.LeaseToken || !now.Before(job.LeaseUntil) {
			return errFenced
		}
		job.LeaseUntil, job.UpdatedAt = now.Add(bulkLease), now
		if err := change(ctx, &job); err != nil {
			return err
		}
		return wrap("move the job on", e.DB.Conn(ctx).Save(&job).Error)
	})
}

// nextContacts lists the next page of the job's contacts.
func (e *Engine) nextContacts(ctx context.Context, job model.EnrollmentJob) ([]int64, error) {
	var ids []int64
	q := e.DB.Conn(ctx).Limit(job.Page)
	if job.Source == SourceContacts {
		err := q.Model(&model.EnrollmentJobContact{}).Where("job_id = ? AND contact_id > ?", job.ID, job.AfterID).
			Order("contact_id").Pluck("contact_id", &ids).Error
		return ids, wrap("read the job's contacts", err)
	}
	f, err := audience.Parse(job.Filter.V)
	if err != nil {
		return nil, fmt.Errorf("read the job's filter: %w", err)
	}
	where, args := f.Among(e.DB.Now(ctx).In(e.Config.Zone))
	err = q.Table(e.DB.Walk("contacts c", "PRIMARY")).Where("c.id > ?", job.AfterID).Where(where, args...).Order("c.id").Pluck("c.id", &ids).Error
	return ids, wrap("find the job's contacts", err)
}

// forget drops the part of the job's list that is done.
func (e *Engine) forget(ctx context.Context, job model.EnrollmentJob) error {
	if job.Source != SourceContacts {
		return nil
	}
	err := e.DB.Conn(ctx).Delete(&model.EnrollmentJobContact{}, "job_id = ? AND contact_id <= ?", job.ID, job.AfterID).Error
	return wrap("drop the job's list", err)
}

// fill lets a page of contacts in and counts what became of each.
func (e *Engine) fill(ctx context.Context, s model.SOP, job *model.EnrollmentJob, ids []int64) error {
	v, err := e.versionOf(ctx, s)
	if err != nil {
		return err
	}
	people, err := e.people(ctx, ids, nil)
	if err != nil {
		return err
	}
	now := e.DB.Now(ctx)
	list := people.entriesOf(ids, func(f Facts) entry {
		if job.Anchor == AnchorAddedAt {
			return entry{anchor: anchor{f.Voice.AddedAt, &now}, kind: AnchorAddedAt}
		}
		return entry{anchor: anchor{at: now}, kind: TriggerManual}
	})
	reachable := len(list)
	list = slices.DeleteFunc(list, func(en entry) bool { return job.Anchor == AnchorAddedAt && v.over(en.anchor) })
	entered, err := e.enterUnless(ctx, job.DryRun, v, list)
	if err != nil {
		return err
	}
	unknown := 0
	for _, id := range ids {
		if people.contacts[id].ID == 0 {
			unknown++
		}
	}
	job.Failed += unknown
	job.Unreachable += len(ids) - unknown - reachable
	job.Past += reachable - len(list)
	job.Entered += entered
	job.AlreadyIn += len(list) - entered
	return nil
}

// enterUnless lets people in, or on a dry run only counts who would come in.
func (e *Engine) enterUnless(ctx context.Context, dry bool, v *Version, list []entry) (int, error) {
	if dry {
		rows, err := e.enrollments(ctx, v, list)
		return len(rows), err
	}
	entered, err := e.enter(ctx, v, list)
	return len(entered), err
}
