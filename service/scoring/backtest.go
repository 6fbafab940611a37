package scoring

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"sixtouch/model"
)

const (
	backtestDays = 90
	// backtestActs bounds the activities of one contact that are tried: more are
	// no person's.
	backtestActs = 1000
)

// Backtest is what rules would have made of the last 90 days, beside what the
// live ones make of them; both are played on the same activities.
type Backtest struct {
	Days         int              `json:"days"`
	Contacts     int64            `json:"contacts"` // looked at
	GradeChanges int64            `json:"grade_changes"`
	Grades       map[string]int64 `json:"grades"` // "B→A": how many
	BecomeMQL    int64            `json:"become_mql"`
	CeaseMQL     int64            `json:"cease_mql"`
	Live         Verdict          `json:"live"`
	Draft        Verdict          `json:"draft"`
}

// Verdict counts whose score and fit made them a marketing qualified lead at any
// time of those days, and compares that with what became of them: accepted by sales or further
// is right, lost is wrong, and of everybody else nobody knows yet.
type Verdict struct {
	MQL   int64 `json:"mql"`
	Right int64 `json:"right"`
	Wrong int64 `json:"wrong"`
	Good  int64 `json:"good"` // who was accepted, called or not
	// Precision is right ÷ (right + wrong), Recall right ÷ good; nil without any.
	Precision *float64 `json:"precision"`
	Recall    *float64 `json:"recall"`
}

func (v *Verdict) count(mql bool, o outcome) {
	if o == outcomeGood {
		v.Good++
	}
	if mql {
		v.MQL++
		switch o {
		case outcomeGood:
			v.Right++
		case outcomeBad:
			v.Wrong++
		case outcomeOpen:
		}
	}
	v.Precision, v.Recall = ratio(v.Right, v.Right+v.Wrong), ratio(v.Right, v.Good)
}

func ratio(part, whole int64) *float64 {
	if whole == 0 {
		return nil
	}
	out := float64(part) / float64(whole)
	return &out
}

type outcome int

const (
	outcomeOpen outcome = iota
	outcomeGood
	outcomeBad
)

// outcomeOf reads what became of a contact from the present rung of the ladder.
func outcomeOf(stage string) outcome {
	switch stage {
	case "sal", "sql", "opportunity", "won", "renewal":
		return outcomeGood
	case "lost":
		return outcomeBad
	}
	return outcomeOpen
}

func (s *Service) backtestPage(ctx context.Context, job *model.ScoreJob, list []model.Contact) error {
	live, err := s.judging(ctx)
	if err != nil {
		return err
	}
	row, err := s.Version(ctx, job.RulesID)
	if err != nil {
		return err
	}
	draft, err := open(row)
	if err != nil {
		return err
	}
	draft.mql = live.mql
	people, err := s.load(ctx, live, list)
	if err != nil {
		return err
	}
	acts, err := s.past(ctx, list)
	if err != nil {
		return err
	}
	result := Backtest{Days: backtestDays, Grades: map[string]int64{}}
	if err := json.Unmarshal(job.Result.V, &result); err != nil {
		return fmt.Errorf("read the result of score job %d: %w", job.ID, err)
	}
	now := s.DB.Now(ctx)
	for i, p := range people {
		before, beforeMQL := live.replay(p, acts[p.contact.ID], now, s.Zone)
		after, afterMQL := draft.replay(p, acts[p.contact.ID], now, s.Zone)
		result.Contacts++
		if before.Grade != after.Grade {
			result.GradeChanges++
			result.Grades[before.Grade+"→"+after.Grade]++
		}
		o := outcomeOf(list[i].Stage)
		result.Live.count(beforeMQL, o)
		result.Draft.count(afterMQL, o)
		if afterMQL && !beforeMQL {
			result.BecomeMQL++
		}
		if beforeMQL && !afterMQL {
			result.CeaseMQL++
		}
	}
	doc, err := json.Marshal(result)
	job.Result = model.AsJSON(json.RawMessage(doc))
	return wrap("write the result of a score job", err)
}

// past are the activities of contacts in the days that a back-test looks at, by
// contact and in their order.
func (s *Service) past(ctx context.Context, list []model.Contact) (map[int64][]model.Activity, error) {
	out := map[int64][]model.Activity{}
	ids := make([]int64, len(list))
	for i, c := range list {
		ids[i] = c.ID
	}
	now := s.DB.Now(ctx)
	rows, err := s.DB.Read(ctx).Model(&model.Activity{}).Where("contact_id IN ? AND occurred_at > ? AND occurred_at <= ?", ids, now.Add(-backtestDays*day), now).
		Order("contact_id, occurred_at, id").Rows()
	if err != nil {
		return nil, fmt.Errorf("read the activities of a back-test: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var a model.Activity
		if err := s.DB.Read(ctx).ScanRows(rows, &a); err != nil {
			return nil, fmt.Errorf("read an activity of a back-test: %w", err)
		}
		if acts := out[a.ContactID]; len(acts) < backtestActs && scorable(a.Kind) {
			out[a.ContactID] = append(acts, a)
		}
	}
	return out, wrap("read the activities of a back-test", rows.Err())
}

// replay plays activities by the rules, from an empty ledger: it returns the
// score at the end and whether the marks of an MQL were reached on the way.
func (b book) replay(p person, acts []model.Activity, now time.Time, zone *time.Location) (end Breakdown, mql bool) {
	var ledger []model.ScoreEntry
	for _, a := range acts {
		e, ok := b.line(a, ledger, zone)
		if !ok {
			continue
		}
		ledger = append(ledger, e)
		profile := p.Profile
		profile.LastActive = a.OccurredAt
		mql = mql || e.Points > 0 && b.reaches(b.Score(profile, ledger, a.OccurredAt))
	}
	profile := p.Profile
	if len(acts) > 0 {
		profile.LastActive = slices.MaxFunc(acts, func(x, y model.Activity) int { return x.OccurredAt.Compare(y.OccurredAt) }).OccurredAt
	}
	return b.Score(profile, ledger, now), mql
}
