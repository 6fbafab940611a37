package welcome_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/media"
	"sixtouch/service/welcome"
	"sixtouch/wecom"
)

// wire is the other end: it answers the script's errors, then success.
type wire struct {
	script []error
	sent   []wecom.Message
	before func()
}

func (w *wire) SendWelcome(_ context.Context, _ string, m wecom.Message) error {
	if w.before != nil {
		w.before()
	}
	w.sent = append(w.sent, m)
	if len(w.script) == 0 {
		return nil
	}
	err := w.script[0]
	w.script = w.script[1:]
	return err
}

func refuse(code int) error {
	return &wecom.Error{Path: "externalcontact/send_welcome_msg", Code: code, Sent: true}
}

// timeout is a call of which nobody knows what it did.
func timeout() error {
	return &wecom.Error{Path: "externalcontact/send_welcome_msg", Sent: true, Err: context.DeadlineExceeded}
}

func newService(t *testing.T, db *model.DB, w *wire, welcomes ...model.Welcome) *welcome.Service {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	s := welcome.New(welcome.Deps{DB: db, Sender: w, Messages: media.New(db, nil), Zone: zone, Logger: slog.New(slog.DiscardHandler)})
	for _, row := range welcomes {
		_, err := s.Set(t.Context(), row)
		require.NoError(t, err)
	}
	return s
}

func text(scope model.WelcomeScope, key, text string) model.Welcome {
	return model.Welcome{Scope: scope, ScopeKey: key, Content: model.AsJSON(model.Content{Text: text}), Enabled: true}
}

func request(clock *modeltest.Clock) welcome.Request {
	return welcome.Request{
		Code: "wcode-1", RepUserID: "Lin.Qiao", ExternalID: "wm1", EventAt: clock.Now(), ReceivedAt: clock.Now(),
		ContactName: func(context.Context) (string, error) { return "小陈", nil },
	}
}

func dispatch(t *testing.T, db *model.DB) model.Dispatch {
	t.Helper()
	var d model.Dispatch
	require.NoError(t, db.Conn(t.Context()).Take(&d).Error)
	return d
}

func TestSend_mostSpecificWelcomeWins(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		w := &wire{}
		off := text(model.WelcomeRep, "off", "别发")
		off.Enabled = false
		s := newService(t, db, w, text(model.WelcomeDefault, "", "默认"), text(model.WelcomeState, "ch_a", "渠道"),
			text(model.WelcomeRep, "LIN.QIAO", "个人"), off)
		for i, tc := range []struct{ state, rep, want string }{
			{"", "zhou.wei", "默认"},
			{"ch_b", "zhou.wei", "默认"},
			{"ch_a", "zhou.wei", "渠道"},
			{"ch_a", "lin.qiao", "个人"},
			{"", "off", "默认"},
		} {
			r := request(clock)
			r.Code, r.ChannelState, r.RepUserID = strings.Repeat("c", i+1), tc.state, tc.rep
			id, err := s.Send(t.Context(), r)
			require.NoError(t, err)
			require.NotZero(t, id)
			require.Equal(t, tc.want, w.sent[i].Text)
		}
	})
}

func TestSend_defaultFiresForAddsWithoutState(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := &wire{}
	s := newService(t, db, w, text(model.WelcomeDefault, "", "你好"))
	_, err := s.Send(t.Context(), request(clock))
	require.NoError(t, err)
	require.Len(t, w.sent, 1)
}

// The corp's kill switch stops welcomes too, and is named as the reason.
func TestSend_nobodyIsGreetedWhileEverythingIsStopped(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w, now := &wire{}, db.Now(t.Context())
	require.NoError(t, db.Conn(t.Context()).Create(&model.Switch{Name: model.SwitchAll, StoppedAt: &now, UpdatedAt: now}).Error)
	s := newService(t, db, w, text(model.WelcomeDefault, "", "你好"))
	id, err := s.Send(t.Context(), request(clock))
	require.NoError(t, err)
	require.Empty(t, w.sent)
	var d model.Dispatch
	require.NoError(t, db.Read(t.Context()).Take(&d, id).Error)
	state, reason := d.WelcomeOutcome()
	require.Equal(t, model.TouchSkipped, state)
	require.Equal(t, model.WelcomeStopped, reason)
}

// A welcome is an answer to who adds us, but not to who wants to hear nothing.
func TestSend_whoRefusedIsNotGreeted(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := &wire{}
	s := newService(t, db, w, text(model.WelcomeDefault, "", "你好"))
	require.NoError(t, db.Conn(t.Context()).Create(&model.Contact{ExternalUserID: "wm1", Consent: model.ConsentRefused}).Error)
	_, err := s.Send(t.Context(), request(clock))
	require.NoError(t, err)
	require.Empty(t, w.sent)
	d := dispatch(t, db)
	require.Equal(t, model.ReasonConsentRefused, d.LastError)
	state, reason := d.WelcomeOutcome()
	require.Equal(t, []any{model.TouchSkipped, model.ReasonConsentRefused}, []any{state, reason})
}

func TestSend_withoutAnyWelcomeLeavesNothing(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := &wire{}
	id, err := newService(t, db, w).Send(t.Context(), request(clock))
	require.NoError(t, err)
	require.Zero(t, id)
	require.Empty(t, w.sent)
}

func TestSend_namesAreFilledInAndAskedForOnlyWhenNeeded(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := &wire{}
	require.NoError(t, db.Conn(t.Context()).Create(&model.Rep{UserID: "lin.qiao", Name: "林乔"}).Error)
	s := newService(t, db, w, text(model.WelcomeDefault, "", "{name|朋友}你好，我是{rep}"), text(model.WelcomeState, "plain", "你好，我是{rep}"))
	_, err := s.Send(t.Context(), request(clock))
	require.NoError(t, err)
	require.Equal(t, "小陈你好，我是林乔", w.sent[0].Text)

	r := request(clock)
	r.Code, r.ChannelState = "wcode-2", "plain"
	r.ContactName = func(context.Context) (string, error) { return "", errors.New("must not be asked") }
	_, err = s.Send(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, "你好，我是林乔", w.sent[1].Text)

	r = request(clock)
	r.Code, r.ContactName = "wcode-3", func(context.Context) (string, error) { return "", nil }
	_, err = s.Send(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, "朋友你好，我是林乔", w.sent[2].Text)
}

func TestSend_repWhoIsNotStoredYetIsAskedFor(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := &wire{}
	s := newService(t, db, w, text(model.WelcomeDefault, "", "你好，我是{rep}"))
	r := request(clock)
	r.RepName = func(context.Context) (string, error) { return "林乔", nil }
	_, err := s.Send(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, "你好，我是林乔", w.sent[0].Text)
}

func TestSend_nobodyReadsAnEmptyName(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := &wire{}
	s := newService(t, db, w, text(model.WelcomeDefault, "", "{name}你好"))
	r := request(clock)
	r.ContactName = func(context.Context) (string, error) { return "", nil }
	_, err := s.Send(t.Context(), r)
	require.NoError(t, err)
	require.Empty(t, w.sent)
	require.Equal(t, welcome.ReasonNameUnknown, dispatch(t, db).LastError)
}

func TestSend_nameThatMakesTheTextTooLongIsTheReason(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := &wire{}
	s := newService(t, db, w, text(model.WelcomeDefault, "", strings.Repeat("你", 1330)+"{name}"))
	r := request(clock)
	r.ContactName = func(context.Context) (string, error) { return "一个很长的名字", nil }
	_, err := s.Send(t.Context(), r)
	require.NoError(t, err)
	require.Empty(t, w.sent)
	require.Equal(t, welcome.ReasonTooLong, dispatch(t, db).LastError)
}

func TestSend_offerOfAnSOPComesFirst(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := &wire{}
	s := newService(t, db, w, text(model.WelcomeRep, "lin.qiao", "个人"))
	s.Choose = func(_ context.Context, r welcome.Request) (int64, string, model.Content, bool, error) {
		return 7, "hello", model.Content{Text: "来自 SOP"}, r.ChannelState == "ch_a", nil
	}
	r := request(clock)
	r.ChannelState = "ch_a"
	_, err := s.Send(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, "来自 SOP", w.sent[0].Text)
	require.EqualValues(t, 7, dispatch(t, db).SOPID)
}

// The dispatch is committed before the call and settled after it.
func TestSend_isCommittedBeforeTheCall(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		w := &wire{}
		s := newService(t, db, w, text(model.WelcomeDefault, "", "你好"))
		w.before = func() {
			d := dispatch(t, db)
			require.Equal(t, model.DispatchSending, d.State)
			require.Equal(t, "你好", d.Payload.V.Content.Text)
			require.Equal(t, "wcode-1", d.Payload.V.WelcomeCode)
			clock.Advance(time.Second)
		}
		id, err := s.Send(t.Context(), request(clock))
		require.NoError(t, err)
		d := dispatch(t, db)
		require.Equal(t, id, d.ID)
		require.Equal(t, model.DispatchConfirmed, d.State)
		require.True(t, d.SentAt.Equal(clock.Now()))

		again, err := s.Send(t.Context(), request(clock))
		require.NoError(t, err)
		require.Equal(t, id, again)
		require.Len(t, w.sent, 1)
	})
}

func TestSend_eachAnswerHasItsOutcome(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		script []error
		calls  int
		reason string // empty: sent
		touch  model.TouchState
	}{
		"taken":                               {nil, 1, "", model.TouchDelivered},
		"too late":                            {[]error{refuse(41050)}, 1, welcome.ReasonExpired, model.TouchFailed},
		"another app was first":               {[]error{refuse(41051)}, 1, welcome.ReasonElsewhere, model.TouchSkipped},
		"archive consent pending":             {[]error{refuse(41053)}, 1, welcome.ReasonConsent, model.TouchSkipped},
		"another app is at it, then not":      {[]error{refuse(41096)}, 2, "", model.TouchDelivered},
		"another app is at it, then was":      {[]error{refuse(41096), refuse(41051)}, 2, welcome.ReasonElsewhere, model.TouchSkipped},
		"time-out, and it was taken":          {[]error{timeout(), refuse(41051)}, 2, "", model.TouchDelivered},
		"time-out, and it was not":            {[]error{timeout()}, 2, "", model.TouchDelivered},
		"time-out, and then too late to tell": {[]error{timeout(), refuse(41050)}, 2, welcome.ReasonUnknown, model.TouchFailed},
		"media expired: text only":            {[]error{refuse(40007)}, 2, "", model.TouchDelivered},
		"refused for good":                    {[]error{refuse(48002)}, 1, welcome.ReasonRefused, model.TouchFailed},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, clock := modeltest.New(t)
			w := &wire{script: tc.script}
			row := text(model.WelcomeDefault, "", "你好")
			row.Content.V.Attachments = []model.Attachment{{Type: "image", Image: &model.Image{PicURL: "https://img.example/1"}}}
			s := newService(t, db, w, row)
			id, err := s.Send(t.Context(), request(clock))
			require.NoError(t, err)
			require.Len(t, w.sent, tc.calls)
			require.Equal(t, name != "media expired: text only", len(w.sent[len(w.sent)-1].Attachments) == 1)
			d := dispatch(t, db)
			require.Equal(t, tc.reason, d.LastError)
			require.Equal(t, tc.calls, d.Attempts)
			require.Equal(t, tc.reason == "", d.State == model.DispatchConfirmed)

			for range 2 {
				require.NoError(t, db.InTx(t.Context(), func(ctx context.Context) error { return s.Touch(ctx, id, 5, 6, 7) }))
			}
			var touches []model.Touch
			require.NoError(t, db.Conn(t.Context()).Find(&touches).Error)
			require.Len(t, touches, 1)
			require.Equal(t, tc.touch, touches[0].State)
			require.Equal(t, tc.reason, touches[0].Reason)
			require.Equal(t, []int64{5, 6, 7}, []int64{touches[0].ContactID, touches[0].RepID, touches[0].RelationshipID})
			require.Equal(t, "2026-03-02", touches[0].LocalDay)
		})
	}
}

func TestTouch_settlesTheStepOfAnEnrollmentThatKnewNoCode(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := &wire{}
	s := welcome.New(welcome.Deps{
		DB: db, Sender: w, Messages: media.New(db, nil), Zone: time.UTC, Logger: slog.New(slog.DiscardHandler),
		Choose: func(context.Context, welcome.Request) (int64, string, model.Content, bool, error) {
			return 3, "hello", model.Content{Text: "你好"}, true, nil
		},
	})
	now := clock.Now()
	found := model.Touch{
		EnrollmentID: new(int64(9)), SOPID: 3, StepKey: "hello", Run: 1, ContactID: 5, RepID: 6, RelationshipID: 7, Channel: welcome.Channel,
		State: model.TouchSkipped, Reason: model.WelcomeNoCode, DueAt: now, NotBefore: now, ExpireAt: now, PlannedAt: now, UpdatedAt: now, LocalDay: "2026-03-02",
	}
	require.NoError(t, db.Conn(t.Context()).Create(&found).Error)
	id, err := s.Send(t.Context(), request(clock))
	require.NoError(t, err)
	require.NoError(t, db.InTx(t.Context(), func(ctx context.Context) error { return s.Touch(ctx, id, 5, 6, 7) }))
	var touches []model.Touch
	require.NoError(t, db.Conn(t.Context()).Find(&touches).Error)
	require.Len(t, touches, 1)
	require.Equal(t, model.TouchDelivered, touches[0].State)
	require.Equal(t, id, *touches[0].DispatchID)
}

func TestSend_callbackOlderThanTheWindowIsNotTried(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := &wire{}
	s := newService(t, db, w, text(model.WelcomeDefault, "", "你好"))
	r := request(clock)
	clock.Advance(welcome.Window)
	_, err := s.Send(t.Context(), r)
	require.NoError(t, err)
	require.Empty(t, w.sent)
	require.Equal(t, welcome.ReasonExpired, dispatch(t, db).LastError)
}

func TestSend_clockThatIsAheadDoesNotSilenceWelcomes(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	w := &wire{}
	s := newService(t, db, w, text(model.WelcomeDefault, "", "你好"))
	r := request(clock)
	r.EventAt = clock.Now().Add(-time.Minute)
	_, err := s.Send(t.Context(), r)
	require.NoError(t, err)
	require.Len(t, w.sent, 1)
}

// Killed before the call, or after it and before its commit: the code is called
// again, and WeCom's "welcomed already" is about ourselves.
func TestSend_afterACrashTheWelcomeIsOutOnce(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string][]error{"killed before the call": nil, "killed before the commit": {refuse(41051)}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, clock := modeltest.New(t)
			w := &wire{}
			s := newService(t, db, w, text(model.WelcomeDefault, "", "你好"))
			ctx, kill := context.WithCancel(t.Context())
			w.before, w.script = kill, []error{timeout()}
			_, err := s.Send(ctx, request(clock))
			require.ErrorIs(t, err, context.Canceled)
			require.Equal(t, model.DispatchSending, dispatch(t, db).State)

			w.before, w.script = nil, answer
			_, err = s.Send(t.Context(), request(clock))
			require.NoError(t, err)
			require.Equal(t, model.DispatchConfirmed, dispatch(t, db).State)
		})
	}
}

func TestAdmin_setReplacesListsAndDeletes(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		s := newService(t, db, &wire{}, text(model.WelcomeDefault, "", "一"), text(model.WelcomeRep, "Lin.Qiao", "二"))
		row, err := s.Set(t.Context(), text(model.WelcomeRep, "lin.qiao", "三"))
		require.NoError(t, err)
		rows, err := s.List(t.Context(), model.Page{})
		require.NoError(t, err)
		require.Len(t, rows, 2)
		require.Equal(t, "三", rows[1].Content.V.Text)
		require.Equal(t, row.ID, rows[1].ID)
		require.NoError(t, s.Delete(t.Context(), row.ID))
		require.ErrorIs(t, s.Delete(t.Context(), row.ID), model.ErrNotFound)
	})
}

func TestAdmin_setRefusesWhatWeComWould(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	s := newService(t, db, &wire{})
	for name, w := range map[string]model.Welcome{
		"scope":                   text("everybody", "", "你好"),
		"must be empty":           text(model.WelcomeDefault, "x", "你好"),
		"must name":               text(model.WelcomeState, "", "你好"),
		"128 are allowed":         text(model.WelcomeState, strings.Repeat("x", 129), "你好"),
		"needs a text":            text(model.WelcomeDefault, "", ""),
		"text is 4002 bytes long": text(model.WelcomeDefault, "", strings.Repeat("你", 1334)),
	} {
		_, err := s.Set(t.Context(), w)
		require.Equal(t, model.CodeInvalid, model.CodeOf(err), name)
		require.ErrorContains(t, err, name)
	}
}
