package sop_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"
	"pgregory.net/rapid"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/calendar"
	"sixtouch/sop"
)

// silent is a channel that takes everything and tells nobody.
type silent struct{ info sop.ChannelInfo }

func (s silent) Info() sop.ChannelInfo                                { return s.info }
func (silent) Check(sop.Step) error                                   { return nil }
func (silent) Send(context.Context, sop.Batch) (sop.Receipt, error)   { return sop.Receipt{}, nil }
func (silent) Poll(context.Context, sop.Batch) ([]sop.Outcome, error) { return nil, nil }
func (silent) Find(context.Context, sop.Batch, time.Time) ([]sop.Receipt, error) {
	return nil, nil
}

// oracleWorld is an engine whose channels are silent, for comparing what it
// foretells with what it does.
type oracleWorld struct {
	db     *model.DB
	clock  *modeltest.Clock
	engine *sop.Engine
	zone   *time.Location
}

func newOracleWorld(t *testing.T, db *model.DB, clock *modeltest.Clock) *oracleWorld {
	t.Helper()
	zone, _ := setting(t)
	days, err := calendar.New(db)
	require.NoError(t, err)
	e := sop.New(sop.Deps{
		DB: db, Calendar: days.Days, Logger: slog.New(slog.DiscardHandler),
		Channels: sop.NewChannels(
			silent{sop.ChannelInfo{Name: "group_message", MaxRecipients: 3, Variants: true, Reach: sop.ReachContact, Quota: true, PollFor: 1000 * time.Hour, PollEvery: time.Hour}},
			silent{sop.ChannelInfo{Name: "rep_prompt", MaxRecipients: 5, Variants: true, Digest: true, Reach: sop.ReachRep, PollFor: 1000 * time.Hour, PollEvery: time.Hour}},
		),
		Config: sop.Config{Zone: zone, PageSize: 100, Lease: time.Minute, Settle: time.Minute, Senders: 8},
	})
	return &oracleWorld{db, clock, e, zone}
}

// clear empties the tables of the world before.
func (w *oracleWorld) clear(t require.TestingT) {
	conn := w.db.Conn(context.Background())
	for _, table := range []string{"touches", "dispatches", "enrollments", "step_contents", "sop_versions", "sops", "relationship_tags", "relationships", "contacts", "reps", "digests"} {
		require.NoError(t, conn.Exec("DELETE FROM "+table).Error)
	}
}

// programme draws a definition; tag is one that some people wear.
func programme(t *rapid.T, tag int64) sop.Definition {
	draw := func(label string, from ...string) string { return rapid.SampledFrom(from).Draw(t, label) }
	filter := func() string {
		return draw("filter", `null`, `null`, fmt.Sprintf(`{"v":1,"f":"tag","is":"any","v":[%d]}`, tag), fmt.Sprintf(`{"f":"tag","is":"none","v":[%d]}`, tag))
	}
	steps := []json.RawMessage{}
	for i := range rapid.IntRange(1, 4).Draw(t, "steps") {
		offset := draw("offset", `{"after":"0s"}`, `{"after":"90m"}`, `{"day":0,"at":"10:00"}`, `{"day":1,"at":"10:00"}`, `{"day":1,"at":"21:15"}`, `{"day":2}`, `{"workday":1,"at":"09:30"}`, `{"after":"50h"}`, `{"week":1}`)
		say := draw("content", `"content":{"text":"好"}`, `"content":{"text":"{name}，好"}`, `"content":{"text":"{name|您}好，我是{rep}"}`,
			`"variants":[{"key":"a","weight":1,"content":{"text":"甲"}},{"key":"b","weight":2,"content":{"text":"{name}"}}]`)
		steps = append(steps, json.RawMessage(fmt.Sprintf(`{"key":"s%d","offset":%s,"channel":%q,"grace":%q,"filter":%s,%s}`, i, offset,
			draw("channel", "group_message", "group_message", "rep_prompt"), draw("grace", "12h", "30m", "3d"), filter(), say)))
	}
	window := draw("window", `{}`, `{"from":"10:00","to":"12:00"}`, `{"workdays":true}`)
	doc, err := json.Marshal(map[string]any{
		"trigger": map[string]string{"kind": "manual"}, "window": json.RawMessage(window), "steps": steps,
		"priority": rapid.IntRange(0, 2).Draw(t, "priority"), "exclusivity": draw("exclusivity", "", "促销", "促销"),
		"max_deferrals": rapid.IntRange(0, 3).Draw(t, "deferrals"),
	})
	require.NoError(t, err)
	d, err := sop.ParseDefinition(doc)
	require.NoError(t, err)
	return d
}

// populate draws reps, people and programmes, and lets some into some, over
// hours in which nothing is planned.
func (w *oracleWorld) populate(t *rapid.T) (sopIDs []int64) {
	ctx := context.Background()
	conn, now := w.db.Conn(ctx), w.db.Now(ctx)
	reps := []model.Rep{{UserID: "lin", Name: "林"}, {UserID: "wang", Name: "王"}, {UserID: "gone", Name: "走"}}
	reps[2].LeftAt = &now
	require.NoError(t, conn.Create(&reps).Error)
	var ids []int64
	for i := range rapid.IntRange(1, 4).Draw(t, "people") {
		c := model.Contact{ExternalUserID: fmt.Sprintf("wm%d", i), Name: rapid.SampledFrom([]string{"甲", "乙", ""}).Draw(t, "name"), Type: 1}
		w.wish(t, &c, now)
		require.NoError(t, conn.Create(&c).Error)
		r := model.Relationship{
			ContactID: c.ID, RepID: reps[rapid.SampledFrom([]int{0, 0, 1, 1, 2}).Draw(t, "rep")].ID, AddedAt: now, SeenAt: now,
			State: rapid.SampledFrom([]model.RelationshipState{model.RelationshipActive, model.RelationshipActive, model.RelationshipLost}).Draw(t, "state"),
		}
		require.NoError(t, conn.Create(&r).Error)
		if rapid.Bool().Draw(t, "tagged") {
			require.NoError(t, conn.Create(&model.RelationshipTag{RelationshipID: r.ID, TagID: 7, ContactID: c.ID, FirstSeenAt: now, AddedAt: now, LastSeenAt: now}).Error)
		}
		ids = append(ids, c.ID)
	}
	for range rapid.IntRange(1, 3).Draw(t, "programmes") {
		s, err := w.engine.Create(ctx, "随机", programme(t, 7))
		require.NoError(t, err)
		_, err = w.engine.Publish(ctx, s.ID, "test")
		require.NoError(t, err)
		for _, id := range ids {
			w.clock.Advance(time.Duration(rapid.IntRange(0, 900).Draw(t, "minutes")) * time.Minute)
			_, err := w.engine.Enroll(ctx, s.ID, []int64{id})
			require.NoError(t, err)
		}
		sopIDs = append(sopIDs, s.ID)
	}
	return sopIDs
}

// wish draws what a contact has asked of us; most have asked nothing.
func (w *oracleWorld) wish(t *rapid.T, c *model.Contact, now time.Time) {
	switch rapid.IntRange(0, 7).Draw(t, "wish") {
	case 0:
		c.Consent = model.ConsentRefused
	case 1, 2:
		c.ContactLess = true
	case 3:
		until := now.Add(time.Duration(rapid.IntRange(1, 120).Draw(t, "held for hours")) * time.Hour)
		c.HeldUntil = &until
	}
}

// run lets the engine do everything that is due until then, whenever it is due.
func (w *oracleWorld) run(t require.TestingT, until time.Time) {
	ctx := context.Background()
	for range 1000 {
		require.NoError(t, w.engine.Plan(ctx))
		require.NoError(t, w.engine.Group(ctx))
		_, err := w.engine.Dispatch(ctx)
		require.NoError(t, err)
		var next []time.Time
		conn := w.db.Read(ctx)
		var en []model.Enrollment
		require.NoError(t, conn.Order("next_due_at").Limit(1).Find(&en, "next_due_at > ?", w.db.Now(ctx)).Error)
		for _, x := range en {
			next = append(next, *x.NextDueAt)
		}
		var waiting []model.Touch
		require.NoError(t, conn.Order("not_before").Limit(1).Find(&waiting, "state = ? AND not_before > ?", model.TouchPlanned, w.db.Now(ctx)).Error)
		for _, x := range waiting {
			next = append(next, x.NotBefore)
		}
		if len(next) == 0 {
			return
		}
		if len(next) == 2 && next[1].Before(next[0]) {
			next[0] = next[1]
		}
		if next[0].After(until) {
			return
		}
		w.clock.Set(next[0])
	}
	require.FailNow(t, "it never ends")
}

func line(t model.Touch, at time.Time) string {
	if t.State == model.TouchSkipped {
		return fmt.Sprintf("%d %d %s due %s skipped %s by %d", t.ContactID, t.SOPID, t.StepKey, t.DueAt.Format(time.RFC3339), t.Reason, t.RepID)
	}
	return fmt.Sprintf("%d %d %s due %s at %s by %d variant %s", t.ContactID, t.SOPID, t.StepKey, t.DueAt.Format(time.RFC3339), at.UTC().Format(time.RFC3339), t.RepID, t.Variant)
}

// Property 4: forecast = run, touch for touch, on frozen facts.
func TestOutlook_foretellsTouchForTouchWhatTheEngineDoes(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		w := newOracleWorld(t, db, clock)
		rapid.Check(t, func(t *rapid.T) {
			ctx := context.Background()
			w.clear(t)
			w.clock.Set(modeltest.Start().Add(time.Duration(rapid.IntRange(0, 10_000).Draw(t, "start")) * time.Minute))
			sopIDs := w.populate(t)
			w.clock.Advance(time.Duration(rapid.IntRange(0, 3000).Draw(t, "outage")) * time.Minute)
			days := rapid.IntRange(1, 9).Draw(t, "days")
			told, err := w.engine.Outlook(ctx, sop.Question{Days: days})
			require.NoError(t, err)
			want := []string{}
			for _, p := range told.Touches {
				want = append(want, line(p.Touch, p.At))
			}
			bySOP := 0
			for _, id := range sopIDs {
				part, err := w.engine.Outlook(ctx, sop.Question{SOPID: id, Days: days})
				require.NoError(t, err)
				bySOP += part.Total
			}
			require.Equal(t, told.Total, bySOP, "the programmes' outlooks add up to the corp's")
			w.run(t, told.Until)
			var touches []model.Touch
			require.NoError(t, w.db.Read(ctx).Order("id").Find(&touches).Error)
			got := []string{}
			for _, touch := range touches {
				if touch.State == model.TouchSkipped || !touch.NotBefore.After(told.Until) {
					got = append(got, line(touch, touch.NotBefore))
				}
			}
			require.ElementsMatch(t, want, got)
		})
	})
}

func TestOutlook_countsWhatEachDayAsksOfARep(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("新好友", `{"trigger":{"kind":"contact_added"},"steps":[`+
			message("d1", `{"day":1,"at":"10:00"}`, "第一天")+`,`+message("d2", `{"day":2,"at":"10:00"}`, "{name}，第二天")+`]}`)
		for _, name := range []string{"甲", "乙", ""} {
			w.add("lin", name, "")
		}
		o, err := w.engine.Outlook(w.ctx, sop.Question{SOPID: id, Days: 3})
		require.NoError(w.t, err)
		require.Equal(w.t, []sop.Load{
			{Day: "2026-03-03", RepID: w.reps["lin"], RepName: "销售lin", Touches: 3, Calls: 1},
			{Day: "2026-03-04", RepID: w.reps["lin"], RepName: "销售lin", Touches: 2, Calls: 2, Skipped: 1},
		}, o.Load)
		w.at("2026-03-03 10:00")
		w.at("2026-03-04 10:00")
		require.Len(w.t, w.dispatches(), 3, "as many calls as were foretold")
	})
}

// What waits for its window already is as much ahead as what is not yet planned.
func TestOutlook_knowsWhatWaitsAlready(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", strings.Replace(one("第一天"), `"key":"d1",`, `"key":"d1","grace":"3d",`, 1))
		c, _ := w.add("lin", "甲", "")
		w.set("2026-03-03 20:45")
		require.NoError(w.t, w.engine.Plan(w.ctx))
		for _, q := range []sop.Question{{Days: 1}, {ContactID: c.ID, Days: 1}, {RepID: w.reps["lin"], Days: 1}, {SOPID: 1, Days: 1}} {
			o, err := w.engine.Outlook(w.ctx, q)
			require.NoError(w.t, err)
			require.Len(w.t, o.Touches, 1, "%+v", q)
			require.Equal(w.t, "2026-03-04T01:00:00Z", o.Touches[0].At.Format(time.RFC3339))
		}
	})
}

// A chained step counts from the confirmation of the one before, which is
// taken to come at once.
func TestOutlook_goesOnThroughAChain(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("新好友", `{"trigger":{"kind":"contact_added"},"mode":"chained","steps":[`+
			message("a", `{"after":"2h"}`, "一")+`,`+message("b", `{"after":"3h"}`, "二")+`,`+message("c", `{"day":1,"at":"10:00"}`, "三")+`]}`)
		w.add("lin", "甲", "")
		o, err := w.engine.Outlook(w.ctx, sop.Question{Days: 3})
		require.NoError(w.t, err)
		told := []string{}
		for _, p := range o.Touches {
			told = append(told, p.StepKey+" "+p.At.Format("02 15:04"))
		}
		require.Equal(w.t, []string{"a 02 04:00", "b 02 07:00", "c 03 02:00"}, told)
	})
}

func TestOutlook_noStatementScansATable(t *testing.T) {
	t.Parallel()
	clock := modeltest.NewClock()
	w := newWorld(t, modeltest.Open(t, modeltest.MySQLDSN(t), clock), clock)
	w.rep("lin")
	w.rep("wang")
	id := w.publish("新好友", one("一次"))
	w.addMany("lin", 2000)
	w.at("2026-03-03 10:00")
	c, _ := w.add("wang", "王小明", "")
	conn := w.db.Conn(w.ctx)
	tables := []string{"contacts", "relationships", "enrollments", "touches"}
	for _, table := range tables {
		require.NoError(t, conn.Exec("ANALYZE TABLE "+table).Error)
	}
	statements := record(t, w)
	for _, q := range []sop.Question{{Days: 9}, {ContactID: c.ID, Days: 9}, {RepID: w.reps["wang"], Days: 9}, {SOPID: id, Days: 9}} {
		o, err := w.engine.Outlook(w.ctx, q)
		require.NoError(t, err)
		require.Equal(t, 1, o.Total)
	}
	list := statements()
	require.Greater(t, len(list), 8)
	for _, sql := range list {
		var plan []map[string]any
		require.NoError(t, conn.Session(&gorm.Session{NewDB: true}).Raw("EXPLAIN "+sql).Scan(&plan).Error, sql)
		for _, row := range plan {
			if slices.Contains(tables, fmt.Sprint(row["table"])) {
				require.NotContains(t, []string{"ALL", "index"}, fmt.Sprint(row["type"]), "%s\n%v", sql, row)
			}
		}
	}
}
