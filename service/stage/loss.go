package stage

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"sixtouch/model"
)

// LossKind tells how somebody or something was lost.
type LossKind string

// The kinds of losses. A rejection is a step back too, and is counted as a
// rejection only.
const (
	LossRejected LossKind = "rejected" // sales sent an MQL back
	LossBack     LossKind = "back"     // any other step back
	LossLost     LossKind = "lost"     // the contact left the ladder
	LossDeal     LossKind = "deal"     // a deal was lost; its contact may stay
)

// LossKinds lists them in the order of reports.
func LossKinds() []LossKind { return []LossKind{LossRejected, LossBack, LossLost, LossDeal} }

// Loss is how many were lost in one way, from one stage, for one reason. Stage is
// a rung of the ladder, or, of deals, one of the deals' own stages. Reason is one
// of LossReasons, or faded for those whom the rules took back.
type Loss struct {
	Kind   LossKind
	Stage  string
	Reason string
	Count  int
}

// Losses is what was lost in a window: every step back and every departure is in
// exactly one of the items, and an item in exactly one of the totals. A deal that
// is lost counts among the deals, and its contact among the lost if they left
// with it.
type Losses struct {
	Items  []Loss // the most frequent first within a kind
	Totals map[LossKind]int
}

// Losses counts losses by kind, stage and reason: of the contacts and the deals
// in scope.
func (s *Service) Losses(ctx context.Context, w Window) (Losses, error) {
	out := Losses{Items: []Loss{}, Totals: map[LossKind]int{}}
	if err := w.check(); err != nil {
		return out, err
	}
	var rows []struct {
		Kind           LossKind
		Stage          string
		Reason, Detail string
		N              int
	}
	// The values of a fading are scores, which no two contacts share.
	people := s.DB.Read(ctx).Table("stage_events e").
		Select(`CASE WHEN e.to_stage = 'lost' THEN 'lost' WHEN e.reason = 'rejected' THEN 'rejected' ELSE 'back' END AS kind, e.from_stage AS stage, e.reason,
  CASE WHEN e.reason = 'faded' THEN '' ELSE e.detail END AS detail`).
		Where("e.to_stage IN ? AND e.entered_at >= ? AND e.entered_at < ?", append(Ladder(), model.StageLost), w.From, w.To).Where("e.regression OR e.to_stage = 'lost'")
	deals := s.DB.Read(ctx).Table("opportunities o").Select("'deal', o.stage, 'closed', o.close_reason").
		Where("o.state = 'lost' AND o.closed_at >= ? AND o.closed_at < ?", w.From, w.To)
	err := s.DB.Read(ctx).Raw(`SELECT kind, stage, reason, detail, COUNT(*) AS n FROM (? UNION ALL ?) l GROUP BY kind, stage, reason, detail`,
		model.ScopeOf(ctx).OfContacts(people, "e.contact_id"), ofDeals(ctx, deals)).Scan(&rows).Error
	if err != nil {
		return out, fmt.Errorf("count losses: %w", err)
	}
	for _, r := range rows {
		out.add(Loss{Kind: r.Kind, Stage: r.Stage, Reason: lossReason(r.Reason, r.Detail), Count: r.N})
	}
	slices.SortFunc(out.Items, func(a, b Loss) int {
		if a.Kind != b.Kind {
			return slices.Index(LossKinds(), a.Kind) - slices.Index(LossKinds(), b.Kind)
		}
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.Stage+a.Reason, b.Stage+b.Reason)
	})
	return out, nil
}

// add counts a loss; what people and rules gave the same reason for is one item.
func (l *Losses) add(one Loss) {
	l.Totals[one.Kind] += one.Count
	for i, have := range l.Items {
		if have.Kind == one.Kind && have.Stage == one.Stage && have.Reason == one.Reason {
			l.Items[i].Count += one.Count
			return
		}
	}
	l.Items = append(l.Items, one)
}

// lossReason is the coded reason of a stage event, which is the first of its
// values, or of a deal, which has it as it is. What was brought in without one is
// other.
func lossReason(reason, detail string) string {
	if reason == ReasonFaded {
		return reason
	}
	var values []string
	if err := json.Unmarshal([]byte(detail), &values); err != nil {
		values = []string{detail}
	}
	if len(values) > 0 && slices.Contains(LossReasons(), values[0]) {
		return values[0]
	}
	return "other"
}
