package audience

import (
	"slices"
	"time"

	"sixtouch/model"
)

// sopCondition is about where the contact stands, or ever stood, in any of the
// listed SOPs. "in" holds while it occupies a place there, paused included.
//
//	{"f":"sop","is":"exited","v":[7],"opt":{"reason":["replied"]}}
type sopCondition struct {
	is      string
	sops    []int64
	reasons []string // only for "exited"; nil is any
}

func parseSOP(l leaf) (condition, error) {
	c := sopCondition{is: l.is}
	switch l.is {
	case "in", "finished", "never":
		if err := l.plain(); err != nil {
			return nil, err
		}
	case "exited":
		var opt struct {
			Reason []string `json:"reason"`
		}
		if err := l.options(&opt); err != nil {
			return nil, err
		}
		if opt.Reason != nil {
			if err := checkWords("reason", opt.Reason); err != nil {
				return nil, err
			}
		}
		c.reasons = opt.Reason
	default:
		return nil, l.unknown("in, finished, exited, never")
	}
	var err error
	c.sops, err = l.ids("SOP")
	return c, err
}

func (c sopCondition) match(f Facts) bool {
	return slices.ContainsFunc(f.Enrollments, c.fits) != (c.is == "never")
}

func (c sopCondition) fits(e Enrollment) bool {
	if !slices.Contains(c.sops, e.SOPID) {
		return false
	}
	switch c.is {
	case "in":
		return e.Inside
	case "finished":
		return e.State == model.EnrollmentCompleted
	case "exited":
		return e.State == model.EnrollmentExited && (c.reasons == nil || slices.Contains(c.reasons, e.Reason))
	}
	return true
}

func (c sopCondition) sql(time.Time) (string, []any) {
	where, args := "EXISTS (SELECT 1 FROM enrollments e WHERE e.contact_id = c.id AND e.sop_id IN ?", []any{c.sops}
	switch c.is {
	case "never":
		where = "NOT " + where
	case "in":
		where += " AND e.active_slot IS NOT NULL"
	case "finished":
		where, args = where+" AND e.state = ?", append(args, model.EnrollmentCompleted)
	case "exited":
		where, args = where+" AND e.state = ?", append(args, model.EnrollmentExited)
		if c.reasons != nil {
			where, args = where+" AND e.exit_reason IN ?", append(args, c.reasons)
		}
	}
	return where + ")", args
}
