package account_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/service/account"
)

func (w *world) contact(id int64) model.Contact {
	w.t.Helper()
	var c model.Contact
	require.NoError(w.t, w.db.Read(w.t.Context()).Take(&c, id).Error)
	return c
}

func (w *world) react(kind model.ActivityKind, contactID int64, field string) {
	w.t.Helper()
	require.NoError(w.t, w.db.InTx(w.t.Context(), func(ctx context.Context) error {
		return w.Guesser().React(ctx, model.Activity{Kind: kind, ContactID: contactID, Data: model.AsJSON(model.ActivityData{Field: field})})
	}))
}

// changes lists the profile fields that were recorded as changed, in order.
func (w *world) changes() (out []string) {
	w.t.Helper()
	var rows []model.Activity
	require.NoError(w.t, w.db.Read(w.t.Context()).Order("id").Find(&rows, "kind = ?", model.ActivityProfileChanged).Error)
	for _, a := range rows {
		out = append(out, a.Data.V.Field+"="+a.Data.V.Key)
	}
	return out
}

func TestRoles_titleGuessesAndAPersonsWordWins(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, a := t.Context(), w.account("星辰科技")
		wang := w.person(a.ID, model.Contact{Name: "王", Position: "技术总监"})
		w.react(model.ActivityContactAdded, wang.ID, "")
		w.react(model.ActivityContactAdded, wang.ID, "") // run again: nothing
		c := w.contact(wang.ID)
		require.Equal(t, model.RoleCTO, c.Role)
		require.Equal(t, model.SourceTitle, c.RoleSource)
		require.Equal(t, model.SeniorityManager, c.Seniority)
		require.Equal(t, []string{"role=cto", "seniority=manager"}, w.changes())

		w.clock.Advance(time.Minute)
		role, yes := model.RoleInfluencer, true
		_, err := w.SetPerson(ctx, wang.ID, account.PersonInput{Role: &role, IsKP: &yes})
		require.NoError(t, err)
		require.NoError(t, w.db.Conn(ctx).Model(&model.Contact{ID: wang.ID}).Update("position", "总经理").Error)
		w.react(model.ActivityProfileChanged, wang.ID, model.FieldPosition)
		c = w.contact(wang.ID)
		require.Equal(t, model.RoleInfluencer, c.Role, "a person's word wins")
		require.True(t, c.IsKP)
		require.Equal(t, model.SeniorityExecutive, c.Seniority, "of which nobody has said anything")

		w.clock.Advance(time.Minute)
		nothing := model.Role("")
		_, err = w.SetPerson(ctx, wang.ID, account.PersonInput{Role: &nothing})
		require.NoError(t, err)
		require.Equal(t, model.RoleBoss, w.contact(wang.ID).Role, "the title holds again")

		bad, mail, phone := model.Role("king"), "no mail", "abc"
		_, err = w.SetPerson(ctx, wang.ID, account.PersonInput{Role: &bad, Email: &mail, Mobile: &phone})
		require.ElementsMatch(t, []string{"role", "email", "mobile"}, keys(fields(t, err)))
		_, err = w.SetPerson(ctx, 99, account.PersonInput{})
		require.ErrorIs(t, err, model.ErrNotFound)
	})
}

func TestRoles_unsureGuessesAreAskedAbout(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, a, lin := t.Context(), w.account("星辰科技"), w.rep("林乔")
		sure := w.person(a.ID, model.Contact{Name: "王", Position: "CEO"})
		vague := w.person(a.ID, model.Contact{Name: "李", Position: "产品经理"})
		silent := w.person(a.ID, model.Contact{Name: "赵"})
		for _, c := range []model.Contact{sure, vague, silent} {
			w.react(model.ActivityContactAdded, c.ID, "")
		}
		require.NoError(t, w.db.Conn(ctx).Create(&model.Relationship{RepID: lin, ContactID: vague.ID, State: model.RelationshipActive, AddedAt: w.clock.Now(), SeenAt: w.clock.Now()}).Error)
		for rep, want := range map[int64]int{0: 1, lin: 1, lin + 1: 0} {
			list, err := w.ToConfirm(ctx, rep, model.Page{})
			require.NoError(t, err)
			require.Len(t, list, want)
		}
		list, err := w.ToConfirm(ctx, 0, model.Page{})
		require.NoError(t, err)
		require.Equal(t, vague.ID, list[0].ID)
		require.Empty(t, list[0].Role, "not taken before somebody has said so")
		require.Equal(t, model.RoleInfluencer, list[0].Guess.Role)

		department := "采购部"
		_, err = w.SetPerson(ctx, vague.ID, account.PersonInput{Department: &department})
		require.NoError(t, err)
		require.Equal(t, model.RolePurchasing, w.contact(vague.ID).Role, "a department says more")
		list, err = w.ToConfirm(ctx, 0, model.Page{})
		require.NoError(t, err)
		require.Empty(t, list)
	})
}

func TestResponsible_backupStandsIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, lin, zhou := t.Context(), w.rep("林乔"), w.rep("周伟")
		a, err := w.Create(ctx, account.Input{Name: "星辰科技", OwnerID: lin, OwnerBackupID: zhou})
		require.NoError(t, err)
		at := func(day int, hour int) time.Time { return time.Date(2026, 3, day, hour, 0, 0, 0, w.Zone) }
		_, err = w.AddAbsence(ctx, lin, at(5, 0), at(4, 0), "admin")
		require.Contains(t, fields(t, err), "to")
		_, err = w.AddAbsence(ctx, 99, at(4, 0), at(5, 0), "admin")
		require.ErrorIs(t, err, model.ErrNotFound)
		first, err := w.AddAbsence(ctx, lin, at(4, 0), at(5, 0), "admin")
		require.NoError(t, err)
		_, err = w.AddAbsence(ctx, zhou, at(5, 0), at(5, 0), "admin")
		require.NoError(t, err)
		for _, tc := range []struct {
			at   time.Time
			want account.Charge
		}{
			{at(3, 23), account.Charge{RepID: lin, Reason: account.DutyHere}},
			{at(4, 0), account.Charge{RepID: zhou, Away: lin, Reason: account.DutyBackup}},
			{at(5, 23), account.Charge{RepID: lin, Away: lin, Reason: account.DutyBothAway}},
			{at(6, 0), account.Charge{RepID: lin, Reason: account.DutyHere}},
		} {
			got, err := w.Responsible(ctx, a.ID, account.DutyOwner, tc.at)
			require.NoError(t, err)
			require.Equal(t, tc.want, got, tc.at)
		}
		got, err := w.Responsible(ctx, a.ID, account.DutySDR, at(3, 0))
		require.NoError(t, err)
		require.Equal(t, account.Charge{Reason: account.DutyNobody}, got)
		_, err = w.Responsible(ctx, 99, account.DutySDR, at(3, 0))
		require.ErrorIs(t, err, model.ErrNotFound)

		list, err := w.Absences(ctx, lin, model.Page{})
		require.NoError(t, err)
		require.Len(t, list, 1)
		require.NoError(t, w.RemoveAbsence(ctx, first.ID))
		require.ErrorIs(t, w.RemoveAbsence(ctx, first.ID), model.ErrNotFound)
		require.NoError(t, w.db.Conn(ctx).Model(&model.Rep{ID: lin}).Update("can_follow", false).Error)
		got, err = w.Responsible(ctx, a.ID, account.DutyOwner, at(4, 0))
		require.NoError(t, err)
		require.Equal(t, zhou, got.RepID, "who has left is away for good")
	})
}

func TestAwareness_contentsRaiseItAndAPersonsWordWins(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		a := w.account("星辰科技")
		wang, n := w.person(a.ID, model.Contact{Name: "王"}), int64(100)
		views := func(key string) model.Awareness {
			t.Helper()
			n++
			require.NoError(t, w.db.InTx(t.Context(), func(ctx context.Context) error {
				return w.Guesser().React(ctx, model.Activity{
					ID: n, Kind: model.ActivityContentViewed, ContactID: wang.ID, OccurredAt: w.clock.Now(), Data: model.AsJSON(model.ActivityData{Key: key}),
				})
			}))
			return w.contact(wang.ID).Awareness
		}
		for _, step := range []struct {
			key  string
			want model.Awareness
		}{
			{"price", ""},
			{"problem", ""},
			{"_x", ""},
			{"problem_costs", model.AwarenessProblem},
			{"solution_guide", model.AwarenessSolution},
			{"problem_costs", model.AwarenessSolution},
			{"product_tour", model.AwarenessProduct},
		} {
			require.Equal(t, step.want, views(step.key), step.key)
		}
		require.Equal(t, []string{"awareness=problem", "awareness=solution", "awareness=product"}, w.changes())

		says := model.AwarenessProblem
		_, err := w.SetPerson(t.Context(), wang.ID, account.PersonInput{Awareness: &says})
		require.NoError(t, err)
		require.Equal(t, model.AwarenessProblem, views("product_tour"), "a person has said so")
	})
}
