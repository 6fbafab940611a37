package audience

import (
	"slices"
	"time"

	"sixtouch/model"
)

// parseRole reads conditions on the part in the buying group.
//
//	{"f":"role","is":"in","v":["boss","decision_maker"]}
func parseRole(l leaf) (condition, error) {
	return parseWords(l, func(f Facts) string { return string(f.Role) }, "c.role", roles()...)
}

// parseSeniority reads conditions on the tier of the title.
//
//	{"f":"seniority","is":"in","v":["executive"]}
func parseSeniority(l leaf) (condition, error) {
	return parseWords(l, func(f Facts) string { return string(f.Seniority) }, "c.seniority",
		stringsOf(model.SeniorityExecutive, model.SeniorityManager, model.SeniorityPractitioner)...)
}

// parseIsKP reads conditions on key persons.
//
//	{"f":"is_kp","is":"yes"}
func parseIsKP(l leaf) (condition, error) {
	return parseFlag(l, func(f Facts) bool { return f.IsKP }, "c.is_kp")
}

// parseConsent reads conditions on what the person answered to being contacted;
// unknown is nobody was asked.
//
//	{"f":"consent","is":"not_in","v":["refused"]}
func parseConsent(l leaf) (condition, error) {
	return parseWords(l, func(f Facts) string { return string(f.Consent) }, "c.consent", stringsOf(model.ConsentGranted, model.ConsentRefused)...)
}

// parseContactLess reads conditions on those who asked to hear less of us.
//
//	{"f":"contact_less","is":"no"}
func parseContactLess(l leaf) (condition, error) {
	return parseFlag(l, func(f Facts) bool { return f.ContactLess }, "c.contact_less")
}

// parseEmail asks whether an address is known.
//
//	{"f":"email","is":"known"}
func parseEmail(l leaf) (condition, error) {
	return parseKnown(l, func(f Facts) bool { return f.HasEmail }, "c.email <> ''")
}

// parsePhone asks whether a number is known, by whatever way: the contact's own
// or in a rep's remark.
//
//	{"f":"phone","is":"known"}
func parsePhone(l leaf) (condition, error) {
	have := func(f Facts) bool {
		return f.HasMobile || slices.ContainsFunc(f.Relationships, func(r Relationship) bool { return r.HasMobile })
	}
	return parseKnown(l, have, "c.mobile <> '' OR EXISTS (SELECT 1 FROM relationships r WHERE r.contact_id = c.id AND "+hasMobile+")")
}

// hasMobile says that a rep has written a number into the remark.
const hasMobile = "r.remark_mobiles NOT IN ('', '[]', 'null')"

// known is whether there is something.
type known struct {
	want bool
	have func(Facts) bool
	expr string
}

func parseKnown(l leaf, have func(Facts) bool, expr string) (condition, error) {
	if l.is != "known" && l.is != "unknown" {
		return nil, l.unknown("known, unknown")
	}
	return known{l.is == "known", have, expr}, l.bare()
}

func (c known) match(f Facts) bool { return c.have(f) == c.want }

func (c known) sql(time.Time) (string, []any) {
	if c.want {
		return c.expr, nil
	}
	return "NOT (" + c.expr + ")", nil
}
