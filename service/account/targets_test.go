package account_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/service/account"
)

// 20 reps name 20 accounts each, seven of which somebody named before.
func TestNominate_fourHundredLessSevenDuplicates(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		rows := make([]account.Row, 393)
		for i := range rows {
			rows[i].Name = fmt.Sprintf("公司%d", i)
		}
		known, err := w.EnsureMany(ctx, rows, account.Ensuring{})
		require.NoError(t, err)
		var set []account.Nomination
		for r := range 20 {
			rep := w.rep(fmt.Sprintf("销售%d", r))
			for i := range 20 {
				at := r*20 + i
				if at >= len(known) {
					at -= len(known) // the last seven are the first seven again
				}
				set = append(set, account.Nomination{AccountID: known[at].AccountID, RepID: rep, Large: true, Profitable: true, SuccessCase: true})
			}
		}
		list, err := w.CreateTarget(ctx, account.TargetInput{Name: "年度目标", Purposes: []string{"named", "large"}}, "admin")
		require.NoError(t, err)
		trial, err := w.Nominate(ctx, list.ID, set, true, "admin")
		require.NoError(t, err)
		require.Equal(t, []int{20, 400, 7, 393, 0, 0}, []int{trial.Reps, trial.Named, trial.Duplicates, trial.Accounts, trial.Already, trial.Added})
		require.Len(t, trial.Twice, 7)
		require.Equal(t, "公司0", trial.Twice[0].Name)
		require.Len(t, trial.Twice[0].RepIDs, 2)
		done, err := w.Nominate(ctx, list.ID, set, false, "admin")
		require.NoError(t, err)
		require.Equal(t, 393, done.Added)
		again, err := w.Nominate(ctx, list.ID, set, false, "admin")
		require.NoError(t, err)
		require.Equal(t, []int{393, 0}, []int{again.Already, again.Added})
		row, err := w.Target(ctx, list.ID)
		require.NoError(t, err)
		require.EqualValues(t, 393, row.Accounts)
		targets, err := w.List(ctx, account.Filter{Target: true}, model.Page{Limit: 200})
		require.NoError(t, err)
		require.Len(t, targets, 200)
		on, err := w.List(ctx, account.Filter{ListID: list.ID}, model.Page{After: 3})
		require.NoError(t, err)
		require.Len(t, on, 2)
	})
}

func TestTargets_theListOfAnyDayCanBeRead(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, start := t.Context(), w.clock.Now()
		a, b := w.account("星辰科技"), w.account("北辰科技")
		one, err := w.CreateTarget(ctx, account.TargetInput{Name: "一"}, "admin")
		require.NoError(t, err)
		two, err := w.CreateTarget(ctx, account.TargetInput{Name: "二"}, "admin")
		require.NoError(t, err)
		yes := func(id int64) []account.Nomination {
			return []account.Nomination{{AccountID: id, Large: true, Profitable: true, SuccessCase: true}}
		}
		put := func(list, id int64) {
			t.Helper()
			_, err := w.Nominate(ctx, list, yes(id), false, "admin")
			require.NoError(t, err)
		}
		target := func(id int64) bool {
			a, err := w.Get(ctx, id)
			require.NoError(t, err)
			return a.IsTarget
		}
		put(one.ID, a.ID)
		put(two.ID, a.ID)
		w.clock.Advance(24 * time.Hour)
		put(one.ID, b.ID)
		require.NoError(t, w.RemoveFromTarget(ctx, one.ID, a.ID))
		require.True(t, target(a.ID), "it is on the other list")
		require.ErrorIs(t, w.RemoveFromTarget(ctx, one.ID, a.ID), model.ErrNotFound)
		w.clock.Advance(24 * time.Hour)
		put(one.ID, a.ID) // again
		w.clock.Advance(24 * time.Hour)
		require.NoError(t, w.CloseTarget(ctx, two.ID))
		require.NoError(t, w.CloseTarget(ctx, one.ID))
		require.False(t, target(a.ID))
		require.Equal(t, model.CodeConflict, model.CodeOf(w.CloseTarget(ctx, one.ID)))
		_, err = w.Nominate(ctx, one.ID, yes(a.ID), false, "admin")
		require.Equal(t, model.CodeConflict, model.CodeOf(err))

		at := func(days int) time.Time { return start.Add(time.Duration(days)*24*time.Hour + time.Hour) }
		for day, want := range map[int][]int64{-1: nil, 0: {a.ID}, 1: {b.ID}, 2: {a.ID, b.ID}, 3: nil} {
			rows, err := w.TargetAccounts(ctx, one.ID, at(day), model.Page{})
			require.NoError(t, err)
			var ids []int64
			for _, r := range rows {
				ids = append(ids, r.AccountID)
			}
			require.Equal(t, want, ids, "day %d", day)
		}
		require.NoError(t, w.db.Conn(ctx).Model(&model.Account{}).Where("id = ?", b.ID).UpdateColumn("sdr_id", 7).Error)
		mine, err := w.TargetAccounts(model.WithScope(ctx, model.Scope{Reps: []int64{7}}), one.ID, at(2), model.Page{})
		require.NoError(t, err)
		require.Len(t, mine, 1, "of a part of the company")
		require.Equal(t, b.ID, mine[0].AccountID)
		sizes, err := w.Sizes(ctx, one.ID, []time.Time{at(-1), at(0), at(1), at(2), at(3)})
		require.NoError(t, err)
		require.Equal(t, []int64{0, 1, 1, 2, 0}, sizes)
	})
}

func TestTargets_refuseWhatIsWrong(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, a := t.Context(), w.account("星辰科技")
		_, err := w.CreateTarget(ctx, account.TargetInput{Name: " ", Purposes: []string{"fun"}}, "admin")
		require.ElementsMatch(t, []string{"name", "purposes"}, keys(fields(t, err)))
		list, err := w.CreateTarget(ctx, account.TargetInput{Name: "一"}, "admin")
		require.NoError(t, err)
		_, err = w.CreateTarget(ctx, account.TargetInput{Name: "一"}, "admin")
		require.Equal(t, model.CodeConflict, model.CodeOf(err))
		for name, n := range map[string]account.Nomination{
			"fails the selection test (large, profitable, success case): say in a note why all the same": {AccountID: a.ID, Large: true, Profitable: true},
			"is no account":                  {AccountID: 99, Note: "x"},
			"is named by nobody who is here": {AccountID: a.ID, RepID: 99, Note: "x"},
		} {
			_, err := w.Nominate(ctx, list.ID, []account.Nomination{n}, false, "admin")
			require.Contains(t, fields(t, err)["nominations"], name)
		}
		done, err := w.Nominate(ctx, list.ID, []account.Nomination{{AccountID: a.ID, Note: "行业标杆"}}, false, "admin")
		require.NoError(t, err)
		require.Equal(t, 1, done.Added)

		_, err = w.UpdateTarget(ctx, list.ID, 1, account.TargetInput{Name: "一", Filter: json.RawMessage(`{"v":1}`)})
		require.Equal(t, model.CodeConflict, model.CodeOf(err), "a list stays fixed")
		changed, err := w.UpdateTarget(ctx, list.ID, 1, account.TargetInput{Name: "新名", Purposes: []string{"repeat"}})
		require.NoError(t, err)
		require.EqualValues(t, 2, changed.Version)
		_, err = w.UpdateTarget(ctx, list.ID, 1, account.TargetInput{Name: "慢了"})
		require.Equal(t, model.CodeConflict, model.CodeOf(err))
		rows, err := w.Targets(ctx, model.Page{})
		require.NoError(t, err)
		require.Len(t, rows, 1)
		require.EqualValues(t, 1, rows[0].Accounts)
		require.Equal(t, []string{"repeat"}, rows[0].Purposes.V)
	})
}

func TestPlan_goalsActionsEventsAndNotes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, lin, a := t.Context(), w.rep("林乔"), w.account("星辰科技")
		p, err := w.SetPlan(ctx, a.ID, 0, account.PlanInput{Goals: "  拿下总部 ", Review: true}, "admin")
		require.NoError(t, err)
		require.Equal(t, "拿下总部", p.Goals)
		require.NotNil(t, p.ReviewSince)
		_, err = w.SetPlan(ctx, a.ID, 0, account.PlanInput{}, "admin")
		require.Equal(t, model.CodeConflict, model.CodeOf(err))
		zero := 0
		_, err = w.SetPlan(ctx, a.ID, 1, account.PlanInput{ExpectedPeople: &zero}, "admin")
		require.Contains(t, fields(t, err), "expected_people")
		review, err := w.List(ctx, account.Filter{Review: true}, model.Page{})
		require.NoError(t, err)
		require.Len(t, review, 1)

		stranger := int64(9)
		_, err = w.AddAction(ctx, a.ID, account.ActionInput{RepID: 99, ContactID: &stranger}, "admin")
		require.ElementsMatch(t, []string{"title", "side", "rep_id", "contact_id"}, keys(fields(t, err)))
		wang := w.person(a.ID, model.Contact{Name: "王"})
		in := account.ActionInput{Title: "约演示", Side: model.SideSales, RepID: lin, Due: w.clock.Now(), ContactID: &wang.ID}
		later := in
		later.Title, later.Side, later.Due = "寄白皮书", model.SideMarketing, in.Due.AddDate(0, 0, 3)
		_, err = w.AddAction(ctx, a.ID, later, "admin")
		require.NoError(t, err)
		first, err := w.AddAction(ctx, a.ID, in, "admin")
		require.NoError(t, err)
		open, err := w.Actions(ctx, a.ID)
		require.NoError(t, err)
		require.Equal(t, "约演示", open[0].Title)
		in.Done = true
		done, err := w.SetAction(ctx, a.ID, first.ID, in)
		require.NoError(t, err)
		at := *done.DoneAt
		w.clock.Advance(time.Hour)
		done, err = w.SetAction(ctx, a.ID, first.ID, in)
		require.NoError(t, err)
		require.True(t, at.Equal(*done.DoneAt))
		open, err = w.Actions(ctx, a.ID)
		require.NoError(t, err)
		require.Equal(t, "寄白皮书", open[0].Title)
		require.ErrorIs(t, w.RemoveAction(ctx, a.ID+1, first.ID), model.ErrNotFound)
		require.NoError(t, w.RemoveAction(ctx, a.ID, first.ID))

		_, err = w.AddEvent(ctx, a.ID, account.EventInput{Kind: "party", URL: "javascript:1"}, "admin")
		require.ElementsMatch(t, []string{"kind", "title", "url", "at"}, keys(fields(t, err)))
		for days, title := range map[int]string{-31: "旧闻", -30: "B 轮融资"} {
			_, err = w.AddEvent(ctx, a.ID, account.EventInput{Kind: "funding", Title: title, At: w.clock.Now().AddDate(0, 0, days)}, "admin")
			require.NoError(t, err)
		}
		events, err := w.Events(ctx, a.ID)
		require.NoError(t, err)
		fresh, ok := account.FreshEvent(events, w.clock.Now())
		require.True(t, ok)
		require.Equal(t, "B 轮融资", fresh.Title)
		_, ok = account.FreshEvent(events, w.clock.Now().Add(time.Second))
		require.False(t, ok, "30 days are the most")
		require.NoError(t, w.RemoveEvent(ctx, a.ID, events[0].ID))

		_, err = w.AddNote(ctx, a.ID, " ", "admin")
		require.Contains(t, fields(t, err), "text")
		note, err := w.AddNote(ctx, a.ID, "市场部下周办沙龙", "admin")
		require.NoError(t, err)
		notes, err := w.Notes(ctx, a.ID, model.Page{})
		require.NoError(t, err)
		require.Len(t, notes, 1)
		require.NoError(t, w.RemoveNote(ctx, a.ID, note.ID))
	})
}

func TestTargets_dynamicListFollowsItsFilter(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		var all []model.Account
		for i, tier := range []model.Tier{model.TierA, model.TierB, model.TierA} {
			a, err := w.Create(ctx, account.Input{Name: fmt.Sprintf("公司%d", i), Tier: tier})
			require.NoError(t, err)
			all = append(all, a)
		}
		filter := func(tier string) json.RawMessage {
			return json.RawMessage(`{"v":1,"op":"and","of":[{"f":"tier","is":"in","v":["` + tier + `"]}]}`)
		}
		for _, bad := range []string{`{"v":1,"op":"and","of":[{"f":"luck","is":"yes"}]}`, `null`, `{"v":1,"op":"and","of":[{"f":"target","is":"yes"}]}`, `{"v":1,"op":"and","of":[{"f":"list","is":"not_in","v":[1]}]}`} {
			_, err := w.CreateTarget(ctx, account.TargetInput{Name: "错", Filter: json.RawMessage(bad)}, "admin")
			require.Equal(t, model.CodeInvalid, model.CodeOf(err), bad)
		}
		list, err := w.CreateTarget(ctx, account.TargetInput{Name: "A 级", Filter: filter("A")}, "admin")
		require.NoError(t, err)
		on := func() (ids []int64) {
			rows, err := w.TargetAccounts(ctx, list.ID, w.clock.Now(), model.Page{})
			require.NoError(t, err)
			for _, r := range rows {
				ids = append(ids, r.AccountID)
			}
			return ids
		}
		require.Equal(t, []int64{all[0].ID, all[2].ID}, on())
		_, err = w.Nominate(ctx, list.ID, []account.Nomination{{AccountID: all[1].ID, Note: "x"}}, false, "admin")
		require.Equal(t, model.CodeConflict, model.CodeOf(err), "its filter says who is on it")

		_, err = w.Update(ctx, all[1].ID, 1, account.Input{Name: "公司1", Tier: model.TierA})
		require.NoError(t, err)
		_, err = w.Update(ctx, all[0].ID, 1, account.Input{Name: "公司0", Tier: model.TierC})
		require.NoError(t, err, "being put on a list is no edit")
		require.NoError(t, w.RefreshTargets(ctx))
		require.Len(t, on(), 2, "it is not an hour old")
		w.clock.Advance(time.Hour)
		require.NoError(t, w.RefreshTargets(ctx))
		require.NoError(t, w.RefreshTargets(ctx))
		require.Equal(t, []int64{all[1].ID, all[2].ID}, on())
		sizes, err := w.Sizes(ctx, list.ID, []time.Time{w.clock.Now().Add(-time.Minute), w.clock.Now()})
		require.NoError(t, err)
		require.Equal(t, []int64{2, 2}, sizes)
		a, err := w.Get(ctx, all[0].ID)
		require.NoError(t, err)
		require.False(t, a.IsTarget)

		changed, err := w.UpdateTarget(ctx, list.ID, 1, account.TargetInput{Name: "C 级", Filter: filter("C")})
		require.NoError(t, err)
		require.NotNil(t, changed.RefreshedAt)
		require.Equal(t, []int64{all[0].ID}, on())
		for _, tpl := range account.Templates() {
			_, err := w.CreateTarget(ctx, account.TargetInput{Name: tpl.Key, Purposes: tpl.Purposes, Filter: tpl.Filter}, "admin")
			require.NoError(t, err, tpl.Key)
		}
	})
}
