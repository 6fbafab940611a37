package audience_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

// firms are five accounts: 3 is one of which nothing is known, 4 was merged into
// the first, 5 has no people.
func firms() []model.Account {
	live := func(a model.Account) model.Account {
		a.LiveSlot = ptr(int8(1))
		return a
	}
	return []model.Account{
		live(model.Account{
			Tier: model.TierA, Lifecycle: model.LifecycleProspect, IsTarget: true, Strategic: true, Industry: "金融", Region: "深圳",
			Employees: ptr(int64(100)), TechSpend: ptr(int64(0)), ACV: ptr(int64(300_000)), OwnerID: 1, SDRID: 2,
			Engaged: true, Engagement: ptr(40.0), EngagementLevel: "engaged",
		}),
		live(model.Account{
			Lifecycle: model.LifecycleCustomer, Region: "上海", Employees: ptr(int64(99)), ACV: ptr(int64(20_000)), SDRID: 1, Engagement: ptr(39.9), EngagementLevel: "aware",
		}),
		live(model.Account{Lifecycle: model.LifecycleProspect}),
		{Tier: model.TierB, Lifecycle: model.LifecycleProspect, MergedInto: ptr(int64(1))},
		live(model.Account{Tier: model.TierC, Lifecycle: model.LifecyclePartner}),
	}
}

// leads are ten people: three of the first account, two of the second, one each of
// the third, of the merged one and of one that is not there, and two of none.
func leads() []person {
	at := func(account int64, c model.Contact) person {
		c.AccountID = ptr(account)
		return person{contact: c}
	}
	ago := func(d time.Duration) *time.Time { return ptr(modeltest.Start().Add(-d)) }
	const day = 24 * time.Hour
	out := []person{
		{},
		at(1, model.Contact{
			Role: model.RoleBoss, Seniority: model.SeniorityExecutive, IsKP: true, Awareness: model.AwarenessProduct, Source: "expo", Email: "a@example.com",
			Stage: "mql", StageAt: ago(14 * day), Score: ptr(60.0), Fit: ptr(40.0), Engagement: ptr(25.0), Intent: ptr(20.0), Grade: "A", Consent: model.ConsentGranted,
		}),
		at(1, model.Contact{
			Role: model.RoleCIO, Seniority: model.SeniorityManager, Awareness: model.AwarenessProblem, Source: "Expo",
			Stage: "mil", StageAt: ago(14*day - time.Microsecond), Score: ptr(49.99), Fit: ptr(39.99), Grade: "B", ContactLess: true,
		}),
		at(1, model.Contact{Consent: model.ConsentRefused, FirstAddedAt: ago(61 * day)}),
		at(2, model.Contact{Role: model.RoleBoss, Stage: "sql", StageAt: ago(day), Score: ptr(80.0), Mobile: "13800000000"}),
		at(2, model.Contact{Role: model.RoleBoss, Score: ptr(60.01), Stage: "mil", StageAt: ago(0)}),
		at(3, model.Contact{Role: model.RolePractitioner, Stage: "won", StageAt: ago(100 * day), Score: ptr(0.0)}),
		at(4, model.Contact{Role: model.RoleCTO, Stage: "mql", Grade: "C"}),
		at(99, model.Contact{Role: model.RoleInfluencer}),
		{contact: model.Contact{Role: model.RoleIntern, Stage: "mal", Score: ptr(100.0), Grade: "D", FirstAddedAt: ago(10 * day)}},
	}
	out[1].inbound, out[2].inbound, out[4].inbound = ago(30*day), ago(30*day-time.Microsecond), ago(0)
	out[5].relationships = []model.Relationship{{State: model.RelationshipActive, RemarkMobiles: model.AsJSON([]string{"13900000000"}), AddedAt: modeltest.Start()}}
	out[6].relationships = []model.Relationship{{State: model.RelationshipActive, RemarkMobiles: model.AsJSON([]string{}), AddedAt: modeltest.Start()}}
	return out
}

// Every operator of the fields of leads and of their accounts over the ten, by
// both evaluators: who is meant. A leaf on the account is false without one; "not"
// makes it true.
func TestFilter_truthTableOfLeadsAndAccounts(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		reps(t, db, 1, 2)
		people(t, db, leads())
		companies(t, db, firms())
		targets(t, db)
		n := len(leads())
		for doc, want := range map[string][]int64{
			`{"f":"stage","is":"in","v":["MIL","MQL"]}`:                                                 {2, 3, 6, 8},
			`{"f":"stage","is":"not_in","v":["won"]}`:                                                   {1, 2, 3, 4, 5, 6, 8, 9, 10}, // without a stage, too
			`{"f":"stage","is":"known"}`:                                                                {2, 3, 5, 6, 7, 8, 10},
			`{"f":"stage","is":"unknown"}`:                                                              {1, 4, 9},
			`{"f":"stage_at","is":"older_than","v":{"n":14,"unit":"day"}}`:                              {2, 7},
			`{"f":"stage_at","is":"newer_than","v":{"n":14,"unit":"day"}}`:                              {3, 5, 6},
			`{"f":"stage_at","is":"between","v":{"from":"2026-03-01","to":"2026-03-02"}}`:               {5, 6},
			`{"f":"stage_at","is":"known"}`:                                                             {2, 3, 5, 6, 7},
			`{"f":"stage_at","is":"unknown"}`:                                                           {1, 4, 8, 9, 10},
			`{"f":"awareness","is":"in","v":["product"]}`:                                               {2},
			`{"f":"awareness","is":"not_in","v":["product"]}`:                                           {1, 3, 4, 5, 6, 7, 8, 9, 10},
			`{"f":"awareness","is":"known"}`:                                                            {2, 3},
			`{"f":"source","is":"in","v":["expo"]}`:                                                     {2}, // case counts
			`{"f":"source","is":"unknown"}`:                                                             {1, 4, 5, 6, 7, 8, 9, 10},
			`{"f":"score","is":"at_least","v":60}`:                                                      {2, 5, 6, 10},
			`{"f":"score","is":"at_most","v":60}`:                                                       {2, 3, 7},
			`{"f":"score","is":"between","v":{"min":49.99,"max":60}}`:                                   {2, 3},
			`{"f":"score","is":"known"}`:                                                                {2, 3, 5, 6, 7, 10},
			`{"f":"score","is":"unknown"}`:                                                              {1, 4, 8, 9},
			`{"op":"not","of":[{"f":"score","is":"at_least","v":0}]}`:                                   {1, 4, 8, 9},
			`{"f":"fit","is":"at_least","v":40}`:                                                        {2},
			`{"f":"engagement","is":"at_least","v":25}`:                                                 {2},
			`{"f":"intent","is":"at_most","v":20}`:                                                      {2},
			`{"f":"grade","is":"in","v":["A","B"]}`:                                                     {2, 3},
			`{"f":"grade","is":"not_in","v":["D"]}`:                                                     {1, 2, 3, 4, 5, 6, 7, 8, 9},
			`{"f":"role","is":"in","v":["boss","cto"]}`:                                                 {2, 5, 6, 8},
			`{"f":"role","is":"not_in","v":["boss","cto"]}`:                                             {1, 3, 4, 7, 9, 10},
			`{"f":"role","is":"unknown"}`:                                                               {1, 4},
			`{"f":"seniority","is":"in","v":["executive"]}`:                                             {2},
			`{"f":"seniority","is":"known"}`:                                                            {2, 3},
			`{"f":"is_kp","is":"yes"}`:                                                                  {2},
			`{"f":"is_kp","is":"no"}`:                                                                   {1, 3, 4, 5, 6, 7, 8, 9, 10},
			`{"f":"consent","is":"in","v":["refused"]}`:                                                 {4},
			`{"f":"consent","is":"not_in","v":["refused"]}`:                                             {1, 2, 3, 5, 6, 7, 8, 9, 10},
			`{"f":"contact_less","is":"yes"}`:                                                           {3},
			`{"f":"email","is":"known"}`:                                                                {2},
			`{"f":"phone","is":"known"}`:                                                                {5, 6},
			`{"f":"phone","is":"unknown"}`:                                                              {1, 2, 3, 4, 7, 8, 9, 10},
			`{"f":"last_inbound","is":"known"}`:                                                         {2, 3, 5},
			`{"f":"last_inbound","is":"older_than","v":{"n":30,"unit":"day"}}`:                          {2, 4}, // 4 since the adding
			`{"f":"last_inbound","is":"older_than","v":{"n":30,"unit":"day"},"opt":{"null":"exclude"}}`: {2},
			`{"f":"last_inbound","is":"older_than","v":{"n":30,"unit":"day"},"opt":{"null":"include"}}`: {1, 2, 4, 6, 7, 8, 9, 10},
			`{"f":"last_inbound","is":"newer_than","v":{"n":30,"unit":"day"}}`:                          {3, 5},
			`{"f":"account","is":"known"}`:                                                              {2, 3, 4, 5, 6, 7, 8, 9},
			`{"f":"account","is":"unknown"}`:                                                            {1, 10},
			`{"f":"account","is":"in","v":[1,3]}`:                                                       {2, 3, 4, 7},
			`{"f":"account","is":"not_in","v":[1]}`:                                                     {1, 5, 6, 7, 8, 9, 10},
			`{"f":"account.tier","is":"in","v":["A","B"]}`:                                              {2, 3, 4, 8},
			`{"f":"account.tier","is":"not_in","v":["A"]}`:                                              {5, 6, 7, 8}, // no account: false
			`{"op":"not","of":[{"f":"account.tier","is":"not_in","v":["A"]}]}`:                          {1, 2, 3, 4, 9, 10},
			`{"f":"account.tier","is":"unknown"}`:                                                       {5, 6, 7},
			`{"f":"account.lifecycle","is":"in","v":["customer"]}`:                                      {5, 6},
			`{"f":"account.target","is":"yes"}`:                                                         {2, 3, 4},
			`{"f":"account.target","is":"no"}`:                                                          {5, 6, 7, 8},
			`{"f":"account.strategic","is":"yes"}`:                                                      {2, 3, 4},
			`{"f":"account.industry","is":"in","v":["金融"]}`:                                             {2, 3, 4},
			`{"f":"account.industry","is":"unknown"}`:                                                   {5, 6, 7, 8},
			`{"f":"account.region","is":"not_in","v":["深圳"]}`:                                           {5, 6, 7, 8},
			`{"f":"account.employees","is":"at_least","v":100}`:                                         {2, 3, 4},
			`{"f":"account.employees","is":"at_most","v":99}`:                                           {5, 6},
			`{"f":"account.employees","is":"unknown"}`:                                                  {7, 8},
			`{"f":"account.tech_spend","is":"known"}`:                                                   {2, 3, 4},
			`{"f":"account.acv","is":"between","v":{"min":20000,"max":300000}}`:                         {2, 3, 4, 5, 6},
			`{"f":"account.owner","is":"in","v":[1]}`:                                                   {2, 3, 4},
			`{"f":"account.owner","is":"unknown"}`:                                                      {5, 6, 7, 8},
			`{"f":"account.sdr","is":"not_in","v":[2]}`:                                                 {5, 6, 7, 8},
			`{"f":"account.engaged","is":"yes"}`:                                                        {2, 3, 4},
			`{"f":"account.engagement","is":"at_least","v":40}`:                                         {2, 3, 4},
			`{"f":"account.engagement","is":"unknown"}`:                                                 {7, 8},
			`{"f":"account.engagement_level","is":"in","v":["aware"]}`:                                  {5, 6},
			`{"f":"account.people","is":"at_least","v":2}`:                                              {2, 3, 4, 5, 6},
			`{"f":"account.people","is":"at_most","v":2}`:                                               {5, 6, 7, 8},
			`{"f":"account.people","is":"between","v":{"min":1,"max":1}}`:                               {7, 8},
			`{"f":"account.roles","is":"any","v":["boss","cto"]}`:                                       {2, 3, 4, 5, 6, 8},
			`{"f":"account.roles","is":"all","v":["boss","cio","boss"]}`:                                {2, 3, 4},
			`{"f":"account.roles","is":"none","v":["boss"]}`:                                            {7, 8},
			`{"f":"account.roles","is":"at_least","v":2}`:                                               {2, 3, 4},
			`{"f":"account.list","is":"in","v":[1,2]}`:                                                  {2, 3, 4},
			`{"f":"account.list","is":"in","v":[2,3]}`:                                                  {}, // closed, and left
			`{"f":"account.list","is":"not_in","v":[1]}`:                                                {5, 6, 7, 8},
			`{"f":"account.opportunity","is":"any","v":["open"]}`:                                       {2, 3, 4},
			`{"f":"account.opportunity","is":"any","v":["won","lost"],"opt":{"kind":["new"]}}`:          {5, 6},
			`{"f":"account.opportunity","is":"none","v":["won"]}`:                                       {2, 3, 4, 7, 8},
			`{"f":"account.any","v":{"filter":` + boss + `}}`:                                           {2, 3, 4, 5, 6},
			`{"f":"account.all","v":{"filter":` + boss + `}}`:                                           {5, 6},
			`{"f":"account.all","v":{"filter":{"op":"not","of":[` + boss + `]}}}`:                       {7, 8},
			`{"f":"account.at_least","v":{"filter":` + boss + `,"n":2}}`:                                {5, 6},
			`{"f":"account.at_least","v":{"filter":{"f":"score","is":"unknown"},"n":1}}`:                {2, 3, 4, 8},
			`{"op":"not","of":[{"f":"account.any","v":{"filter":` + boss + `}}]}`:                       {1, 7, 8, 9, 10},
			// Of the person and of a colleague at once.
			`{"op":"and","of":[{"f":"stage","is":"unknown"},{"f":"account.any","v":{"filter":{"op":"and","of":[` + boss + `,{"f":"account.tier","is":"in","v":["A"]}]}}}]}`: {4},
		} {
			f := parse(t, doc)
			require.Equal(t, want, inMemory(t, db, n, f), "in memory: %s", doc)
			require.Equal(t, want, inSQL(t, db, f), "in SQL: %s", doc)
			not := parse(t, `{"op":"not","of":[`+doc+`]}`)
			require.Len(t, inSQL(t, db, not), n-len(want), "not: %s", doc)
		}
	})
}

// targets puts the first account on the list 1 and on the closed 2, and off the 3,
// and gives deals to the first two.
func targets(t *testing.T, db *model.DB) {
	ctx, start := t.Context(), modeltest.Start()
	require.NoError(t, db.InTx(ctx, func(ctx context.Context) error {
		create(ctx, t, db, []model.TargetList{{Name: "一"}, {Name: "二", ClosedAt: &start}, {Name: "三"}})
		open := ptr(int8(1))
		create(ctx, t, db, []model.TargetMember{
			{ListID: 1, AccountID: 1, OpenSlot: open, FromAt: start},
			{ListID: 2, AccountID: 1, OpenSlot: open, FromAt: start},
			{ListID: 3, AccountID: 1, FromAt: start, ToAt: &start},
		})
		create(ctx, t, db, []model.Opportunity{
			{AccountID: 1, State: model.OpportunityOpen, Kind: model.OpportunityNew},
			{AccountID: 1, State: model.OpportunityLost, Kind: model.OpportunityRenewal},
			{AccountID: 2, State: model.OpportunityWon, Kind: model.OpportunityNew},
		})
		return nil
	}))
}

const boss = `{"f":"role","is":"in","v":["boss"]}`

// The same language over accounts, of whom merged ones are never meant.
func TestAccountFilter_truthTable(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		people(t, db, leads())
		companies(t, db, firms())
		targets(t, db)
		n := len(firms())
		for doc, want := range map[string][]int64{
			`null`: {1, 2, 3, 5},

			`{"f":"tier","is":"in","v":["A","B"]}`:                                                {1},
			`{"f":"tier","is":"not_in","v":["A"]}`:                                                {2, 3, 5},
			`{"f":"tier","is":"known"}`:                                                           {1, 5},
			`{"f":"lifecycle","is":"in","v":["prospect"]}`:                                        {1, 3},
			`{"f":"target","is":"no"}`:                                                            {2, 3, 5},
			`{"f":"employees","is":"at_least","v":99}`:                                            {1, 2},
			`{"f":"tech_spend","is":"at_most","v":0}`:                                             {1},
			`{"f":"acv","is":"unknown"}`:                                                          {3, 5},
			`{"f":"owner","is":"known"}`:                                                          {1},
			`{"f":"sdr","is":"unknown"}`:                                                          {3, 5},
			`{"f":"engaged","is":"yes"}`:                                                          {1},
			`{"f":"people","is":"at_most","v":0}`:                                                 {5},
			`{"f":"people","is":"at_least","v":3}`:                                                {1},
			`{"f":"roles","is":"none","v":["boss"]}`:                                              {3, 5},
			`{"f":"roles","is":"at_least","v":1}`:                                                 {1, 2, 3},
			`{"f":"list","is":"not_in","v":[1]}`:                                                  {2, 3, 5},
			`{"f":"opportunity","is":"none","v":["open"]}`:                                        {2, 3, 5},
			`{"f":"any","v":{"filter":{"f":"is_kp","is":"yes"}}}`:                                 {1},
			`{"f":"all","v":{"filter":` + boss + `}}`:                                             {2}, // nobody of 5 is no proof
			`{"f":"all","v":{"filter":{"op":"not","of":[` + boss + `]}}}`:                         {3},
			`{"f":"at_least","v":{"filter":{"f":"stage","is":"known"},"n":2}}`:                    {1, 2},
			`{"op":"not","of":[{"f":"any","v":{"filter":` + boss + `}}]}`:                         {3, 5},
			`{"op":"or","of":[{"f":"strategic","is":"yes"},{"f":"region","is":"in","v":["上海"]}]}`: {1, 2},
		} {
			f := parseAccounts(t, doc)
			require.Equal(t, want, accountsInMemory(t, db, n, f), "in memory: %s", doc)
			require.Equal(t, want, accountsInSQL(t, db, f), "in SQL: %s", doc)
		}
	})
}

// Golden G10: exactly 30 × 24 hours are thirty days; who never did anything has
// been silent since they were added.
func TestFilter_silenceBands(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		days := func(n int) *time.Time { return ptr(modeltest.Start().AddDate(0, 0, -n)) }
		long := days(200)
		people(t, db, []person{
			{contact: model.Contact{FirstAddedAt: long}, inbound: days(29)},
			{contact: model.Contact{FirstAddedAt: long}, inbound: days(30)},
			{contact: model.Contact{FirstAddedAt: long}, inbound: days(45)},
			{contact: model.Contact{FirstAddedAt: long}, inbound: days(60)},
			{contact: model.Contact{FirstAddedAt: days(10)}},
			{contact: model.Contact{FirstAddedAt: days(61)}},
		})
		for band, want := range map[int][]int64{30: {2, 3, 4, 6}, 45: {3, 4, 6}, 60: {4, 6}} {
			f := parse(t, fmt.Sprintf(`{"f":"last_inbound","is":"older_than","v":{"n":%d,"unit":"day"}}`, band))
			require.Equal(t, want, inSQL(t, db, f), band)
			require.Equal(t, want, inMemory(t, db, 6, f), band)
		}
	})
}
