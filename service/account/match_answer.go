package account

import (
	"time"

	"sixtouch/model"
	"sixtouch/service/match"
)

// What the worker adds to an explanation.
const (
	reasonAtAnother  = "at_another" // the person is at another account: a person decides what that means
	reasonByHand     = "by_hand"    // somebody has said where the person is
	reasonOverruled  = "overruled"  // the name was matched before, and somebody said no
	reasonNoEvidence = "no_evidence"
)

// answer is what the matcher says about one person. An empty state says nothing
// that is not known.
type answer struct {
	contact  model.Contact
	decision model.MatchDecision
	waits    []string // the keys under which the person waits for an account
}

// answer matches one person. What a person has decided is never overruled: then,
// and wherever somebody would leave an account, it only suggests; and what was
// once overruled for the person is not said again from the same text.
func (p *matchBatch) answer(index *match.Index, c model.Contact, now time.Time) answer {
	out := answer{contact: c}
	l, known := p.leads[c.ID]
	if !known {
		return out // erased
	}
	result, overruled := p.allowed(index, c, l)
	if accountOf(c) == 0 {
		out.waits = p.all[c.ID].Keys() // also for a domain that may become evidence
	}
	d := model.MatchDecision{
		ContactID: c.ID, AccountID: result.AccountID, Source: result.Source, Tier: result.Tier, Score: result.Score,
		RunnerUp: result.RunnerUp, RunnerUpScore: result.RunnerUpScore,
	}
	reasons := make([]model.MatchReason, 0, len(result.Reasons)+1)
	for _, r := range result.Reasons {
		reasons = append(reasons, model.MatchReason{Code: r.Code, Values: r.Values})
	}
	if result.Text != "" {
		d.Evidence, d.EvidenceKey = evidenceOf(result.Source, result.Text)
	}
	nowhere, byHand := accountOf(c) == 0, decidedByHand(p.decisions[c.ID])
	switch {
	case result.Verdict == match.None && !nowhere, result.AccountID != 0 && result.AccountID == accountOf(c), result.Verdict == match.Suggested && !nowhere:
		return out
	case result.Verdict == match.None:
		d.State, d.AccountID = model.MatchNone, 0
		if overruled {
			reasons = append(reasons, model.MatchReason{Code: reasonOverruled})
		} else if len(l.Texts)+len(l.Emails) == 0 {
			reasons = []model.MatchReason{{Code: reasonNoEvidence}}
		}
	case result.Verdict == match.Automatic && nowhere && !byHand:
		d.State, d.Effect, d.ActedAt = model.MatchAutomatic, model.MatchJoin, &now
		out.waits = nil
	default:
		d.State, d.OpenSlot = model.MatchSuggested, live()
		if !nowhere {
			reasons = append(reasons, model.MatchReason{Code: reasonAtAnother})
		} else if byHand {
			reasons = append(reasons, model.MatchReason{Code: reasonByHand})
		}
	}
	d.Reasons = model.AsJSON(reasons)
	out.decision = d
	return out
}

// allowed is the best match that nobody has ruled out.
func (p *matchBatch) allowed(index *match.Index, c model.Contact, l match.Lead) (result match.Result, overruled bool) {
	for range len(l.Texts) + len(l.Emails) {
		result = index.Match(l)
		if result.Verdict == match.None || !p.ruledOut(c, result) {
			return result, overruled
		}
		overruled, l = true, without(l, result.Source, result.Text)
	}
	return match.Result{Verdict: match.None}, overruled
}

// ruledOut tells whether somebody has said no to a result: to the text and the
// account in general, or by taking this person away from it. Who takes their own
// yes back has not said no.
func (p *matchBatch) ruledOut(c model.Contact, r match.Result) bool {
	_, key := evidenceOf(r.Source, r.Text)
	if p.rejected[textPair{key, r.AccountID}] {
		return true
	}
	if r.AccountID == accountOf(c) {
		return false
	}
	for _, d := range p.decisions[c.ID] {
		if d.EvidenceKey != key || p.standing[d.AccountID] != r.AccountID {
			continue
		}
		switch d.State {
		case model.MatchAutomatic, model.MatchAccepted:
			return true
		case model.MatchUndone:
			if !takenBack(d) {
				return true
			}
		case model.MatchSuperseded:
			if accountOf(c) != 0 {
				return true
			}
		case model.MatchSuggested, model.MatchNone, model.MatchRejected:
		}
	}
	return false
}

// takenBack tells whether a person has accepted something and thought better of it.
func takenBack(d model.MatchDecision) bool {
	return d.State == model.MatchUndone && d.Author != ""
}

// decidedByHand tells whether the last word on where somebody is was a person's.
// One that was taken back leaves the decision to people too.
func decidedByHand(decisions []model.MatchDecision) bool {
	byHand := false
	for _, d := range decisions {
		if d.Effect != "" && (d.State != model.MatchUndone || takenBack(d)) {
			byHand = d.State != model.MatchAutomatic
		}
	}
	return byHand
}
