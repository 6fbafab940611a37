package account

import (
	"slices"

	"sixtouch/model"
)

// Why a coverage is not what it should be: codes, put into words by the pages.
const (
	CoverNobody     = "nobody"                   // nobody of the account is known
	CoverOnlyOne    = "single_threaded"          // everything hangs on one person
	CoverNoKP       = "no_decision_maker"        // of those known nobody decides
	CoverKPUntold   = "decision_maker_untouched" // somebody decides, and we never reached them
	CoverBelowFloor = "below_floor"
	CoverFew        = "below_expected"
)

// Level is a traffic light.
type Level string

// The lights.
const (
	LevelRed   Level = "red"
	LevelAmber Level = "amber"
	LevelGreen Level = "green"
)

// Seat is a person of an account, as coverage sees them.
type Seat struct {
	Role    model.Role
	IsKP    bool
	Touched bool
}

// decides tells whether the person is a key person: by somebody's word, or by a
// role that decides.
func (s Seat) decides() bool {
	return s.IsKP || s.Role == model.RoleBoss || s.Role == model.RoleDecisionMaker
}

// Coverage says how much of a buying group is known and reached. Known counts the
// people with a role, competitors apart: they buy nothing.
type Coverage struct {
	People         int // at the account, with or without a role
	Known          int
	Expected       int
	Floor          int
	Roles          []model.Role // that are known, each once
	RolesTouched   []model.Role // those of them that somebody was reached in
	KPKnown        int
	KPTouched      int
	SingleThreaded bool
	Level          Level
	Reasons        []string
}

// Cover measures a buying group against what is expected of it. It is red without
// a key person who was reached, however many touches there are, or below the
// floor; amber when fewer are known than expected or all hangs on one person.
func Cover(people []Seat, want Want) Coverage {
	c := Coverage{Expected: want.Expected, Floor: want.Floor, Roles: []model.Role{}, RolesTouched: []model.Role{}, Reasons: []string{}}
	for _, p := range people {
		if p.Role == model.RoleCompetitor {
			continue
		}
		c.People++
		if p.decides() {
			c.KPKnown++
			if p.Touched {
				c.KPTouched++
			}
		}
		if p.Role == "" {
			continue
		}
		c.Known++
		c.Roles = append(c.Roles, p.Role)
		if p.Touched {
			c.RolesTouched = append(c.RolesTouched, p.Role)
		}
	}
	c.Roles, c.RolesTouched = once(c.Roles), once(c.RolesTouched)
	c.SingleThreaded = c.People == 1
	c.judge()
	return c
}

func once(roles []model.Role) []model.Role {
	slices.Sort(roles)
	return slices.Compact(roles)
}

func (c *Coverage) judge() {
	switch {
	case c.People == 0:
		c.Reasons = append(c.Reasons, CoverNobody)
	case c.KPKnown == 0:
		c.Reasons = append(c.Reasons, CoverNoKP)
	case c.KPTouched == 0:
		c.Reasons = append(c.Reasons, CoverKPUntold)
	}
	red := len(c.Reasons) > 0
	if c.SingleThreaded {
		c.Reasons = append(c.Reasons, CoverOnlyOne)
	}
	switch {
	case c.Known < c.Floor:
		c.Reasons = append(c.Reasons, CoverBelowFloor)
		red = true
	case c.Known < c.Expected:
		c.Reasons = append(c.Reasons, CoverFew)
	}
	switch {
	case red:
		c.Level = LevelRed
	case len(c.Reasons) > 0:
		c.Level = LevelAmber
	default:
		c.Level = LevelGreen
	}
}

// Want is what is expected of an account.
type Want struct {
	Expected int // people of the buying group
	Floor    int
	Touches  int // that fill the ring
	Service  TierService
}

// TierService is what service a tier is entitled to. The account's own plan does
// not change it.
type TierService struct {
	SLAMinutes int    // working minutes in which sales answers a hand-over; 0: as the inbox is set
	OwnerLevel string // who should own such an account
	GiftBudget int64  // CNY per account and year
}

// DefaultWant holds where nobody has said otherwise: seven people, never fewer
// than three, six touches.
func DefaultWant() Want { return Want{Expected: 7, Floor: 3, Touches: 6} }

// Ring is the six-touch ring: what reached the people of an account.
type Ring struct {
	Marketing int
	Sales     int
	Total     int
	Need      int
	People    int // reached by any of them
	Recent    int // of the last seven days
	Full      bool
}

// NewRing counts both sides against what is needed.
func NewRing(marketing, sales, need int) Ring {
	return Ring{Marketing: marketing, Sales: sales, Total: marketing + sales, Need: need, Full: marketing+sales >= need}
}
