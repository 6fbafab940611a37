package handler_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
	"sixtouch/model"
	"sixtouch/service/auth"
)

// parts are two departments' managers and who sees everything; the departments
// share nothing, so that what the managers see adds up to what the third does.
type parts struct {
	app  *handlertest.App
	east half
	west half
	who  map[string]http.Header
}

func partsOf(t *testing.T, app *handlertest.App) parts {
	t.Helper()
	p := parts{app: app, east: halfOf(t, app, "east", 2), west: halfOf(t, app, "west", 3), who: map[string]http.Header{"everybody": app.Bearer("read")}}
	for department, name := range map[int64]string{2: "east", 3: "west"} {
		grant := auth.Grant{Role: auth.RoleManager, Reach: model.ReachDepartments, DepartmentIDs: []int64{department}}
		p.who[name] = session(t, app, app.Rep(t, "boss of "+name, 1), grant)
	}
	return p
}

func (p parts) create(t *testing.T, row any) {
	t.Helper()
	require.NoError(t, p.app.DB.Conn(t.Context()).Create(row).Error)
}

// see asks as one of them.
func see[T any](t *testing.T, p parts, who, url string) T {
	t.Helper()
	answer := p.app.Do(t, handlertest.Request{URL: "/api/v1" + url, Header: p.who[who].Clone()})
	require.Equal(t, http.StatusOK, answer.Code, "%s: %s: %s", who, url, answer.Body)
	return read[T](t, answer)
}

// rows counts a list's rows.
func (p parts) rows(t *testing.T, who, url string) int {
	t.Helper()
	return len(see[struct{ Items []any }](t, p, who, url).Items)
}

type dayAnswer struct {
	Day   string
	Fates map[string]int
	Hours []struct {
		Fates map[string]int
		Ahead int
	}
	Reasons []struct {
		Reason string
		Count  int
	}
	Reps []struct {
		RepID int64 `json:"rep_id"`
		Fresh int
	}
	Backlog []struct {
		State string
		Count int
	}
	Welcome struct{ Count, Late int }
}

func (d dayAnswer) backlog(state string) int {
	for _, b := range d.Backlog {
		if b.State == state {
			return b.Count
		}
	}
	return -1
}

func TestScope_theDayIsOfTheDepartment(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		p := partsOf(t, app)
		now := app.DB.Now(t.Context())
		later, late := now.Add(3*time.Hour), now.Add(time.Minute)
		for of, n := range map[*half]int{&p.east: 1, &p.west: 2} {
			for i := range n {
				p.create(t, &model.Dispatch{Channel: "group_message", RepID: of.rep, State: model.DispatchSent, NextAt: now, CreatedAt: now, SentAt: &now, Recipients: 3})
				p.create(t, &model.Dispatch{Channel: "group_message", RepID: of.rep, State: model.DispatchStuck, NextAt: now, CreatedAt: now})
				enrollment := model.Enrollment{SOPID: 9, VersionID: 9, ContactID: of.objects["contact"], RepID: of.rep, Run: i + 1, State: model.EnrollmentActive, NextDueAt: &later, AnchorAt: now, EnrolledAt: now}
				p.create(t, &enrollment)
				p.create(t, &model.Touch{
					ContactID: of.objects["contact"], RepID: of.rep, Channel: "welcome", State: model.TouchDelivered, DueAt: now, NotBefore: now, PlannedAt: now,
					ExpireAt: now, SentAt: &late, LocalDay: "2026-03-02",
				})
			}
		}
		p.create(t, &model.Dispatch{Channel: "moment", State: model.DispatchStuck, NextAt: now, CreatedAt: now}) // of several reps: no department's
		day := func(who string) dayAnswer { return see[dayAnswer](t, p, who, "/today") }
		east, west, all := day("east"), day("west"), day("everybody")
		require.Equal(t, map[string]int{"sent": 1, "skipped": 1}, east.Fates)
		require.Equal(t, map[string]int{"sent": 2, "skipped": 1}, west.Fates)
		require.Equal(t, map[string]int{"sent": 3, "skipped": 2}, all.Fates)
		for h := range all.Hours {
			require.Equal(t, all.Hours[h].Ahead, east.Hours[h].Ahead+west.Hours[h].Ahead)
		}
		require.Equal(t, 1, east.Hours[13].Ahead)
		require.Len(t, east.Reasons, 1)
		require.Equal(t, "east", east.Reasons[0].Reason)
		require.Len(t, all.Reps, 2)
		require.Len(t, west.Reps, 1)
		require.Equal(t, p.west.rep, west.Reps[0].RepID)
		require.Equal(t, 2, west.Reps[0].Fresh)
		require.Equal(t, []int{1, 2, 3}, []int{east.Welcome.Late, west.Welcome.Late, all.Welcome.Late})
		require.Equal(t, []int{1, 2, 4}, []int{east.backlog("stuck"), west.backlog("stuck"), all.backlog("stuck")})
		require.Equal(t, []int{1, 2, 3}, []int{east.backlog("submitted"), west.backlog("submitted"), all.backlog("submitted")})

		for who, d := range map[string]dayAnswer{"east": east, "west": west, "everybody": all} {
			for _, b := range d.Backlog {
				require.Equal(t, b.Count, p.rows(t, who, "/queue?state="+b.State), "%s: the rows of %s", who, b.State)
			}
			require.Equal(t, d.Fates["sent"], p.rows(t, who, "/touches?fate=sent&day="+d.Day), who)
			require.Equal(t, d.backlog("stuck"), p.rows(t, who, "/dispatches?state=stuck"), who)
		}
		require.Zero(t, p.rows(t, "east", fmt.Sprintf("/queue?state=stuck&rep_id=%d", p.west.rep)))
		require.Zero(t, p.rows(t, "east", "/queue?state=stuck&rep_id=0"))
		again := day("west")
		require.Equal(t, west, again, "within seconds each gets the same picture of their own")
	})
}

type leakAnswer struct {
	Items []struct {
		Stage      string
		NoOwner    int `json:"no_owner"`
		NoNextStep int `json:"no_next_step"`
	}
}

func (l leakAnswer) sum() (n int) {
	for _, i := range l.Items {
		n += i.NoOwner + i.NoNextStep
	}
	return n
}

func TestScope_leaksAreOfTheDepartment(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		p := partsOf(t, app)
		long := app.DB.Now(t.Context()).AddDate(0, -3, 0)
		for i, id := range []int64{p.east.objects["contact"], p.west.objects["contact"]} {
			set := map[string]any{"stage": []string{model.StageSQL, model.StageMQL}[i], "stage_at": long}
			require.NoError(t, app.DB.Conn(t.Context()).Model(&model.Contact{}).Where("id = ?", id).Updates(set).Error)
		}
		stranger := app.Person(t, "carl", "没人的客户")
		require.NoError(t, app.DB.Conn(t.Context()).Model(&model.Contact{}).Where("id = ?", stranger.ContactID).Updates(map[string]any{"stage": model.StageMQL, "stage_at": long}).Error)
		require.NoError(t, app.DB.Conn(t.Context()).Model(&model.Relationship{}).Where("id = ?", stranger.ID).Update("state", model.RelationshipTransferred).Error)
		for who, n := range map[string]int{"east": 1, "west": 1, "everybody": 3} {
			leaks := see[leakAnswer](t, p, who, "/figures/leaks")
			require.Equal(t, n, leaks.sum(), who)
			require.Equal(t, n, p.rows(t, who, "/leaks"), who)
			if who == "east" {
				require.Equal(t, model.StageSQL, leaks.Items[0].Stage)
			}
		}
	})
}

type figuresAnswer struct {
	funnel, renewals struct {
		Cohorts []map[string]any
	}
	pipeline struct {
		NewCustomers struct{ Sales int } `json:"new_customers"`
		Kinds        []struct {
			Kind            string
			Won, Lost, Open int
			WonAmount       int      `json:"won_amount"`
			MedianDays      *float64 `json:"median_days"`
		}
		Handovers struct{ Asked, Open int }
	}
	losses struct {
		Totals map[string]int
	}
	quality struct{ Lacks map[string]int }
}

func figuresOf(t *testing.T, p parts, who string) (f figuresAnswer) {
	t.Helper()
	const window = "?from=2026-03-01T00:00:00Z&to=2026-04-01T00:00:00Z"
	for url, into := range map[string]any{
		"/figures/funnel" + window: &f.funnel, "/figures/pipeline" + window: &f.pipeline, "/figures/renewals" + window: &f.renewals,
		"/figures/losses" + window: &f.losses, "/accounts/quality": &f.quality,
	} {
		require.NoError(t, json.Unmarshal(see[json.RawMessage](t, p, who, url), into), url)
	}
	return f
}

func TestScope_figuresAreOfTheDepartment(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		p := partsOf(t, app)
		now := app.DB.Now(t.Context())
		opened, open := now.AddDate(0, 0, -10), int64(10*24*60*60)
		for of, n := range map[*half]int{&p.east: 1, &p.west: 2} {
			contact, account := of.objects["contact"], of.objects["account"]
			for range n {
				p.create(t, &model.StageEvent{ContactID: contact, FromStage: model.StageMQL, ToStage: model.StageLost, EnteredAt: now, Reason: "manual", Author: "user", Detail: model.AsJSON([]string{"price"})})
				deal := model.Opportunity{
					AccountID: account, Name: "成交", OwnerID: of.rep, Kind: model.OpportunityNew, Stage: "contract", Origin: model.DealBySales, OriginReason: "default",
					State: model.OpportunityWon, Amount: 1000, OpenedAt: opened, ClosedAt: &now, OpenSeconds: &open,
				}
				p.create(t, &deal)
				deal.ID, deal.State, deal.CloseReason = 0, model.OpportunityLost, "price"
				p.create(t, &deal)
			}
			p.create(t, &model.Opportunity{
				AccountID: account, Name: "续约", OwnerID: of.rep, Kind: model.OpportunityRenewal, Stage: "contract", Origin: model.DealBySales, OriginReason: "default",
				State: model.OpportunityOpen, OpenedAt: now, ExpectedClose: "2026-03-20",
			})
		}
		east, west, all := figuresOf(t, p, "east"), figuresOf(t, p, "west"), figuresOf(t, p, "everybody")
		for i, f := range []figuresAnswer{east, west, all} {
			accounts, n := []int{1, 1, 2}[i], []int{1, 2, 3}[i]
			require.Len(t, f.funnel.Cohorts, 1)
			require.EqualValues(t, accounts, f.funnel.Cohorts[0]["leads"], "%d", i)
			require.EqualValues(t, accounts, f.funnel.Cohorts[0]["mql"], "%d", i)
			require.Equal(t, accounts, f.pipeline.NewCustomers.Sales, "%d", i)
			require.Equal(t, "new", f.pipeline.Kinds[0].Kind)
			require.Equal(t, []int{n, n, accounts, 1000 * n}, []int{f.pipeline.Kinds[0].Won, f.pipeline.Kinds[0].Lost, f.pipeline.Kinds[0].Open, f.pipeline.Kinds[0].WonAmount}, "%d", i)
			require.InDelta(t, 10, *f.pipeline.Kinds[0].MedianDays, 0.01)
			require.Equal(t, []int{accounts, accounts}, []int{f.pipeline.Handovers.Asked, f.pipeline.Handovers.Open}, "%d", i)
			require.Equal(t, map[string]int{"rejected": 0, "back": 0, "lost": n, "deal": n}, f.losses.Totals, "%d", i)
			require.Len(t, f.renewals.Cohorts, 1)
			require.EqualValues(t, accounts, f.renewals.Cohorts[0]["ended"], "%d", i)
			require.Equal(t, accounts, f.quality.Lacks["sdr"], "%d", i)
		}
		for who, f := range map[string]figuresAnswer{"east": east, "west": west, "everybody": all} {
			require.Equal(t, f.losses.Totals["deal"], p.rows(t, who, "/opportunities?state=lost"), who)
			require.Equal(t, f.pipeline.Kinds[0].Won, p.rows(t, who, "/opportunities?state=won"), who)
			require.Equal(t, f.pipeline.Handovers.Open, p.rows(t, who, "/handovers?state=open"), who)
			for lack, n := range f.quality.Lacks {
				require.Equal(t, n, p.rows(t, who, "/accounts?lacks="+lack), "%s: the rows of %s", who, lack)
			}
		}
	})
}

// Each lead's way depends on all of them; what is told of is narrowed.
func TestScope_triedRulesTellOfTheDepartmentsLeads(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		p := partsOf(t, app)
		try := func(who string) string {
			answer := app.Do(t, handlertest.Request{
				Method: http.MethodPost, URL: "/api/v1/routing/dry-run", Header: p.who[who].Clone(), Body: `{"days":30,"rules":{"pool":[],"pseudo_leads":50,"rules":[{"key":"rest","route":"rep"}]}}`,
			})
			require.Equal(t, http.StatusOK, answer.Code, "%s", answer.Body)
			return answer.Body.String()
		}
		require.JSONEq(t, fmt.Sprintf(`{"leads":1,"cut":false,"changed":0,"by_route":{"rep":1},"by_rule":{"rest":1},"by_rep":[{"rep_id":%d,"leads":1}]}`, p.west.rep), try("west"))
		require.Contains(t, try("everybody"), `"leads":2`)
	})
}
