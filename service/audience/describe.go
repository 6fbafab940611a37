package audience

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Phrase is a filter, or a part of one, ready to be put into words: everything in
// it is a code, a number or an id.
type Phrase struct {
	Op string   // and, or, not; empty for a condition
	Of []Phrase // of a group

	Field, Is string
	Words     []string  // values of Field
	IDs       []int64   // of what Refers says
	Refers    string    // tag, rep, department, sop, account, list
	Numbers   []float64 // a bound, or from and to
	Days      []string  // from and to
	Span      *Span     // before now
	Inside    *Phrase   // what people of the account are to satisfy
	N         int       // how many of them
	// Kinds, Channels, Reasons, Null, Within and Times narrow the condition down.
	Kinds, Channels, Reasons []string
	Times                    int // at least; 0 is once
	Null                     string
	Within                   *Span
	Since                    *Phrase
}

// Span is a length of time before now.
type Span struct {
	N    int    `json:"n"`
	Unit string `json:"unit"` // hour, day, week
	By   string `json:"by"`   // elapsed or calendar
}

// Describe is the filter, ready to be put into words; nil for everybody.
func (f Filter) Describe() *Phrase {
	if f.root == nil {
		return nil
	}
	p := f.root.phrase()
	return &p
}

// Describe is the filter, ready to be put into words, its fields named as a
// contact filter names them; nil for every account.
func (f AccountFilter) Describe() *Phrase {
	p := f.tree.Describe()
	if p != nil {
		p.each(func(p *Phrase) {
			if p.Field != "" {
				p.Field = ofAccount + p.Field
				p.Refers = refers(p.Field)
			}
		})
	}
	return p
}

// each calls visit with the phrase and its parts, but for what is inside roll-ups.
func (p *Phrase) each(visit func(*Phrase)) {
	visit(p)
	for i := range p.Of {
		p.Of[i].each(visit)
	}
}

func (n *node) phrase() Phrase {
	p := Phrase{Op: n.op, Field: n.leaf.field, Is: n.leaf.is, Refers: refers(n.leaf.field)}
	for _, c := range n.of {
		p.Of = append(p.Of, c.phrase())
	}
	if n.op == "" {
		p.values(n.leaf)
	}
	if r, ok := rollUpOf(n.is); ok {
		p.Inside, p.N = r.of.Describe(), r.n
	}
	return p
}

// values takes what the leaf was given; it has been checked when it was parsed.
func (p *Phrase) values(l leaf) {
	var one float64
	switch {
	case len(l.v) == 0:
	case json.Unmarshal(l.v, &one) == nil:
		p.Numbers = []float64{one}
	case json.Unmarshal(l.v, &p.IDs) == nil:
	case json.Unmarshal(l.v, &p.Words) == nil:
		p.IDs = nil
	default:
		p.IDs, p.Words = nil, nil
		p.object(l.v)
	}
	var opt struct {
		Null    string   `json:"null"`
		Kind    []string `json:"kind"`
		Times   int      `json:"times"`
		Channel []string `json:"channel"`
		Reason  []string `json:"reason"`
		Within  *Span    `json:"within"`
		Since   *struct {
			Is string          `json:"is"`
			V  json.RawMessage `json:"v"`
		} `json:"since"`
	}
	if len(l.opt) == 0 || json.Unmarshal(l.opt, &opt) != nil {
		return
	}
	p.Null, p.Kinds, p.Channels, p.Reasons, p.Within, p.Times = opt.Null, opt.Kind, opt.Channel, opt.Reason, opt.Within, opt.Times
	if opt.Since != nil {
		p.Since = &Phrase{Field: "since", Is: opt.Since.Is}
		p.Since.object(opt.Since.V)
	}
}

func (p *Phrase) object(doc json.RawMessage) {
	var v struct {
		Span
		From, To string
		Min, Max *float64
	}
	if json.Unmarshal(doc, &v) != nil {
		return
	}
	switch {
	case v.Unit != "":
		p.Span = &v.Span
	case v.From != "":
		p.Days = []string{v.From, v.To}
	case v.Min != nil && v.Max != nil:
		p.Numbers = []float64{*v.Min, *v.Max}
	case v.Min != nil:
		p.Is, p.Numbers = "at_least", []float64{*v.Min}
	case v.Max != nil:
		p.Is, p.Numbers = "at_most", []float64{*v.Max}
	}
}

// refers says what the ids of a field are of.
func refers(field string) string {
	switch name := strings.TrimPrefix(field, ofAccount); name {
	case "owner", "sdr":
		return "rep"
	case "tag", "department", "sop", "account", "list":
		return name
	}
	return ""
}

// Names are what ids in a phrase stand for, by what they are of.
type Names map[string]map[int64]string

// maxNames bounds how many names of one kind are looked up for one phrase; who
// reads a sentence with more of them has stopped before.
const maxNames = 100

// Names reads what the ids in a phrase stand for, each kind in one query.
func (s *Service) Names(ctx context.Context, p *Phrase) (Names, error) {
	wanted := map[string][]int64{}
	p.collect(wanted)
	out := Names{}
	for kind, table := range map[string]string{
		"tag": "tags", "rep": "reps", "department": "departments", "sop": "sops", "account": "accounts", "list": "target_lists",
	} {
		ids := wanted[kind]
		if len(ids) == 0 {
			continue
		}
		slices.Sort(ids)
		ids = slices.Compact(ids)
		var rows []struct {
			ID   int64
			Name string
		}
		err := s.db.Read(ctx).Table(table).Select("id", "name").Where("id IN ?", ids[:min(len(ids), maxNames)]).Scan(&rows).Error
		if err != nil {
			return nil, fmt.Errorf("read names of %s: %w", table, err)
		}
		out[kind] = map[int64]string{}
		for _, r := range rows {
			out[kind][r.ID] = r.Name
		}
	}
	return out, nil
}

func (p *Phrase) collect(wanted map[string][]int64) {
	if p == nil {
		return
	}
	p.each(func(p *Phrase) {
		if p.Refers != "" {
			wanted[p.Refers] = append(wanted[p.Refers], p.IDs...)
		}
		p.Inside.collect(wanted)
	})
}

// Operators lists the operators of each field of contact filters; roll-ups have
// none.
func Operators() map[string][]string {
	out := map[string][]string{}
	for name, f := range fields() {
		out[name] = strings.Fields(f.takes)
	}
	return out
}
