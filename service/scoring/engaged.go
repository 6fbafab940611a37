package scoring

import (
	"slices"
	"time"

	"sixtouch/model"
)

// Member is somebody who is at an account now, with their lines since they came.
type Member struct {
	ContactID int64
	Role      model.Role
	IsKP      bool
	Lines     []model.ScoreEntry
}

// Level is how far an account has come towards us.
type Level string

// The levels, each implying those before.
const (
	LevelUnaware  Level = "unaware"
	LevelAware    Level = "aware" // anybody has done anything
	LevelEngaged  Level = "engaged"
	LevelMulti    Level = "multi_threaded" // engaged through several roles
	LevelSelling  Level = "opportunity"    // there is an open opportunity
	spikeLeast          = 10               // points of this week below which nothing is a spike
	spikeWeeks          = 4                // own weeks that this one is compared with
	week                = 7 * day
	accountRecent       = (spikeWeeks + 1) * week
)

// Tick is one of the conditions of being engaged.
type Tick struct {
	Key  string // points, people, high_value, key_person
	Have float64
	Need float64
	Met  bool
}

// AccountScore is what an account comes to.
type AccountScore struct {
	At         time.Time
	Fit        float64 // 0 to 100
	Fields     []FitField
	Engagement float64 // AE = Σ people Σ points × role weight × 0.5^(age ÷ half-life)
	Ticks      []Tick
	Engaged    bool
	Level      Level
	// Spike is this week's points over the mean of the own four weeks before, less
	// 1: 3 is +300 %. Nil below 10 points and without anything to compare with.
	Spike  *float64
	Weeks  [spikeWeeks + 1]float64 // points × role weight by week, this one first
	People []MemberScore           // the most engaged first

	recent bool // something happened in the weeks that spikes look at
}

// MemberScore is what one person gives to the account's engagement.
type MemberScore struct {
	ContactID int64
	Role      model.Role
	Points    float64
	LastAt    *time.Time // of the last line
}

// Account is a pure function of rules, fields, ledger and instant. Selling tells
// whether an opportunity is open.
func (r Rules) Account(a model.Account, members []Member, selling bool, now time.Time) AccountScore {
	out := AccountScore{At: now, Level: LevelUnaware}
	out.Fit, out.Fields = r.AccountFit(a)
	since := now.Add(-time.Duration(r.Engaged.Days) * day)
	active, kps, lines := 0, 0, 0
	roles, items := map[model.Role]bool{}, map[string]bool{}
	for _, m := range members {
		one := MemberScore{ContactID: m.ContactID, Role: m.Role}
		fresh := false
		for _, e := range counting(m.Lines, now) {
			lines++
			weighted := e.Points * r.roleWeight(m.Role, m.IsKP)
			one.Points += weighted * faded(now.Sub(e.At), r.halfLife())
			if one.LastAt == nil || e.At.After(*one.LastAt) {
				one.LastAt = &e.At
			}
			if age := now.Sub(e.At); age < accountRecent {
				out.Weeks[max(0, age)/week] += weighted
				out.recent = true
			}
			if e.Points > 0 && !e.At.Before(since) && m.Role != model.RoleCompetitor {
				fresh = true
				if e.HighValue {
					items[e.RuleKey+" "+e.Subject] = true
				}
			}
		}
		out.Engagement += one.Points
		if fresh {
			active++
			if m.Role != "" {
				roles[m.Role] = true
			}
			if m.IsKP || m.Role == model.RoleBoss || m.Role == model.RoleDecisionMaker {
				kps++
			}
		}
		out.People = append(out.People, one)
	}
	slices.SortStableFunc(out.People, func(a, b MemberScore) int {
		switch {
		case a.Points > b.Points:
			return -1
		case a.Points < b.Points:
			return 1
		}
		return 0
	})
	out.Spike = spike(out.Weeks)
	out.judge(r.Engaged, a.Tier, active, len(items), kps)
	switch {
	case selling:
		out.Level = LevelSelling
	case out.Engaged && len(roles) >= r.Engaged.Roles:
		out.Level = LevelMulti
	case out.Engaged:
		out.Level = LevelEngaged
	case lines > 0:
		out.Level = LevelAware
	}
	return out
}

// counting are the lines of engagement that have not expired, nor been ended by
// the contact's deleting us.
func counting(lines []model.ScoreEntry, now time.Time) []*model.ScoreEntry {
	var b Breakdown
	b.take(lines, now)
	return slices.DeleteFunc(b.kept, func(e *model.ScoreEntry) bool { return e.Part != model.PartEngagement })
}

func (s *AccountScore) judge(r EngagedRules, tier model.Tier, people, items, kps int) {
	tick := func(key string, have, need float64) {
		s.Ticks = append(s.Ticks, Tick{Key: key, Have: have, Need: need, Met: have >= need})
	}
	tick("points", s.Engagement, r.Points)
	tick("people", float64(people), float64(r.People))
	tick("high_value", float64(items), float64(r.HighValue))
	need := 0.
	if slices.Contains(r.KPTiers, tier) {
		need = 1
	}
	tick("key_person", float64(kps), need)
	s.Engaged = !slices.ContainsFunc(s.Ticks, func(t Tick) bool { return !t.Met })
}

// spike compares this week with the mean of the weeks before.
func spike(weeks [spikeWeeks + 1]float64) *float64 {
	base := 0.
	for _, w := range weeks[1:] {
		base += w / spikeWeeks
	}
	if weeks[0] < spikeLeast || base <= 0 {
		return nil
	}
	out := weeks[0]/base - 1
	return &out
}

// RescoreAccount is when an account is to be looked at again: its engagement will
// have faded by a hundredth, and by a point at least; while something happened
// within the weeks that spikes look at, after a day.
func (r Rules) RescoreAccount(s AccountScore) *time.Time {
	var at *time.Time
	if s.recent {
		t := s.At.Add(day)
		at = &t
	}
	loss := max(1, s.Engagement/100)
	if r.halfLife() > 0 && s.Engagement > loss {
		t := model.Instant(s.At.Add(halfLives(s.Engagement/(s.Engagement-loss), r.halfLife())))
		if at == nil || t.Before(*at) {
			at = &t
		}
	}
	return at
}

// Gap is the share of the expected people of a buying group, 0 to 1, whom nobody
// knows; the group is seven people.
func Gap(known int) float64 { return 1 - float64(min(max(known, 0), groupSize))/groupSize }

const groupSize = 7

// Priority orders Monday's list: fit (0 to 1) × spike × gap. Without a spike it
// is 0.
func Priority(fit float64, spike *float64, known int) float64 {
	return max(0, value(spike)) * fit / 100 * Gap(known)
}

// Box is one of four ways to treat an account.
type Box string

// The boxes: sell; open a second person; check the ideal profile, or make a
// partner of it; leave.
const (
	BoxSell  Box = "sell"
	BoxOpen  Box = "open"
	BoxCheck Box = "check"
	BoxLeave Box = "leave"
)

// BoxOf sorts an account: high is a fit of grade B or better.
func (r Rules) BoxOf(fit float64, engaged bool) Box {
	switch high := fit >= r.Grades.B; {
	case high && engaged:
		return BoxSell
	case high:
		return BoxOpen
	case engaged:
		return BoxCheck
	}
	return BoxLeave
}
