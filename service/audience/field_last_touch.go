package audience

import "time"

// parseLastTouch reads conditions on when the contact was last sent something.
// To whom nothing was ever sent: silence ("older_than") counts from when they
// were added, the others leave them out, unless "null" says otherwise.
//
//	{"f":"last_touch","is":"older_than","v":{"n":30,"unit":"day"},"opt":{"null":"include"}}
func parseLastTouch(l leaf) (condition, error) {
	var opt struct {
		Null string `json:"null"`
	}
	if err := l.options(&opt); err != nil {
		return nil, err
	}
	switch {
	case opt.Null == "" && l.is == "older_than":
		opt.Null = neverAddedAt
	case opt.Null == "":
		opt.Null = neverExclude
	case opt.Null != neverExclude && opt.Null != neverInclude && opt.Null != neverAddedAt:
		return nil, invalid("does not know %q for contacts without a touch: [exclude, include, use_added_at]", opt.Null)
	}
	return parseDate(l, dateCondition{
		have: lastTouch, never: opt.Null,
		expr: "(SELECT MAX(t.sent_at) FROM touches t WHERE t.contact_id = c.id AND " + sentTouch + ")",
	})
}

func lastTouch(f Facts) *time.Time {
	var last *time.Time
	for _, t := range f.Touches {
		if last == nil || t.SentAt.After(*last) {
			last = &t.SentAt
		}
	}
	return last
}
