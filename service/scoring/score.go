package scoring

import (
	"math"
	"slices"
	"time"

	"sixtouch/model"
)

// Profile is what a contact's score needs beside the ledger.
type Profile struct {
	Role    model.Role
	IsKP    bool
	Account *model.Account // nil: nobody knows where they are
	// LastActive is what silence is counted from; zero when nothing is known.
	LastActive time.Time
}

// Breakdown is a score and how it came about. Fit, Engagement, Intent and Score
// are 0 to 100.
type Breakdown struct {
	At         time.Time
	Fit        float64
	Grade      string // of Fit
	Engagement float64
	Intent     float64
	Score      float64
	Raw        float64 // R, before saturation
	Fields     []FitField
	Lines      []Line // what counts now, the largest contribution first
	SilentDays int
	Deduction  float64 // for silence, 0 or below

	fading  float64    // points of intent that fade
	next    *time.Time // when something ends or a step of silence is reached
	weights Weights    // of the parts
	reset   *model.ScoreEntry
	kept    []*model.ScoreEntry
}

// Line is a line of the ledger and what it gives now.
type Line struct {
	Entry model.ScoreEntry
	Raw   float64 // points × role weight × what has not faded
	Score float64 // of the whole score; the lines, the fit and the deduction add up to it
}

// Score is a pure function of rules, fields, ledger and instant.
func (r Rules) Score(p Profile, ledger []model.ScoreEntry, now time.Time) Breakdown {
	b := Breakdown{At: now, weights: r.Weights}
	b.Fields = r.Fit.fields(p)
	for _, f := range b.Fields {
		b.Fit += f.Points
	}
	b.Grade = r.Grades.of(b.Fit)
	b.take(ledger, now)
	weight := r.roleWeight(p.Role, p.IsKP)
	for _, e := range b.kept {
		if e.Part == model.PartEngagement {
			raw := e.Points * weight * faded(now.Sub(e.At), r.halfLife())
			b.Raw += raw
			b.Lines = append(b.Lines, Line{Entry: *e, Raw: raw})
			b.until(e.ExpiresAt)
		}
	}
	b.Engagement = saturated(b.Raw, r.Saturation)
	for i, l := range b.Lines {
		if b.Raw > 0 {
			b.Lines[i].Score = r.Weights.Engagement * b.Engagement * l.Raw / b.Raw
		}
	}
	r.intent(&b, now)
	r.silence(&b, p, now)
	b.Score = r.Weights.Fit*b.Fit + r.Weights.Engagement*b.Engagement + r.Weights.Intent*b.Intent + b.Deduction
	b.Score = min(max(b.Score, 0), 100)
	slices.SortStableFunc(b.Lines, func(x, y Line) int {
		switch {
		case math.Abs(x.Score) > math.Abs(y.Score):
			return -1
		case math.Abs(x.Score) < math.Abs(y.Score):
			return 1
		}
		return y.Entry.At.Compare(x.Entry.At)
	})
	return b
}

// saturated is E = 100 × (1 − e^(−R ÷ saturation)), not below 0.
func saturated(raw, saturation float64) float64 {
	return max(0, 100*(1-math.Exp(-raw/saturation)))
}

// take keeps what counts at now: what has not expired and, of engagement, what
// came after the contact last deleted us.
func (b *Breakdown) take(ledger []model.ScoreEntry, now time.Time) {
	for i := range ledger {
		if e := &ledger[i]; e.Part == model.PartReset && !e.At.After(now) && (b.reset == nil || after(e, b.reset)) {
			b.reset = e
		}
	}
	b.kept = make([]*model.ScoreEntry, 0, len(ledger))
	for i := range ledger {
		e := &ledger[i]
		if e.Part == model.PartReset || !e.ExpiresAt.After(now) || e.Part == model.PartEngagement && b.reset != nil && !after(e, b.reset) {
			continue
		}
		b.kept = append(b.kept, e)
	}
}

func after(a, b *model.ScoreEntry) bool {
	return a.At.After(b.At) || a.At.Equal(b.At) && a.ActivityID > b.ActivityID
}

func (b *Breakdown) until(at time.Time) {
	if b.next == nil || at.Before(*b.next) {
		b.next = &at
	}
}

// intent adds the latest answer of each key.
func (r Rules) intent(b *Breakdown, now time.Time) {
	latest := map[string]*model.ScoreEntry{}
	for _, e := range b.kept {
		if known, ok := latest[e.RuleKey]; e.Part == model.PartIntent && (!ok || after(e, known)) {
			latest[e.RuleKey] = e
		}
	}
	for _, e := range b.kept {
		known, ok := latest[e.RuleKey]
		if e.Part != model.PartIntent || !ok || known.ActivityID != e.ActivityID {
			continue
		}
		points := e.Points
		if slices.ContainsFunc(r.Intent, func(i IntentRule) bool { return i.Key == e.RuleKey && i.Fades }) {
			points *= faded(now.Sub(e.At), r.IntentHalfLife)
			b.fading += points
		}
		b.Intent += points
		b.until(e.ExpiresAt)
		b.Lines = append(b.Lines, Line{Entry: *e, Raw: points, Score: r.Weights.Intent * points})
	}
	b.Intent = min(b.Intent, 100)
}

// silence takes off what the longest step that is reached says; exactly so many
// days count.
func (r Rules) silence(b *Breakdown, p Profile, now time.Time) {
	if p.LastActive.IsZero() {
		return
	}
	b.SilentDays = int(max(0, now.Sub(p.LastActive)) / day)
	for _, s := range r.Silence {
		if s.Days <= b.SilentDays {
			b.Deduction = s.Points
			continue
		}
		b.until(p.LastActive.Add(time.Duration(s.Days) * day))
	}
}

// Rescore is when time alone will have moved one of the numbers by a point, or
// something ends; nil when it never will. Engagement fades as a whole, so that
// instant is found without looking at the lines again; the score, a weighted
// mean, moves less than its parts.
func (r Rules) Rescore(b Breakdown) *time.Time {
	at := b.next
	sooner := func(ratio, halfLife float64) {
		t := model.Instant(b.At.Add(halfLives(ratio, halfLife)))
		if at == nil || t.Before(*at) {
			at = &t
		}
	}
	if left := b.Engagement - 1; left > 0 && r.halfLife() > 0 {
		raw := -r.Saturation * math.Log(1-min(left, 99)/100)
		sooner(b.Raw/raw, r.halfLife())
	}
	if b.fading > 1 {
		sooner(b.fading/(b.fading-1), r.IntentHalfLife)
	}
	return at
}

// halfLives is how long something takes to fall to 1 ÷ ratio, and a microsecond.
func halfLives(ratio, halfLifeDays float64) time.Duration {
	return time.Duration(halfLifeDays*math.Log2(ratio)*float64(day)) + time.Microsecond
}

// Whole is a score in whole points, rounded down: it reaches 60 when the score
// does.
func Whole(score float64) int { return int(math.Floor(score + 1e-9)) }
