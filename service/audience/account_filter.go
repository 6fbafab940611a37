package audience

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"sixtouch/model"
)

// AccountFilter is a parsed, valid filter over accounts: the same language, with
// the fields of accounts and their roll-ups over people. The zero value matches
// every account.
type AccountFilter struct{ tree Filter }

// ParseAccountFilter reads a filter over accounts; see Parse.
//
//	{"op":"and","of":[{"f":"tier","is":"in","v":["A"]},{"f":"any","v":{"filter":{"f":"is_kp","is":"yes"}}}]}
func ParseAccountFilter(doc []byte) (AccountFilter, error) {
	known := map[string]field{}
	for name, f := range accountFields() {
		known[name] = field{func(l leaf) (condition, error) {
			is, err := f.parse(l)
			return itself{is}, err
		}, f.needs, f.takes}
	}
	tree, err := parseWith(known, doc)
	return AccountFilter{tree}, err
}

// UnmarshalJSON reads a filter with all of ParseAccountFilter's checks.
func (f *AccountFilter) UnmarshalJSON(doc []byte) error {
	parsed, err := ParseAccountFilter(doc)
	if err != nil {
		return err
	}
	*f = parsed
	return nil
}

// MarshalJSON writes the filter in the form that ParseAccountFilter reads.
func (f AccountFilter) MarshalJSON() ([]byte, error) { return f.tree.MarshalJSON() }

// Everything tells whether the filter leaves no account out.
func (f AccountFilter) Everything() bool { return f.tree.Everybody() }

// Fields lists the fields that the filter looks at, each once, sorted; what it
// asks of people too, and of their account by the account's names.
func (f AccountFilter) Fields() []string {
	names := f.tree.Fields()
	f.tree.each(func(n *node) {
		if r, ok := rollUpOf(n.is); ok {
			for _, name := range r.of.Fields() {
				names = append(names, strings.TrimPrefix(name, ofAccount))
			}
		}
	})
	slices.Sort(names)
	return slices.Compact(names)
}

// Match tells whether the filter selects an account with these facts, which
// LoadAccounts has read for this filter.
func (f AccountFilter) Match(a Account) bool { return f.tree.Match(Facts{Account: &a}) }

// SQL is the filter as a condition on a row a of accounts, of whom only live ones
// are meant, with its arguments as GORM takes them. It is the same for every
// database, and true or false, never NULL.
func (f AccountFilter) SQL(now time.Time) (where string, args []any) {
	where, args = f.tree.SQL(now)
	return "(a.live_slot IS NOT NULL AND " + where + ")", args
}

// LoadAccounts reads the facts of accounts in sets, as of now, whose zone is that
// of calendar days, for these filters. Merged accounts, and those that do not
// exist, are left out.
func LoadAccounts(ctx context.Context, db *model.DB, now time.Time, ids []int64, filters ...AccountFilter) (map[int64]Account, error) {
	trees := make([]Filter, len(filters))
	for i, f := range filters {
		trees[i] = f.tree
	}
	needs, rollUps := needsOf(trees)
	known, err := loadAccounts(ctx, db, now, ids, needs, rollUps)
	if err != nil {
		return nil, fmt.Errorf("load facts of accounts: %w", err)
	}
	out := make(map[int64]Account, len(known))
	for id, a := range known {
		if a.live {
			out[id] = *a
		}
	}
	return out, nil
}
