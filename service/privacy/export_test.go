package privacy

import "slices"

// Row is a rule as tests see it.
type Row struct {
	Row  any
	rule rule
}

// Rows are all rules.
func Rows() []Row {
	var out []Row
	for _, r := range rules() {
		out = append(out, Row{Row: r.row, rule: r})
	}
	return out
}

// Also tells whether an unmarked column is blanked too.
func (r Row) Also(column string) bool { return slices.Contains(r.rule.also, column) }
