package audience

import (
	"slices"
	"time"

	"sixtouch/model"
)

// doings are what filters can ask of a contact's past: what contacts do of their
// own accord. When they were added and what became of their stage, tags and
// company are fields of their own.
func doings() []string {
	kinds := []model.ActivityKind{
		model.ActivityReplied, model.ActivityConversationLogged, model.ActivityCallAnswered, model.ActivityMeetingHeld, model.ActivityVisitBooked,
		model.ActivityPriceAsked, model.ActivityTrialOpened, model.ActivityTrialActivated, model.ActivityNeedAnswered, model.ActivityDeclined,
		model.ActivityFormSubmitted, model.ActivityEventRegistered, model.ActivityEventAttended, model.ActivityContentViewed,
		model.ActivityMomentLiked, model.ActivityMomentCommented, model.ActivityContactLost,
	}
	out := make([]string, len(kinds))
	for i, k := range kinds {
		out[i] = string(k)
	}
	return out
}

// doneCondition is about what the contact did: any of the listed kinds, so many
// times in all (once unless said otherwise), within a time or ever. "not_in" is
// the exact opposite.
//
//	{"f":"activity","is":"in","v":["price_asked"],"opt":{"within":{"n":30,"unit":"day"},"times":3}}
type doneCondition struct {
	not    bool
	kinds  []string
	within *span
	times  int
}

// maxTimes bounds how often something may be asked to have happened.
const maxTimes = 1000

func parseDone(l leaf) (condition, error) {
	kinds, err := l.words()
	if err != nil {
		return nil, err
	}
	if l.is != "in" && l.is != "not_in" {
		return nil, l.unknown("in, not_in")
	}
	for _, k := range kinds {
		if !slices.Contains(doings(), k) {
			return nil, invalid("does not know the value %q for %q", k, l.field)
		}
	}
	opt := struct {
		Within *span `json:"within"`
		Times  int   `json:"times"`
	}{Times: 1}
	if err := l.options(&opt); err != nil {
		return nil, err
	}
	if opt.Times < 1 || opt.Times > maxTimes {
		return nil, invalid("asks for [%d] times in %q: 1 to %d are possible", opt.Times, l.field, maxTimes)
	}
	if opt.Within != nil {
		if err := opt.Within.check("within"); err != nil {
			return nil, err
		}
	}
	return doneCondition{l.is == "not_in", kinds, opt.Within, opt.Times}, nil
}

func (c doneCondition) match(f Facts) bool {
	n := 0
	for _, d := range f.Doings {
		if slices.Contains(c.kinds, d.Kind) && (c.within == nil || !d.At.Before(c.within.start(f.Now))) {
			n++
		}
	}
	return n >= c.times != c.not
}

// sql looks at the contact's activities in the order of their index, and at no
// more of them than it needs to be sure.
func (c doneCondition) sql(now time.Time) (string, []any) {
	where, args := "FROM activities h WHERE h.contact_id = c.id AND h.kind IN ?", []any{c.kinds}
	if c.within != nil {
		where, args = where+" AND h.occurred_at >= ?", append(args, c.within.start(now).UTC())
	}
	if c.times == 1 {
		where = "EXISTS (SELECT 1 " + where + ")"
	} else {
		where, args = "(SELECT h.id "+where+" ORDER BY h.id LIMIT 1 OFFSET ?) IS NOT NULL", append(args, c.times-1)
	}
	if c.not {
		return "NOT (" + where + ")", args
	}
	return where, args
}

func (c doneCondition) motion() Motion {
	switch {
	case c.within == nil:
		return ByActivity
	case c.within.By == "calendar":
		return ByDay
	}
	return Anytime
}

// doneOf is which doings filters look at, and the newest instant that is too old
// for all of them; zero is none.
func doneOf(filters []Filter, now time.Time) (kinds []string, since time.Time) {
	since = now
	for _, f := range filters {
		f.each(func(n *node) {
			c, ok := n.is.(doneCondition)
			switch {
			case !ok:
				return
			case c.within == nil:
				since = time.Time{}
			case c.within.start(now).Before(since):
				since = c.within.start(now)
			}
			kinds = append(kinds, c.kinds...)
		})
	}
	slices.Sort(kinds)
	return slices.Compact(kinds), since
}
