package scoring

import (
	"slices"

	"sixtouch/model"
)

// FitField is what one field gives for fit.
type FitField struct {
	Field  string // role, industry, size, region, budget, process
	Points float64
	Max    float64
	Say    FitSay
}

// FitSay is why a field gives what it gives.
type FitSay string

// What may be said of a field: it matches, it does not, nobody knows it (so it
// is what to ask next), or nobody has said what the ideal customer has there.
const (
	FitMatch   FitSay = "match"
	FitMiss    FitSay = "miss"
	FitUnknown FitSay = "unknown"
	FitUnset   FitSay = "unset"
)

// fields judges every field, in the order in which they weigh. An unknown field
// gives its prior mean, so that an empty record is neither 0 nor 100.
func (r FitRules) fields(p Profile) []FitField {
	role := FitField{Field: "role", Points: byRole(r.Roles, p.Role, p.IsKP), Max: r.roleMax(), Say: FitMatch}
	if p.Role == "" && !p.IsKP {
		role.Say = FitUnknown
	} else if role.Points < role.Max/2 {
		role.Say = FitMiss
	}
	return append([]FitField{role}, r.company(p.Account)...)
}

// company judges the fields of an account; nil is one of which nothing is known.
func (r FitRules) company(a *model.Account) []FitField {
	if a == nil {
		a = &model.Account{}
	}
	return []FitField{
		r.word("industry", r.Points.Industry, r.Industries, a.Industry),
		r.number("size", r.Points.Size, r.Employees, a.Employees),
		r.number("budget", r.Points.Budget, r.ACV, a.ACV),
		r.word("region", r.Points.Region, r.Regions, a.Region),
		r.number("process", r.Points.Process, r.TechSpend, a.TechSpend),
	}
}

func (r FitRules) word(field string, points float64, ideal []string, have string) FitField {
	return r.judge(FitField{Field: field, Max: points}, len(ideal) > 0, have != "", slices.Contains(ideal, have))
}

func (r FitRules) number(field string, points float64, ideal Range, have *int64) FitField {
	return r.judge(FitField{Field: field, Max: points}, !ideal.empty(), have != nil, have != nil && ideal.holds(*have))
}

func (r FitRules) judge(f FitField, set, known, match bool) FitField {
	f.Points = r.Prior * f.Max
	switch {
	case !set:
		f.Say = FitUnset
	case !known:
		f.Say = FitUnknown
	case match:
		f.Say, f.Points = FitMatch, f.Max
	default:
		f.Say, f.Points = FitMiss, 0
	}
	return f
}

// AccountFit is how well a company fits, 0 to 100: the company's fields alone.
func (r Rules) AccountFit(a model.Account) (fit float64, fields []FitField) {
	fields = r.Fit.company(&a)
	most := 0.0
	for _, f := range fields {
		fit, most = fit+f.Points, most+f.Max
	}
	if most == 0 {
		return 0, fields
	}
	return 100 * fit / most, fields
}
