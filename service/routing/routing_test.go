package routing_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/activity"
	"sixtouch/service/contact"
	"sixtouch/service/routing"
)

// desk is a corp of three reps in which leads arrive as they do in life: by what
// WeCom says of a relationship.
type desk struct {
	t        *testing.T
	db       *model.DB
	clock    *modeltest.Clock
	routes   *routing.Service
	contacts *contact.Service
	pipeline *activity.Pipeline
	reps     map[string]model.Rep
}

func newDesk(t *testing.T, db *model.DB, clock *modeltest.Clock) *desk {
	t.Helper()
	d := &desk{t: t, db: db, clock: clock}
	record := func(ctx context.Context, a model.Activity) error { return d.pipeline.Record(ctx, a) }
	d.routes, d.contacts = routing.New(db, record), contact.New(db, record)
	d.pipeline = activity.New(db, d.routes.Reactor())
	var err error
	require.NoError(t, db.InTx(t.Context(), func(ctx context.Context) error {
		d.reps, err = d.contacts.EnsureReps(ctx, []string{"li", "sdr1", "sdr2"})
		return err
	}))
	return d
}

// arrives has somebody add Li, long ago or now.
func (d *desk) arrives(who, state string, addWay int, at time.Time) model.Contact {
	d.t.Helper()
	_, err := d.contacts.Apply(d.t.Context(), contact.Facts{
		RepUserID: "li", ExternalUserID: who, State: model.RelationshipActive, ReadAt: d.clock.Now(), ChannelState: state,
		Follow: &contact.Follow{AddedAt: at, AddWay: addWay, ChannelState: state},
	})
	require.NoError(d.t, err)
	var c model.Contact
	require.NoError(d.t, d.db.Read(d.t.Context()).Take(&c, "external_userid = ?", who).Error)
	return c
}

func (d *desk) leads(f routing.LeadFilter) []model.LeadRoute {
	d.t.Helper()
	list, err := d.routes.Leads(d.t.Context(), f, model.Page{})
	require.NoError(d.t, err)
	return list
}

func (d *desk) record(a model.Activity) {
	d.t.Helper()
	a.OccurredAt = d.clock.Now()
	require.NoError(d.t, d.db.InTx(d.t.Context(), func(ctx context.Context) error { return d.pipeline.Record(ctx, a) }))
}

func TestReactor_leadsGoTheWayOfTheirSource(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		d := newDesk(t, db, clock)
		rules := routing.DefaultRules()
		rules.Pool = []int64{d.reps["sdr1"].ID, d.reps["sdr2"].ID}
		_, err := d.routes.SetRules(t.Context(), rules, "admin")
		require.NoError(t, err)

		for _, tc := range []struct {
			who, state string
			way        int
			source     string
			route      model.Route
			rep        string
			by         string
		}{
			{"shared", "", 3, "rep_shared", model.RouteRep, "li", "adder"},
			{"expo1", "expo-2026", 1, "event", model.RouteSDR, "sdr1", "load"},
			{"expo2", "expo-2026", 1, "event", model.RouteSDR, "sdr2", "load"},
			{"web", "web-home", 1, "website", model.RouteNurture, "", ""},
		} {
			c := d.arrives(tc.who, tc.state, tc.way, clock.Now())
			require.Equal(t, tc.source, c.Source, tc.who)
			got := d.leads(routing.LeadFilter{ContactID: c.ID})
			require.Len(t, got, 1, tc.who)
			require.Equal(t, tc.route, got[0].Route, tc.who)
			require.Equal(t, d.reps[tc.rep].ID, got[0].RepID, tc.who)
			require.Equal(t, tc.by, got[0].AssignedBy, tc.who)
			d.arrives(tc.who, tc.state, tc.way, clock.Now())
			require.Len(t, d.leads(routing.LeadFilter{ContactID: c.ID}), 1, "hearing of it twice decides nothing new")
		}
		var recorded []string
		require.NoError(t, db.Read(t.Context()).Model(&model.Activity{}).Where("kind = ?", model.ActivityLeadRouted).Order("id").Pluck("data", &recorded).Error)
		require.Len(t, recorded, 4)
		require.Contains(t, recorded[3], `"key":"nurture"`)

		old := d.arrives("old", "expo-2025", 1, clock.Now().Add(-25*time.Hour))
		require.Equal(t, "event", old.Source, "whose source is still worth knowing")
		require.Empty(t, d.leads(routing.LeadFilter{ContactID: old.ID}), "who came long ago has long been with somebody")
	})
}

func TestReactor_aKnownCompanyChangesTheWay(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		d := newDesk(t, db, clock)
		account := model.Account{Name: "华为", NameKey: "华为", IsTarget: true, SDRID: d.reps["sdr2"].ID, CreatedAt: clock.Now(), UpdatedAt: clock.Now()}
		require.NoError(t, db.Conn(t.Context()).Create(&account).Error)
		join := func(c model.Contact) {
			require.NoError(t, db.Conn(t.Context()).Model(&c).UpdateColumn("account_id", account.ID).Error)
			d.record(model.Activity{DedupeKey: "joined " + c.ExternalUserID, Kind: model.ActivityAccountJoined, ContactID: c.ID})
		}

		c := d.arrives("web", "web-home", 1, clock.Now())
		join(c)
		got := d.leads(routing.LeadFilter{ContactID: c.ID})
		require.Len(t, got, 2)
		require.Equal(t, []model.RouteState{model.RouteOpen, model.RouteSuperseded}, []model.RouteState{got[0].State, got[1].State})
		require.Equal(t, "target", got[0].RuleKey)
		require.Equal(t, d.reps["sdr2"].ID, got[0].RepID)

		d.record(model.Activity{DedupeKey: "talked", Kind: model.ActivityConversationLogged, ContactID: c.ID, RepID: d.reps["sdr2"].ID})
		require.Equal(t, model.RouteTaken, d.leads(routing.LeadFilter{ContactID: c.ID})[0].State)
		d.record(model.Activity{DedupeKey: "joined again", Kind: model.ActivityAccountJoined, ContactID: c.ID})
		require.Len(t, d.leads(routing.LeadFilter{ContactID: c.ID}), 2, "whom somebody works on stays there")

		shared := d.arrives("shared", "", 3, clock.Now())
		join(shared)
		require.Len(t, d.leads(routing.LeadFilter{ContactID: shared.ID}), 1, "a rep's lead stays the rep's")
	})
}

func TestTake_isForOpenLeads(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	d := newDesk(t, db, clock)
	open := d.leads(routing.LeadFilter{ContactID: d.arrives("shared", "", 3, clock.Now()).ID})[0]
	for range 2 {
		got, err := d.routes.Take(t.Context(), open.ID)
		require.NoError(t, err)
		require.Equal(t, model.RouteTaken, got.State)
	}
	nurtured := d.leads(routing.LeadFilter{ContactID: d.arrives("web", "web", 1, clock.Now()).ID})[0]
	_, err := d.routes.Take(t.Context(), nurtured.ID)
	require.Equal(t, model.CodeConflict, model.CodeOf(err))
	_, err = d.routes.Take(t.Context(), 999)
	require.ErrorIs(t, err, model.ErrNotFound)
}

func TestTry_agreesWithWhatHappened(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		d := newDesk(t, db, clock)
		rules := routing.DefaultRules()
		rules.Pool = []int64{d.reps["sdr1"].ID, d.reps["sdr2"].ID}
		_, err := d.routes.SetRules(t.Context(), rules, "admin")
		require.NoError(t, err)
		for i, who := range []string{"a", "b", "c", "d", "e"} {
			d.arrives(who, []string{"expo", "web", "live", "", "expo"}[i], []int{1, 1, 1, 3, 1}[i], clock.Now())
			clock.Advance(time.Hour)
		}
		d.arrives("old", "expo", 1, clock.Now().Add(-31*24*time.Hour))

		same, err := d.routes.Try(t.Context(), rules, 30*24*time.Hour)
		require.NoError(t, err)
		require.Equal(t, routing.DryRun{
			Leads: 5, ByRoute: map[model.Route]int{model.RouteSDR: 2, model.RouteNurture: 2, model.RouteRep: 1},
			ByRule: map[string]int{"good_source": 2, "rest": 2, "shared": 1},
			ByRep:  map[int64]int{d.reps["sdr1"].ID: 1, d.reps["sdr2"].ID: 1, d.reps["li"].ID: 1},
		}, same)

		rules.Rules = []model.RoutingRule{{Key: "web", Sources: []string{"website"}, Route: model.RouteSDR}, {Key: "rest", Route: model.RouteNurture}}
		other, err := d.routes.Try(t.Context(), rules, 30*24*time.Hour)
		require.NoError(t, err)
		require.Equal(t, map[model.Route]int{model.RouteSDR: 1, model.RouteNurture: 4}, other.ByRoute)
		require.Equal(t, 4, other.Changed)
		require.Len(t, d.leads(routing.LeadFilter{}), 5, "nothing was changed")

		rules.Rules[0].Sources, rules.Pool = []string{"moon"}, []int64{999}
		_, err = d.routes.Try(t.Context(), rules, time.Hour)
		var faulty *model.Error
		require.ErrorAs(t, err, &faulty)
		require.Contains(t, faulty.Fields, "rules[0].sources")
		require.Contains(t, faulty.Fields, "pool")
	})
}

func TestSources_areCheckedAndKeepTheirCode(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	s := routing.New(db, nil)
	made, err := s.CreateSource(t.Context(), model.LeadSource{Code: "trade_fair", Name: "展会", Origin: model.OriginMarketing, Weight: 80})
	require.NoError(t, err)
	made.Code, made.Weight = "other", 20
	changed, err := s.UpdateSource(t.Context(), made.ID, made)
	require.NoError(t, err)
	require.Equal(t, "trade_fair", changed.Code)
	require.InDelta(t, 20, changed.Weight, 0)
	_, err = s.CreateSource(t.Context(), model.LeadSource{Code: "trade_fair", Name: "展会", Origin: model.OriginMarketing})
	require.Equal(t, model.CodeConflict, model.CodeOf(err))
	_, err = s.CreateSource(t.Context(), model.LeadSource{
		Code: "Fair", Origin: "x", Weight: 101, ChannelStates: model.AsJSON([]string{"*"}), AddWays: model.AsJSON([]int{0}),
	})
	var faulty *model.Error
	require.ErrorAs(t, err, &faulty)
	require.Len(t, faulty.Fields, 6)
}

func TestRate_countsWhoEverWasWon(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		d := newDesk(t, db, clock)
		require.NoError(t, d.routes.Rate(t.Context()), "nobody has come yet")
		for i, who := range []string{"e1", "e2", "w1", "w2"} {
			c := d.arrives(who, []string{"expo", "expo", "web", "web"}[i], 1, clock.Now())
			stages := []string{model.StageMQL, model.StageWon, model.StageRenewal}[:[]int{3, 0, 1, 0}[i]]
			for _, stage := range stages {
				require.NoError(t, db.Conn(t.Context()).Create(&model.StageEvent{ContactID: c.ID, ToStage: stage, EnteredAt: clock.Now(), Author: model.StageBySystem}).Error)
			}
		}
		d.arrives("old", "expo", 1, clock.Now().Add(-366*24*time.Hour))
		require.NoError(t, d.routes.Rate(t.Context()))
		sources, err := d.routes.Sources(t.Context())
		require.NoError(t, err)
		rated := map[string]model.LeadSource{}
		for _, s := range sources {
			rated[s.Code] = s
		}
		require.EqualValues(t, 2, rated["event"].Leads)
		require.EqualValues(t, 1, rated["event"].Won, "who was won stays won")
		require.InDelta(t, 100, *rated["event"].Outcome, 1e-9)
		// mean 1/4; event (1+12.5)/52, website 12.5/52
		require.InDelta(t, 92.59, *rated["website"].Outcome, 0.005)
	})
}
