package inbox_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/inbox"
	"sixtouch/service/runner"
	"sixtouch/service/runner/runnertest"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// start returns a running inbox.
func start(t *testing.T, db *model.DB, stored ...func(model.Lane)) *inbox.Inbox {
	t.Helper()
	b := inbox.New(db, quiet(), nil, stored...)
	require.NoError(t, b.Start(t.Context()))
	t.Cleanup(b.Stop)
	return b
}

// change is an event of customer contact.
func change(changeType, userID, externalUserID, more string) []byte {
	return fmt.Appendf(nil, `<xml><ToUserName><![CDATA[ww0f1e2d3c4b5a6978]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>`+
		`<CreateTime>1790000001</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_external_contact]]></Event>`+
		`<ChangeType><![CDATA[%s]]></ChangeType><UserID><![CDATA[%s]]></UserID><ExternalUserID><![CDATA[%s]]></ExternalUserID>%s</xml>`,
		changeType, userID, externalUserID, more)
}

func rows(t *testing.T, db *model.DB) []model.InboxItem {
	t.Helper()
	var items []model.InboxItem
	require.NoError(t, db.Read(context.Background()).Order("id").Find(&items).Error)
	return items
}

func TestInbox_conforms(t *testing.T) {
	db, _ := modeltest.New(t)
	runnertest.Exercise(t, func(*testing.T) runner.Service { return inbox.New(db, quiet(), nil) })
}

func TestAccept_isDurableBeforeItReturns(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		var woken atomic.Int32
		b := start(t, db, func(l model.Lane) { woken.Add(1 + int32(l)) })
		plain := change("add_external_contact", "lin.qiao", "wm1", "<WelcomeCode><![CDATA[wcode-1]]></WelcomeCode>")
		require.NoError(t, b.Accept(t.Context(), "contact", plain))
		items := rows(t, db)
		require.Len(t, items, 1)
		it := items[0]
		require.Equal(t, "contact", it.Receiver)
		require.Equal(t, plain, it.Payload)
		require.Equal(t, "change_external_contact/add_external_contact", it.EventKey)
		require.Equal(t, "wm1", it.Subject)
		require.Equal(t, model.LaneWelcome, it.Lane)
		require.Equal(t, model.InboxReceived, it.State)
		require.True(t, it.ReceivedAt.Equal(clock.Now()))
		require.True(t, it.OccurredAt.Equal(time.Unix(1790000001, 0)))
		require.Len(t, it.DedupeKey, 32)
		require.EqualValues(t, 2, woken.Load())
	})
}

func TestAccept_namesWhomEachEventConcerns(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	b := start(t, db)
	for name, tc := range map[string]struct {
		plain, key, subject string
		lane                model.Lane
	}{
		"customer without a welcome": {string(change("edit_external_contact", "lin.qiao", "wm1", "")), "change_external_contact/edit_external_contact", "wm1", model.LaneNormal},
		"group":                      {`<xml><FromUserName>sys</FromUserName><CreateTime>1790000010</CreateTime><MsgType>event</MsgType><Event>change_external_chat</Event><ChangeType>create</ChangeType><ChatId>wr1</ChatId></xml>`, "change_external_chat/create", "wr1", model.LaneNormal},
		"member, in lower case":      {`<xml><FromUserName>sys</FromUserName><MsgType>event</MsgType><Event>change_contact</Event><ChangeType>delete_user</ChangeType><UserID>Lin.Qiao</UserID></xml>`, "change_contact/delete_user", "lin.qiao", model.LaneNormal},
		"tag":                        {`<xml><FromUserName>sys</FromUserName><MsgType>event</MsgType><Event>change_external_tag</Event><ChangeType>create</ChangeType><Id>et1</Id></xml>`, "change_external_tag/create", "et1", model.LaneNormal},
		"card, nested":               {`<xml><FromUserName>zhou.wei</FromUserName><MsgType>event</MsgType><Event>template_card_event</Event><SelectedItems><SelectedItem><QuestionKey>q</QuestionKey></SelectedItem></SelectedItems></xml>`, "template_card_event", "zhou.wei", model.LaneNormal},
	} {
		require.NoError(t, b.Accept(t.Context(), "contact", []byte(tc.plain)), name)
		items := rows(t, db)
		it := items[len(items)-1]
		require.Equal(t, tc.key, it.EventKey, name)
		require.Equal(t, tc.subject, it.Subject, name)
		require.Equal(t, tc.lane, it.Lane, name)
		if it.OccurredAt.Equal(clock.Now()) {
			require.NotContains(t, tc.plain, "CreateTime", name)
		}
	}
}

func TestAccept_replayIsStoredOnce(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		b := start(t, db)
		plain := change("add_external_contact", "lin.qiao", "wm1", "")
		errs := make(chan error)
		for range 30 {
			go func() { errs <- b.Accept(context.Background(), "contact", plain) }()
		}
		for range 30 {
			require.NoError(t, <-errs)
		}
		require.Len(t, rows(t, db), 1)
		require.NoError(t, b.Accept(t.Context(), "app", plain))
		require.Len(t, rows(t, db), 2)
	})
}

// The age of events on arrival shows a clock that is wrong: nothing comes before
// it has happened.
func TestAccept_measuresTheAgeOfEventsByBothClocks(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	clock.Set(time.Unix(1790000001-30, 0)) // 30 s behind WeCom's
	registry := prometheus.NewRegistry()
	b := inbox.New(db, quiet(), registry)
	require.NoError(t, b.Start(t.Context()))
	t.Cleanup(b.Stop)
	require.NoError(t, b.Accept(t.Context(), "contact", edit("wm1", "a")))
	families, err := registry.Gather()
	require.NoError(t, err)
	for _, f := range families {
		if f.GetName() == "sixtouch_inbox_event_age_seconds" {
			require.InDelta(t, -30, f.GetMetric()[0].GetHistogram().GetSampleSum(), 0.001)
			return
		}
	}
	require.Fail(t, "no such metric")
}

func TestAccept_twoAddsOfOneRepInOneSecondAreTwo(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		b := start(t, db)
		require.NoError(t, b.Accept(t.Context(), "contact", change("add_external_contact", "lin.qiao", "wm1", "")))
		require.NoError(t, b.Accept(t.Context(), "contact", change("add_external_contact", "lin.qiao", "wm2", "")))
		require.Len(t, rows(t, db), 2)
	})
}

func TestAccept_keepsWhatItCannotRead(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		b := start(t, db)
		long := make([]byte, 0, 4096)
		for range 400 {
			long = append(long, "客户"...)
		}
		for _, plain := range []string{
			"", "<xml>", "no xml at all \xff\x00", "<xml><CreateTime>99999999999999999</CreateTime></xml>",
			string(change("edit_external_contact", "lin.qiao", string(long), "")),
		} {
			require.NoError(t, b.Accept(t.Context(), "contact", []byte(plain)), "%.40q", plain)
		}
		require.Len(t, rows(t, db), 5)
	})
}

func TestAccept_storageDownIsUnavailable(t *testing.T) {
	t.Parallel()
	clock := modeltest.NewClock()
	db, err := model.Open(t.Context(), modeltest.SQLiteDSN(t), model.Options{Clock: clock})
	require.NoError(t, err)
	b := start(t, db)
	require.NoError(t, db.Close())
	err = b.Accept(t.Context(), "contact", change("edit_external_contact", "a", "wm1", ""))
	require.Equal(t, model.CodeUnavailable, model.CodeOf(err))
}

func TestAccept_refusesBeforeStartAndAfterStop(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	b := inbox.New(db, quiet(), nil)
	plain := change("edit_external_contact", "a", "wm1", "")
	require.Equal(t, model.CodeUnavailable, model.CodeOf(b.Accept(t.Context(), "contact", plain)))
	require.NoError(t, b.Start(t.Context()))
	require.ErrorContains(t, b.Start(t.Context()), "already started")
	b.Stop()
	require.Equal(t, model.CodeUnavailable, model.CodeOf(b.Accept(t.Context(), "contact", plain)))
}

func TestStop_storesWhatWaits(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		b := inbox.New(db, quiet(), nil)
		require.NoError(t, b.Start(t.Context()))
		errs := make(chan error, 100)
		for i := range 100 {
			go func() {
				errs <- b.Accept(context.Background(), "contact", change("edit_external_contact", "a", fmt.Sprint("wm", i), ""))
			}()
		}
		require.NoError(t, <-errs)
		b.Stop()
		stored := 1
		for range 99 {
			if err := <-errs; err == nil {
				stored++
			} else {
				require.Equal(t, model.CodeUnavailable, model.CodeOf(err))
			}
		}
		require.Len(t, rows(t, db), stored)
	})
}
