package audience

import "slices"

// Motion says what can bring a contact into what a filter selects, or out of it.
type Motion int

// Anytime: the mere passing of time, or a change that no activity tells of.
// ByDay: an activity of the contact, or the beginning of a local day. ByActivity:
// nothing but an activity of the contact.
const (
	Anytime Motion = iota
	ByDay
	ByActivity
)

// announced are the fields whose every change is recorded as an activity of the
// contact, in the transaction that makes it.
func announced() []string {
	return []string{
		"tag", "owner", "channel_state", "friend", "added_at",
		"activity",
		"last_inbound",      // whatever the contact does is one
		"account",           // account_joined, account_left
		"stage", "stage_at", // stage_entered
		"role", "seniority", "is_kp", "awareness", "email", "consent", "contact_less", // profile_changed
	}
}

// timed is a condition that may look at the clock.
type timed interface{ motion() Motion }

// Motion is what can change whom the filter selects, as long as no tag is deleted
// from the library.
func (f Filter) Motion() Motion {
	out := ByActivity
	f.each(func(n *node) {
		if !slices.Contains(announced(), n.leaf.field) {
			out = Anytime
		}
		if t, ok := n.is.(timed); ok {
			out = min(out, t.motion())
		}
	})
	return out
}

func (w when) motion() Motion {
	if w.is == "between" || w.span.By == "calendar" {
		return ByDay
	}
	return Anytime
}

func (c tagCondition) motion() Motion {
	if c.since == nil {
		return ByActivity
	}
	return c.since.motion()
}

func (c dateCondition) motion() Motion {
	if c.known != nil {
		return ByActivity
	}
	return c.when.motion()
}
