package growth

import (
	"strings"

	"sixtouch/model"
)

// weeksPerMonth is 52 ÷ 12, rounded as planners do.
const weeksPerMonth = 4.33

// Crew works the accounts of one tier. HoursPerAccount is what one of them takes
// a month.
type Crew struct {
	Tier            model.Tier
	Reps            int64
	HoursPerWeek    float64 // of one rep, for accounts
	HoursPerAccount float64
}

// Accounts is how many the crew can work:
//
//	reps × hours a week × 4.33 ÷ hours per account and month
func (c Crew) Accounts() (float64, error) {
	err := within("reps_"+strings.ToLower(string(c.Tier)), c.Reps, 0, maxCount)
	if err == nil && !(c.HoursPerWeek >= 0 && c.HoursPerWeek <= 168) {
		err = model.Invalid("hours_per_week", "must be 0 to 168")
	}
	if err == nil && !(c.HoursPerAccount >= 0.01 && c.HoursPerAccount <= 1000) {
		err = model.Invalid("hours_"+strings.ToLower(string(c.Tier)), "must be 0.01 to 1000")
	}
	if err != nil {
		return 0, err
	}
	return float64(c.Reps) * c.HoursPerWeek * weeksPerMonth / c.HoursPerAccount, nil
}

// Capacity is how many accounts the crews can work together.
func Capacity(crews []Crew) (float64, error) {
	sum := 0.0
	for _, c := range crews {
		n, err := c.Accounts()
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// ListSize is how many accounts a list holds before those that two reps named
// are counted once: reps × accounts per rep.
func ListSize(reps, perRep int64) (int64, error) {
	return reps * perRep, firstFault(within("reps", reps, 0, maxCount), within("accounts_per_rep", perRep, 0, maxCount))
}
