package scoring

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

const (
	topLines = 5
	topSteps = 5
	// fadeDays is how far ahead it is said what fades.
	fadeDays = 14
	// newSubject stands for a content, form or event that the contact does not
	// know yet.
	newSubject = "\x00"
)

// Explanation is a contact's score in full, computed from the ledger at that
// instant: the copy on the contact's row may be up to a point behind.
type Explanation struct {
	Breakdown
	Rules   Rules
	Version int64 // of the rules; 0 are the defaults. Each line has its own
	Top     []Line
	More    int  // lines that count beside those
	MQL     bool // the score and the fit reach the mark
	Fade    *Fade
	Steps   []Step
	Ask     []Ask
}

// Fade is the next whole point that time alone will take.
type Fade struct {
	By     time.Time
	Points int // below 0
	Score  float64
	Rule   string // whose line loses most until then; empty: silence takes it
}

// Step is something that would lift the score if it happened now. A need that was
// answered is a step too: Part is intent then.
type Step struct {
	Rule  string
	Part  model.ScorePart
	Score float64
	Gain  float64
	MQL   bool // that makes a marketing qualified lead of one who is none
}

// Ask is a field that nobody knows, and how much the score gains if it matches.
type Ask struct {
	Field string
	Gain  float64
}

// Name is how people call a rule of these rules, where the marketer gave a name.
func (r Rules) Name(key string) string {
	for _, e := range r.Events {
		if e.Key == key {
			return e.Name
		}
	}
	return ""
}

// reaches tells whether the marks of a marketing qualified lead are reached.
func (b book) reaches(n Breakdown) bool { return n.Score >= b.mql.Score && n.Fit >= b.mql.Fit }

// qualified tells whether a contact has been made an MQL, or more.
func qualified(stage string) bool { return stage == model.StageMQL || outcomeOf(stage) == outcomeGood }

// explain is a pure function too.
func (b book) explain(someone person, now time.Time, zone *time.Location) Explanation {
	p, ledger := someone.Profile, someone.ledger
	x := Explanation{Breakdown: b.Score(p, ledger, now), Rules: b.Rules, Version: b.version}
	x.Top = x.Lines[:min(topLines, len(x.Lines))]
	x.More = len(x.Lines) - len(x.Top)
	x.MQL = b.reaches(x.Breakdown)
	x.Fade = b.fade(x.Breakdown, p, ledger)
	for _, f := range x.Fields {
		if f.Say == FitUnknown && f.Max > f.Points {
			x.Ask = append(x.Ask, Ask{Field: f.Field, Gain: b.Weights.Fit * (f.Max - f.Points)})
		}
	}
	slices.SortStableFunc(x.Ask, func(a, b Ask) int { return cmp.Compare(b.Gain, a.Gain) })
	x.Steps = b.steps(x.Breakdown, someone, zone)
	return x
}

// fade finds the first day on which the score has lost a whole point.
func (b book) fade(n Breakdown, p Profile, ledger []model.ScoreEntry) *Fade {
	for days := 1; days <= fadeDays; days++ {
		at := n.At.Add(time.Duration(days) * day)
		then := b.Score(p, ledger, at)
		if Whole(then.Score) >= Whole(n.Score) {
			continue
		}
		f := &Fade{By: at, Points: Whole(then.Score) - Whole(n.Score), Score: then.Score}
		left := map[int64]float64{}
		for _, l := range then.Lines {
			left[l.Entry.ActivityID] = l.Score
		}
		worst := n.Deduction - then.Deduction
		for _, l := range n.Lines {
			if loss := l.Score - left[l.Entry.ActivityID]; loss > worst {
				worst, f.Rule = loss, l.Entry.RuleKey
			}
		}
		return f
	}
	return nil
}

// steps tries everything that could happen now: first what makes a marketing
// qualified lead with the least, then what lifts most.
func (b book) steps(n Breakdown, someone person, zone *time.Location) []Step {
	var out []Step
	is := b.reaches(n) || qualified(someone.contact.Stage)
	try := func(a model.Activity, key string) {
		e, ok := b.line(a, someone.ledger, zone)
		if !ok || e.RuleKey != key || e.Points <= 0 {
			return
		}
		p := someone.Profile
		p.LastActive = n.At
		then := b.Score(p, append(slices.Clip(someone.ledger), e), n.At)
		if gain := then.Score - n.Score; gain >= 1 {
			out = append(out, Step{Rule: key, Part: e.Part, Score: then.Score, Gain: gain, MQL: !is && (b.reaches(then) || slices.Contains(b.mql.Actions, a.Kind))})
		}
	}
	for _, r := range b.Events {
		if a, ok := r.example(n.At); ok {
			try(a, r.Key)
		}
	}
	for _, r := range b.Intent {
		try(model.Activity{ID: maxID, Kind: model.ActivityNeedAnswered, OccurredAt: n.At, Data: model.AsJSON(model.ActivityData{Key: r.Key})}, r.Key)
	}
	slices.SortStableFunc(out, func(x, y Step) int {
		switch {
		case x.MQL != y.MQL && x.MQL:
			return -1
		case x.MQL != y.MQL:
			return 1
		case x.MQL:
			return cmp.Compare(x.Gain, y.Gain)
		}
		return cmp.Compare(y.Gain, x.Gain)
	})
	return out[:min(topSteps, len(out))]
}

// maxID stands behind every activity's id.
const maxID = int64(1) << 62

// example is a doing that the rule is about; ok is false for what nobody can be
// asked to do again: being added, being tagged.
func (r EventRule) example(now time.Time) (model.Activity, bool) {
	kind := r.On[0]
	if kind == model.ActivityContactAdded || kind == model.ActivityTagAdded {
		return model.Activity{}, false
	}
	data := model.ActivityData{Key: newSubject, Seconds: r.MinSeconds}
	if kind == model.ActivityPromptAnswered {
		data.Answer = "positive"
	}
	if len(r.Keys) > 0 {
		data.Key = r.Keys[0]
	}
	return model.Activity{ID: maxID, Kind: kind, OccurredAt: now, Data: model.AsJSON(data)}, true
}

// Contact explains a contact's score; model.ErrNotFound if there is none.
func (s *Service) Contact(ctx context.Context, id int64) (Explanation, error) {
	var c model.Contact
	if err := s.DB.Read(ctx).Select(contactColumns()).Take(&c, id).Error; err != nil {
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return Explanation{}, model.NotFound("contact")
		}
		return Explanation{}, fmt.Errorf("load contact %d: %w", id, err)
	}
	b, err := s.judging(ctx)
	if err != nil {
		return Explanation{}, err
	}
	people, err := s.load(ctx, b, []model.Contact{c})
	if err != nil {
		return Explanation{}, err
	}
	return b.explain(people[0], s.DB.Now(ctx), s.Zone), nil
}

// AccountExplanation is an account's score in full.
type AccountExplanation struct {
	AccountScore
	Version  int64
	Box      Box
	Priority float64
	Names    map[int64]string // of its most engaged people, by contact
}

// Account explains an account's score; model.ErrNotFound if there is none.
func (s *Service) Account(ctx context.Context, id int64) (AccountExplanation, error) {
	var a model.Account
	if err := s.DB.Read(ctx).Take(&a, id).Error; err != nil {
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return AccountExplanation{}, model.NotFound("account")
		}
		return AccountExplanation{}, fmt.Errorf("load account %d: %w", id, err)
	}
	b, err := s.book(ctx)
	if err != nil {
		return AccountExplanation{}, err
	}
	scores, err := s.accounts(ctx, b, []model.Account{a})
	if err != nil {
		return AccountExplanation{}, err
	}
	n := scores[0]
	known := len(n.People)
	n.People = n.People[:min(known, topMembers)]
	x := AccountExplanation{
		AccountScore: n, Version: b.version, Box: b.BoxOf(n.Fit, n.Engaged), Priority: Priority(n.Fit, n.Spike, known), Names: map[int64]string{},
	}
	ids := make([]int64, len(n.People))
	for i, m := range n.People {
		ids[i] = m.ContactID
	}
	var people []model.Contact
	if err := s.DB.Read(ctx).Select("id", "name").Find(&people, "id IN ?", ids).Error; err != nil {
		return x, fmt.Errorf("load people of account %d: %w", id, err)
	}
	for _, c := range people {
		x.Names[c.ID] = c.Name
	}
	return x, nil
}

// topMembers bounds how many people an account's explanation names.
const topMembers = 20
