package sop_test

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/sop"
	"sixtouch/wecom/sim/simtest"
)

// row is a touch as the checks look at it.
type row struct {
	SOP, Who, StepKey, State, Reason string
	EnrollmentID                     int64
	Run, Verdicts                    int
	DueAt                            time.Time
}

func (p *play) rows() []row {
	var out []row
	err := p.db.Read(p.ctx).Table("touches").Joins("JOIN sops ON sops.id = touches.sop_id").Joins("JOIN contacts ON contacts.id = touches.contact_id").
		Select("sops.name AS sop, contacts.name AS who, touches.step_key, touches.state, touches.reason, touches.enrollment_id, touches.run, touches.due_at, LENGTH(touches.verdicts) AS verdicts").
		Scan(&out).Error
	require.NoError(p.t, err)
	return out
}

// check holds the touches against the model, and those of the properties that
// concern them.
func (p *play) check() {
	rows := p.rows()
	ran, got := map[string]int{}, []string{}
	for _, r := range rows {
		state := r.State
		if state == "failed" && r.Reason != sop.ReasonNotFriend {
			state = "refused"
		}
		got = append(got, outcome(r.SOP, r.Who, r.StepKey, state, r.Reason))
		ran[fmt.Sprint(r.SOP, " ", r.Who, " ", r.StepKey, " ", r.Run)]++
	}
	for what, n := range ran {
		require.Equal(p.t, 1, n, "property 1: %s has so many touches", what)
	}
	p.checkAccounts(rows)
	slices.Sort(got)
	require.Equal(p.t, p.model.outcomes(), got, "at %s", p.now)
}

// checkAccounts is property 2: every step that has been due, with its grace
// over, is a touch or a skip with its reason, or is about to be: what is overdue
// comes hour by hour. And the numbers of all touches balance.
func (p *play) checkAccounts(rows []row) {
	known, sums := map[string]bool{}, map[string]int{}
	for _, r := range rows {
		known[r.SOP+" "+r.Who+" "+r.StepKey] = true
		switch model.TouchState(r.State) {
		case model.TouchAccepted, model.TouchDelivered, model.TouchDone, model.TouchFailed, model.TouchExpired:
			sums["sent"]++
		case model.TouchPlanned:
			sums["deferred"]++
		case model.TouchSkipped:
			require.NotEmpty(p.t, r.Reason, "property 2: %s of %s for %s is skipped without a reason", r.StepKey, r.SOP, r.Who)
			require.Greater(p.t, r.Verdicts, len("[]"), "property 2: %s of %s for %s is skipped without a verdict", r.StepKey, r.SOP, r.Who)
			sums["skipped"]++
		case model.TouchCancelled:
			require.NotEmpty(p.t, r.Reason)
			sums["exited"]++
		case model.TouchDispatched:
			sums["waiting"]++
		}
	}
	total := 0
	for _, n := range sums {
		total += n
	}
	require.Equal(p.t, len(rows), total, "property 2: the statistics balance: %v", sums)
	soon := p.soon()
	for _, run := range p.model.runs {
		if run.state == "exited" || soon[run.sop.name+" "+run.who.name] {
			continue
		}
		for _, s := range run.steps {
			if due, _ := run.sop.due(s, run.anchor); due+stamp(s.grace) < p.now {
				require.True(p.t, known[run.sop.name+" "+run.who.name+" "+s.key], "property 2: %s of %s for %s was due at %s and is lost", s.key, run.sop.name, run.who.name, due)
			}
		}
	}
}

// soon tells who is planned on within the hour, as "programme person".
func (p *play) soon() map[string]bool {
	var list []string
	err := p.db.Read(p.ctx).Table("enrollments").Joins("JOIN sops ON sops.id = enrollments.sop_id").Joins("JOIN contacts ON contacts.id = enrollments.contact_id").
		Where("enrollments.next_due_at <= ?", p.clock.Now().Add(time.Hour)).Select("CONCAT(sops.name, ' ', contacts.name)").Scan(&list).Error
	require.NoError(p.t, err)
	out := map[string]bool{}
	for _, who := range list {
		out[who] = true
	}
	return out
}

// checkLedger holds what people have received against the model, and those of
// the properties that concern it.
func (p *play) checkLedger() {
	got, want := []string{}, []string{}
	times := map[string]int{}
	for _, e := range p.wecom.Ledger() {
		if e.Kind != "groupmsg" {
			continue
		}
		n := slices.Index(p.sent, e.ExternalUserID)
		who := p.model.people[n]
		part := strings.Split(e.Text, "·")
		got = append(got, fmt.Sprintf("%s ← %s", who.name, e.Text))
		what := who.name + " " + part[0] + " " + part[1]
		times[what]++
		require.Equal(p.t, 1, times[what], "properties 1 and 7: %s is received so often", what)
		p.checkMeant(who, e, part)
	}
	for _, e := range p.model.ledger {
		want = append(want, fmt.Sprintf("%s ← %s", e.who, e.text))
	}
	slices.Sort(got)
	slices.Sort(want)
	require.Equal(p.t, want, got, "what people have received by %s", p.now)
}

// checkMeant is property 8: whoever receives a text was due for just that step
// of just that programme, by then, from their own rep, with their own name.
func (p *play) checkMeant(who *refPerson, e simtest.Entry, part []string) {
	at := slices.IndexFunc(p.model.runs, func(run *refRun) bool { return run.who == who && run.sop.name == part[0] })
	require.GreaterOrEqual(p.t, at, 0, "property 8: %s is not in %s", who.name, part[0])
	t := p.model.runs[at].touches[part[1]]
	require.NotNil(p.t, t, "property 8: %s was never due for %s", who.name, e.Text)
	require.NotEqual(p.t, never, t.sent, "property 8: %s should not have got %s: %s %s", who.name, e.Text, t.state, t.reason)
	require.False(p.t, e.At.Before(t.due.time()), "property 8: %s is before its time", e.Text)
	require.Equal(p.t, who.rep, e.UserID, "property 8: the rep of %s", who.name)
	if len(part) == 4 {
		require.Equal(p.t, who.name, part[3], "property 8: whose name the text has")
	}
}

// story is everything that has come of the script: who received what, which
// cards the reps got for whom, and every touch.
func (p *play) story() []string {
	var out []string
	for _, e := range p.wecom.Ledger() {
		if e.Kind == "groupmsg" {
			out = append(out, fmt.Sprintf("%s ← %s", p.model.people[slices.Index(p.sent, e.ExternalUserID)].name, e.Text))
		}
	}
	for _, r := range p.rows() {
		out = append(out, outcome(r.SOP, r.Who, r.StepKey, r.State, r.Reason)+" "+r.DueAt.UTC().String())
	}
	slices.Sort(out)
	return append(out, p.prompted()...)
}

// prompted lists what the reps' cards ask for, each thing for each person.
func (p *play) prompted() []string {
	var dispatches []model.Dispatch
	require.NoError(p.t, p.db.Read(p.ctx).Find(&dispatches, "channel = ?", toPrompt).Error)
	var out []string
	for _, d := range dispatches {
		for _, what := range d.Payload.V.Prompts {
			for _, name := range what.Names {
				out = append(out, fmt.Sprintf("%s: %s ← %s", d.Payload.V.UserID, name, what.Text))
			}
		}
	}
	slices.Sort(out)
	return out
}

// checkCards: the reps got each card once, and the cards ask for just what is due.
func (p *play) checkCards() {
	cards, sent := 0, int64(0)
	for _, e := range p.wecom.Ledger() {
		if e.Kind == "app_message" {
			cards++
		}
	}
	require.NoError(p.t, p.db.Read(p.ctx).Model(&model.Dispatch{}).Where("channel = ? AND sent_at IS NOT NULL", toPrompt).Count(&sent).Error)
	require.EqualValues(p.t, sent, cards, "property 1: a card for each dispatch")
	want := []string(nil)
	for _, run := range p.model.runs {
		for _, t := range run.touches {
			if t.step.channel == toPrompt && t.sent != never {
				want = append(want, fmt.Sprintf("%s: %s ← %s", run.who.rep, run.who.name, t.text))
			}
		}
	}
	slices.Sort(want)
	require.Equal(p.t, want, p.prompted(), "property 8: what the reps' cards ask for")
}
