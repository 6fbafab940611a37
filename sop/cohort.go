package sop

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// Tagger is a channel whose audience is given by a tag that the engine owns.
// All its calls may be repeated.
type Tagger interface {
	Channel
	// MakeTag makes sure that the tag of that name exists and returns its id.
	MakeTag(ctx context.Context, name string) (wecomID string, err error)
	// Mark puts the tag on one relation or takes it off. A *Failure of
	// ReasonTagGone says that somebody has deleted the tag.
	Mark(ctx context.Context, m Mark) error
	// DropTags deletes tags, and them from everybody, in one call.
	DropTags(ctx context.Context, wecomIDs []string) error
}

// Mark is one relation's tag to be put on, or off.
type Mark struct {
	UserID, ExternalUserID string
	Tag                    string // WeCom's id
	Off                    bool
}

// Reasons that are about cohort tags.
const (
	ReasonTagGone   = "tag_gone"   // somebody has deleted the tag
	ReasonTagBudget = "tag_budget" // no room for another tag in the corp's library
)

// The corp's tag library takes 10 000 tags, strategy tags included (WeCom's
// page on corp tags); the last ones are left to people.
const (
	corpTags    = 10_000
	leftForCorp = 500
)

// markers is how many relations are tagged at once, markPage after how many the
// progress is stored.
const (
	markers  = 8
	markPage = 100
)

// patience is how many times a dispatch waits for another one that is using the
// cohort's tag before it takes a tag of its own.
const patience = 5

// seat is somebody who is to see a dispatch.
type seat struct {
	RelationshipID int64
	RepID          int64
	EnrollmentID   int64
	UserID         string `gorm:"column:userid"`
	ExternalUserID string `gorm:"column:external_userid"`
}

// wearer is somebody with one of the dispatch's reps who wears a cohort tag, or
// may do so.
type wearer struct {
	Seat        seat `gorm:"embedded"`
	CohortTagID int64
	MarkedAt    *time.Time
	Gone        bool // from the programme: the tag may be taken off
}

// fitting is a tag and what makes its wearers the audience.
type fitting struct {
	tag model.CohortTag
	on  []seat
	off []wearer
}

// fit chooses the tag that the fewest calls make right for an audience. A tag
// will not do when somebody wears it who is still in the programme but not
// meant; without any that will, fit answers with tag.ID 0: a new one is needed.
func fit(tags []model.CohortTag, wearers []wearer, audience []seat) fitting {
	meant := map[int64]bool{}
	for _, s := range audience {
		meant[s.RelationshipID] = true
	}
	best, cost := fitting{on: audience}, len(audience)+1
	for _, t := range tags {
		f, marked, will := fitting{tag: t}, map[int64]bool{}, true
		for _, w := range wearers {
			switch {
			case w.CohortTagID != t.ID:
			case meant[w.Seat.RelationshipID]:
				marked[w.Seat.RelationshipID] = w.MarkedAt != nil
			case w.Gone:
				f.off = append(f.off, w)
			default:
				will = false
			}
		}
		for _, s := range audience {
			if !marked[s.RelationshipID] {
				f.on = append(f.on, s)
			}
		}
		if n := len(f.on) + len(f.off); will && n < cost {
			best, cost = f, n
		}
	}
	return best
}

// tagAudience makes the people of a claimed dispatch the only wearers of a tag
// among its reps' contacts, and writes the tag into its payload. It stops at
// until: false means that there is more to do, in another turn.
func (e *Engine) tagAudience(ctx context.Context, d *model.Dispatch, tagger Tagger, until time.Time) (bool, error) {
	audience, err := e.seats(ctx, d.ID)
	if err != nil {
		return false, err
	}
	if len(audience) == 0 {
		return false, &Failure{Kind: Refused, Reason: ReasonNotSendable, Err: errNobody}
	}
	tag, err := e.existingTag(ctx, *d, audience)
	if err != nil {
		return false, err
	}
	if tag == "" {
		f, err := e.holdTag(ctx, *d, audience)
		if err != nil {
			return false, err
		}
		if f.tag.WeComID == "" {
			if f.tag.WeComID, err = tagger.MakeTag(ctx, f.tag.Name); err != nil {
				return false, err
			}
			if err := e.changeTag(ctx, f.tag.ID, map[string]any{"wecom_id": f.tag.WeComID}); err != nil {
				return false, err
			}
		}
		lost, done, err := e.mark(ctx, f, tagger, until)
		if err != nil || !done {
			return false, err
		}
		if audience, err = e.loseSeats(ctx, *d, audience, lost); err != nil {
			return false, err
		}
		tag = f.tag.WeComID
	}
	if !e.DB.Now(ctx).Before(until) {
		return false, nil // the next turn finds everybody tagged
	}
	return e.seal(ctx, d, tag, audience)
}

var (
	errNobody = errors.New("nobody is left to see it")
	errBusy   = errors.New("another dispatch is using the cohort's tag")
	errBudget = errors.New("the corp's tag library is full")
)

// seats are the people of a dispatch.
func (e *Engine) seats(ctx context.Context, dispatchID int64) ([]seat, error) {
	var out []seat
	err := e.DB.Conn(ctx).Model(&model.Touch{}).
		Select("touches.relationship_id, touches.rep_id, COALESCE(touches.enrollment_id, 0) AS enrollment_id, reps.userid, contacts.external_userid").
		Joins("JOIN reps ON reps.id = touches.rep_id").Joins("JOIN contacts ON contacts.id = touches.contact_id").
		Where("touches.dispatch_id = ? AND touches.state = ?", dispatchID, model.TouchDispatched).Find(&out).Error
	return out, wrap("load audience of dispatch", err)
}

// existingTag is a corp tag that says the same as the audience: the step's
// filter asks for it and nothing else, all of the audience wear it with their
// rep, and nobody else does with these reps. Empty when there is none.
func (e *Engine) existingTag(ctx context.Context, d model.Dispatch, audience []seat) (string, error) {
	var t model.Touch
	if err := e.DB.Conn(ctx).Select("version_id").Take(&t, "dispatch_id = ?", d.ID).Error; err != nil {
		return "", fmt.Errorf("load a touch of dispatch %d: %w", d.ID, err)
	}
	v, err := e.version(ctx, t.VersionID)
	if err != nil {
		return "", err
	}
	step, _ := v.step(d.StepKey)
	tagID, ok := step.Filter.OnlyTag()
	if !ok {
		return "", nil
	}
	var tag model.Tag
	err = e.DB.Conn(ctx).Take(&tag, "id = ? AND deleted_at IS NULL AND kind = ?", tagID, model.TagCorp).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("load tag %d: %w", tagID, err)
	}
	reps, relations := map[int64]bool{}, []int64(nil)
	for _, s := range audience {
		reps[s.RepID], relations = true, append(relations, s.RelationshipID)
	}
	var worn int
	for part := range slices.Chunk(relations, chunk) {
		var n int64
		err := e.DB.Conn(ctx).Model(&model.RelationshipTag{}).Where("relationship_id IN ? AND tag_id = ? AND removed_at IS NULL", part, tagID).Count(&n).Error
		if err != nil {
			return "", fmt.Errorf("count wearers of tag %d: %w", tagID, err)
		}
		worn += int(n)
	}
	if worn < len(audience) {
		return "", nil
	}
	var all []int64
	err = e.DB.Conn(ctx).Model(&model.RelationshipTag{}).
		Joins("JOIN relationships r ON r.id = relationship_tags.relationship_id AND r.state = ? AND r.rep_id IN ?", model.RelationshipActive, keys(reps)).
		Where("relationship_tags.tag_id = ? AND relationship_tags.removed_at IS NULL", tagID).Limit(len(audience)+1).Pluck("relationship_tags.relationship_id", &all).Error
	if err != nil {
		return "", fmt.Errorf("count wearers of tag %d: %w", tagID, err)
	}
	if len(all) != len(audience) {
		return "", nil
	}
	return tag.WeComID, nil
}

// holdTag chooses a tag of the cohort, or a new one, and keeps it for this
// dispatch: until its task is made nobody else changes who wears it. Who is
// about to wear it is stored before WeCom is asked.
func (e *Engine) holdTag(ctx context.Context, d model.Dispatch, audience []seat) (fitting, error) {
	var f fitting
	err := e.DB.InTx(ctx, func(ctx context.Context) error {
		free, busy, last, err := e.cohortTags(ctx, d)
		if err != nil {
			return err
		}
		if busy && d.Attempts < patience {
			return &Failure{Kind: Later, Reason: "cohort_busy", Err: errBusy}
		}
		wearers, err := e.wearers(ctx, free, audience)
		if err != nil {
			return err
		}
		if f = fit(free, wearers, audience); f.tag.ID == 0 {
			if f.tag, err = e.newTag(ctx, d, last+1); err != nil {
				return err
			}
		}
		if err := e.changeTag(ctx, f.tag.ID, map[string]any{"holder": d.ID}); err != nil {
			return err
		}
		members := make([]model.CohortMember, 0, len(f.on))
		for _, s := range f.on {
			members = append(members, model.CohortMember{CohortTagID: f.tag.ID, RelationshipID: s.RelationshipID, EnrollmentID: s.EnrollmentID})
		}
		if len(members) == 0 {
			return nil
		}
		err = e.DB.Conn(ctx).Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(members, chunk).Error
		return wrap("store members of a cohort", err)
	})
	return f, err
}

// open is the condition that a dispatch may still change or use its audience.
const open = "dispatches.state IN ? OR dispatches.state = ? AND dispatches.remote_id LIKE ?"

// cohortTags locks the cohort's tags and tells which are free, whether another
// dispatch is using one, and the highest serial number ever.
func (e *Engine) cohortTags(ctx context.Context, d model.Dispatch) (free []model.CohortTag, busy bool, last int, err error) {
	var tags []model.CohortTag
	err = e.DB.Conn(ctx).Clauses(forUpdate()).Order("serial").
		Find(&tags, "sop_id = ? AND cohort = ?", d.SOPID, d.Payload.V.Cohort).Error
	if err != nil {
		return nil, false, 0, fmt.Errorf("lock tags of the cohort: %w", err)
	}
	var holders, using []int64
	for _, t := range tags {
		last, holders = max(last, t.Serial), append(holders, t.Holder)
	}
	if len(tags) > 0 {
		err = e.DB.Conn(ctx).Model(&model.Dispatch{}).Where("id IN ?", holders).Where(open,
			[]model.DispatchState{model.DispatchQueued, model.DispatchSending, model.DispatchUnknown, model.DispatchStuck},
			model.DispatchSent, jobPrefix+"%").Pluck("id", &using).Error
		if err != nil {
			return nil, false, 0, fmt.Errorf("find who uses the cohort's tags: %w", err)
		}
	}
	for _, t := range tags {
		switch {
		case t.DeletedAt != nil:
		case t.Holder != d.ID && slices.Contains(using, t.Holder):
			busy = true
		default:
			free = append(free, t)
		}
	}
	return free, busy, last, nil
}

// wearers are those who wear these tags with the audience's reps.
func (e *Engine) wearers(ctx context.Context, tags []model.CohortTag, audience []seat) ([]wearer, error) {
	if len(tags) == 0 {
		return nil, nil
	}
	var ids []int64
	for _, t := range tags {
		ids = append(ids, t.ID)
	}
	reps := map[int64]bool{}
	for _, s := range audience {
		reps[s.RepID] = true
	}
	var out []wearer
	err := e.DB.Conn(ctx).Model(&model.CohortMember{}).
		Select("cohort_members.cohort_tag_id, cohort_members.marked_at, cohort_members.relationship_id, cohort_members.enrollment_id, "+
			"r.rep_id, reps.userid, contacts.external_userid, en.state = ? AS gone", model.EnrollmentExited).
		Joins("JOIN relationships r ON r.id = cohort_members.relationship_id AND r.state = ?", model.RelationshipActive).
		Joins("JOIN enrollments en ON en.id = cohort_members.enrollment_id").
		Joins("JOIN reps ON reps.id = r.rep_id").Joins("JOIN contacts ON contacts.id = r.contact_id").
		Where("cohort_members.cohort_tag_id IN ? AND r.rep_id IN ?", ids, keys(reps)).Find(&out).Error
	return out, wrap("load wearers of the cohort's tags", err)
}

// newTag stores a new tag of the cohort, if the corp's library has room.
func (e *Engine) newTag(ctx context.Context, d model.Dispatch, serial int) (model.CohortTag, error) {
	b, err := e.TagBudget(ctx)
	if err != nil {
		return model.CohortTag{}, err
	}
	if b.Used >= b.Limit-leftForCorp {
		return model.CohortTag{}, &Failure{Kind: Refused, Reason: ReasonTagBudget, Err: errBudget}
	}
	now := e.DB.Now(ctx)
	t := model.CohortTag{
		SOPID: d.SOPID, Cohort: d.Payload.V.Cohort, Serial: serial, Name: fmt.Sprintf("SOP%d %s #%d", d.SOPID, d.Payload.V.Cohort, serial),
		Holder: d.ID, LookAt: now.Add(lookEvery), CreatedAt: now, UpdatedAt: now,
	}
	err = e.DB.Conn(ctx).Create(&t).Error
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return t, &Failure{Kind: Later, Reason: "cohort_busy", Err: errBusy}
	}
	return t, wrap("store a tag of the cohort", err)
}

func (e *Engine) changeTag(ctx context.Context, id int64, set map[string]any) error {
	set["updated_at"] = e.DB.Now(ctx)
	return wrap("change a tag of the cohort", e.DB.Conn(ctx).Model(&model.CohortTag{}).Where("id = ?", id).Updates(set).Error)
}

// mark makes the calls of a fitting, several at once, and keeps what has been
// done after each page. It returns the relations that cannot be tagged.
func (e *Engine) mark(ctx context.Context, f fitting, tagger Tagger, until time.Time) (lost map[int64]string, done bool, err error) {
	lost = map[int64]string{}
	var jobs []wearer
	for _, s := range f.on {
		jobs = append(jobs, wearer{Seat: s})
	}
	jobs = append(jobs, f.off...)
	for page := range slices.Chunk(jobs, markPage) {
		if !e.DB.Now(ctx).Before(until) {
			return lost, false, nil
		}
		results := make([]error, len(page))
		var group errgroup.Group
		group.SetLimit(markers)
		for i, w := range page {
			group.Go(func() error {
				results[i] = tagger.Mark(ctx, Mark{UserID: w.Seat.UserID, ExternalUserID: w.Seat.ExternalUserID, Tag: f.tag.WeComID, Off: w.Gone})
				return nil
			})
		}
		_ = group.Wait() // each has its own result
		var on, off []int64
		for i, w := range page {
			fail := failureOf(results[i])
			switch {
			case results[i] != nil && fail.Reason == ReasonTagGone:
				now := e.DB.Now(ctx)
				if err := e.changeTag(ctx, f.tag.ID, map[string]any{"deleted_at": &now}); err != nil {
					return lost, false, err
				}
				return lost, false, &Failure{Kind: Later, Reason: ReasonTagGone, Err: fail.Err}
			case results[i] != nil && fail.Kind != Refused:
				err = fail // the others' work is kept first
			case results[i] != nil && !w.Gone:
				lost[w.Seat.RelationshipID], off = fail.Reason, append(off, w.Seat.RelationshipID)
			case w.Gone:
				off = append(off, w.Seat.RelationshipID)
			default:
				on = append(on, w.Seat.RelationshipID)
			}
		}
		if keepErr := e.keepMarks(context.WithoutCancel(ctx), f.tag.ID, on, off); keepErr != nil {
			return lost, false, keepErr
		}
		if err != nil {
			return lost, false, err
		}
	}
	return lost, true, nil
}

func (e *Engine) keepMarks(ctx context.Context, tagID int64, on, off []int64) error {
	return e.DB.InTx(ctx, func(ctx context.Context) error {
		now := e.DB.Now(ctx)
		if len(on) > 0 {
			err := e.DB.Conn(ctx).Model(&model.CohortMember{}).Where("cohort_tag_id = ? AND relationship_id IN ?", tagID, on).
				UpdateColumn("marked_at", now).Error
			if err != nil {
				return fmt.Errorf("keep who was tagged: %w", err)
			}
		}
		if len(off) > 0 {
			if err := e.DB.Conn(ctx).Delete(&model.CohortMember{}, "cohort_tag_id = ? AND relationship_id IN ?", tagID, off).Error; err != nil {
				return fmt.Errorf("keep who was untagged: %w", err)
			}
		}
		return e.changeTag(ctx, tagID, map[string]any{"marks": gorm.Expr("marks + ?", len(on)+len(off))})
	})
}

// loseSeats fails the touches of those who cannot be tagged: one such person
// does not hold up the others.
func (e *Engine) loseSeats(ctx context.Context, d model.Dispatch, audience []seat, lost map[int64]string) ([]seat, error) {
	now := e.DB.Now(ctx)
	for relation, reason := range lost {
		err := e.DB.Conn(ctx).Model(&model.Touch{}).Where("dispatch_id = ? AND relationship_id = ? AND state = ?", d.ID, relation, model.TouchDispatched).
			Updates(map[string]any{"state": model.TouchFailed, "reason": reason, "final_at": now, "updated_at": now}).Error
		if err != nil {
			return nil, fmt.Errorf("fail a touch of dispatch %d: %w", d.ID, err)
		}
	}
	left := slices.DeleteFunc(audience, func(s seat) bool { _, gone := lost[s.RelationshipID]; return gone })
	if len(left) == 0 {
		return nil, &Failure{Kind: Refused, Reason: ReasonNotSendable, Err: errNobody}
	}
	return left, nil
}

// seal writes tag and audience into the dispatch, if it is still ours.
func (e *Engine) seal(ctx context.Context, d *model.Dispatch, tag string, audience []seat) (bool, error) {
	p := &d.Payload.V
	p.Tag, p.Reps, p.ExternalUserIDs = tag, nil, nil
	for _, s := range audience {
		p.Reps, p.ExternalUserIDs = append(p.Reps, s.UserID), append(p.ExternalUserIDs, s.ExternalUserID)
	}
	return e.own(ctx, *d, map[string]any{"payload": d.Payload, "recipients": len(audience)})
}

func keys(set map[int64]bool) []int64 {
	out := make([]int64, 0, len(set))
	for id := range set {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}
