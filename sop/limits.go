package sop

import (
	"slices"
	"time"

	"sixtouch/model"
)

// Reasons of gates 10 and 11: a cap of ours, WeCom's quota by our count, WeCom's
// own word that the quota is used up (ReasonOverQuota), another programme of the
// same exclusivity group.
const (
	ReasonCapContactDay  = "cap_contact_day"
	ReasonCapContactWeek = "cap_contact_week"
	ReasonCapRepDay      = "cap_rep_day"
	ReasonQuota          = "quota"
	ReasonConflict       = "conflict"
)

// The gates' names in verdicts.
const (
	gateLimits   = "limits"
	gateConflict = "conflict"
)

// Reach says whose attention a touch of a channel takes.
type Reach int

// The zero value is for actions and for the welcome: nobody counts them.
const (
	ReachNobody Reach = iota
	ReachContact
	ReachRep
	ReachGroup // of a customer group: WeCom's quota holds for it, our caps do not
)

// maxPutOff bounds how many days a touch is put off at once.
const maxPutOff = 366

// DefaultLimits is the rule of a corp that has set none: per contact 1 touch a
// day and 3 a week, per rep 30 prompts a day, and WeCom's newest documented quota.
func DefaultLimits() model.LimitRule {
	day, week, prompts := 1, 3, 30
	return model.LimitRule{ContactDay: &day, ContactWeek: &week, RepDay: &prompts, QuotaMode: model.QuotaMonth}
}

// Limits are the corp's rules, by the day from which they are valid.
type Limits struct{ rules []model.LimitRule }

// on is the rule of a local day.
func (l Limits) on(day string) model.LimitRule {
	rule := DefaultLimits()
	for _, r := range l.rules {
		if r.ValidFrom <= day {
			rule = r
		}
	}
	return rule
}

// Use is attention that is taken, or reserved, on a day.
type Use struct {
	TouchID int64 // 0 for another tool's message, and for what is only expected
	Day     string
	N       int
	Contact bool // counts for the caps of a contact
	Rep     bool // counts for the caps of a rep
	Quota   bool // counts for WeCom's quota
	Refused bool // WeCom did not deliver it: over quota
	// Expected is a step that another programme of an exclusivity group will
	// plan; Gone can no longer be taken back.
	Expected, Gone bool
	Claim          Claim
	Wish           Wish // no use at all, but what the contact has asked of us
}

// Claim is what programmes that exclude each other compare.
type Claim struct {
	SOPID    int64
	Group    string // exclusivity; empty excludes nobody
	Priority int
	Due      time.Time
}

// rivals tells whether two touches must not reach one contact on one day.
func (c Claim) rivals(other Claim) bool {
	return c.Group != "" && c.Group == other.Group && c.SOPID != other.SOPID
}

// beats compares rivals: the higher priority wins, then the earlier due, then
// the older programme.
func (c Claim) beats(other Claim) bool {
	switch {
	case c.Priority != other.Priority:
		return c.Priority > other.Priority
	case !c.Due.Equal(other.Due):
		return c.Due.Before(other.Due)
	}
	return c.SOPID < other.SOPID
}

// limit is one of the things that can be used up. Another one, such as an
// account's week, is one more line in limits.
type limit struct {
	reason string
	reach  Reach
	// most is how many a rule allows in the period of that day; nil without limit.
	most func(r model.LimitRule, day time.Time) *int
	// period is the first and the last day that are counted together.
	period func(r model.LimitRule, day time.Time) (from, to time.Time)
	counts func(u Use) bool
}

func limits() []limit {
	contact := func(u Use) bool { return u.Contact }
	return []limit{
		{ReasonCapContactDay, ReachContact, func(r model.LimitRule, _ time.Time) *int { return r.ContactDay }, oneDay, contact},
		{ReasonCapContactWeek, ReachContact, func(r model.LimitRule, _ time.Time) *int { return r.ContactWeek }, oneWeek, contact},
		{ReasonCapRepDay, ReachRep, func(r model.LimitRule, _ time.Time) *int { return r.RepDay }, oneDay, func(u Use) bool { return u.Rep }},
	}
}

// wecomQuota is the limit that WeCom sets for mass messages, to each customer and
// to each customer group alike.
func wecomQuota(reach Reach) limit {
	return limit{ReasonQuota, reach, quotaOf, quotaPeriod, func(u Use) bool { return u.Quota && !u.Refused }}
}

func oneDay(_ model.LimitRule, day time.Time) (from, to time.Time) { return day, day }

func oneWeek(_ model.LimitRule, day time.Time) (from, to time.Time) {
	from = day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
	return from, from.AddDate(0, 0, 6)
}

func oneMonth(day time.Time) (from, to time.Time) {
	from = day.AddDate(0, 0, 1-day.Day())
	return from, from.AddDate(0, 1, -1)
}

// quotaPeriod is the natural period in which WeCom counts mass messages
// (externalcontact/add_msg_template, "群发规则").
func quotaPeriod(r model.LimitRule, day time.Time) (from, to time.Time) {
	switch r.QuotaMode {
	case model.QuotaWeek:
		return oneWeek(r, day)
	case model.QuotaDay, model.QuotaNone:
		return day, day
	case model.QuotaMonth:
	}
	return oneMonth(day)
}

// quotaOf is how many mass messages WeCom delivers to a customer in the period.
func quotaOf(r model.LimitRule, day time.Time) *int {
	if r.QuotaCount != nil {
		return r.QuotaCount
	}
	n := 0
	switch r.QuotaMode {
	case model.QuotaNone:
		return nil
	case model.QuotaWeek:
		n = 7
	case model.QuotaDay:
		n = 1
	case model.QuotaMonth:
		_, last := oneMonth(day)
		n = last.Day()
	}
	return &n
}

// countedFrom is the first day that a decision about that day or a later one
// may look at.
func (l Limits) countedFrom(day time.Time) string {
	week, _ := oneWeek(model.LimitRule{}, day)
	month, _ := oneMonth(day)
	if month.Before(week) {
		week = month
	}
	return week.Format(time.DateOnly)
}

// shortage says why a touch cannot go on a day.
type shortage struct {
	gate, reason string
	used, limit  int
	sopID        int64
}

// shortage finds the rival or else the limit that leaves the touch no room on
// that local day; nil when there is none. Rivals come first: the day that one has
// taken counts for a cap too, and would let the loser's grace run out.
func (v *Version) shortage(day time.Time, info ChannelInfo, mine Claim, uses []Use) *shortage {
	for _, u := range uses {
		if mine.rivals(u.Claim) && within(u.Day, day, day) && (u.Gone || u.Claim.beats(mine)) {
			return &shortage{gate: gateConflict, reason: ReasonConflict, sopID: u.Claim.SOPID}
		}
	}
	rule := v.limits.on(day.Format(time.DateOnly))
	list := limits()
	if info.Quota {
		list = append(list, wecomQuota(info.Reach))
		from, to := quotaPeriod(rule, day)
		if rule.QuotaMode != model.QuotaNone && slices.ContainsFunc(uses, func(u Use) bool { return u.Refused && within(u.Day, from, to) }) {
			return &shortage{gate: gateLimits, reason: ReasonOverQuota}
		}
	}
	if info.Reach == ReachContact {
		more, short := wished(day, uses)
		if short != nil {
			return short
		}
		list = append(list, more...)
	}
	for _, l := range list {
		most := l.most(rule, day)
		if l.reach != info.Reach || most == nil {
			continue
		}
		from, to := l.period(rule, day)
		used := 0
		for _, u := range uses {
			yields := mine.rivals(u.Claim) && !u.Gone && mine.beats(u.Claim)
			if l.counts(u) && !u.Expected && !u.Refused && !yields && within(u.Day, from, to) {
				used += u.N
			}
		}
		if used >= *most {
			return &shortage{gate: gateLimits, reason: l.reason, used: used, limit: *most}
		}
	}
	return nil
}

func within(day string, from, to time.Time) bool {
	return day >= from.Format(time.DateOnly) && day <= to.Format(time.DateOnly)
}

// book finds the touch the first day on which every limit leaves it room, from
// its NotBefore on, and reserves it: gates 10 and 11. The caps wait no longer
// than the touch's grace; a conflict's loser is put off as often as its programme
// says, and its grace counts anew, because it was decided and is not late. What
// finds no day is skipped. now is the instant of the decision.
func (v *Version) book(t *model.Touch, s Step, uses []Use, now time.Time) {
	info := v.channels[t.Channel]
	t.LimitDay = ""
	if info.Reach == ReachNobody {
		return
	}
	mine := v.claim(t.DueAt)
	at, expire, lost := t.NotBefore, t.ExpireAt, conflictsLost(*t)
	var waits []model.Verdict
	for range maxPutOff {
		day := dateOf(at, v.corp)
		short := v.shortage(day, info, mine, uses)
		if short == nil {
			t.NotBefore, t.ExpireAt, t.LimitDay = at, expire, day.Format(time.DateOnly)
			t.Verdicts.V = append(t.Verdicts.V, waits...)
			return
		}
		next := v.nextDay(at, t.DueAt)
		if short.gate == gateConflict {
			lost++
			expire = next.Add(s.grace())
		}
		if next.After(expire) || lost > v.maxDeferrals() {
			break
		}
		waits, at = addWait(waits, short.verdict(now, "defer", &next)), next
	}
	verdict := v.shortage(dateOf(t.NotBefore, v.corp), info, mine, uses).verdict(now, "skip", nil)
	t.State, t.Reason, t.FinalAt = model.TouchSkipped, verdict.Reason, &now
	t.Verdicts.V = append(t.Verdicts.V, verdict)
}

func (s *shortage) verdict(now time.Time, say string, until *time.Time) model.Verdict {
	return model.Verdict{At: now, Gate: s.gate, Say: say, Reason: s.reason, Until: until, Used: s.used, Limit: s.limit, SOPID: s.sopID}
}

// addWait notes one more day; days that were lost for one cap or wish are one
// verdict, days lost to rivals are counted.
func addWait(waits []model.Verdict, v model.Verdict) []model.Verdict {
	if n := len(waits); n > 0 && v.Gate != gateConflict && waits[n-1].Reason == v.Reason {
		waits[n-1].Until = v.Until
		return waits
	}
	return append(waits, v)
}

// nextDay is the touch's time of day on the next day that the window is open.
func (v *Version) nextDay(at, due time.Time) time.Time {
	clock := due.In(v.window.zone)
	year, month, day := at.In(v.window.zone).Date()
	return v.window.next(wallClock(year, month, day+1, clockTime(clock.Hour()*60+clock.Minute()), v.window.zone)).UTC()
}

// dateOf is the local date of t, as midnight UTC.
func dateOf(t time.Time, zone *time.Location) time.Time {
	year, month, day := t.In(zone).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// claim is what a touch of the programme with that due instant has to say
// against its rivals.
func (v *Version) claim(due time.Time) Claim {
	return Claim{SOPID: v.SOPID, Group: v.Exclusivity, Priority: v.Priority, Due: due}
}

// use is what the touch takes, once it is booked.
func (v *Version) use(t model.Touch) Use {
	info := v.channels[t.Channel]
	return Use{
		TouchID: t.ID, Day: t.LimitDay, N: 1, Contact: info.Reach == ReachContact, Rep: info.Reach == ReachRep, Quota: info.Quota,
		Gone: t.State != model.TouchPlanned, Claim: v.claim(t.DueAt),
	}
}

func conflictsLost(t model.Touch) int {
	n := 0
	for _, v := range t.Verdicts.V {
		if v.Gate == gateConflict && v.Say == "defer" {
			n++
		}
	}
	return n
}
