package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
)

// nurture is for leads that nobody has time for yet; whoever becomes an MQL
// leaves it, for keen.
const nurture = `{"trigger":{"kind":"lead_routed","key":"nurture"},"exit_stages":["mql"],"steps":[
	{"key":"d1","offset":{"day":1,"at":"10:00"},"channel":"group_message","content":{"text":"预培育第一天"}},
	{"key":"d5","offset":{"day":5,"at":"10:00"},"channel":"group_message","content":{"text":"预培育第五天"}}]}`

const keen = `{"trigger":{"kind":"stage_entered","stage":"mql"},"steps":[
	{"key":"call","name":"当天联系","offset":{"after":"1m"},"channel":"rep_prompt","content":{"text":"刚刚问了价格，今天联系"}},
	{"key":"d1","offset":{"day":1,"at":"10:00"},"channel":"group_message","content":{"text":"高意向第一天"}}]}`

// accountPageRow is what the story reads of an account's page.
type accountPageRow struct {
	People []struct {
		ID        int64  `json:"id"`
		Role      string `json:"role"`
		Stage     string `json:"stage"`
		Marketing int    `json:"marketing"`
		Sales     int    `json:"sales"`
	} `json:"people"`
	Ring struct {
		Marketing int `json:"marketing"`
		Sales     int `json:"sales"`
	} `json:"ring"`
	Coverage struct {
		Known    int `json:"known"`
		Expected int `json:"expected"`
		Reasons  []struct {
			Text string `json:"text"`
		} `json:"reasons"`
	} `json:"coverage"`
	Score map[string]any `json:"score"`
}

// imported brings in the list of 20 reps × 20 accounts and returns the accounts.
func (s *stage) imported() []model.Account {
	s.t.Helper()
	file := filepath.Join(s.t.TempDir(), "accounts.csv")
	require.NoError(s.t, os.WriteFile(file, cast{}.accountsFile(), 0o600))
	require.Contains(s.t, s.run("import", "accounts", file), "393", "the dry run says what is new")
	var accounts []model.Account
	require.NoError(s.t, s.database().Read(s.t.Context()).Find(&accounts).Error)
	require.Empty(s.t, accounts, "and changes nothing")
	s.run("import", "accounts", file, "--yes")
	require.NoError(s.t, s.database().Read(s.t.Context()).Order("id").Find(&accounts).Error)
	return accounts
}

// contact waits until the customer is known, and fits.
func (s *stage) contact(externalUserID string, fits func(c model.Contact) string) model.Contact {
	s.t.Helper()
	var c model.Contact
	s.eventually(time.Minute, func() string {
		var found []model.Contact
		require.NoError(s.t, s.database().Read(s.t.Context()).Find(&found, "external_userid = ?", externalUserID).Error)
		if len(found) == 0 {
			return "is not known"
		}
		c = found[0]
		return fits(c)
	}, "customer %s", externalUserID)
	return c
}

// enrollment waits until the contact's run of a programme is in that state.
func (s *stage) enrollment(sopID, contactID int64, state model.EnrollmentState) model.Enrollment {
	s.t.Helper()
	var e model.Enrollment
	s.eventually(time.Minute, func() string {
		var found []model.Enrollment
		require.NoError(s.t, s.database().Read(s.t.Context()).Find(&found, "sop_id = ? AND contact_id = ?", sopID, contactID).Error)
		if len(found) != 1 || found[0].State != state {
			return fmt.Sprintf("has %+v", found)
		}
		e = found[0]
		return ""
	}, "contact %d is %s in programme %d", contactID, state, sopID)
	return e
}

func TestStory_fromAListOfAccountsToASwitchOfProgrammes(t *testing.T) {
	t.Parallel()
	databases(t, func(t *testing.T, s *stage) {
		for _, r := range (cast{}).reps() {
			s.wecom.Member(r.UserID, r.Name)
		}
		s.startAll()
		s.eventually(time.Minute, func() string {
			var n int64
			require.NoError(t, s.database().Read(t.Context()).Model(&model.Rep{}).Count(&n).Error)
			if n < 20 {
				return fmt.Sprintf("%d are known", n)
			}
			return ""
		}, "the reps are known")
		require.Len(t, s.imported(), 393, "of 400 rows 7 name a company again")
		s.to(14, 0)
		pre, high := s.publish("预培育", nurture), s.publish("高意向", keen)

		// Three people of one company, each written another way.
		company := cast{}
		adds := func(rep, name string, extra map[string]any) string {
			extra["state"], extra["add_way"] = "web-home", 1
			return s.wecom.Follow(rep, name, extra)
		}
		buyer := adds("ZhouYu", "陈一", map[string]any{"type": 2, "corp_name": company.brand(1), "corp_full_name": company.company(1), "position": "采购总监"})
		boss := adds("LinXiaoman", "王二", map[string]any{"remark_company": company.shortName(1)})
		adds("ZhouYu", "李三", map[string]any{"remark_company": company.company(1) + "苏州分公司"})
		at := func(c model.Contact) string {
			if c.AccountID == nil {
				return "is at no account"
			}
			return ""
		}
		first := s.contact(buyer, at)
		require.Equal(t, *first.AccountID, *s.contact(boss, at).AccountID)
		s.enrollment(pre, first.ID, model.EnrollmentActive)
		s.morning()
		s.pending(2) // one task for each of two reps
		s.confirmAll()
		s.receives(buyer, "预培育第一天")

		s.api(http.MethodPost, fmt.Sprintf("/contacts/%d/activities", first.ID), map[string]any{"kind": "price_asked"}, nil)
		first = s.contact(buyer, func(c model.Contact) string {
			if c.Stage != model.StageMQL || c.Score == nil {
				return "is in stage " + c.Stage
			}
			return ""
		})
		left, entered := s.enrollment(pre, first.ID, model.EnrollmentExited), s.enrollment(high, first.ID, model.EnrollmentActive)
		require.Equal(t, "stage_changed", left.ExitReason)
		require.Equal(t, *left.EndedAt, entered.EnrolledAt, "both halves of the switch are one transaction")

		var handovers struct {
			Items []struct {
				ID        int64 `json:"id"`
				ContactID int64 `json:"contact_id"`
				Because   struct {
					Sentence string `json:"sentence"`
				} `json:"because"`
			} `json:"items"`
		}
		s.api(http.MethodGet, "/handovers?state=open", nil, &handovers)
		require.Len(t, handovers.Items, 1)
		require.Equal(t, first.ID, handovers.Items[0].ContactID)
		require.NotEmpty(t, handovers.Items[0].Because.Sentence)
		s.api(http.MethodPost, fmt.Sprintf("/handovers/%d/accept", handovers.Items[0].ID), nil, nil)
		s.contact(buyer, func(c model.Contact) string {
			if c.Stage != model.StageSAL {
				return "is in stage " + c.Stage
			}
			return ""
		})

		s.advance(10 * time.Minute)
		s.eventually(time.Minute, func() string {
			s.answerCards()
			for _, row := range s.touches(fmt.Sprintf("sop_id=%d", high)) {
				if row.StepKey == "call" && row.State == "done" {
					return ""
				}
			}
			return "nobody has called"
		}, "the rep is asked to call, and answers")
		s.morning()
		s.pending(1)
		s.confirmAll()
		s.receives(buyer, "预培育第一天", "高意向第一天")

		var page accountPageRow
		s.eventually(time.Minute, func() string {
			page = accountPageRow{}
			s.api(http.MethodGet, fmt.Sprintf("/accounts/%d", *first.AccountID), nil, &page)
			if page.Ring.Marketing < 4 {
				return fmt.Sprintf("counts %d", page.Ring.Marketing)
			}
			return ""
		}, "what was sent last is counted")
		require.Len(t, page.People, 3)
		require.Equal(t, 4, page.Ring.Marketing, "two of the buyer's, one of each colleague")
		require.Equal(t, 1, page.Ring.Sales)
		require.Equal(t, 1, page.Coverage.Known, "one role is known: the buyer's, by the title")
		require.NotEmpty(t, page.Coverage.Reasons)
		require.NotEmpty(t, page.Score)
		for _, p := range page.People {
			if p.ID == first.ID {
				require.Equal(t, "purchasing", p.Role)
				require.Equal(t, model.StageSAL, p.Stage)
				require.Equal(t, 2, p.Marketing)
				require.Equal(t, 1, p.Sales)
			}
		}
		var explained map[string]any
		s.api(http.MethodGet, fmt.Sprintf("/contacts/%d/score", first.ID), nil, &explained)
		require.NotEmpty(t, explained)
	})
}
