package main

import (
	"io"
	"net/http"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model/modeltest"
)

// What an operator must see is there, with a sentence about it, once somebody
// has been welcomed.
func TestMetrics_tellEverythingWithHelp(t *testing.T) {
	t.Parallel()
	s := newStage(t, 1, modeltest.SQLiteDSN(t), "")
	s.wecom.Member("lin.qiao", "林乔")
	s.startAll()
	s.to(14, 0)
	s.publish("新好友", threeDays)
	who := s.wecom.Follow("lin.qiao", "陈一", nil)
	s.receives(who, "陈一，你好，我是林乔")
	s.eventually(time.Minute, func() string {
		if len(s.touches("")) == 0 {
			return "no touch yet"
		}
		return ""
	}, "the welcome is in the log")

	samples := map[string]string{
		"sixtouch_inbox_accept_seconds":    `sixtouch_inbox_accept_seconds_count [1-9]`,
		"sixtouch_inbox_event_age_seconds": `sixtouch_inbox_event_age_seconds_count [1-9]`,
		"sixtouch_inbox_processed_seconds": `sixtouch_inbox_processed_seconds_count{lane="welcome"} 1`,
		"sixtouch_inbox_lag_seconds":       `sixtouch_inbox_lag_seconds [0-9]`,
		"sixtouch_inbox_items":             `sixtouch_inbox_items{state="dead"} 0`,
		"sixtouch_due_lag_seconds":         `sixtouch_due_lag_seconds 0`,
		"sixtouch_welcome_event_seconds":   `sixtouch_welcome_event_seconds_count 1`,
		"sixtouch_welcome_receipt_seconds": `sixtouch_welcome_receipt_seconds_count 1`,
		"sixtouch_welcomes_total":          `sixtouch_welcomes_total{result="sent"} 1`,
		"sixtouch_dispatches":              `sixtouch_dispatches{state="stuck"} 0`,
		"sixtouch_reconciler_backlog":      `sixtouch_reconciler_backlog 0`,
		"sixtouch_wecom_calls_total":       `sixtouch_wecom_calls_total{code="0",path="externalcontact/send_welcome_msg"} 1`,
		"sixtouch_wecom_call_seconds":      `sixtouch_wecom_call_seconds_count{path="gettoken"} [1-9]`,
	}
	var body string
	// A figure is counted a moment after what it counts is in the log.
	s.eventually(time.Minute, func() string {
		body = s.metrics()
		for name, sample := range samples {
			if !regexp.MustCompile(`(?m)^` + sample).MatchString(body) {
				return name
			}
		}
		return ""
	}, "all figures are there")
	for name := range samples {
		require.Regexp(t, `(?m)^# HELP `+name+` [A-Z].+\.$`, body, name)
	}
	require.NotContains(t, body, who, "metrics name nobody")
}

// metrics reads what the first replica tells.
func (s *stage) metrics() string {
	s.t.Helper()
	req, err := http.NewRequest(http.MethodGet, "http://"+s.replicas[0].addr+"/metrics", nil)
	require.NoError(s.t, err)
	req.Header.Set("Authorization", "Bearer "+s.token)
	res, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(s.t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(s.t, err)
	return string(body)
}
