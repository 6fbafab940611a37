package account

import (
	"time"

	"sixtouch/model"
)

// stretch is a time at an account, as it follows from decisions.
type stretch struct {
	decision model.MatchDecision // which began it
	from     time.Time
	to       *time.Time
}

// replay derives the stretches of one person from the decisions that stand, in
// the order in which they were taken. The first begins at first, when we came to
// know the person; a later one where the one before has ended.
func replay(first time.Time, decisions []model.MatchDecision) []stretch {
	var done []stretch
	var open *stretch
	start := first
	for _, d := range decisions {
		from := start
		switch d.Effect {
		case model.MatchJoin:
			if open != nil {
				continue // it came second: nobody is at two accounts
			}
		case model.MatchCorrect:
			if open != nil {
				from = open.from
			}
		case model.MatchMove:
			from = moveAt(d, start)
			if open != nil {
				from = moveAt(d, open.from)
				end := from
				open.to = &end
				done = append(done, *open)
			}
			start = from
		default:
			continue
		}
		open = nil
		if d.AccountID != 0 {
			open = &stretch{decision: d, from: from}
		}
	}
	if open != nil {
		done = append(done, *open)
	}
	return done
}

// moveAt is when a person went: never before they had come.
func moveAt(d model.MatchDecision, notBefore time.Time) time.Time {
	at := notBefore
	if d.Since != nil && d.Since.After(at) {
		at = *d.Since
	}
	return at
}
