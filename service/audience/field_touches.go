package audience

import (
	"slices"
	"time"
)

// sentTouch picks the touches t that reached the contact or are on their way:
// not those that a rep never sent or that failed, and no prompts, which are
// messages to reps.
const sentTouch = "t.sent_at IS NOT NULL AND t.state IN ('accepted', 'delivered') AND t.channel <> 'rep_prompt'"

// touchesCondition is about how often the contact was sent something.
//
//	{"f":"touches","is":"between","v":{"min":1,"max":3},"opt":{"within":{"n":30,"unit":"day"},"channel":["group_message"]}}
type touchesCondition struct {
	min, max int
	within   *span
	channels []string
}

// manyTouches stands for "no upper bound".
const manyTouches = 1_000_000

func parseTouches(l leaf) (condition, error) {
	if l.is != "between" {
		return nil, l.unknown("between")
	}
	v := struct {
		Min int `json:"min"`
		Max int `json:"max"`
	}{Max: manyTouches}
	if err := l.value(&v, `{"min":1,"max":3}`); err != nil {
		return nil, err
	}
	if v.Min < 0 || v.Max < v.Min || v.Max > manyTouches {
		return nil, invalid("asks for [%d to %d] touches", v.Min, v.Max)
	}
	var opt struct {
		Within  *span    `json:"within"`
		Channel []string `json:"channel"`
	}
	if err := l.options(&opt); err != nil {
		return nil, err
	}
	if opt.Within != nil {
		if err := opt.Within.check("within"); err != nil {
			return nil, err
		}
	}
	if opt.Channel != nil {
		if err := checkWords("channel", opt.Channel); err != nil {
			return nil, err
		}
	}
	return touchesCondition{v.Min, v.Max, opt.Within, opt.Channel}, nil
}

func (c touchesCondition) match(f Facts) bool {
	n := 0
	for _, t := range f.Touches {
		if c.within != nil && t.SentAt.Before(c.within.start(f.Now)) {
			continue
		}
		if c.channels == nil || slices.Contains(c.channels, t.Channel) {
			n++
		}
	}
	return c.min <= n && n <= c.max
}

func (c touchesCondition) sql(now time.Time) (string, []any) {
	where, args := "", []any{}
	if c.within != nil {
		where, args = where+" AND t.sent_at >= ?", append(args, c.within.start(now).UTC())
	}
	if c.channels != nil {
		where, args = where+" AND t.channel IN ?", append(args, c.channels)
	}
	return "(SELECT COUNT(*) FROM touches t WHERE t.contact_id = c.id AND " + sentTouch + where + ") BETWEEN ? AND ?",
		append(args, c.min, c.max)
}
