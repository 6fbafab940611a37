package main

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Customers who were there before a programme come in through a job, and one
// whose contract is about to end at once: each gets their message once, whatever
// the number of replicas.
func TestStory_peopleWhoWereThereBeforeComeInByAJobAndByADate(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, s *stage) {
		s.wecom.Member("lin.qiao", "林乔")
		s.startAll()
		s.to(14, 0)
		first, second := s.wecom.Follow("lin.qiao", "陈一", nil), s.wecom.Follow("lin.qiao", "王二", nil)
		s.eventually(time.Minute, func() string {
			var list struct{ Items []struct{ ID int64 } }
			s.api(http.MethodGet, "/contacts", nil, &list)
			if len(list.Items) != 2 {
				return fmt.Sprintf("%d contacts", len(list.Items))
			}
			return ""
		}, "both are stored")
		step := func(offset, text string) string {
			return `"steps":[{"key":"d","offset":` + offset + `,"channel":"group_message","content":{"text":"` + text + `"}}]}`
		}
		s.publish("已有客户", `{"trigger":{"kind":"contact_added"},`+step(`{"day":2,"at":"10:00"}`, "给老客户"))
		s.publish("续约", `{"trigger":{"kind":"contact_date","field":"contract_end"},`+step(`{"day":-1,"at":"11:00"}`, "合同明天到期"))

		var job struct {
			ID      int64
			State   string
			Entered int
		}
		s.api(http.MethodPost, "/sops/1/enrollment-jobs", map[string]any{"source": "matching"}, &job)
		s.eventually(time.Minute, func() string {
			s.api(http.MethodGet, fmt.Sprintf("/enrollment-jobs/%d", job.ID), nil, &job)
			if job.State != "done" {
				return job.State
			}
			return ""
		}, "the job is done")
		require.Equal(t, 2, job.Entered)
		zone, err := time.LoadLocation("Asia/Shanghai")
		require.NoError(t, err)
		end := s.wecom.Sim.Clock().Now().In(zone).AddDate(0, 0, 2).Format(time.DateOnly)
		s.api(http.MethodPut, "/contacts/1/dates/contract_end", map[string]any{"day": end}, nil)

		s.morning()
		s.to(11, 1)
		s.pending(1)
		s.confirmAll()
		s.morning() // the next day: a contact gets one message a day
		s.pending(1)
		s.confirmAll()
		got := map[string][]string{first: s.texts(first), second: s.texts(second)}
		require.ElementsMatch(t, [][]string{{"合同明天到期", "给老客户"}, {"给老客户"}}, [][]string{got[first], got[second]})
	})
}
