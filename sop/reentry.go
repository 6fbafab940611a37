package sop

import (
	"slices"
	"time"

	"sixtouch/model"
)

// Re-entry policies. Whoever is inside never enters a second time, and nobody
// ever enters twice from one anchor.
const (
	AgainNever     = "never"      // once in a lifetime
	AgainAfterExit = "after_exit" // once the last run has been over for the cool-down
	AgainAlways    = "always"     // whenever the last run is over
)

// Entry says who may come in again.
type Entry struct {
	// Again is the policy; silence and date fields are re-armed by nature and
	// default to always, everything else to never.
	Again    string   `json:"again,omitempty"`
	Cooldown Duration `json:"cooldown,omitzero"` // after_exit: since the last run ended
	// Debounce keeps what happens twice in a short time, such as a tag that is
	// removed and put back, from making a second run. Default 24 h.
	Debounce *Duration `json:"debounce,omitempty"`
}

// defaultDebounce is how soon after an entry, or after the tag was taken off,
// the same thing happening again counts as one.
const defaultDebounce = 24 * time.Hour

func (d Definition) checkEntry(f faults) {
	if !slices.Contains([]string{"", AgainNever, AgainAfterExit, AgainAlways}, d.Entry.Again) {
		f.add("entry.again", "%q is none of never, after_exit, always", d.Entry.Again)
	}
	if d.Entry.Cooldown < 0 || d.Entry.Debounce != nil && *d.Entry.Debounce < 0 {
		f.add("entry", "a time to wait cannot be negative")
	}
	if d.Entry.Cooldown > 0 && d.Entry.Again != AgainAfterExit {
		f.add("entry.cooldown", "belongs to the policy after_exit")
	}
}

func (d Definition) again() string {
	if d.Entry.Again != "" {
		return d.Entry.Again
	}
	if again := triggers()[d.Trigger.Kind].again; again != "" {
		return again
	}
	return AgainNever
}

func (d Definition) debounce() time.Duration {
	if d.Entry.Debounce != nil {
		return time.Duration(*d.Entry.Debounce)
	}
	return defaultDebounce
}

// reenters tells whether a contact with these earlier runs may come in at now,
// counted from en's anchor.
func (d Definition) reenters(runs []model.Enrollment, en entry, now time.Time) bool {
	var last model.Enrollment
	for _, r := range runs {
		if r.ActiveSlot != nil || r.AnchorKind == en.kind && r.AnchorAt.Equal(en.anchor.at) {
			return false
		}
		if r.Run > last.Run {
			last = r
		}
	}
	if len(runs) == 0 {
		return true
	}
	steady := triggers()[d.Trigger.Kind].steady
	if !steady && en.kind == d.Trigger.Kind && now.Before(last.EnrolledAt.Add(d.debounce())) {
		return false
	}
	switch d.again() {
	case AgainAlways:
		return true
	case AgainAfterExit:
		return last.EndedAt != nil && !now.Before(last.EndedAt.Add(time.Duration(d.Entry.Cooldown)))
	}
	return false
}
