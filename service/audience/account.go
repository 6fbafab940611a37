package audience

import (
	"time"

	"sixtouch/model"
)

// Account is what filters look at of a company.
type Account struct {
	ID        int64
	Tier      model.Tier
	Lifecycle model.Lifecycle
	Target    bool
	Strategic bool
	Industry  string
	Region    string
	Employees *int64
	TechSpend *int64 // CNY a year
	ACV       *int64 // CNY

	OwnerID, SDRID int64 // 0 is nobody

	Engaged    bool
	Level      string // of engagement
	Engagement *float64

	// People is how many contacts are at it, Roles how many of them have each
	// role; of whom no role is known is not among Roles.
	People int
	Roles  map[model.Role]int

	Lists         []int64       // live target lists that it is on
	Opportunities []Opportunity // each state and kind once

	live bool // not merged into another

	// tallies are, by roll-up, how many of its people satisfy it.
	tallies map[string]int
}

// accountCondition is a leaf's meaning for an account, twice.
type accountCondition interface {
	match(a Account) bool
	// sql is a condition on a row a of accounts; NULL counts as false.
	sql(now time.Time) (string, []any)
}

// accountField is one entry of the language over accounts.
type accountField struct {
	parse func(leaf) (accountCondition, error)
	needs facet
	takes string
}

// accountFields is the registry of what an account filter looks at. A contact
// filter knows the same fields with "account." before them.
func accountFields() map[string]accountField {
	return map[string]accountField{
		"tier":             {parseTier, facetAccount, "in not_in known unknown"},
		"lifecycle":        {parseLifecycle, facetAccount, "in not_in known unknown"},
		"target":           {parseTarget, facetAccount, "yes no"},
		"strategic":        {parseStrategic, facetAccount, "yes no"},
		"industry":         {parseIndustry, facetAccount, "in not_in known unknown"},
		"region":           {parseRegion, facetAccount, "in not_in known unknown"},
		"employees":        {parseEmployees, facetAccount, "at_least at_most between known unknown"},
		"tech_spend":       {parseTechSpend, facetAccount, "at_least at_most between known unknown"},
		"acv":              {parseACV, facetAccount, "at_least at_most between known unknown"},
		"owner":            {parseAccountOwner, facetAccount, "in not_in known unknown"},
		"sdr":              {parseSDR, facetAccount, "in not_in known unknown"},
		"engaged":          {parseEngaged, facetAccount, "yes no"},
		"engagement":       {parseAccountEngagement, facetAccount, "at_least at_most between known unknown"},
		"engagement_level": {parseEngagementLevel, facetAccount, "in not_in known unknown"},
		"people":           {parsePeople, facetAccount | facetPeople, "at_least at_most between"},
		"roles":            {parseRoles, facetAccount | facetPeople, "any all none at_least"},
		"list":             {parseList, facetAccount | facetLists, "in not_in"},
		"opportunity":      {parseOpportunity, facetAccount | facetOpportunities, "any none"},
		"any":              {parseRollUp, facetAccount | facetPeople, ""},
		"all":              {parseRollUp, facetAccount | facetPeople, ""},
		"at_least":         {parseRollUp, facetAccount | facetPeople, ""},
	}
}

// ofAccount begins the names of a contact filter's account fields.
const ofAccount = "account."

// ofContact is a condition on the account of a contact: false without one.
type ofContact struct{ is accountCondition }

func (c ofContact) match(f Facts) bool { return f.Account != nil && c.is.match(*f.Account) }

func (c ofContact) sql(now time.Time) (string, []any) {
	where, args := c.is.sql(now)
	return "EXISTS (SELECT 1 FROM accounts a WHERE a.id = c.account_id AND (" + where + "))", args
}

// itself is a condition on an account that stands for itself.
type itself struct{ is accountCondition }

func (c itself) match(f Facts) bool { return f.Account != nil && c.is.match(*f.Account) }

func (c itself) sql(now time.Time) (string, []any) { return c.is.sql(now) }

// parseTier reads conditions on how deep the account is worked.
//
//	{"f":"account.tier","is":"in","v":["A","B"]}
func parseTier(l leaf) (accountCondition, error) {
	return parseWords(l, func(a Account) string { return string(a.Tier) }, "a.tier", stringsOf(model.TierA, model.TierB, model.TierC)...)
}

// parseLifecycle reads conditions on what the account is to us.
//
//	{"f":"account.lifecycle","is":"in","v":["customer"]}
func parseLifecycle(l leaf) (accountCondition, error) {
	return parseWords(l, func(a Account) string { return string(a.Lifecycle) }, "a.lifecycle",
		stringsOf(model.LifecycleProspect, model.LifecycleCustomer, model.LifecycleFormer, model.LifecyclePartner, model.LifecycleCompetitor)...)
}

// parseTarget reads conditions on being on a live target list.
//
//	{"f":"account.target","is":"yes"}
func parseTarget(l leaf) (accountCondition, error) {
	return parseFlag(l, func(a Account) bool { return a.Target }, "a.is_target")
}

func parseStrategic(l leaf) (accountCondition, error) {
	return parseFlag(l, func(a Account) bool { return a.Strategic }, "a.strategic")
}

func parseIndustry(l leaf) (accountCondition, error) {
	return parseWords(l, func(a Account) string { return a.Industry }, "a.industry")
}

func parseRegion(l leaf) (accountCondition, error) {
	return parseWords(l, func(a Account) string { return a.Region }, "a.region")
}

// parseEmployees reads conditions on the size.
//
//	{"f":"account.employees","is":"between","v":{"min":100,"max":999}}
func parseEmployees(l leaf) (accountCondition, error) {
	return parseNumber(l, func(a Account) *float64 { return whole(a.Employees) }, "a.employees")
}

// parseTechSpend reads conditions on what the account spends on technology, CNY a year.
func parseTechSpend(l leaf) (accountCondition, error) {
	return parseNumber(l, func(a Account) *float64 { return whole(a.TechSpend) }, "a.tech_spend")
}

// parseACV reads conditions on the annual contract value, CNY.
func parseACV(l leaf) (accountCondition, error) {
	return parseNumber(l, func(a Account) *float64 { return whole(a.ACV) }, "a.acv")
}

// parseAccountOwner reads conditions on the rep who owns the account.
//
//	{"f":"account.owner","is":"unknown"}
func parseAccountOwner(l leaf) (accountCondition, error) {
	return parseRefs(l, "rep", func(a Account) int64 { return a.OwnerID }, "a.owner_id")
}

func parseSDR(l leaf) (accountCondition, error) {
	return parseRefs(l, "rep", func(a Account) int64 { return a.SDRID }, "a.sdr_id")
}

func parseEngaged(l leaf) (accountCondition, error) {
	return parseFlag(l, func(a Account) bool { return a.Engaged }, "a.engaged")
}

// parseAccountEngagement reads conditions on the account's points, which have no
// upper bound.
func parseAccountEngagement(l leaf) (accountCondition, error) {
	return parseNumber(l, func(a Account) *float64 { return a.Engagement }, "a.engagement")
}

func parseEngagementLevel(l leaf) (accountCondition, error) {
	return parseWords(l, func(a Account) string { return a.Level }, "a.engagement_level")
}

// parsePeople reads conditions on how many people of the account we know.
//
//	{"f":"account.people","is":"at_least","v":3}
func parsePeople(l leaf) (accountCondition, error) {
	if l.is == "known" || l.is == "unknown" {
		return nil, l.unknown("at_least, at_most, between")
	}
	people := func(a Account) *float64 {
		n := float64(a.People)
		return &n
	}
	return parseNumber(l, people, "(SELECT COUNT(*) FROM contacts c WHERE c.account_id = a.id)")
}
