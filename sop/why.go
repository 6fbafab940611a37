package sop

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

// The links of the chain that led to what became of a touch.
const (
	LinkEnrolled = "enrolled" // Word is the activity or trigger that let the contact in, Until the anchor
	LinkPlanned  = "planned"  // Until is the due instant
	LinkVerdict  = "verdict"  // Verdict is what a gate said
	LinkQueued   = "queued"   // put into a dispatch
	LinkCalled   = "called"   // Count is which call it was
	LinkAccepted = "accepted" // RemoteID is the channel's name for it
	LinkResult   = "result"   // Word is the final state
	LinkWaiting  = "waiting"  // Word is the state, Until when what was put off goes on
	LinkNext     = "next"     // no touch yet; Until is when the programme goes on
	LinkLeft     = "left"     // no touch: the contact left before; Word is the enrollment's state
	LinkNever    = "never"    // no touch: the contact was never in the programme
)

// Link is one step of the chain. Reason is a machine word; At is nil for what
// has no instant of its own.
type Link struct {
	At         *time.Time
	Kind       string
	Word       string
	Reason     string
	Until      *time.Time
	Verdict    *model.Verdict
	SOPName    string // of the programme that won a conflict
	DispatchID int64
	RemoteID   string
	Count      int
}

// Why is the whole story of one touch, or of why there is none.
type Why struct {
	Touch *model.Touch // nil when there is none
	Chain []Link
}

// WhyTouch tells the story of a touch; model.ErrNotFound when there is none.
func (e *Engine) WhyTouch(ctx context.Context, id int64) (Why, error) {
	var t model.Touch
	err := e.DB.Read(ctx).Take(&t, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return Why{}, model.NotFound(fmt.Sprintf("touch %d", id))
	}
	if err != nil {
		return Why{}, fmt.Errorf("load touch %d: %w", id, err)
	}
	return e.whyOf(ctx, t)
}

// WhyStep tells why a contact got a step of a programme or did not, in the
// latest run; model.ErrNotFound for a programme that is not there.
func (e *Engine) WhyStep(ctx context.Context, contactID, sopID int64, stepKey string) (Why, error) {
	if _, err := e.sop(ctx, sopID); err != nil {
		return Why{}, err
	}
	var touches []model.Touch
	err := e.DB.Read(ctx).Order("id DESC").Limit(1).
		Find(&touches, "contact_id = ? AND sop_id = ? AND step_key = ?", contactID, sopID, stepKey).Error
	if err != nil {
		return Why{}, fmt.Errorf("find touch: %w", err)
	}
	if len(touches) > 0 {
		return e.whyOf(ctx, touches[0])
	}
	var runs []model.Enrollment
	if err := e.DB.Read(ctx).Order("run DESC").Limit(1).Find(&runs, "sop_id = ? AND contact_id = ?", sopID, contactID).Error; err != nil {
		return Why{}, fmt.Errorf("find enrollment: %w", err)
	}
	if len(runs) == 0 {
		return Why{Chain: []Link{{Kind: LinkNever}}}, nil
	}
	entered, err := e.whyEnrolled(ctx, runs[0])
	if err != nil {
		return Why{}, err
	}
	en := runs[0]
	last := Link{Kind: LinkNext, Until: en.NextDueAt}
	if en.NextDueAt == nil {
		last = Link{At: en.EndedAt, Kind: LinkLeft, Word: string(en.State), Reason: en.ExitReason}
	}
	return Why{Chain: []Link{entered, last}}, nil
}

func (e *Engine) whyOf(ctx context.Context, t model.Touch) (Why, error) {
	w := Why{Touch: &t}
	if t.EnrollmentID != nil {
		var en model.Enrollment
		if err := e.DB.Read(ctx).Take(&en, *t.EnrollmentID).Error; err != nil {
			return w, fmt.Errorf("load enrollment of touch %d: %w", t.ID, err)
		}
		entered, err := e.whyEnrolled(ctx, en)
		if err != nil {
			return w, err
		}
		w.Chain = append(w.Chain, entered)
	}
	chains, err := e.chains(ctx, []model.Touch{t})
	w.Chain = append(w.Chain, chains[t.ID]...)
	return w, err
}

// chainOf tells what led to a touch from its planning on. names are those of the
// programmes that won conflicts.
func chainOf(t model.Touch, call *model.Dispatch, names map[int64]string) []Link {
	chain := []Link{{At: &t.PlannedAt, Kind: LinkPlanned, Until: &t.DueAt}}
	for i := range t.Verdicts.V {
		v := &t.Verdicts.V[i]
		chain = append(chain, Link{At: &v.At, Kind: LinkVerdict, Word: v.Say, Reason: v.Reason, Until: v.Until, Verdict: v, SOPName: names[v.SOPID]})
	}
	if call != nil {
		chain = append(chain, calledLinks(*call)...)
	}
	slices.SortStableFunc(chain, func(a, b Link) int { return a.At.Compare(*b.At) })
	end := Link{At: t.FinalAt, Kind: LinkResult, Word: string(t.State), Reason: t.Reason}
	if !t.State.Final() {
		end = Link{Kind: LinkWaiting, Word: string(t.State), Reason: t.Reason}
		if t.Fate() == model.FateDeferred {
			end.Until = &t.NotBefore
		}
	}
	return append(chain, end)
}

// whyEnrolled names the activity that let the contact in, or the trigger.
func (e *Engine) whyEnrolled(ctx context.Context, en model.Enrollment) (Link, error) {
	link := Link{At: &en.EnrolledAt, Kind: LinkEnrolled, Word: en.AnchorKind, Until: &en.AnchorAt}
	if en.ActivityID == 0 {
		return link, nil
	}
	var kinds []string
	err := e.DB.Read(ctx).Model(&model.Activity{}).Where("id = ?", en.ActivityID).Pluck("kind", &kinds).Error
	if len(kinds) > 0 {
		link.Word = kinds[0]
	}
	return link, wrap("load what enrolled the contact", err)
}

// calledLinks are what a touch's call has been through.
func calledLinks(d model.Dispatch) []Link {
	out := []Link{{At: &d.CreatedAt, Kind: LinkQueued, Word: d.Channel, DispatchID: d.ID}}
	if d.CalledAt != nil {
		out = append(out, Link{At: d.CalledAt, Kind: LinkCalled, Word: string(d.State), DispatchID: d.ID, Count: max(d.Attempts, 1)})
	}
	if d.SentAt != nil {
		out = append(out, Link{At: d.SentAt, Kind: LinkAccepted, Word: string(d.State), DispatchID: d.ID, RemoteID: d.RemoteID})
	}
	return out
}
