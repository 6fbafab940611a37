package model

// Fate is what became of a step that came due for somebody, as results count
// it. Every touch has exactly one.
type Fate string

// The fates. Deferred: a gate has put it off; waiting: for us, for WeCom or for
// the rep; exited: the person, or the step, left the programme before it went
// out.
const (
	FateSent     Fate = "sent"
	FateWaiting  Fate = "waiting"
	FateDeferred Fate = "deferred"
	FateSkipped  Fate = "skipped"
	FateFailed   Fate = "failed"
	FateExpired  Fate = "expired"
	FateExited   Fate = "exited"
)

// Fates lists them, the good end first.
func Fates() []Fate {
	return []Fate{FateSent, FateWaiting, FateDeferred, FateSkipped, FateFailed, FateExpired, FateExited}
}

// FateSQL is Touch.Fate over the columns of touches.
const FateSQL = `CASE WHEN state IN ('delivered', 'done') THEN 'sent' WHEN state = 'planned' AND not_before > planned_at THEN 'deferred'
WHEN state IN ('planned', 'dispatched', 'accepted') THEN 'waiting' WHEN state = 'cancelled' THEN 'exited' ELSE state END`

// Fate tells what has become of the touch so far.
func (t Touch) Fate() Fate {
	switch t.State {
	case TouchDelivered, TouchDone:
		return FateSent
	case TouchPlanned:
		if t.NotBefore.After(t.PlannedAt) {
			return FateDeferred
		}
	case TouchSkipped:
		return FateSkipped
	case TouchFailed:
		return FateFailed
	case TouchExpired:
		return FateExpired
	case TouchCancelled:
		return FateExited
	case TouchDispatched, TouchAccepted:
	}
	return FateWaiting
}
