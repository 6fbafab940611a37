//go:build !race

// The race detector would make a quarter of a year last half an hour; the other
// tests of this package have it.

package main

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/wecom/sim"
)

// How large the quarter is. SIXTOUCH_TEST_DAYS makes another one of it. A
// failing run prints its seed; the same seed in SIXTOUCH_TEST_SEED gives the same
// people, events and faults.
const (
	quarterDays   = 90
	quarterPeople = 2000
	quarterReps   = 20
)

// quarterProgramme is one of the quarter's overlapping SOPs, as the product gets
// it and, in steps, as the model reads it.
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
	card         bool                                      // for the rep
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
// same people. The first has the highest priority.
func quarterProgrammes(trial, hot int64) []quarterProgramme {
	priority := 10
	programme := func(trigger string, steps ...string) string {
		priority--
		return fmt.Sprintf(`{"trigger":{%s},"priority":%d,"steps":[%s]}`, trigger, priority, strings.Join(steps, ","))
	}
	onTag := func(tag int64, steps ...string) string {
		return programme(fmt.Sprintf(`"kind":"tag_added","tag_id":%d`, tag), steps...)
	}
	onAdd := func(more string, steps ...string) string { return programme(`"kind":"contact_added"`+more, steps...) }
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
		{
			"网站来客回访", onAdd(`,"states":["web"]`, `{"key":"f3","offset":{"day":3,"at":"14:00"},"channel":"rep_prompt","content":{"text":"F3"}}`),
			addedBy("web"),
			[]quarterStep{{text: "F3", days: 3, hour: 14, card: true}},
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

// outgoing is a message to a customer, or a rep's prompt about them.
type outgoing struct {
	at   time.Time
	text string
	card bool
}

// due lists what the programmes have for the person until the end, in the order
// in which it goes: by time, then by priority.
func (p quarterPerson) due(programmes []quarterProgramme, end time.Time) []outgoing {
	var out []outgoing
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
			out = append(out, outgoing{due, text, step.card})
		}
	}
	slices.SortStableFunc(out, func(a, b outgoing) int { return a.at.Compare(b.at) })
	return out
}

// expected is what the person must have received until the end, each with the
// hour in which it came. From capped on the product's caps hold: one message a
// day and three a week. What finds no room on its day is skipped: the next day
// is later than a step's grace.
func (p quarterPerson) expected(programmes []quarterProgramme, capped, end time.Time) []string {
	out := []string{p.added.Format("01-02 15") + " " + p.name + "，你好"}
	days, weeks := map[string]int{}, map[[2]int]int{}
	for _, m := range p.due(programmes, end) {
		day := m.at.Format(time.DateOnly)
		year, number := m.at.ISOWeek()
		week := [2]int{year, number}
		if !m.card {
			if !m.at.Before(capped) && (days[day] >= 1 || weeks[week] >= 3) {
				continue
			}
			days[day]++
			weeks[week]++
		}
		out = append(out, m.at.Format("01-02 15")+" "+m.text)
	}
	slices.Sort(out)
	return out
}

// quarter plays the company's life on a stage.
type quarter struct {
	*stage
	zone       *time.Location
	chance     *rand.Rand
	days       int
	programmes []quarterProgramme
	capped     time.Time // from when on caps hold
	sops       []int64
	people     []*quarterPerson
	tags       map[string]string // name → WeCom's id
}

// incident breaks something on one day: before its morning comes, as soon as it
// has come, and what mends it in the evening. Each may be nil.
type incident struct{ before, during, after func() }

// 2,000 contacts join over 90 days, six programmes overlap, replicas are killed
// and calls fail, Redis forgets everything and is killed: what everybody received
// is what the model says, message for message and hour for hour.
func TestQuarter_ledgerEqualsTheModel(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		q := newQuarter(t, newStage(t, 1, modeltest.SQLiteDSN(t), ""), quarterDays)
		q.play(nil)
	})
	t.Run("mysql and redis, two replicas", func(t *testing.T) {
		t.Parallel()
		if os.Getenv("SIXTOUCH_TEST_REDIS") == "" {
			t.Skip("SIXTOUCH_TEST_REDIS names no server; make test starts one")
		}
		redis := startRedis(t)
		q := newQuarter(t, newStage(t, 2, modeltest.MySQLDSN(t), redis.url()), quarterDays)
		q.play(map[int]incident{
			q.days / 3:     {during: redis.flush},
			2 * q.days / 3: {before: redis.kill, during: func() { <-time.After(2 * time.Second); redis.start() }},
		})
	})
}

// newQuarter is a quarter of so many days, unless the environment has another
// number.
func newQuarter(t *testing.T, s *stage, days int) *quarter {
	t.Helper()
	number := func(name string, otherwise uint64) uint64 {
		text := os.Getenv(name)
		if text == "" {
			return otherwise
		}
		n, err := strconv.ParseUint(text, 10, 64)
		require.NoError(t, err, name)
		return n
	}
	seed := number("SIXTOUCH_TEST_SEED", uint64(time.Now().UnixNano()))
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("replay with SIXTOUCH_TEST_SEED=%d", seed)
		}
	})
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	return &quarter{stage: s, zone: zone, chance: rand.New(rand.NewPCG(seed, 1)), days: int(number("SIXTOUCH_TEST_DAYS", uint64(days)))}
}

// play lets the days pass, with an incident on some of them, and compares.
func (q *quarter) play(incidents map[int]incident) {
	q.t.Helper()
	q.open()
	for day := range q.days {
		x, broken := incidents[day]
		do := func(f func()) {
			if f != nil {
				f()
			}
		}
		do(x.before)
		q.stop(10, 1, broken, x.during)
		q.arrive(day, 12, 5)
		q.stop(14, 1, broken, nil)
		q.arrive(day, 21, 30)
		do(x.after)
	}
	q.compare()
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
	now := q.now()
	q.capped = time.Date(now.Year(), now.Month(), now.Day()+q.days/2, 0, 0, 0, 0, q.zone)
	q.api("PUT", "/limits", map[string]any{
		"valid_from": q.capped.Format(time.DateOnly), "contact_day": 1, "contact_week": 3, "rep_day": 30, "quota_mode": "none",
	}, nil)
	q.programmes = quarterProgrammes(ids["试用"], ids["高意向"])
	for _, p := range q.programmes {
		q.sops = append(q.sops, q.publish(p.name, p.definition))
	}
}

// stop moves the clock to that time and lets everything happen that is due. On a
// day with an incident nothing else breaks.
func (q *quarter) stop(hour, minute int, incident bool, meanwhile func()) {
	q.t.Helper()
	if !incident {
		q.disturb()
	}
	q.to(hour, minute)
	if meanwhile != nil {
		meanwhile()
	}
	q.settle()
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
	q.to(hour, minute)
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
	if day == q.days-1 && hour == 21 {
		share = quarterPeople*q.days/quarterDays - len(q.people)
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
	got, ids := map[string][]string{}, map[string]string{}
	for _, p := range q.people {
		ids[p.name] = p.id
	}
	name := regexp.MustCompile(`客户\d{4}`)
	for _, e := range q.wecom.Ledger() {
		hour := e.At.In(q.zone).Format("01-02 15")
		switch e.Kind {
		case "welcome", "groupmsg":
			got[e.ExternalUserID] = append(got[e.ExternalUserID], hour+" "+e.Text)
		case "app_message":
			require.Contains(q.t, e.Text, "F3")
			for _, who := range name.FindAllString(e.Text, -1) {
				got[ids[who]] = append(got[ids[who]], hour+" F3")
			}
		}
	}
	wrong, messages := 0, 0
	for _, p := range q.people {
		want := p.expected(q.programmes, q.capped, end)
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
