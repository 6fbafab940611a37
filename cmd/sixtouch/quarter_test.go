//go:build !race

// The race detector would make a quarter of a year last half an hour; the other
// tests of this package have it.

package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/wecom/sim"
)

// How large the quarter is. A failing run prints its seed; the same seed in
// SIXTOUCH_TEST_SEED gives the same people, events and faults.
const (
	quarterDays   = 90
	quarterPeople = 2000
	quarterReps   = 20
)

// programme is one of the quarter's overlapping SOPs, as the product gets it
// and, in steps, as the model reads it.
type quarterProgramme struct {
	name, definition string
	begins           func(quarterPerson) (time.Time, bool)
	steps            []quarterStep
}

// quarterStep is due days, or months, after the anchor's day, at that hour.
type quarterStep struct {
	text         string
	days, months int
	hour         int
	unless       func(p quarterPerson, due time.Time) bool // the step's filter says no
}

// quarterPerson is what the model knows of a customer.
type quarterPerson struct {
	id, name, rep, state string
	added                time.Time
	trial, hot, lost     time.Time // zero: never
}

func addedBy(states ...string) func(quarterPerson) (time.Time, bool) {
	return func(p quarterPerson) (time.Time, bool) {
		return p.added, len(states) == 0 || slices.Contains(states, p.state)
	}
}

func message(key, offset, at, text, more string) string {
	return fmt.Sprintf(`{"key":%q,"offset":{%s,"at":%q},"channel":"group_message","content":{"text":%q}%s}`, key, offset, at, text, more)
}

// quarterProgrammes overlap on purpose: some are due at the same minute for the
// same people.
func quarterProgrammes(trial, hot int64) []quarterProgramme {
	onTag := func(tag int64, steps ...string) string {
		return fmt.Sprintf(`{"trigger":{"kind":"tag_added","tag_id":%d},"steps":[%s]}`, tag, strings.Join(steps, ","))
	}
	onAdd := func(more string, steps ...string) string {
		return `{"trigger":{"kind":"contact_added"` + more + `},"steps":[` + strings.Join(steps, ",") + `]}`
	}
	noTrial := fmt.Sprintf(`,"filter":{"v":1,"op":"and","of":[{"f":"tag","is":"none","v":[%d]}]}`, trial)
	onTrial := func(p quarterPerson, due time.Time) bool { return !p.trial.IsZero() && p.trial.Before(due) }
	return []quarterProgramme{
		{
			"新好友七天", onAdd("",
				`{"key":"hello","offset":{},"channel":"welcome","content":{"text":"{name}，你好"}}`,
				message("a1", `"day":1`, "10:00", "A1", ""), message("a2", `"day":2`, "10:00", "A2", ""),
				message("a3", `"day":3`, "14:00", "A3", ""), message("a7", `"day":7`, "10:00", "A7", "")),
			addedBy(),
			[]quarterStep{
				{text: "A1", days: 1, hour: 10}, {text: "A2", days: 2, hour: 10}, {text: "A3", days: 3, hour: 14}, {text: "A7", days: 7, hour: 10},
			},
		},
		{
			"展会跟进", onAdd(`,"states":["expo"]`, message("b1", `"day":1`, "14:00", "B1", ""), message("b5", `"day":5`, "14:00", "B5", "")),
			addedBy("expo"),
			[]quarterStep{{text: "B1", days: 1, hour: 14}, {text: "B5", days: 5, hour: 14}},
		},
		{
			"试用十天", onTag(trial, message("c1", `"day":1`, "10:00", "C1", ""), message("c10", `"day":10`, "14:00", "C10", "")),
			func(p quarterPerson) (time.Time, bool) { return p.trial, !p.trial.IsZero() },
			[]quarterStep{{text: "C1", days: 1, hour: 10}, {text: "C10", days: 10, hour: 14}},
		},
		{
			"长期培育", onAdd("", message("d1", `"week":1`, "10:00", "D1", ""), message("d2", `"month":1`, "14:00", "D2", noTrial)),
			addedBy(),
			[]quarterStep{{text: "D1", days: 7, hour: 10}, {text: "D2", months: 1, hour: 14, unless: onTrial}},
		},
		{
			"高意向", onTag(hot, message("e2", `"day":2`, "14:00", "{name}，E2", "")),
			func(p quarterPerson) (time.Time, bool) { return p.hot, !p.hot.IsZero() },
			[]quarterStep{{text: "E2", days: 2, hour: 14}},
		},
	}
}

// due is the model's own arithmetic.
func (q quarterStep) due(anchor time.Time) time.Time {
	y, m, d := anchor.Date()
	if q.months > 0 {
		last := time.Date(y, m+time.Month(q.months)+1, 0, 0, 0, 0, 0, anchor.Location())
		return time.Date(last.Year(), last.Month(), min(d, last.Day()), q.hour, 0, 0, 0, anchor.Location())
	}
	return time.Date(y, m, d+q.days, q.hour, 0, 0, 0, anchor.Location())
}

// expected is what the person must have received until the end, each with the
// hour in which it came.
func (p quarterPerson) expected(programmes []quarterProgramme, end time.Time) []string {
	out := []string{p.added.Format("01-02 15") + " " + p.name + "，你好"}
	for _, sop := range programmes {
		anchor, in := sop.begins(p)
		if !in {
			continue
		}
		for _, step := range sop.steps {
			due := step.due(anchor)
			if due.After(end) || !p.lost.IsZero() && p.lost.Before(due) || step.unless != nil && step.unless(p, due) {
				continue
			}
			text := step.text
			if sop.name == "高意向" {
				text = p.name + "，" + text
			}
			out = append(out, due.Format("01-02 15")+" "+text)
		}
	}
	slices.Sort(out)
	return out
}

// quarter plays the company's life on a stage.
type quarter struct {
	*stage
	zone       *time.Location
	chance     *rand.Rand
	programmes []quarterProgramme
	sops       []int64
	people     []*quarterPerson
	tags       map[string]string // name → WeCom's id
}

// 2,000 contacts join over 90 days, five programmes overlap, replicas are killed
// and calls fail: what everybody received is what the model says, message for
// message and hour for hour.
func TestQuarter_ledgerEqualsTheModel(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, s *stage) {
		seed := uint64(time.Now().UnixNano())
		if text := os.Getenv("SIXTOUCH_TEST_SEED"); text != "" {
			var err error
			seed, err = strconv.ParseUint(text, 10, 64)
			require.NoError(t, err)
		}
		t.Cleanup(func() {
			if t.Failed() {
				t.Logf("replay with SIXTOUCH_TEST_SEED=%d", seed)
			}
		})
		zone, err := time.LoadLocation("Asia/Shanghai")
		require.NoError(t, err)
		q := &quarter{stage: s, zone: zone, chance: rand.New(rand.NewPCG(seed, 1))}
		q.open()
		for day := range quarterDays {
			q.stop(10, 1, false)
			q.arrive(day, 12, 5)
			q.stop(14, 1, false)
			q.arrive(day, 21, 30)
		}
		q.compare()
	})
}

func (q *quarter) open() {
	q.t.Helper()
	for i := range quarterReps {
		q.wecom.Member(fmt.Sprintf("rep%02d", i), fmt.Sprintf("销售%02d", i))
	}
	q.tags = map[string]string{}
	var made struct {
		Tags []struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"tags"`
	}
	q.wecom.Post("/sim/tags", map[string]any{"group": "阶段", "tags": []string{"试用", "高意向"}}, &made)
	for _, tag := range made.Tags {
		q.tags[tag.Name] = tag.ID
	}
	require.Len(q.t, q.tags, 2)
	q.startAll()
	q.to(21, 50)
	ids := map[string]int64{}
	q.eventually(time.Minute, func() string {
		var page struct {
			Items []struct {
				ID   int64  `json:"id"`
				Name string `json:"name"`
			} `json:"items"`
		}
		q.api("GET", "/tags", nil, &page)
		for _, tag := range page.Items {
			ids[tag.Name] = tag.ID
		}
		if len(ids) < 2 {
			return fmt.Sprintf("%d tags are known", len(ids))
		}
		return ""
	}, "the tags are known")
	q.unlimited()
	q.programmes = quarterProgrammes(ids["试用"], ids["高意向"])
	for _, p := range q.programmes {
		q.sops = append(q.sops, q.publish(p.name, p.definition))
	}
}

// stop moves the clock to that time and lets everything happen that is due.
func (q *quarter) stop(hour, minute int, arrivals bool) {
	q.t.Helper()
	if !arrivals {
		q.disturb()
	}
	q.to(hour, minute)
	if !arrivals {
		q.settle()
	}
}

// disturb breaks something about one time in six.
func (q *quarter) disturb() {
	const send = "/cgi-bin/externalcontact/add_msg_template"
	switch q.chance.IntN(30) {
	case 0:
		q.wecom.Fault(sim.Fault{Path: send, N: 1, AcceptThenTimeout: true})
	case 1:
		q.wecom.Fault(sim.Fault{Path: send, N: 1 + q.chance.IntN(3), Errcode: 42001})
	case 2:
		q.wecom.Fault(sim.Fault{Path: send, N: 1 + q.chance.IntN(3), Errcode: -1})
	case 3:
		i := q.chance.IntN(len(q.replicas))
		q.signal(i, syscall.SIGKILL)
		q.start(i)
	}
}

// arrive lets customers add reps, some be tagged and some leave.
func (q *quarter) arrive(day, hour, minute int) {
	q.t.Helper()
	q.stop(hour, minute, true)
	switch q.chance.IntN(6) {
	case 0:
		q.wecom.Fault(sim.Fault{Path: "callback", N: 2, Duplicate: 3})
	case 1:
		q.wecom.Fault(sim.Fault{Path: "callback", N: 1, Reorder: true})
	}
	for _, p := range q.people {
		age := q.now().Sub(p.added)
		switch {
		case !p.lost.IsZero() || age > 20*24*time.Hour:
		case q.chance.IntN(400) == 0:
			p.lost = q.now()
			q.wecom.Post("/sim/unfollows", map[string]any{"userid": p.rep, "external_userid": p.id, "by": "customer"}, nil)
		case p.trial.IsZero() && q.chance.IntN(40) == 0:
			p.trial = q.tag(p, "试用")
		case p.hot.IsZero() && q.chance.IntN(60) == 0:
			p.hot = q.tag(p, "高意向")
		}
	}
	share := quarterPeople / quarterDays / 2
	if day == quarterDays-1 && hour == 21 {
		share = quarterPeople - len(q.people)
	}
	for range share {
		n := len(q.people)
		p := &quarterPerson{name: fmt.Sprintf("客户%04d", n), rep: fmt.Sprintf("rep%02d", q.chance.IntN(quarterReps)), state: []string{"", "expo", "web"}[q.chance.IntN(3)], added: q.now()}
		p.id = q.wecom.Follow(p.rep, p.name, map[string]any{"state": p.state})
		q.people = append(q.people, p)
	}
	q.settle()
}

func (q *quarter) tag(p *quarterPerson, name string) time.Time {
	at := q.now()
	q.wecom.Post("/sim/tag", map[string]any{"userid": p.rep, "external_userid": p.id, "add": []string{q.tags[name]}}, nil)
	return at
}

func (q *quarter) now() time.Time { return q.wecom.Sim.Clock().Now().In(q.zone) }

// settle waits until nothing is left to do at this instant, with reps sending
// what they are asked to send.
func (q *quarter) settle() {
	q.t.Helper()
	q.eventually(3*time.Minute, q.unprocessed, "at %s all has arrived", q.now().Format(time.DateTime))
	q.confirmAll()
}

// unprocessed says which happening has not arrived in the database.
func (q *quarter) unprocessed() string {
	want := map[int64]int64{}
	lost := int64(0)
	for _, p := range q.people {
		for i, sop := range q.programmes {
			if _, in := sop.begins(*p); in {
				want[q.sops[i]]++
			}
		}
		if !p.lost.IsZero() {
			lost++
		}
	}
	conn := q.database().Conn(q.t.Context())
	var have []struct {
		SOPID int64 `gorm:"column:sop_id"`
		N     int64
	}
	require.NoError(q.t, conn.Model(&model.Enrollment{}).Select("sop_id, COUNT(*) AS n").Group("sop_id").Find(&have).Error)
	for _, h := range have {
		want[h.SOPID] -= h.N
	}
	for id, n := range want {
		if n != 0 {
			return fmt.Sprintf("%d people have not entered SOP %d", n, id)
		}
	}
	var gone int64
	require.NoError(q.t, conn.Model(&model.Relationship{}).Where("state = ?", model.RelationshipLost).Count(&gone).Error)
	if gone != lost {
		return fmt.Sprintf("%d of %d have left", gone, lost)
	}
	return ""
}

// compare holds the simulator's ledger against the model.
func (q *quarter) compare() {
	q.t.Helper()
	end := q.now()
	got := map[string][]string{}
	for _, e := range q.wecom.Ledger() {
		if e.Kind == "welcome" || e.Kind == "groupmsg" {
			got[e.ExternalUserID] = append(got[e.ExternalUserID], e.At.In(q.zone).Format("01-02 15")+" "+e.Text)
		}
	}
	wrong, messages := 0, 0
	for _, p := range q.people {
		want := p.expected(q.programmes, end)
		have := got[p.id]
		slices.SortFunc(have, cmp.Compare[string])
		messages += len(want)
		if !slices.Equal(want, have) {
			if wrong++; wrong <= 5 {
				q.t.Errorf("%s of %s, added %s (%q), trial %s, hot %s, lost %s:\nwant %q\nhave %q", p.name, p.rep, p.added.Format(time.DateTime), p.state,
					p.trial.Format(time.DateTime), p.hot.Format(time.DateTime), p.lost.Format(time.DateTime), want, have)
			}
		}
	}
	require.Zero(q.t, wrong, "people who received something else than the model says")
	q.t.Logf("%d people, %d messages", len(q.people), messages)
}
