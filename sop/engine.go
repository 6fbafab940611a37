package sop

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/service/calendar"
)

// Config times the engine.
type Config struct {
	Zone     *time.Location // the corp's, for programmes without one
	PageSize int            // enrollments planned in one transaction
	Planners int            // shards planned at once; 0 means 1
	// Lease is how long a claimed dispatch may take; a call never outlasts it.
	Lease time.Duration
	// Settle is how long an unknown outcome is left alone before WeCom is
	// asked, so that a request still under way has landed.
	Settle  time.Duration
	Senders int // calls under way at once
	// LateSteps is how many steps' messages a rep is given in half an hour of those
	// that an outage has held up; 0 means 3.
	LateSteps int
	// PromptGather is how long a rep's prompts wait at most for others that are
	// just being planned; PromptEvery is how far apart a rep's cards are at least.
	PromptGather, PromptEvery time.Duration
	// RemindAfter is how long a rep has to confirm before they are reminded; 0
	// never reminds. EscalateTo are userids told when nobody is known to lead a
	// rep. Link is the page that reminders lead to.
	RemindAfter time.Duration
	// LessDays is in how many days who asked to hear less gets one touch at most;
	// 0 means 30.
	LessDays   int
	EscalateTo []string
	Link       string
}

// Deps equips an Engine.
type Deps struct {
	DB       *model.DB
	Channels Channels
	Logger   *slog.Logger
	Config   Config
	// Calendar returns the working days in force.
	Calendar func(ctx context.Context) (calendar.Days, error)
	// Wake tells the loops that there may be work; may be nil.
	Wake func()
	// TagsMarked applies a successful tag action to our own store, inside the
	// transaction that settles it: WeCom sends no callback for our own writes.
	TagsMarked func(ctx context.Context, relationshipID int64, add, remove []int64) error
	// Record records what customers did about what they were sent, inside the
	// transaction in ctx; may be nil.
	Record func(ctx context.Context, a model.Activity) error
	// TouchesSettled hears of touches that have reached their end at the customer or
	// the rep, inside the transaction that ends them; may be nil.
	TouchesSettled func(ctx context.Context, ids []int64) error
	// CheckMedia demands that the files which a content names are there and fit
	// for that use; may be nil.
	CheckMedia func(ctx context.Context, c model.Content, use model.MediaUse) error
	// Chance returns a number from 0 to n-1. It keeps replicas apart and decides
	// nothing else; nil leaves it to chance itself, and a test that is to be
	// repeated hands in its own.
	Chance func(n int) int
}

// Engine owns programmes, enrollments, touches and dispatches.
type Engine struct {
	Deps
	versions sync.Map // id → *Version; versions never change
	calendar atomic.Pointer[datedCalendar]
	pressure pressure
	rules    atomic.Pointer[datedLimits]

	sendHours atomic.Pointer[datedHours]
}

// datedCalendar is the calendar as it was at an instant.
type datedCalendar struct {
	days calendar.Days
	at   time.Time
}

// calendarLife is how long a change of the calendar may take to be seen.
const calendarLife = time.Minute

// days returns the calendar, read at most once a minute: every plan asks.
func (e *Engine) days(ctx context.Context) (calendar.Days, error) {
	now := e.DB.Now(ctx)
	if c := e.calendar.Load(); c != nil && now.Sub(c.at).Abs() < calendarLife {
		return c.days, nil
	}
	days, err := e.Calendar(ctx)
	if err != nil {
		return days, fmt.Errorf("load working days: %w", err)
	}
	e.calendar.Store(&datedCalendar{days, now})
	return days, nil
}

// New returns an engine.
func New(deps Deps) *Engine {
	if deps.Wake == nil {
		deps.Wake = func() {}
	}
	if deps.Record == nil {
		deps.Record = func(context.Context, model.Activity) error { return nil }
	}
	if deps.CheckMedia == nil {
		deps.CheckMedia = func(context.Context, model.Content, model.MediaUse) error { return nil }
	}
	if deps.Chance == nil {
		deps.Chance = rand.IntN
	}
	return &Engine{Deps: deps}
}

// Create makes a programme in draft.
func (e *Engine) Create(ctx context.Context, name string, draft Definition) (model.SOP, error) {
	now := e.DB.Now(ctx)
	s := model.SOP{State: model.SOPDraft, CreatedAt: now, UpdatedAt: now}
	if err := setDraft(&s, name, draft); err != nil {
		return s, err
	}
	if err := e.DB.Conn(ctx).Create(&s).Error; err != nil {
		return s, fmt.Errorf("create SOP: %w", err)
	}
	return s, nil
}

// Update replaces a programme's name and draft; what is live stays live until
// the next publish.
func (e *Engine) Update(ctx context.Context, id int64, name string, draft Definition) (model.SOP, error) {
	return e.UpdateFrom(ctx, id, "", name, draft)
}

// UpdateFrom is Update for who has begun with that revision: CodeConflict when
// somebody has saved since. Without a revision it overwrites.
func (e *Engine) UpdateFrom(ctx context.Context, id int64, revision, name string, draft Definition) (model.SOP, error) {
	var s model.SOP
	err := e.DB.InTx(ctx, func(ctx context.Context) error {
		var err error
		if s, err = e.lockSOP(ctx, id); err != nil {
			return err
		}
		if s.State == model.SOPArchived {
			return model.Conflict("an archived SOP cannot be edited")
		}
		if revision != "" && revision != Revision(s.Name, s.Draft.V) {
			return model.Conflict("somebody else has changed this draft since you opened it: load theirs, or save yours over it")
		}
		if err := setDraft(&s, name, draft); err != nil {
			return err
		}
		s.UpdatedAt = e.DB.Now(ctx)
		return e.DB.Conn(ctx).Save(&s).Error
	})
	if err != nil {
		return s, fmt.Errorf("update SOP %d: %w", id, err)
	}
	return s, nil
}

func setDraft(s *model.SOP, name string, draft Definition) error {
	s.Name = strings.TrimSpace(name)
	if s.Name == "" || len([]rune(s.Name)) > 80 {
		return model.Invalid("name", "must be 1 to 80 characters long")
	}
	doc, err := json.Marshal(draft)
	if err != nil {
		return fmt.Errorf("encode draft: %w", err)
	}
	s.Draft = model.AsJSON[json.RawMessage](doc)
	return nil
}

// reasonClosed is why an archived programme's people leave it.
const reasonClosed = "sop_closed"

// Archive ends the programme for good: everybody leaves it and what has not
// gone out is cancelled.
func (e *Engine) Archive(ctx context.Context, id int64) error {
	err := e.DB.InTx(ctx, func(ctx context.Context) error {
		s, err := e.lockSOP(ctx, id)
		if err != nil {
			return err
		}
		now := e.DB.Now(ctx)
		s.State, s.UpdatedAt = model.SOPArchived, now
		if err := e.DB.Conn(ctx).Save(&s).Error; err != nil {
			return err
		}
		if err := e.cancelChanges(ctx, id, model.ChangeMove, model.ChangeShift, model.ChangeSkip, model.ChangeSend); err != nil {
			return err
		}
		if err := e.endEnrollments(ctx, reasonClosed, "sop_id = ?", id); err != nil {
			return err
		}
		if err := e.takeBackDigests(ctx, "sop_id = ?", id); err != nil {
			return err
		}
		// The last touch of somebody who has been through it all may still wait.
		err = e.DB.Conn(ctx).Model(&model.Touch{}).Where("sop_id = ? AND state = ?", id, model.TouchPlanned).
			Updates(map[string]any{"state": model.TouchCancelled, "reason": reasonClosed, "final_at": now, "updated_at": now}).Error
		if err != nil {
			return fmt.Errorf("cancel planned touches: %w", err)
		}
		return e.cancelQueued(ctx, reasonClosed, "sop_id = ?", id)
	})
	if err != nil {
		return fmt.Errorf("archive SOP %d: %w", id, err)
	}
	return nil
}

func (e *Engine) sop(ctx context.Context, id int64) (model.SOP, error) {
	var s model.SOP
	err := e.DB.Read(ctx).Take(&s, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return s, model.NotFound(fmt.Sprintf("SOP %d", id))
	}
	if err != nil {
		return s, fmt.Errorf("load SOP %d: %w", id, err)
	}
	return s, nil
}

// lockSOP reads a programme to decide about it; whoever else does so waits. A lock
// holds on one node of a cluster only, so the programme's turn is written first:
// of two at once one is not certified there, and runs again.
func (e *Engine) lockSOP(ctx context.Context, id int64) (model.SOP, error) {
	var s model.SOP
	if err := e.takeTurns(ctx, []model.LimitTurn{{Kind: "sop", SubjectID: id}}); err != nil {
		return s, err
	}
	err := e.DB.Conn(ctx).Clauses(forUpdate()).Take(&s, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return s, model.NotFound(fmt.Sprintf("SOP %d", id))
	}
	if err != nil {
		return s, fmt.Errorf("lock SOP %d: %w", id, err)
	}
	return s, nil
}

// version returns a compiled version under today's calendar and limits, from
// memory after the first time.
func (e *Engine) version(ctx context.Context, id int64) (*Version, error) {
	if v, ok := e.versions.Load(id); ok {
		return e.current(ctx, v.(*Version))
	}
	var row model.SOPVersion
	if err := e.DB.Read(ctx).Take(&row, id).Error; err != nil {
		return nil, fmt.Errorf("load SOP version %d: %w", id, err)
	}
	v, err := e.compile(row)
	if err != nil {
		return nil, err
	}
	e.versions.Store(id, v)
	return e.current(ctx, v)
}

// current is a compiled version under today's calendar, limits and send hours.
func (e *Engine) current(ctx context.Context, v *Version) (*Version, error) {
	days, err := e.days(ctx)
	if err != nil {
		return nil, err
	}
	limits, err := e.limits(ctx)
	if err != nil {
		return nil, err
	}
	hours, err := e.hours(ctx)
	if err != nil {
		return nil, err
	}
	return v.under(days, limits, hours)
}

func (e *Engine) compile(row model.SOPVersion) (*Version, error) {
	d, err := ParseDefinition(row.Definition.V)
	if err != nil {
		return nil, fmt.Errorf("read SOP version %d: %w", row.ID, err)
	}
	w, err := d.schedule(e.Config.Zone)
	if err != nil {
		return nil, fmt.Errorf("read SOP version %d: %w", row.ID, err)
	}
	return &Version{ID: row.ID, SOPID: row.SOPID, publishedAt: row.PublishedAt, Definition: d, window: w, corp: e.Config.Zone, channels: e.Channels.infos()}, nil
}
