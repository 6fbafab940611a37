package account_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/service/account"
)

// touch stores a touch that reached the contact in that channel.
func (w *world) touch(contactID int64, channel string, at time.Time) {
	w.t.Helper()
	state := model.TouchDelivered
	if channel == model.ChannelRepPrompt {
		state = model.TouchDone
	}
	w.touchIn(contactID, channel, state, at)
}

func (w *world) touchIn(contactID int64, channel string, state model.TouchState, at time.Time) {
	w.t.Helper()
	at = model.Instant(at)
	row := model.Touch{
		ContactID: contactID, RepID: 1, Channel: channel, State: state, DueAt: at, NotBefore: at, ExpireAt: at, PlannedAt: at, SentAt: &at,
		LocalDay: at.In(w.Zone).Format(time.DateOnly),
	}
	require.NoError(w.t, w.db.Conn(w.t.Context()).Create(&row).Error)
}

func TestTallies_touchesFollowTheStretchInWhichTheyWereMade(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, start := t.Context(), w.clock.Now()
		a, b := w.account("星辰科技"), w.account("北辰科技")
		wang := w.person(a.ID, model.Contact{Name: "王", Role: model.RolePurchasing})
		zhao := w.person(a.ID, model.Contact{Name: "赵", Role: model.RoleCTO})
		day := func(n int) time.Time { return start.Add(time.Duration(n) * 24 * time.Hour) }
		w.touch(wang.ID, "group_message", day(1))
		w.touch(wang.ID, model.ChannelRepPrompt, day(8))
		w.touch(zhao.ID, "welcome", day(0))
		w.touch(zhao.ID, model.ChannelTag, day(1))                       // reaches nobody
		w.touchIn(zhao.ID, "group_message", model.TouchAccepted, day(2)) // only given to the rep
		w.touchIn(zhao.ID, "group_message", model.TouchExpired, day(2))  // never sent
		w.touch(zhao.ID, "moment", start.Add(-time.Hour))                // before they were there
		w.stretch(model.AccountMember{ContactID: 77, AccountID: a.ID, FromAt: start, ToAt: when(day(3))})
		w.touch(77, "moment", day(2))
		w.touch(77, "moment", day(3)) // they have gone by then
		w.stretch(model.AccountMember{ContactID: 77, AccountID: b.ID, FromAt: day(3)})
		w.stretch(model.AccountMember{ContactID: 88, AccountID: b.ID, FromAt: start, ToAt: when(day(9)), VoidedAt: when(day(9))})
		w.touch(88, "moment", day(2)) // of a match that was wrong
		w.clock.Set(day(10))

		got, err := w.Tallies(ctx, []int64{a.ID, b.ID, 99}, time.Time{})
		require.NoError(t, err)
		require.Equal(t, map[int64]account.Tally{
			a.ID: {AccountID: a.ID, Marketing: 3, Sales: 1, People: 3, Recent: 1},
			b.ID: {AccountID: b.ID, Marketing: 1, People: 1},
		}, got)
		got, err = w.Tallies(ctx, []int64{a.ID}, day(8))
		require.NoError(t, err)
		require.Equal(t, 1, got[a.ID].Sales)
		require.Zero(t, got[a.ID].Marketing)

		cells, err := w.Cells(ctx, a.ID, start)
		require.NoError(t, err)
		require.Equal(t, []account.Cell{
			{ContactID: wang.ID, Week: "2026-03-02", Marketing: 1},
			{ContactID: wang.ID, Week: "2026-03-09", Sales: 1},
			{ContactID: zhao.ID, Week: "2026-03-02", Marketing: 1},
			{ContactID: 77, Week: "2026-03-02", Marketing: 1},
		}, cells)
		cells, err = w.Cells(ctx, a.ID, day(7))
		require.NoError(t, err)
		require.Len(t, cells, 1)
	})
}

func when(t time.Time) *time.Time { return &t }

// The weekly meeting begins with those whom nobody has touched (G5).
func TestRings_zeroFirstThenByTouches(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, lin := t.Context(), w.rep("林乔")
		// Six is full; the account that asks for two is so with fewer, and still comes by its touches.
		counts := []int{6, 0, 5, 9, 0, 1}
		for i, n := range counts {
			a, err := w.Create(ctx, account.Input{Name: fmt.Sprintf("公司%d", i), OwnerID: lin})
			require.NoError(t, err)
			p := w.person(a.ID, model.Contact{Name: "王"})
			for k := range n {
				w.touch(p.ID, []string{"group_message", model.ChannelRepPrompt}[k%2], w.clock.Now().Add(time.Minute))
			}
		}
		w.account("别人的公司")
		w.clock.Advance(time.Hour)
		rows, _, more, err := w.Rings(ctx, account.RingFilter{OwnerID: lin}, account.RingPlace{}, 50)
		require.NoError(t, err)
		require.False(t, more)
		var ids []int64
		for _, r := range rows {
			ids = append(ids, r.ID)
			require.Equal(t, counts[r.ID-1], r.Ring.Total)
			require.Equal(t, counts[r.ID-1] >= 6, r.Ring.Full)
		}
		require.Equal(t, []int64{2, 5, 6, 3, 1, 4}, ids)
		require.Equal(t, 3, rows[4].Ring.Sales)

		var paged []int64
		for place, more := (account.RingPlace{}), true; more; {
			rows, place, more, err = w.Rings(ctx, account.RingFilter{OwnerID: lin}, place, 2)
			require.NoError(t, err)
			for _, r := range rows {
				paged = append(paged, r.ID)
			}
		}
		require.Equal(t, ids, paged)

		for part, want := range map[account.RingPart][]int64{account.RingUntouched: {2, 5}, account.RingFull: {1, 4}} {
			rows, _, more, err = w.Rings(ctx, account.RingFilter{OwnerID: lin, Only: part}, account.RingPlace{}, 50)
			require.NoError(t, err)
			require.False(t, more)
			got := make([]int64, len(rows))
			for i, r := range rows {
				got[i] = r.ID
			}
			require.Equal(t, want, got, part)
		}

		rows, _, _, err = w.Rings(ctx, account.RingFilter{}, account.RingPlace{}, 50)
		require.NoError(t, err)
		require.Empty(t, rows, "nobody is a target")
		rows, _, _, err = w.Rings(ctx, account.RingFilter{OwnerID: lin, Unowned: true}, account.RingPlace{}, 50)
		require.NoError(t, err)
		require.Empty(t, rows, "each has its owner")

		two := 2
		_, err = w.SetPlan(ctx, 6, 0, account.PlanInput{ExpectedTouch: &two}, "admin")
		require.NoError(t, err)
		require.NoError(t, w.SetPolicy(ctx, "", account.Want{Expected: 5, Floor: 2, Touches: 9}))
		rows, _, _, err = w.Rings(ctx, account.RingFilter{OwnerID: lin}, account.RingPlace{}, 50)
		require.NoError(t, err)
		full := slices.DeleteFunc(rows, func(r account.RingRow) bool { return !r.Ring.Full })
		require.Len(t, full, 1)
		require.EqualValues(t, 4, full[0].ID)
		require.Contains(t, fields(t, w.SetPolicy(ctx, "D", account.Want{Expected: 1, Floor: 2, Touches: 0})), "floor")
	})
}

func TestMeeting_saysOfEachAccountWhatThereIsToSay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, lin, now := t.Context(), w.rep("林乔"), w.db.Now(t.Context())
		quiet, err := w.Create(ctx, account.Input{Name: "安静公司", OwnerID: lin})
		require.NoError(t, err)
		busy, err := w.Create(ctx, account.Input{Name: "热闹公司", OwnerID: lin})
		require.NoError(t, err)
		p := w.person(busy.ID, model.Contact{Name: "王", Stage: model.StageSQL})
		w.person(busy.ID, model.Contact{Name: "李", Stage: model.StageLost})
		w.touch(p.ID, model.ChannelRepPrompt, now.Add(time.Minute))
		w.touch(p.ID, "group_message", now.Add(20*24*time.Hour))
		w.clock.Set(now.Add(21 * 24 * time.Hour))
		for _, a := range []account.ActionInput{
			{Title: "以后再说", Side: model.SideSales, RepID: lin, Due: now.AddDate(0, 0, 60)},
			{Title: "约拜访", Side: model.SideSales, RepID: lin, Due: now.AddDate(0, 0, 2)},
			{Title: "做完了", Side: model.SideSales, RepID: lin, Due: now, Done: true},
		} {
			_, err := w.AddAction(ctx, busy.ID, a, "林")
			require.NoError(t, err)
		}
		_, err = w.AddEvent(ctx, busy.ID, account.EventInput{Kind: "funding", Title: "完成 B 轮", At: w.clock.Now().Add(-time.Hour)}, "林")
		require.NoError(t, err)
		_, err = w.SetPlan(ctx, quiet.ID, 0, account.PlanInput{Review: true}, "林")
		require.NoError(t, err)
		require.NoError(t, w.db.Conn(ctx).Create(&model.Opportunity{
			AccountID: busy.ID, Name: "首单", Kind: "new", Amount: 80_000, State: model.OpportunityOpen, Stage: "x", OpenedAt: now, CreatedAt: now, UpdatedAt: now,
		}).Error)

		none, _, _, err := w.Meeting(ctx, account.RingFilter{OwnerID: lin, Targets: true}, account.RingPlace{}, 10)
		require.NoError(t, err)
		require.Empty(t, none, "neither is a target")
		narrow := model.WithScope(ctx, model.Scope{Reps: []int64{lin + 1}})
		rows, _, _, err := w.Meeting(narrow, account.RingFilter{OwnerID: lin}, account.RingPlace{}, 10)
		require.NoError(t, err)
		require.Empty(t, rows, "who sees other people's accounts sees none of these")
		rows, _, more, err := w.Meeting(ctx, account.RingFilter{OwnerID: lin}, account.RingPlace{}, 10)
		require.NoError(t, err)
		require.False(t, more)
		require.Len(t, rows, 2)
		require.Equal(t, "安静公司", rows[0].Name, "whom nothing reached comes first")
		require.True(t, rows[0].Review)
		require.Nil(t, rows[0].Next)
		got := rows[1]
		require.Equal(t, [4]int{1, 1, 1, 0}, [4]int{got.Ring.Marketing, got.Ring.Sales, got.Week.Marketing, got.Week.Sales})
		require.Equal(t, "约拜访", got.Next.Title)
		require.True(t, got.Late)
		require.Equal(t, "林乔", got.NextBy)
		require.Equal(t, "林乔", got.OwnerName)
		require.Equal(t, model.StageSQL, got.Stage)
		require.Equal(t, "完成 B 轮", got.WhyNow.Title)
		require.Equal(t, 1, got.Deals)
		require.Equal(t, int64(80_000), got.Amount)

		sums, more, err := w.MeetingOwners(ctx, account.RingFilter{OwnerID: lin, Since: w.clock.Now().AddDate(0, 0, -7)})
		require.NoError(t, err)
		require.False(t, more)
		require.Equal(t, []account.OwnerSum{{OwnerID: lin, OwnerName: "林乔", Accounts: 2, Zero: 1, Marketing: 1, Recent: 1}}, sums)
	})
}
