package privacy_test

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/privacy"
)

// many are the tables that hold many people in one row: phases of their own look
// into them.
func many() []string { return []string{"dispatches", "inbox_items", "import_notes"} }

// notAbout are tables with personal columns, or a column that looks like a
// contact's, that are about no contact of ours, are gone when their import is
// over, or tell other systems of ids alone.
func notAbout() []string { return []string{"reps", "import_chunks", "webhook_deliveries"} }

func TestRules_knowEveryTableAboutAContact(t *testing.T) {
	t.Parallel()
	db := modeltest.Open(t, modeltest.MySQLDSN(t), modeltest.NewClock())
	var known []string
	for _, r := range privacy.Rows() {
		stmt := db.Conn(t.Context()).Model(r.Row).Statement
		require.NoError(t, stmt.Parse(r.Row))
		known = append(known, stmt.Table)
	}
	var columns []struct{ TableName, ColumnName string }
	require.NoError(t, db.Conn(t.Context()).Raw(`SELECT table_name AS table_name, column_name AS column_name FROM information_schema.columns
		WHERE table_schema = DATABASE() AND (column_comment = 'personal' OR column_name IN ('contact_id', 'external_userid', 'relationship_id', 'member_id'))`).
		Scan(&columns).Error)
	require.Greater(t, len(columns), 30)
	for _, c := range columns {
		if !slices.Contains(known, c.TableName) && !slices.Contains(many(), c.TableName) && !slices.Contains(notAbout(), c.TableName) {
			t.Errorf("%s.%s tells of a contact: give the table a rule in rules.go", c.TableName, c.ColumnName)
		}
	}
}

func TestErase_leavesNothingOfThePersonAndEverythingOfTheOthers(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		s, ctx := newService(db), t.Context()
		seed(t, db, 1)
		seed(t, db, 2)
		seedMany(t, db, clock.Now())
		before := dump(t, db)
		require.Greater(t, len(naming(before, secret(1))), 8, "the test has too little to lose")

		e, err := s.Erase(ctx, 1, "chief", model.ErasureRequested)
		require.NoError(t, err)
		require.Equal(t, model.ErasureRunning, e.State, "a call is under way")
		require.NotEmpty(t, naming(dump(t, db), secret(1)), "it needs its text")

		require.NoError(t, db.Conn(ctx).Model(&model.Dispatch{}).Where("state = ?", model.DispatchSending).Update("state", model.DispatchSent).Error)
		require.NoError(t, db.Conn(ctx).Model(&model.InboxItem{}).Where("state = ?", model.InboxRetry).Update("state", model.InboxDead).Error)
		more, err := s.Run(ctx)
		require.NoError(t, err)
		require.False(t, more, "it is looked at later")
		for range 2 { // callbacks, then calls
			clock.Advance(10 * time.Minute)
			for more := true; more; {
				more, err = s.Run(ctx)
				require.NoError(t, err)
			}
		}
		after := dump(t, db)
		require.Empty(t, naming(after, secret(1)))
		require.Equal(t, naming(before, secret(2)), naming(after, secret(2)))

		want := sizes(before)
		for _, table := range []string{"contact_companies", "contact_dates", "match_keys", "match_tasks", "pending_contacts"} {
			want[table]-- // nobody counts these
		}
		want["erasures"], want["activities"] = 1, want["activities"]+2
		require.Equal(t, want, sizes(after))

		list, err := s.List(ctx, 1, model.Page{})
		require.NoError(t, err)
		require.Len(t, list, 1)
		require.Equal(t, model.ErasureDone, list[0].State)
		require.Equal(t, "chief", list[0].RequestedBy)
		require.EqualValues(t, 1, list[0].Counts.V["contacts"])
		require.EqualValues(t, 4, list[0].Counts.V["dispatches"])
		require.EqualValues(t, 3, list[0].Counts.V["inbox_items"])

		again, err := s.Erase(ctx, 1, "somebody else", model.ErasureWithdrawn)
		require.NoError(t, err)
		require.Equal(t, list[0].ID, again.ID, "what is done is not done twice")
		_, err = s.Erase(ctx, 99, "chief", model.ErasureRequested)
		require.ErrorIs(t, err, model.ErrNotFound)
		_, err = s.Erase(ctx, 2, "chief", "because 王伟 called")
		require.Equal(t, model.CodeInvalid, model.CodeOf(err))

		var c model.Contact
		require.NoError(t, db.Conn(ctx).Take(&c, 1).Error)
		require.NotNil(t, c.ErasedAt)
		require.Equal(t, model.ConsentRefused, c.Consent)
		var d model.Dispatch
		require.NoError(t, db.Conn(ctx).Take(&d, "step_key = 'card'").Error)
		require.Equal(t, []string{external(1), external(2)}, d.Payload.V.ExternalUserIDs, "ids stay in their places")
		require.Equal(t, []string{"", secret(2)}, d.Payload.V.Lines)
		require.Equal(t, []model.Prompt{{Text: "请回访", Names: []string{"", secret(2)}, Touches: []int64{11, 12}}}, d.Payload.V.Prompts)
	})
}

// seedMany stores dispatches and callbacks about the persons 1 and 2.
func seedMany(t *testing.T, db *model.DB, now time.Time) {
	t.Helper()
	conn := db.Conn(t.Context())
	dispatch := func(step string, state model.DispatchState, p model.DispatchPayload) {
		require.NoError(t, conn.Create(&model.Dispatch{StepKey: step, State: state, Payload: model.AsJSON(p), NextAt: now, CreatedAt: now, UpdatedAt: now}).Error)
	}
	alone := model.DispatchPayload{ExternalUserIDs: []string{external(1)}, Lines: []string{secret(1)}, Content: model.Content{Text: "你好，" + secret(1)}}
	dispatch("greeting", model.DispatchConfirmed, alone)
	dispatch("given up", model.DispatchFailed, alone) // no touch names it any more
	dispatch("now", model.DispatchSending, alone)
	dispatch("others", model.DispatchConfirmed, model.DispatchPayload{ExternalUserIDs: []string{external(2)}, Lines: []string{secret(2)}, Content: model.Content{Text: secret(2)}})
	dispatch("card", model.DispatchConfirmed, model.DispatchPayload{
		ExternalUserIDs: []string{external(1), external(2)}, Lines: []string{secret(1), secret(2)}, Touches: []int64{11, 12},
		Prompts: []model.Prompt{{Text: "请回访", Names: []string{secret(1), secret(2)}, Touches: []int64{11, 12}}},
	})
	for _, value := range []string{secret(1), secret(2)} {
		require.NoError(t, conn.Create(&model.ImportNote{Value: value}).Error)
	}
	for i, state := range []model.InboxState{model.InboxDone, model.InboxIgnored, model.InboxRetry} {
		payload := []byte("<xml>" + external(1) + secret(1) + "</xml>")
		require.NoError(t, conn.Create(&model.InboxItem{DedupeKey: []byte{byte(i), 31: 0}, Subject: external(1), Payload: payload, State: state, NextAt: now, OccurredAt: now, ReceivedAt: now}).Error)
	}
}

func TestErase_goesOnWhereItWasInterrupted(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		seed(t, db, 1)
		seedMany(t, db, clock.Now())
		require.NoError(t, db.Conn(t.Context()).Delete(&model.Dispatch{}, "state = ?", model.DispatchSending).Error)
		require.NoError(t, db.Conn(t.Context()).Delete(&model.InboxItem{}, "state = ?", model.InboxRetry).Error)
		ctx, cancel := context.WithCancel(t.Context())
		dying := privacy.New(privacy.Deps{DB: db, Logger: slog.New(slog.DiscardHandler), Record: func(ctx context.Context, _ model.Activity) error {
			model.AfterCommit(ctx, cancel) // right after the first transaction
			return nil
		}})
		_, err := dying.Erase(ctx, 1, "chief", model.ErasureEnded)
		require.ErrorIs(t, err, context.Canceled)
		require.NotEmpty(t, naming(dump(t, db), secret(1)))

		pages := 0
		for more := true; more; pages++ { // by another replica each
			more, err = newService(db).Run(t.Context())
			require.NoError(t, err)
		}
		require.Greater(t, pages, 10)
		require.Empty(t, naming(dump(t, db), secret(1)))
		e, err := newService(db).Erase(t.Context(), 1, "chief", model.ErasureEnded)
		require.NoError(t, err)
		require.Equal(t, model.ErasureDone, e.State)
		require.EqualValues(t, 3, e.Counts.V["dispatches"])
	})
}

func TestExport_showsThePersonAndNobodyElse(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		s := newService(db)
		seed(t, db, 1)
		seed(t, db, 2)
		seedMany(t, db, clock.Now())
		require.NoError(t, db.Conn(t.Context()).Exec("UPDATE touches SET dispatch_id = (SELECT id FROM dispatches WHERE step_key = 'card') WHERE contact_id = 1").Error)
		doc, err := s.Export(t.Context(), 1)
		require.NoError(t, err)
		require.Len(t, doc.Messages, 1)
		require.Equal(t, "请回访", doc.Messages[0].Content.Text)
		require.Len(t, doc.Callbacks, 3)
		text := toJSON(t, doc)
		require.NotContains(t, text, secret(2))
		require.NotContains(t, text, external(2))
		for _, r := range privacy.Rows() {
			stmt := db.Conn(t.Context()).Model(r.Row).Statement
			require.NoError(t, stmt.Parse(r.Row))
			if stmt.Table != "erasures" {
				require.Len(t, doc.Tables[stmt.Table], 1, stmt.Table)
			}
		}
		require.Contains(t, text, `"remark_mobiles":["`+secret(1)+`"]`)
		_, err = s.Export(t.Context(), 99)
		require.ErrorIs(t, err, model.ErrNotFound)
	})
}
