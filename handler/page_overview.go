package handler

import (
	"fmt"
	"net/http"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/report"
	"sixtouch/service/touch"
	"sixtouch/sop"
)

// alert is something on the overview that a person should look at.
type alert struct {
	Key   string // of the catalogue
	Count int
	Href  string
}

// named is a count with its name, for lists in a fixed order.
type named struct {
	Name  string
	Count int
}

type overviewBody struct {
	report.Overview
	Alerts         []alert
	Open           int // callbacks not yet processed
	TodayBar       bar
	DispatchStates []named
	Backlog        []report.BacklogCount
	Stopped        sop.Stopped
	Programmes     []report.ProgrammeRow
	Latest         []touchView
}

// How many SOPs and touches the overview names.
const (
	overviewSOPs    = 6
	overviewTouches = 8
)

func (p *Pages) overview(c *gin.Context) error {
	o, err := p.Reports.Overview(c.Request.Context())
	if err != nil {
		return err
	}
	body := overviewBody{Overview: o, Alerts: alertsOf(o)}
	for _, state := range []model.InboxState{model.InboxReceived, model.InboxProcessing, model.InboxRetry} {
		body.Open += o.Inbox.States[state]
	}
	for _, state := range []model.DispatchState{
		model.DispatchQueued, model.DispatchSending, model.DispatchSent, model.DispatchConfirmed,
		model.DispatchExpired, model.DispatchUnknown, model.DispatchStuck, model.DispatchFailed,
	} {
		if n := o.Dispatches[state]; n > 0 {
			body.DispatchStates = append(body.DispatchStates, named{string(state), n})
		}
	}
	today := make([]report.StepCount, 0, len(o.Today))
	for state, n := range o.Today {
		today = append(today, report.StepCount{State: state, Count: n})
	}
	body.TodayBar = barOf(today, "overview.today.none")
	backlog, err := p.Reports.Backlog(c.Request.Context())
	if err != nil {
		return err
	}
	body.Backlog = backlogOf(backlog)
	if body.Stopped, err = p.Engine.StopStatus(c.Request.Context(), 0); err != nil {
		return err
	}
	if body.Programmes, err = p.Reports.Programmes(c.Request.Context(), model.Page{Limit: overviewSOPs}); err != nil {
		return err
	}
	latest, err := p.Touches.List(c.Request.Context(), touch.Filter{}, model.Page{Limit: overviewTouches})
	if err != nil {
		return err
	}
	for _, t := range latest {
		body.Latest = append(body.Latest, touchViewOf(t))
	}
	return p.show(c, http.StatusOK, "overview", body)
}

func alertsOf(o report.Overview) []alert {
	all := []alert{
		{"alert.inbox_dead", o.Inbox.States[model.InboxDead], "/api/v1/inbox/parked"},
		{"alert.dispatch_stuck", o.Dispatches[model.DispatchStuck], "/api/v1/dispatches?state=stuck"},
		{"alert.dispatch_failed", o.Dispatches[model.DispatchFailed], fmt.Sprintf("/touches?day=%s&state=failed", o.Day)},
		{"alert.enrollment_parked", o.Enrollments[model.EnrollmentParked], "/sops"},
	}
	if o.Sync != nil && o.Sync.State == model.SyncPartial {
		all = append(all, alert{"alert.sync_partial", max(1, len(o.Sync.Counts.V.UnreadReps)), "/api/v1/syncs/last"})
	}
	var alerts []alert
	for _, a := range all {
		if a.Count > 0 {
			alerts = append(alerts, a)
		}
	}
	return alerts
}

// bar is a stacked bar of touches by state.
type bar struct {
	Total int
	Parts []barPart
	Empty string // what to say when there is none
}

type barPart struct {
	State    model.TouchState
	Count    int
	X, Width int // of barWidth
	Reasons  []report.StepCount
}

const barWidth = 1000

// barOf adds counts up by state, in the order in which a touch lives.
func barOf(counts []report.StepCount, empty string) bar {
	b := bar{Empty: empty}
	for _, n := range counts {
		b.Total += n.Count
	}
	x, seen := 0, 0
	for _, state := range touchStates() {
		part := barPart{State: state, X: x}
		for _, n := range counts {
			if n.State != state || n.Count == 0 {
				continue
			}
			part.Count += n.Count
			if n.Reason != "" && n.Reason != string(n.State) {
				part.Reasons = append(part.Reasons, n)
			}
		}
		if part.Count == 0 {
			continue
		}
		seen += part.Count
		part.Width = seen*barWidth/b.Total - x
		x += part.Width
		b.Parts = append(b.Parts, part)
	}
	return b
}

// touchStates are all states, good ends first.
func touchStates() []model.TouchState {
	return []model.TouchState{
		model.TouchDelivered, model.TouchDone, model.TouchAccepted, model.TouchDispatched, model.TouchPlanned,
		model.TouchSkipped, model.TouchCancelled, model.TouchExpired, model.TouchFailed,
	}
}
