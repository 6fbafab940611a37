package audience

import (
	"strings"
	"time"
)

// corpNameCondition asks whether the contact's company is known.
//
//	{"f":"corp_name","is":"known"}
type corpNameCondition struct{ known bool }

func parseCorpName(l leaf) (condition, error) {
	if l.is != "known" && l.is != "unknown" {
		return nil, l.unknown("known, unknown")
	}
	return corpNameCondition{l.is == "known"}, l.bare()
}

func (c corpNameCondition) match(f Facts) bool {
	return (strings.Trim(f.CorpName, " ") != "") == c.known
}

func (c corpNameCondition) sql(time.Time) (string, []any) {
	if c.known {
		return "TRIM(c.corp_name) <> ''", nil
	}
	return "TRIM(c.corp_name) = ''", nil
}
