package scoring

import (
	"slices"
	"strconv"
	"time"

	"sixtouch/model"
)

// ruleLost is the line that a contact writes who deletes us.
const ruleLost = "deleted_rep"

// How long a line counts that does not fade, and after how many half-lives one
// that does is not worth reading any more: a thousandth is left of it.
const (
	keepHalfLives  = 10
	keepUnfading   = 365 * day
	keepForEver    = 3650 * day
	subjectMaxSize = 128
)

// line is what an activity is worth by the rules; ok is false when it is worth
// nothing. Lines are the contact's others that still count: caps look at them.
func (b book) line(a model.Activity, lines []model.ScoreEntry, zone *time.Location) (e model.ScoreEntry, ok bool) {
	e = model.ScoreEntry{
		ContactID: a.ContactID, ActivityID: a.ID, RulesVersion: b.version, Subject: subjectOf(a), At: model.Instant(a.OccurredAt),
	}
	if a.Kind == model.ActivityNeedAnswered {
		return b.intentLine(e)
	}
	i := slices.IndexFunc(b.Events, func(r EventRule) bool { return r.fits(a, e.Subject) })
	if i < 0 {
		return e, false
	}
	rule := b.Events[i]
	e.RuleKey, e.Part, e.Points, e.HighValue = rule.Key, model.PartEngagement, rule.Points, rule.HighValue
	e.ExpiresAt = e.At.Add(b.keep())
	return e, !rule.Cap.reached(e, lines, zone)
}

// keep is how long a line of engagement is read.
func (r Rules) keep() time.Duration {
	if r.Decay == nil {
		return keepUnfading
	}
	return time.Duration(keepHalfLives * r.Decay.HalfLifeDays * float64(day))
}

func (b book) intentLine(e model.ScoreEntry) (model.ScoreEntry, bool) {
	i := slices.IndexFunc(b.Intent, func(r IntentRule) bool { return r.Key == e.Subject })
	if i < 0 {
		return e, false
	}
	rule := b.Intent[i]
	e.RuleKey, e.Part, e.Points, e.Subject = rule.Key, model.PartIntent, rule.Points, ""
	switch {
	case rule.Days > 0:
		e.ExpiresAt = e.At.Add(time.Duration(rule.Days) * day)
	case rule.Fades:
		e.ExpiresAt = e.At.Add(time.Duration(keepHalfLives * b.IntentHalfLife * float64(day)))
	default:
		e.ExpiresAt = e.At.Add(keepForEver)
	}
	return e, true
}

// subjectOf is what caps count by.
func subjectOf(a model.Activity) string {
	subject := a.Data.V.Key
	switch a.Kind {
	case model.ActivityContactAdded:
		subject = a.Data.V.ChannelState
	case model.ActivityTagAdded:
		subject = strconv.FormatInt(a.Data.V.TagID, 10)
	default:
	}
	return subject[:min(len(subject), subjectMaxSize)]
}

func (r EventRule) fits(a model.Activity, subject string) bool {
	switch {
	case !slices.Contains(r.On, a.Kind):
		return false
	case a.Kind == model.ActivityTagAdded:
		return slices.Contains(r.Tags, a.Data.V.TagID)
	case !a.ByContact(), a.Data.V.Seconds < r.MinSeconds:
		return false
	case a.Kind == model.ActivityContactAdded && subject == "":
		return false // without a channel nobody knows of a code that was scanned
	}
	return len(r.Keys) == 0 || slices.Contains(r.Keys, subject)
}

// reached tells whether the lines hold as many as the cap allows in e's window.
func (c *Cap) reached(e model.ScoreEntry, lines []model.ScoreEntry, zone *time.Location) bool {
	if c == nil {
		return false
	}
	n := 0
	for _, l := range lines {
		if l.RuleKey == e.RuleKey && c.together(l, e, zone) {
			n++
		}
	}
	return n >= c.Times
}

func (c *Cap) together(a, b model.ScoreEntry, zone *time.Location) bool {
	switch c.Per {
	case PerDay:
		return a.At.In(zone).Format(time.DateOnly) == b.At.In(zone).Format(time.DateOnly)
	case PerSubject:
		return a.Subject == b.Subject
	case PerSubjectWeek:
		ay, aw := a.At.In(zone).ISOWeek()
		by, bw := b.At.In(zone).ISOWeek()
		return a.Subject == b.Subject && ay == by && aw == bw
	}
	return true
}

// lost is the line of a contact who has deleted the last of us: what engaged
// before counts no more.
func (b book) lost(a model.Activity) model.ScoreEntry {
	return model.ScoreEntry{
		ContactID: a.ContactID, ActivityID: a.ID, RuleKey: ruleLost, Part: model.PartReset, RulesVersion: b.version,
		At: model.Instant(a.OccurredAt), ExpiresAt: model.Instant(a.OccurredAt).Add(b.keep()),
	}
}

// book is a version of the rules with its number and, where they are asked for,
// the marks of a marketing qualified lead.
type book struct {
	Rules
	version int64
	mql     MQLMark
}
