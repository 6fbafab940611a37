package match

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Match finds the account of the lead and explains the answer. The best tier of
// all texts counts. A rival within 0.03 caps the score at 0.85, and so does one
// that another text means as surely: what is not clear, a person decides.
func (x *Index) Match(lead Lead) Result {
	x.mu.RLock()
	defer x.mu.RUnlock()
	if code, ok := CreditCode(lead.CreditCode); ok {
		if id, ok := x.codes[code]; ok {
			return Result{
				Verdict: Automatic, AccountID: id, Score: 1, Tier: TierCreditCode,
				Reasons: []Reason{{Code: "tier." + TierCreditCode, Values: []string{code}}},
			}
		}
	}
	found := map[int64]score{}
	named := x.byTexts(found, lead)
	x.byDomains(found, lead, named)
	return decide(found, named)
}

// byTexts scores the accounts that the texts may mean and tells whether any text
// names a company at all.
func (x *Index) byTexts(found map[int64]score, lead Lead) (named bool) {
	for _, text := range lead.Texts {
		if text.isAddress() {
			continue
		}
		for i, n := range names(text.Value) {
			if n.Folded == "" || n.Junk && !x.exact(n) {
				continue
			}
			named = true
			for _, slot := range x.candidates(n) {
				e := x.slots[slot]
				s := e.best(n)
				if i > 0 && s.value > 0 {
					s.adjust(-0.01, "beside", n.text)
				}
				s.source = text
				if s.doubt(text.Source); better(s, found[e.id]) {
					found[e.id] = s
				}
			}
		}
	}
	return named
}

// exact tells whether an account is called just so, junk as it may look.
func (x *Index) exact(n *name) bool {
	key := hash(keyFolded, n.Folded)
	_, ok := x.part(key).keys[key]
	return ok
}

// best is the score of the account's name that is nearest to the lead's.
func (e *entry) best(lead *name) score {
	var best score
	for _, own := range e.names {
		if s := compare(lead, own, e.names[0]); better(s, best) {
			best = s
		}
	}
	return best
}

func better(a, b score) bool {
	return a.value > b.value || a.value == b.value && a.agree > b.agree
}

// doubt keeps what was found in free text from being automatic by two characters
// alone.
func (s *score) doubt(source string) {
	if (source == SourceRemark || source == SourceDescription) && s.alone && s.from.count <= 2 && s.value > tieCap {
		s.value = tieCap
		s.reasons = append(s.reasons, Reason{Code: "short_in_remark"})
	}
}

// byDomains scores the accounts that own the domain of an address. A name that
// says otherwise, or several owners, make it a question.
func (x *Index) byDomains(found map[int64]score, lead Lead, named bool) {
	for _, email := range lead.addresses() {
		domain, evidence := Domain(email)
		if domain == "" || !evidence && numericLocal(email) {
			continue
		}
		for _, slot := range x.holders(nil, hash(keyDomain, domain), strongKeys, true) {
			e := x.slots[slot]
			byName := found[e.id]
			s := tier(0.95, TierDomain, domain)
			s.source = Text{Value: email, Source: SourceEmail}
			switch {
			case !evidence:
				s.value = 0.80
				s.adjust(0, "provider_domain", domain)
			case byName.value >= SuggestedFrom:
				s.value = 0.98
				s.reasons = append(s.reasons, byName.reasons...)
			case named:
				s.value = tieCap
				s.adjust(0, "name_differs")
			}
			if better(s, byName) {
				found[e.id] = s
			}
		}
	}
}

// isAddress tells whether the text is an e-mail address and no name.
func (t Text) isAddress() bool { return t.Source == SourceEmail || strings.Contains(t.Value, "@") }

// addresses are the e-mail addresses of the lead, those among its texts too.
func (l Lead) addresses() []string {
	out := slices.Clone(l.Emails)
	for _, text := range l.Texts {
		if text.isAddress() {
			out = append(out, text.Value)
		}
	}
	return out
}

// decide takes the best account, unless another comes as near.
func decide(found map[int64]score, named bool) Result {
	if len(found) == 0 {
		if !named {
			return Result{Verdict: None, Reasons: []Reason{{Code: "junk"}}}
		}
		return Result{Verdict: None, Reasons: []Reason{{Code: "nothing"}}}
	}
	order := make([]int64, 0, len(found))
	for id := range found {
		order = append(order, id)
	}
	slices.SortFunc(order, func(a, b int64) int {
		if better(found[a], found[b]) {
			return -1
		}
		if better(found[b], found[a]) {
			return 1
		}
		return cmp.Compare(a, b)
	})
	best := found[order[0]]
	r := Result{AccountID: order[0], Tier: best.tier, Source: best.source.Source, Text: best.source.Value}
	r.Reasons = slices.Clone(best.reasons)
	if len(order) > 1 {
		second := found[order[1]]
		r.RunnerUp, r.RunnerUpScore = order[1], second.value
		if code := rival(best, second, found); code != "" && best.value > tieCap {
			best.value = tieCap
			r.Reasons = append(r.Reasons, Reason{Code: code, Values: []string{percent(second.value)}})
		} else {
			r.Reasons = append(r.Reasons, Reason{Code: "runner_up", Values: []string{percent(second.value)}})
		}
	}
	r.Score = max(0, math.Round(best.value*1e4)/1e4)
	switch {
	case r.Score >= AutomaticFrom:
		r.Verdict = Automatic
	case r.Score >= SuggestedFrom:
		r.Verdict = Suggested
	default:
		r.Verdict, r.AccountID = None, 0
	}
	return r
}

// rival says why the second best keeps the best from being automatic.
func rival(best, second score, found map[int64]score) string {
	near := best.value-second.value < tieWithin+1e-9
	switch {
	case near && best.agree <= second.agree:
		return "tie"
	case near && best.tier != second.tier:
		return "tie"
	case second.value >= AutomaticFrom && best.from != second.from && best.from != nil && second.from != nil:
		return "conflict"
	}
	if !best.alone {
		return ""
	}
	for _, s := range found {
		shared := s.tier == TierCore || s.value >= SuggestedFrom && (s.tier == TierBegins || s.tier == TierPrefix)
		if shared && s.from == best.from && s.value != best.value {
			return "core_shared"
		}
	}
	return ""
}

// percent writes a score as a person reads it.
func percent(value float64) string { return strconv.Itoa(int(math.Round(value*100))) + "%" }
