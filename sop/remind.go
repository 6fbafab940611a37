package sop

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// Reminder is a channel whose unsent tasks WeCom itself reminds of.
type Reminder interface {
	// Remind has the batch's rep reminded. Errors are *Failure.
	Remind(ctx context.Context, b Batch) error
}

// Notifier is a channel that can tell employees something at once.
type Notifier interface {
	// Notify tells them. Errors are *Failure.
	Notify(ctx context.Context, n Notice) error
}

// Notice says that a rep has not sent what they were asked to.
type Notice struct {
	To         []string // userids
	Manager    bool     // To lead the rep, they are not the rep
	Rep        string   // the rep's name
	Task       string   // what waits
	Recipients int
	Groups     bool      // the recipients are customer groups
	Since      time.Time // in the corp's zone
	URL        string
}

// chasePage bounds how many dispatches one look chases; chasePause is when a
// programme that stands still is looked at again; chaseTries bounds how often a
// reminder is tried when WeCom says "later", and chasePatience how late.
const (
	chasePage     = 50
	chasePause    = time.Hour
	chaseTries    = 3
	chasePatience = time.Hour
)

// maxTree bounds how far up the departments a leader is looked for.
const maxTree = 15

// rung is one step of the chasing: some hours after the last, or on the morning
// of the day after it.
type rung struct {
	kind    string
	morning bool
}

// ladder is how an unconfirmed dispatch is chased. WeCom allows three reminders
// a task and day; two are left for the rep's own colleagues.
func ladder() []rung {
	return []rung{{model.ChaseRemind, false}, {model.ChaseRemind, true}, {model.ChaseCard, false}, {model.ChaseManager, true}}
}

// at is when a rung is due, counted from the one before.
func (r rung) at(from time.Time, after time.Duration, w window) time.Time {
	if r.morning {
		return model.Instant(w.nextMorning(from))
	}
	return model.Instant(w.next(from.Add(after)))
}

// beginChase has a sent dispatch chased from now on, if its channel lets WeCom
// remind of it.
func (e *Engine) beginChase(ctx context.Context, d model.Dispatch) error {
	if _, ok := e.Channels[d.Channel].(Reminder); !ok || e.Config.RemindAfter <= 0 || d.SOPID == 0 {
		return nil
	}
	w, err := e.chaseWindow(ctx, d)
	if err != nil {
		return err
	}
	now := e.DB.Now(ctx)
	row := model.Chase{DispatchID: d.ID, State: model.ChaseWaiting, NextAt: ladder()[0].at(now, e.Config.RemindAfter, w), UpdatedAt: now}
	err = e.DB.Conn(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error
	return wrap(fmt.Sprintf("begin to chase dispatch %d", d.ID), err)
}

// chaseWindow is when the reps of the dispatch's programme may be disturbed.
func (e *Engine) chaseWindow(ctx context.Context, d model.Dispatch) (window, error) {
	s, err := e.sop(ctx, d.SOPID)
	if err != nil {
		return window{}, err
	}
	v, err := e.version(ctx, s.VersionID)
	if err != nil {
		return window{}, err
	}
	return v.window, nil
}

// Chase reminds of what reps have not sent, a rung at a time. It tells whether
// there may be more.
func (e *Engine) Chase(ctx context.Context) (again bool, err error) {
	if halted, err := e.Halted(ctx); err != nil || halted {
		return false, err
	}
	var list []model.Chase
	err = e.DB.Conn(ctx).Order("next_at").Limit(chasePage).
		Find(&list, "state = ? AND next_at <= ?", model.ChaseWaiting, e.DB.Now(ctx)).Error
	if err != nil {
		return false, fmt.Errorf("find dispatches to chase: %w", err)
	}
	for _, c := range list {
		if err := e.chase(ctx, c); err != nil {
			e.Logger.WarnContext(ctx, "dispatch not chased", "dispatch", c.DispatchID, "error", err)
		}
	}
	return len(list) == chasePage, nil
}

// chase takes one dispatch's next rung. The rung is moved on, and committed,
// before anything is asked of WeCom: a crash loses a reminder, and never
// repeats one.
func (e *Engine) chase(ctx context.Context, c model.Chase) error {
	now := e.DB.Now(ctx)
	rungs := ladder()
	d, s, err := e.chased(ctx, c.DispatchID)
	if err != nil {
		return err
	}
	if d.State != model.DispatchSent || s.State == model.SOPArchived || c.Rung >= len(rungs) {
		_, err := e.moveChase(ctx, c, map[string]any{"state": model.ChaseOver})
		return err
	}
	v, err := e.version(ctx, s.VersionID)
	if err != nil {
		return err
	}
	switch opens := v.window.next(now); {
	case s.State != model.SOPLive:
		_, err = e.moveChase(ctx, c, map[string]any{"next_at": now.Add(chasePause)})
		return err
	case opens.After(now):
		_, err = e.moveChase(ctx, c, map[string]any{"next_at": model.Instant(opens)})
		return err
	}
	set := map[string]any{"rung": c.Rung + 1, "next_at": now, "state": model.ChaseOver}
	if c.Rung+1 < len(rungs) {
		set["state"], set["next_at"] = model.ChaseWaiting, rungs[c.Rung+1].at(now, e.Config.RemindAfter, v.window)
	}
	ours, err := e.moveChase(ctx, c, set)
	if err != nil || !ours {
		return err
	}
	// The rep may have sent it since results were last read.
	if err := e.poll(ctx, d); err != nil {
		step := model.ChaseStep{At: now, Kind: rungs[c.Rung].kind}
		return e.noteChase(ctx, c, step, &Failure{Kind: Later, Reason: "results_unread", Err: err})
	}
	if d, _, err = e.chased(ctx, c.DispatchID); err != nil || d.State != model.DispatchSent {
		return err
	}
	step, err := e.climb(ctx, rungs[c.Rung].kind, d)
	return e.noteChase(ctx, c, step, err)
}

func (e *Engine) chased(ctx context.Context, dispatchID int64) (model.Dispatch, model.SOP, error) {
	var d model.Dispatch
	if err := e.DB.Conn(ctx).Limit(1).Find(&d, dispatchID).Error; err != nil {
		return d, model.SOP{}, fmt.Errorf("load dispatch: %w", err)
	}
	if d.ID == 0 {
		return d, model.SOP{}, nil
	}
	s, err := e.sop(ctx, d.SOPID)
	return d, s, err
}

// Reminders tells how far a dispatch has been chased; model.ErrNotFound when it
// is not, because its channel or the settings do not ask for it.
func (e *Engine) Reminders(ctx context.Context, dispatchID int64) (model.Chase, error) {
	var c model.Chase
	err := e.DB.Read(ctx).Limit(1).Find(&c, "dispatch_id = ?", dispatchID).Error
	if err == nil && c.DispatchID == 0 {
		err = model.NotFound(fmt.Sprintf("reminders of dispatch %d", dispatchID))
	}
	if err != nil {
		return c, fmt.Errorf("load reminders: %w", err)
	}
	return c, nil
}

// moveChase changes a row that no other replica has moved.
func (e *Engine) moveChase(ctx context.Context, c model.Chase, set map[string]any) (bool, error) {
	set["updated_at"] = e.DB.Now(ctx)
	res := e.DB.Conn(ctx).Model(&model.Chase{}).
		Where("dispatch_id = ? AND state = ? AND rung = ? AND next_at = ?", c.DispatchID, model.ChaseWaiting, c.Rung, c.NextAt).Updates(set)
	return res.RowsAffected == 1, wrap("move chase", res.Error)
}

// climb makes a rung's call.
func (e *Engine) climb(ctx context.Context, kind string, d model.Dispatch) (model.ChaseStep, error) {
	step := model.ChaseStep{At: e.DB.Now(ctx), Kind: kind, To: []string{d.Payload.V.UserID}}
	ctx, cancel := context.WithTimeout(ctx, e.Config.Lease)
	defer cancel()
	if kind == model.ChaseRemind {
		channel, ok := e.Channels[d.Channel].(Reminder)
		if !ok {
			return step, &Failure{Kind: Refused, Reason: "no_channel", Err: fmt.Errorf("channel %s reminds nobody", d.Channel)}
		}
		return step, channel.Remind(ctx, Batch{DispatchID: d.ID, RemoteID: d.RemoteID, Payload: d.Payload.V})
	}
	var rep model.Rep
	if err := e.DB.Conn(ctx).Limit(1).Find(&rep, d.RepID).Error; err != nil {
		return step, &Failure{Kind: Later, Reason: "database", Err: err}
	}
	if kind == model.ChaseManager {
		var err error
		if step.To, err = e.leaders(ctx, rep); err != nil {
			return step, &Failure{Kind: Later, Reason: "database", Err: err}
		}
	}
	notifier := e.notifier()
	if notifier == nil || len(step.To) == 0 {
		return step, &Failure{Kind: Refused, Reason: "nobody", Err: fmt.Errorf("nobody to tell of dispatch %d", d.ID)}
	}
	return step, notifier.Notify(ctx, Notice{
		To: step.To, Manager: kind == model.ChaseManager, Rep: rep.Name, Task: task(d), Recipients: d.Recipients,
		Groups: e.Channels.info(d.Channel).Reach == ReachGroup,
		Since:  d.CreatedAt.In(e.Config.Zone), URL: e.Config.Link,
	})
}

// task is what a dispatch asks for, in short.
func task(d model.Dispatch) string {
	load := d.Payload.V
	if load.Title == "" || load.Content.Text == "" {
		return load.Title + load.Content.Text
	}
	return load.Title + "：" + load.Content.Text
}

func (e *Engine) notifier() Notifier {
	for _, name := range e.Channels.Names() {
		if n, ok := e.Channels[name].(Notifier); ok {
			return n
		}
	}
	return nil
}

// noteChase keeps what came of a rung. A call that surely did not happen is
// tried again soon; any other is over.
func (e *Engine) noteChase(ctx context.Context, c model.Chase, step model.ChaseStep, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), e.Config.Lease)
	defer cancel()
	step.Outcome = "sent"
	set := map[string]any{"updated_at": e.DB.Now(ctx), "attempts": 0}
	if cause != nil {
		f := failureOf(cause)
		e.Logger.WarnContext(ctx, "reminder not sent", "dispatch", c.DispatchID, "kind", step.Kind, "reason", f.Reason, "error", f.Err)
		step.Outcome = f.Reason
		if f.Kind == Later && f.After <= chasePatience && c.Attempts+1 < chaseTries {
			set["rung"], set["attempts"], set["state"] = c.Rung, c.Attempts+1, model.ChaseWaiting
			set["next_at"] = e.DB.Now(ctx).Add(max(f.After, backOff(c.Attempts+1)))
		}
	}
	set["log"] = model.AsJSON(append(slices.Clone(c.Log.V), step))
	err := e.DB.Conn(ctx).Model(&model.Chase{}).Where("dispatch_id = ? AND rung = ?", c.DispatchID, c.Rung+1).Updates(set).Error
	return wrap("note reminder", err)
}

// leaders are who is told about a rep: their direct leaders, else those of the
// nearest department above them that has one, else the corp's list. Who has
// left, and the rep, are left out.
func (e *Engine) leaders(ctx context.Context, rep model.Rep) ([]string, error) {
	var out []string
	err := e.stillHere(ctx, rep, rep.DirectLeaders.V, &out)
	department := rep.MainDepartment
	if department == 0 && len(rep.DepartmentIDs.V) > 0 {
		department = rep.DepartmentIDs.V[0]
	}
	for range maxTree {
		if err != nil || len(out) > 0 || department == 0 {
			break
		}
		var d model.Department
		if err := e.DB.Conn(ctx).Limit(1).Find(&d, "id = ? AND deleted_at IS NULL", department).Error; err != nil {
			return nil, fmt.Errorf("load department %d: %w", department, err)
		}
		err, department = e.stillHere(ctx, rep, d.Leaders.V, &out), d.ParentID
	}
	if err == nil && len(out) == 0 {
		err = e.stillHere(ctx, rep, e.Config.EscalateTo, &out)
	}
	return out, err
}

// stillHere adds those of userIDs to out who are not the rep and have not left.
func (e *Engine) stillHere(ctx context.Context, rep model.Rep, userIDs []string, out *[]string) error {
	if len(userIDs) == 0 {
		return nil
	}
	var left []string
	err := e.DB.Conn(ctx).Model(&model.Rep{}).Where("userid IN ? AND left_at IS NOT NULL", userIDs).Pluck("userid", &left).Error
	if err != nil {
		return fmt.Errorf("find leaders who left: %w", err)
	}
	for _, id := range userIDs {
		same := func(other string) bool { return strings.EqualFold(id, other) }
		if !same(rep.UserID) && !slices.ContainsFunc(left, same) {
			*out = append(*out, id)
		}
	}
	return nil
}
