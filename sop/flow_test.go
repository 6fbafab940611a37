package sop_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"sixtouch/model"
	"sixtouch/sop"
)

// twoVersions stores a programme with two versions, in whose latest a step is
// gone and another new.
func (w *world) twoVersions() (sopID int64, versions []int64) {
	w.t.Helper()
	conn := w.db.Conn(w.ctx)
	row := model.SOP{Name: "新好友", State: model.SOPLive, Draft: model.AsJSON(json.RawMessage(`{}`))}
	require.NoError(w.t, conn.Create(&row).Error)
	step := func(key string, day int) string {
		return fmt.Sprintf(`{"key":%q,"name":"步骤 %s","offset":{"day":%d,"at":"10:00"},"channel":"group_message"}`, key, key, day)
	}
	for i, steps := range []string{step("a", 1) + "," + step("b", 2) + "," + step("c", 3), step("d", 5) + "," + step("a", 1) + "," + step("c", 3)} {
		v := model.SOPVersion{SOPID: row.ID, Number: i + 1, PublishedAt: w.clock.Now(), Definition: model.AsJSON(json.RawMessage(`{"trigger":{"kind":"manual"},"steps":[` + steps + `]}`))}
		require.NoError(w.t, conn.Create(&v).Error)
		versions = append(versions, v.ID)
	}
	require.NoError(w.t, conn.Model(&row).Update("version_id", versions[1]).Error)
	return row.ID, versions
}

func TestFlow_listsStepsAsTheyComeAndWhatOlderVersionsHad(t *testing.T) {
	each(t, func(w *world) {
		id, _ := w.twoVersions()
		f, err := w.engine.Flow(w.ctx, id, 0)
		require.NoError(w.t, err)
		var got []string
		for _, n := range f.Nodes {
			got = append(got, fmt.Sprint(n.Key, n.Removed))
		}
		require.Equal(w.t, []string{"false", "afalse", "btrue", "cfalse", "dfalse"}, got)
		first, err := w.engine.Flow(w.ctx, id, 1)
		require.NoError(w.t, err)
		require.Len(w.t, first.Nodes, 4)
		require.False(w.t, first.Nodes[2].Removed)
		_, err = w.engine.Flow(w.ctx, id, 9)
		require.Equal(w.t, model.CodeNotFound, model.CodeOf(err))
		_, err = w.engine.Flow(w.ctx, id+99, 0)
		require.Equal(w.t, model.CodeNotFound, model.CodeOf(err))
	})
}

// Whatever has happened to whom: everybody is at one place, each count of the
// flow has as many rows, what was due is what came of it, and reasons add up. So
// it is for somebody who sees a part of the people.
func TestFlow_everybodyAndEverythingAddsUp(t *testing.T) {
	each(t, func(w *world) {
		for id := range int64(8) { // one in three is another's alone
			r := model.Relationship{ContactID: id + 1, RepID: []int64{1, 2, 2}[(id+1)%3], State: model.RelationshipActive, AddedAt: w.clock.Now(), SeenAt: w.clock.Now()}
			require.NoError(w.t, w.db.Conn(w.ctx).Create(&r).Error)
		}
		rapid.Check(w.t, func(t *rapid.T) {
			id, versions := w.twoVersions()
			touches := w.drawPeople(t, id, versions)
			part := model.WithScope(w.ctx, model.Scope{Reps: []int64{2}})
			for number := range 3 {
				checkFlow(w.ctx, t, w, id, number)
				checkResults(w.ctx, t, w, id, number, versions, touches)
				checkFlow(part, t, w, id, number)
				checkResults(part, t, w, id, number, versions, slices.DeleteFunc(slices.Clone(touches), func(row model.Touch) bool { return row.ContactID%3 == 0 }))
			}
		})
	})
}

func (w *world) drawPeople(t *rapid.T, id int64, versions []int64) []model.Touch {
	now := w.db.Now(w.ctx)
	var all []model.Touch
	for i := range rapid.IntRange(0, 8).Draw(t, "people") {
		en := model.Enrollment{
			SOPID: id, VersionID: rapid.SampledFrom(versions).Draw(t, "version"), ContactID: int64(i + 1), RepID: 1, Run: 1, AnchorAt: now, EnrolledAt: now,
			State: rapid.SampledFrom([]model.EnrollmentState{model.EnrollmentActive, model.EnrollmentCompleted, model.EnrollmentExited, model.EnrollmentParked}).Draw(t, "state"),
		}
		if en.State == model.EnrollmentExited {
			en.ExitReason = rapid.SampledFrom([]string{"manual", "stage_changed"}).Draw(t, "why")
		}
		require.NoError(t, w.db.Conn(w.ctx).Create(&en).Error)
		for _, key := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"a", "b", "c", "d"}), 0, 4, rapid.ID).Draw(t, "steps") {
			row := model.Touch{
				EnrollmentID: &en.ID, SOPID: id, VersionID: en.VersionID, StepKey: key, Run: 1, ContactID: en.ContactID, RepID: 1, Channel: "group_message",
				State: rapid.SampledFrom([]model.TouchState{
					model.TouchPlanned, model.TouchDispatched, model.TouchAccepted, model.TouchDelivered, model.TouchDone, model.TouchFailed,
					model.TouchExpired, model.TouchSkipped, model.TouchCancelled,
				}).Draw(t, "touch"),
				Reason: rapid.SampledFrom([]string{"", "filter", "quota"}).Draw(t, "reason"),
				DueAt:  now, PlannedAt: now, ExpireAt: now, NotBefore: now.Add(time.Duration(rapid.IntRange(0, 1).Draw(t, "late")) * time.Hour), LocalDay: "2026-03-02",
			}
			require.NoError(t, w.db.Conn(w.ctx).Create(&row).Error)
			all = append(all, row)
		}
	}
	return all
}

func checkFlow(ctx context.Context, t *rapid.T, w *world, id int64, number int) {
	f, err := w.engine.Flow(ctx, id, number)
	require.NoError(t, err)
	rows := func(filter sop.PeopleFilter) int {
		filter.Number = number
		people, err := w.engine.People(ctx, id, filter, model.Page{})
		require.NoError(t, err)
		return len(people)
	}
	require.Equal(t, rows(sop.PeopleFilter{}), f.Enrolled)
	after := 0
	for i := len(f.Nodes) - 1; i >= 0; i-- {
		n := f.Nodes[i]
		for _, h := range n.Here {
			require.Equal(t, rows(sop.PeopleFilter{At: &n.Key, State: h.State, Reason: h.Reason}), h.Count, "at %q, %s", n.Key, h.State)
			after += h.Count
		}
		require.Equal(t, after, n.Reached)
		if n.Key != "" {
			require.Equal(t, rows(sop.PeopleFilter{Reached: n.Key}), n.Reached)
		}
	}
	require.Equal(t, f.Enrolled, after, "everybody is at one place")
}

func checkResults(ctx context.Context, t *rapid.T, w *world, id int64, number int, versions []int64, touches []model.Touch) {
	want := map[string]map[model.Fate]int{}
	for _, row := range touches {
		if number != 0 && row.VersionID != versions[number-1] {
			continue
		}
		if want[row.StepKey] == nil {
			want[row.StepKey] = map[model.Fate]int{}
		}
		want[row.StepKey][row.Fate()]++
	}
	got, err := w.engine.Results(ctx, id, number)
	require.NoError(t, err)
	for _, s := range got.Steps {
		due, reasons := 0, map[model.Fate]int{}
		for _, n := range s.Fates {
			due += n
		}
		for _, r := range s.Reasons {
			reasons[r.Fate] += r.Count
		}
		require.Equal(t, due, s.Due, "due = sent + waiting + deferred + skipped + failed + expired + exited")
		require.Equal(t, s.Fates, reasons)
		if s.Due > 0 {
			require.Equal(t, want[s.Key], s.Fates)
		}
		delete(want, s.Key)
	}
	require.Empty(t, want)
}

func TestStory_tellsEveryStepInOrder(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		id := w.publish("新好友", threeDays())
		c, _ := w.add("lin", "王小明", "")
		w.at("2026-03-03 10:00")
		w.send()
		people, err := w.engine.People(w.ctx, id, sop.PeopleFilter{}, model.Page{})
		require.NoError(w.t, err)
		require.Len(w.t, people, 1)
		require.Equal(w.t, "王小明", people[0].ContactName)
		require.Equal(w.t, c.ID, people[0].ContactID)
		story, err := w.engine.Story(w.ctx, people[0].ID)
		require.NoError(w.t, err)
		require.Equal(w.t, "新好友", story.SOPName)
		require.Equal(w.t, 1, story.Number)
		require.Equal(w.t, people[0].Steps, story.PersonInside.Steps)
		require.Equal(w.t, sop.LinkEnrolled, story.Entered.Kind)
		var days []int
		for i, s := range story.Steps {
			days = append(days, s.Day)
			require.NotNil(w.t, s.Due)
			require.Equal(w.t, i == 0, s.Touch != nil, "only the first has come")
		}
		require.Equal(w.t, []int{1, 2, 3}, days)
		require.Equal(w.t, model.FateSent, story.Steps[0].Touch.Fate())
		kinds := []string{}
		for _, l := range story.Steps[0].Chain {
			kinds = append(kinds, l.Kind)
		}
		require.Equal(w.t, []string{sop.LinkPlanned, sop.LinkQueued, sop.LinkCalled, sop.LinkAccepted, sop.LinkResult}, kinds)

		require.NoError(w.t, w.engine.Exit(w.ctx, people[0].ID))
		story, err = w.engine.Story(w.ctx, people[0].ID)
		require.NoError(w.t, err)
		require.Nil(w.t, story.Steps[2].Due, "it will not come any more")
		_, err = w.engine.Story(w.ctx, 999)
		require.Equal(w.t, model.CodeNotFound, model.CodeOf(err))
	})
}
