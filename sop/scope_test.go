package sop_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/service/experiment"
	"sixtouch/service/touch"
	"sixtouch/sop"
)

// enter stores somebody's run with one touch, as if lin had brought them in.
func (w *world) enter(sopID, who int64) {
	w.t.Helper()
	now := w.db.Now(w.ctx)
	en := model.Enrollment{SOPID: sopID, VersionID: 1, ContactID: who, RepID: w.reps["lin"], Run: 1, State: model.EnrollmentActive, AnchorAt: now, EnrolledAt: now}
	require.NoError(w.t, w.db.Conn(w.ctx).Create(&en).Error)
	row := model.Touch{
		EnrollmentID: &en.ID, SOPID: sopID, VersionID: 1, StepKey: "a", Run: 1, ContactID: who, RepID: en.RepID, Channel: "group_message",
		State: model.TouchDelivered, DueAt: now, PlannedAt: now, ExpireAt: now, NotBefore: now, LocalDay: "2026-03-02",
	}
	require.NoError(w.t, w.db.Conn(w.ctx).Create(&row).Error)
}

func (w *world) followed(id int64, rep string, state model.RelationshipState, account *int64) {
	w.t.Helper()
	now := w.db.Now(w.ctx)
	require.NoError(w.t, w.db.Conn(w.ctx).Create(&model.Contact{ID: id, ExternalUserID: fmt.Sprint("wm", id), Name: fmt.Sprint("客户", id), AccountID: account}).Error)
	require.NoError(w.t, w.db.Conn(w.ctx).Create(&model.Relationship{RepID: w.reps[rep], ContactID: id, State: state, AddedAt: now, SeenAt: now}).Error)
}

// A part of the company is its customers, whoever has brought them into the
// programme: those followed now, those at accounts worked on, and groups owned.
func TestScope_showsAProgrammeOfTheirCustomers(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("zhao")
		id, _ := w.twoVersions()
		open := int8(1)
		account := model.Account{Name: "甲", NameKey: "甲", LiveSlot: &open, SDRID: w.reps["zhao"]}
		require.NoError(w.t, w.db.Conn(w.ctx).Create(&account).Error)
		w.followed(1, "lin", model.RelationshipActive, nil)
		w.followed(2, "zhao", model.RelationshipLost, nil)
		w.followed(3, "lin", model.RelationshipActive, &account.ID)
		w.followed(4, "zhao", model.RelationshipTransferred, nil)
		for i, owner := range []string{"lin", "zhao"} {
			g := model.CustomerGroup{ID: int64(i + 1), ChatID: owner, Name: owner, OwnerUserID: owner, FormedAt: w.clock.Now()}
			require.NoError(w.t, w.db.Conn(w.ctx).Create(&g).Error)
		}
		for _, who := range []int64{1, 2, 3, 4, -1, -2} {
			w.enter(id, who)
		}
		seen := func(scope model.Scope) []int64 {
			ctx := model.WithScope(w.ctx, scope)
			people, err := w.engine.People(ctx, id, sop.PeopleFilter{}, model.Page{})
			require.NoError(w.t, err)
			var out []int64
			for _, p := range people {
				out = append(out, p.ContactID)
			}
			f, err := w.engine.Flow(ctx, id, 0)
			require.NoError(w.t, err)
			require.Equal(w.t, len(out), f.Enrolled)
			r, err := w.engine.Results(ctx, id, 0)
			require.NoError(w.t, err)
			require.Equal(w.t, len(out), r.Steps[0].Due)
			rows, err := touch.New(w.db).List(ctx, touch.Filter{SOPID: id, StepKey: "a"}, model.Page{})
			require.NoError(w.t, err)
			require.Len(w.t, rows, r.Steps[0].Due, "a result's number and its rows")
			return out
		}
		require.Equal(w.t, []int64{-2, -1, 4, 3, 2, 1}, seen(model.Scope{All: true}))
		require.Equal(w.t, []int64{-2, 3, 2}, seen(model.Scope{Reps: []int64{w.reps["zhao"]}}))
		require.Equal(w.t, []int64{-1, 3, 1}, seen(model.Scope{Reps: []int64{w.reps["lin"]}}))
		require.Empty(w.t, seen(model.Scope{}))
	})
}

// Whoever sees a part gets its counts, and no verdict of its own: in some part
// chance alone would prove something.
func TestScope_leavesAVariantsVerdictToEverybody(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("zhao")
		id := w.publish("新好友", varied(1, 1, `,"test":{"within":"2d","min_people":150}`))
		w.history(id, "a", 200, 20)
		w.history(id, "b", 200, 80)
		w.clock.Advance(2 * 24 * time.Hour)
		for i := range int64(10) { // of each variant ten, who have all responded
			w.followed(10_000+i, "zhao", model.RelationshipActive, nil)
		}
		all := w.variants(id)
		require.False(w.t, all.Partial)
		part := model.WithScope(w.ctx, model.Scope{Reps: []int64{w.reps["zhao"]}})
		r, err := w.engine.Variants(part, id, "d1")
		require.NoError(w.t, err)
		require.True(w.t, r.Partial)
		require.Equal(w.t, sop.VariantResult{Key: "b", Weight: 1, Sent: 10, Delivered: 10, Responses: 10, People: 10, Responded: 10}, r.Variants[1])
		require.Equal(w.t, 10, r.Arms[0].Units)
		require.Equal(w.t, experiment.Winner, r.Verdict.Outcome)
		require.Equal(w.t, all.Verdict, r.Verdict)

		require.NoError(w.t, w.engine.Declare(part, sop.Place{SOPID: id, StepKey: "d1", Variant: "b"}, "anna"))
		require.Equal(w.t, 200, w.variants(id).Winner.Reason.V[1].Units, "a winner is declared on everybody")
	})
}

// What publishing means is counted for everybody, by name it tells of those seen.
func TestScope_namesThoseSeenInADifference(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("zhao")
		day1, day9 := message("d1", `{"day":1,"at":"10:00"}`, "你好"), message("d9", `{"day":9,"at":"10:00"}`, "你好")
		id := w.publish("新好友", steps(day1))
		w.add("lin", "王小明", "")
		w.add("zhao", "李小红", "")
		w.edit(id, steps(day1, day9))
		part := model.WithScope(w.ctx, model.Scope{Reps: []int64{w.reps["zhao"]}})
		d, err := w.engine.Diff(part, id, 0, 0)
		require.NoError(w.t, err)
		require.Equal(w.t, 2, d.People.Gain)
		list, next, err := w.engine.DiffPeople(part, id, 0, "gain", model.Page{})
		require.NoError(w.t, err)
		require.Zero(w.t, next)
		require.Len(w.t, list, 1)
		require.Equal(w.t, "李小红", list[0].Name)
	})
}

// Whoever sees a part costs no scan of what grows with people.
func TestScope_readsByIndexes(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("zhao")
		id := w.publish("新好友", varied(1, 1, ""))
		w.addMany("lin", 800)
		w.at("2026-03-03 10:00")
		for i := range 20 {
			w.add("zhao", fmt.Sprintf("少%d", i), "")
		}
		var others []model.Enrollment
		var theirs []model.Touch
		for i := range int64(4000) { // in other programmes
			now := w.clock.Now()
			others = append(others, model.Enrollment{ID: 10_000 + i, SOPID: 50 + i%7, VersionID: 50, ContactID: i + 1, RepID: 1, Run: 1, State: model.EnrollmentCompleted, AnchorAt: now, EnrolledAt: now})
			theirs = append(theirs, model.Touch{
				EnrollmentID: &others[i].ID, SOPID: others[i].SOPID, VersionID: 50, StepKey: "d1", Run: 1, ContactID: i + 1, RepID: 1, Channel: "group_message",
				State: model.TouchDelivered, DueAt: now, PlannedAt: now, ExpireAt: now, NotBefore: now, LocalDay: "2026-03-02",
			})
		}
		require.NoError(w.t, w.db.Conn(w.ctx).CreateInBatches(others, 500).Error)
		require.NoError(w.t, w.db.Conn(w.ctx).CreateInBatches(theirs, 500).Error)
		mysql := w.db.Conn(w.ctx).Name() == "mysql"
		day1, day9 := message("d1", `{"day":1,"at":"10:00"}`, "你好"), message("d9", `{"day":9,"at":"10:00"}`, "你好")
		w.edit(id, steps(day1, day9))
		explain := "EXPLAIN QUERY PLAN "
		if mysql {
			w.analyze()
			explain = "EXPLAIN "
		}
		statements := record(w.t, w)
		ctx := model.WithScope(w.ctx, model.Scope{Reps: []int64{w.reps["zhao"]}})
		for _, ask := range []func(context.Context) error{
			func(ctx context.Context) error { _, err := w.engine.Flow(ctx, id, 0); return err },
			func(ctx context.Context) error { _, err := w.engine.Flow(ctx, id, 1); return err },
			func(ctx context.Context) error { _, err := w.engine.Results(ctx, id, 0); return err },
			func(ctx context.Context) error { _, err := w.engine.Variants(ctx, id, "d1"); return err },
			func(ctx context.Context) error {
				_, _, err := w.engine.DiffPeople(ctx, id, 0, "gain", model.Page{})
				return err
			},
			func(ctx context.Context) error {
				at := ""
				rows, err := w.engine.People(ctx, id, sop.PeopleFilter{At: &at}, model.Page{})
				require.Len(w.t, rows, 20)
				return err
			},
		} {
			require.NoError(w.t, w.db.InTx(ctx, ask))
		}
		scoped := 0
		for _, sql := range statements() {
			if strings.Contains(sql, "relationships sr") {
				scoped++
			}
			var plan []map[string]any
			require.NoError(w.t, w.db.Conn(w.ctx).Session(&gorm.Session{NewDB: true}).Raw(explain+sql).Scan(&plan).Error, sql)
			for _, row := range plan {
				if mysql {
					small := strings.HasPrefix(fmt.Sprint(row["table"]), "<") || strings.Contains("sops sop_versions reps so accounts a variant_winners", fmt.Sprint(row["table"]))
					require.True(w.t, small || fmt.Sprint(row["type"]) != "ALL" && fmt.Sprint(row["type"]) != "index", "%s\n%v", sql, row)
					continue
				}
				for _, table := range []string{"e", "t", "enrollments", "touches", "sr", "sc", "contacts", "customer_groups"} {
					require.NotRegexp(w.t, "^SCAN "+table+"( |$)", fmt.Sprint(row["detail"]), sql)
				}
			}
		}
		require.GreaterOrEqual(w.t, scoped, 6)
	})
}
