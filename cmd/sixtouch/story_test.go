package main

import (
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/wecom/sim"
)

// threeDays greets whoever adds a rep and follows them for three days of their own.
const threeDays = `{"trigger":{"kind":"contact_added"},"steps":[
	{"key":"hello","offset":{},"channel":"welcome","content":{"text":"{name}，你好，我是{rep}"}},
	{"key":"d1","offset":{"day":1,"at":"10:00"},"channel":"group_message","content":{"text":"第一天"}},
	{"key":"d2","offset":{"day":2,"at":"10:00"},"channel":"group_message","content":{"text":"第二天"}},
	{"key":"d3","offset":{"day":3,"at":"10:00"},"channel":"group_message","content":{"text":"第三天"}},
	{"key":"ask","name":"第三天回访","offset":{"day":3,"at":"11:00"},"channel":"rep_prompt","content":{"text":"问问用得怎么样"}}]}`

// texts lists what a customer has received, in order.
func (s *stage) texts(externalUserID string) []string {
	s.t.Helper()
	out := []string{}
	for _, e := range s.wecom.Ledger() {
		if e.ExternalUserID == externalUserID && (e.Kind == "welcome" || e.Kind == "groupmsg") {
			out = append(out, e.Text)
		}
	}
	return out
}

// receives waits until the customer has received that, and all that has happened
// is stored: the clock may move then.
func (s *stage) receives(externalUserID string, want ...string) {
	s.t.Helper()
	defer s.inboxEmpty()
	s.eventually(time.Minute, func() string {
		if got := s.texts(externalUserID); !equal(got, want) {
			return fmt.Sprintf("has %q", got)
		}
		return ""
	}, "the customer receives %q", want)
}

func equal(a, b []string) bool { return strings.Join(a, "\x00") == strings.Join(b, "\x00") }

// morning moves the clock to the next 10:01 in Shanghai.
func (s *stage) morning() { s.t.Helper(); s.to(10, 1) }

// to moves the clock forward to that time of day in Shanghai.
func (s *stage) to(hour, minute int) {
	s.t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(s.t, err)
	now := s.wecom.Sim.Clock().Now().In(zone)
	next := time.Date(now.Year(), now.Month(), now.Day(), hour, minute, 0, 0, zone)
	if !next.After(now) {
		next = next.AddDate(0, 0, 1)
	}
	s.advance(next.Sub(now))
}

// advance moves the clock of everyone. What happens next must not meet a replica
// that has not noticed.
func (s *stage) advance(d time.Duration) {
	s.t.Helper()
	s.wecom.Advance(d)
	s.eventually(time.Minute, s.behind, "everyone knows what time it is")
}

// pending waits until so many tasks wait for reps.
func (s *stage) pending(n int) {
	s.t.Helper()
	s.eventually(time.Minute, func() string {
		if got := len(s.wecom.Tasks("")); got != n {
			return fmt.Sprintf("%d tasks wait", got)
		}
		return ""
	}, "%d tasks wait for reps", n)
}

func TestStory_aCustomersFirstDays(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, s *stage) {
		s.wecom.Member("lin.qiao", "林乔")
		s.wecom.Member("zhou.wei", "周维")
		s.startAll()
		s.to(14, 0)
		s.publish("新好友", threeDays)

		first := s.wecom.Follow("lin.qiao", "陈一", map[string]any{"state": "expo"})
		s.receives(first, "陈一，你好，我是林乔")
		s.morning()
		s.pending(1)
		s.confirmAll()
		s.receives(first, "陈一，你好，我是林乔", "第一天")

		second := s.wecom.Follow("zhou.wei", "王二", nil)
		s.receives(second, "王二，你好，我是周维")
		for range 3 {
			s.morning()
			s.confirmAll()
			s.advance(2 * time.Hour)
			s.confirmAll()
		}
		hello := func(name, rep string) string { return name + "，你好，我是" + rep }
		s.receives(first, hello("陈一", "林乔"), "第一天", "第二天", "第三天")
		s.receives(second, hello("王二", "周维"), "第一天", "第二天", "第三天")

		s.advance(2 * time.Hour)
		s.eventually(time.Minute, func() string {
			s.answerCards()
			open := []string{}
			for _, row := range s.touches("") {
				if row.State != "delivered" && row.State != "done" {
					open = append(open, row.StepKey+" "+row.State+" "+row.Reason)
				}
			}
			return strings.Join(open, ", ")
		}, "every touch has its outcome in the log")
		s.eventually(time.Minute, func() string {
			kinds := map[string]int{}
			for _, e := range s.wecom.Ledger() {
				kinds[e.Kind]++
			}
			if kinds["card_update"] != kinds["app_message"] {
				return fmt.Sprintf("%v", kinds)
			}
			return ""
		}, "every answered card shows what was recorded")
		require.Len(t, s.touches(""), 10)
		var lag map[string]any
		s.api(http.MethodGet, "/inbox/lag", nil, &lag)
	})
}

// confirmAll has reps send what is asked of them until nothing is left to do at
// this instant.
func (s *stage) confirmAll() {
	s.t.Helper()
	s.eventually(3*time.Minute, func() string {
		if missing := s.unsent(); missing != "" {
			return missing
		}
		if len(s.wecom.Tasks("")) > 0 {
			s.wecom.Confirm(map[string]any{"all": true})
			return "reps were at it"
		}
		return ""
	}, "at %s all is sent", s.wecom.Sim.Clock().Now().Format(time.DateTime))
}

// unsent says what is due and has not left.
func (s *stage) unsent() string {
	s.t.Helper()
	conn, now := s.database().Conn(s.t.Context()), s.wecom.Sim.Clock().Now().UTC()
	for _, open := range []struct {
		what  string
		rows  any
		where string
		args  []any
	}{
		{"enrollments are due", &model.Enrollment{}, "state = ? AND next_due_at <= ?", []any{model.EnrollmentActive, now}},
		{"touches wait", &model.Touch{}, "state = ? AND not_before <= ?", []any{model.TouchPlanned, now}},
		{"dispatches are under way", &model.Dispatch{}, "state IN ?", []any{[]model.DispatchState{model.DispatchQueued, model.DispatchSending, model.DispatchUnknown}}},
		{"enrollments are parked", &model.Enrollment{}, "state = ?", []any{model.EnrollmentParked}},
		{"dispatches are stuck", &model.Dispatch{}, "state = ?", []any{model.DispatchStuck}},
	} {
		var n int64
		require.NoError(s.t, conn.Model(open.rows).Where(open.where, open.args...).Count(&n).Error)
		if n > 0 {
			return fmt.Sprintf("%d %s", n, open.what)
		}
	}
	return ""
}

// answerCards has reps press "done" on every card they got, once.
func (s *stage) answerCards() {
	s.t.Helper()
	for _, e := range s.wecom.Ledger() {
		if e.Kind == "app_message" && !s.answeredCards[e.MsgID] {
			s.answeredCards[e.MsgID] = true
			s.wecom.Post("/sim/clicks", map[string]any{"userid": e.UserID, "msgid": e.MsgID, "key": "done"}, nil)
		}
	}
}

func TestStory_callbacksTwiceLateAndOutOfOrder(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, s *stage) {
		s.wecom.Member("lin.qiao", "林乔")
		s.startAll()
		s.to(14, 0)
		s.publish("新好友", threeDays)
		s.wecom.Fault(sim.Fault{Path: "callback", N: 1, Duplicate: 3})
		tripled := s.wecom.Follow("lin.qiao", "三遍", nil)
		s.receives(tripled, "三遍，你好，我是林乔")
		s.wecom.Fault(sim.Fault{Path: "callback", N: 1, Reorder: true})
		late := s.wecom.Follow("lin.qiao", "迟到", nil)
		s.wecom.Post("/sim/unfollows", map[string]any{"userid": "lin.qiao", "external_userid": late, "by": "customer"}, nil)
		s.wecom.Fault(sim.Fault{Path: "callback", N: 1, Delay: "1s"})
		delayed := s.wecom.Follow("lin.qiao", "延迟", nil)
		s.receives(delayed, "延迟，你好，我是林乔")
		for range 3 {
			s.morning()
			s.confirmAll()
		}
		for _, who := range []string{tripled, delayed} {
			require.Equal(t, []string{"第一天", "第二天", "第三天"}, s.texts(who)[1:])
		}
		for _, text := range s.texts(late) {
			require.NotContains(t, text, "第", "who left gets nothing more")
		}
	})
}

func TestStory_tokenExpiresInTheMiddleOfABatch(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, s *stage) {
		const reps = 10
		for i := range reps {
			s.wecom.Member(fmt.Sprintf("rep%d", i), fmt.Sprintf("销售%d", i))
		}
		s.startAll()
		s.to(14, 0)
		s.publish("新好友", `{"trigger":{"kind":"contact_added"},"window":{"from":"00:00","to":"23:59"},"steps":[{"key":"m","offset":{"after":"2s"},"channel":"group_message","content":{"text":"到了"}}]}`)
		s.wecom.Fault(sim.Fault{Path: "/cgi-bin/externalcontact/add_msg_template", N: 2, Skip: 3, Errcode: 42001})
		for i := range reps {
			s.wecom.Follow(fmt.Sprintf("rep%d", i), fmt.Sprintf("客户%d", i), nil)
		}
		s.eventually(30*time.Second, func() string {
			s.wecom.Confirm(map[string]any{"all": true})
			n := 0
			for _, e := range s.wecom.Ledger() {
				if e.Kind == "groupmsg" {
					n++
				}
			}
			if n != reps {
				return fmt.Sprintf("%d received it", n)
			}
			return ""
		}, "everyone receives it once")
	})
}

func TestStory_terminationHandsBackWhatItHolds(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, s *stage) {
		s.wecom.Member("lin.qiao", "林乔")
		s.startAll()
		s.to(14, 0)
		s.publish("新好友", `{"trigger":{"kind":"contact_added"},"window":{"from":"00:00","to":"23:59"},"steps":[{"key":"m","offset":{"after":"1s"},"channel":"group_message","content":{"text":"到了"}}]}`)
		who := s.wecom.Follow("lin.qiao", "陈一", nil)
		s.wecom.Fault(sim.Fault{Path: "/cgi-bin/externalcontact/add_msg_template", N: 1, Delay: "700ms"})
		s.eventually(time.Minute, func() string {
			if s.wecom.Calls("/cgi-bin/externalcontact/batch/get_by_user")+s.wecom.Calls("/cgi-bin/externalcontact/get") == 0 {
				return "not fetched"
			}
			return ""
		}, "the contact is being processed")
		<-time.After(1300 * time.Millisecond)
		for i := range s.replicas {
			begun := time.Now()
			s.signal(i, syscall.SIGTERM)
			require.Less(t, time.Since(begun), 20*time.Second)
			require.NotContains(t, s.replicas[i].log.String(), "panic")
		}
		s.startAll()
		s.eventually(40*time.Second, func() string {
			s.wecom.Confirm(map[string]any{"all": true})
			if got := s.texts(who); !equal(got, []string{"到了"}) {
				return fmt.Sprintf("%q", got)
			}
			return ""
		}, "it arrives once")
	})
}
