package audience

import "time"

// parseLastInbound reads conditions on when the contact last did something
// towards us. For whom that never was, see parseLast.
//
//	{"f":"last_inbound","is":"older_than","v":{"n":30,"unit":"day"},"opt":{"null":"use_added_at"}}
func parseLastInbound(l leaf) (condition, error) {
	return parseLast(l, dateCondition{
		have: func(f Facts) *time.Time { return f.LastInbound },
		expr: "(SELECT d.at FROM last_actives d WHERE d.contact_id = c.id)",
	})
}

// parseLast reads conditions on what may never have happened: silence
// ("older_than") then counts from when the contact was added, the others leave
// the contact out, unless "null" says otherwise.
func parseLast(l leaf, c dateCondition) (condition, error) {
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
		return nil, invalid("does not know %q for contacts to whom it never happened: [exclude, include, use_added_at]", opt.Null)
	}
	c.never = opt.Null
	return parseDate(l, c)
}
