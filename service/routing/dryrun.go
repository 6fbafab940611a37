package routing

import (
	"context"
	"fmt"
	"time"

	"sixtouch/model"
)

// DryRun is how leads of the past would have gone by other rules.
type DryRun struct {
	Leads   int
	ByRoute map[model.Route]int
	ByRule  map[string]int
	ByRep   map[int64]int // who would have been given how many; nurtured ones are nobody's
	Changed int           // would have gone another way than they did
	// Cut says that there were more leads than are looked at; the newest were.
	Cut bool
}

// maxDryRun bounds the leads of a dry run.
const maxDryRun = 20_000

// Try runs rules over the leads that came in the time before now, with the load
// that these leads alone would have made. All of them are played, whoever asks,
// because each lead's way depends on the others'; who sees a part of the company
// is told of the leads that a rep in it added or would have been given, and of
// these reps alone.
func (s *Service) Try(ctx context.Context, rules model.RoutingRules, back time.Duration) (DryRun, error) {
	run := DryRun{ByRoute: map[model.Route]int{}, ByRule: map[string]int{}, ByRep: map[int64]int{}}
	if err := s.check(ctx, rules); err != nil {
		return run, err
	}
	sources, err := s.Sources(ctx)
	if err != nil {
		return run, err
	}
	leads, err := s.past(ctx, s.db.Now(ctx).Add(-back))
	if err != nil {
		return run, err
	}
	if run.Cut = len(leads) > maxDryRun; run.Cut {
		leads = leads[:maxDryRun]
	}
	load, scope := map[int64]int{}, model.ScopeOf(ctx)
	for i := len(leads) - 1; i >= 0; i-- { // in the order in which they came
		l := leads[i]
		source := sourceOf(sources, l.ChannelState, l.AddWay)
		d := Decide(Lead{
			Source: source, Quality: qualityOf(source, rules), Adder: l.RepID, Target: l.IsTarget, SDR: l.SdrID,
		}, rules, load)
		if !scope.OfRep(l.RepID) && !scope.OfRep(d.Rep) {
			continue
		}
		run.Leads++
		run.ByRoute[d.Route]++
		run.ByRule[d.Rule]++
		if d.Rep != 0 && scope.OfRep(d.Rep) {
			run.ByRep[d.Rep]++
		}
		if l.Route != "" && l.Route != d.Route {
			run.Changed++
		}
	}
	return run, nil
}

// pastLead is a relationship that began, with what is known of its account today
// and the way it went, if it was routed.
type pastLead struct {
	RepID        int64
	AddWay       int
	ChannelState string
	IsTarget     bool
	SdrID        int64
	Route        model.Route
}

// past reads the leads that came since, the newest first, one more than are
// looked at.
func (s *Service) past(ctx context.Context, since time.Time) ([]pastLead, error) {
	var leads []pastLead
	err := s.db.Read(ctx).Raw(`SELECT r.rep_id, r.add_way, r.channel_state, COALESCE(a.is_target, FALSE) AS is_target, COALESCE(a.sdr_id, 0) AS sdr_id,
			COALESCE((SELECT l.route FROM lead_routes l WHERE l.contact_id = c.id ORDER BY l.id DESC LIMIT 1), '') AS route
		FROM contacts c JOIN relationships r ON r.contact_id = c.id AND r.added_at = c.first_added_at
		LEFT JOIN accounts a ON a.id = c.account_id
		WHERE c.first_added_at >= ? ORDER BY c.first_added_at DESC, c.id DESC LIMIT ?`, since, maxDryRun+1).Scan(&leads).Error
	if err != nil {
		return nil, fmt.Errorf("read leads since %s: %w", since.Format(time.DateOnly), err)
	}
	return leads, nil
}
