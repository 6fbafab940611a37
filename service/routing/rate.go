package routing

import (
	"context"
	"fmt"
	"time"

	"sixtouch/model"
)

// lookBack is how far back outcomes are counted: long enough for the sales cycles
// of expensive goods, short enough to forget what a source once was.
const lookBack = 365 * 24 * time.Hour

// Outcome is what a source's leads came to.
type Outcome struct{ Leads, Won int64 }

// Outcomes scores sources by what came of their leads. The rate of each is shrunk
// towards the mean of all, (won + k·mean) ÷ (leads + k) with k pseudo-leads, and
// the best has 100. The answer is nil before anybody has won.
func Outcomes(counts map[string]Outcome, pseudoLeads float64) map[string]float64 {
	var leads, won int64
	for _, c := range counts {
		leads, won = leads+c.Leads, won+c.Won
	}
	if won == 0 {
		return nil
	}
	mean := float64(won) / float64(leads)
	rates, best := make(map[string]float64, len(counts)), 0.0
	for code, c := range counts {
		if n := float64(c.Leads) + pseudoLeads; n > 0 {
			rates[code] = (float64(c.Won) + pseudoLeads*mean) / n
			best = max(best, rates[code])
		}
	}
	for code, rate := range rates {
		rates[code] = 100 * rate / best
	}
	return rates
}

// Rate counts what came of the leads of the last year and scores the sources
// anew. A lead is won when its contact has ever reached the stage "won".
func (s *Service) Rate(ctx context.Context) error {
	rules, _, err := s.Rules(ctx)
	if err != nil {
		return err
	}
	now := s.db.Now(ctx)
	var rows []struct {
		Source string
		Outcome
	}
	err = s.db.Read(ctx).Raw(`SELECT c.source, COUNT(*) AS leads,
			SUM(CASE WHEN EXISTS (SELECT 1 FROM stage_events e WHERE e.contact_id = c.id AND e.to_stage = ?) THEN 1 ELSE 0 END) AS won
		FROM contacts c WHERE c.source <> '' AND c.first_added_at >= ? GROUP BY c.source`, wonStage, now.Add(-lookBack)).Scan(&rows).Error
	if err != nil {
		return fmt.Errorf("count leads by source: %w", err)
	}
	sources, err := s.Sources(ctx)
	if err != nil {
		return err
	}
	counts := make(map[string]Outcome, len(sources))
	for _, source := range sources {
		counts[source.Code] = Outcome{}
	}
	for _, r := range rows {
		counts[r.Source] = r.Outcome
	}
	scores := Outcomes(counts, rules.PseudoLeads)
	for _, source := range sources {
		next := model.LeadSource{ID: source.ID, Leads: counts[source.Code].Leads, Won: counts[source.Code].Won, RatedAt: &now}
		if score, ok := scores[source.Code]; ok {
			next.Outcome = &score
		}
		if err := s.db.Conn(ctx).Model(&next).Select("leads", "won", "outcome", "rated_at").Updates(&next).Error; err != nil {
			return fmt.Errorf("rate source %s: %w", source.Code, err)
		}
	}
	return nil
}

// wonStage is the rung of the ladder that makes a lead a success.
const wonStage = "won"

// qualityOf is the source's score, by the way of judging that the rules choose.
// Before anything has been won, the experts' weight stands in for the outcome.
func qualityOf(source model.LeadSource, rules model.RoutingRules) float64 {
	if rules.ByOutcome && source.Outcome != nil {
		return *source.Outcome
	}
	return source.Weight
}
