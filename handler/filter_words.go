package handler

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"sixtouch/service/audience"
	"sixtouch/web"
)

// describeFilter puts a filter into a sentence that a person can check before
// saving it.
func (s *server) describeFilter(c *gin.Context) error {
	in, err := decode[struct {
		Filter  audience.Filter        `json:"filter"`
		Account audience.AccountFilter `json:"account_filter"`
	}](c)
	if err != nil {
		return err
	}
	of := in.Filter.Describe()
	if of == nil && !in.Account.Everything() {
		of = in.Account.Describe()
	}
	sentence, err := s.inWords(c.Request.Context(), language(c), of, "filter.everybody")
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, gin.H{"sentence": sentence})
	return nil
}

type fieldResponse struct {
	Name      string   `json:"name"`
	Label     string   `json:"label"`
	Operators []string `json:"operators"`
}

// listFields tells what filters over contacts can ask for.
func (s *server) listFields(c *gin.Context) error {
	known := audience.Operators()
	out := struct {
		Items []fieldResponse `json:"items"`
	}{[]fieldResponse{}}
	for _, name := range slices.Sorted(maps.Keys(known)) {
		label := s.Texts.Text(language(c), "filter.field."+name)
		out.Items = append(out.Items, fieldResponse{name, label, append([]string{}, known[name]...)})
	}
	c.JSON(http.StatusOK, out)
	return nil
}

// inWords is a filter in words, with names for ids; without a filter, what its
// absence means.
func (s *server) inWords(ctx context.Context, lang web.Lang, p *audience.Phrase, without string) (string, error) {
	if p == nil {
		return s.Texts.Text(lang, without), nil
	}
	names, err := s.Audiences.Names(ctx, p)
	if err != nil {
		return "", err
	}
	return filterTeller{s.Texts, lang, names}.tell(*p, false), nil
}

// filterTeller puts filters into words.
type filterTeller struct {
	texts *web.Catalogue
	lang  web.Lang
	names audience.Names
}

func (t filterTeller) text(key string, args ...any) string {
	return t.texts.Text(t.lang, key, args...)
}

// tell says a phrase; one of several parts inside another stands in brackets.
func (t filterTeller) tell(p audience.Phrase, inside bool) string {
	switch p.Op {
	case "not":
		return t.text("filter.not", t.tell(p.Of[0], true))
	case "and", "or":
		parts := make([]string, len(p.Of))
		for i, part := range p.Of {
			parts[i] = t.tell(part, len(p.Of) > 1)
		}
		all := strings.Join(parts, t.text("filter."+p.Op))
		if inside && len(parts) > 1 {
			return t.text("filter.brackets", all)
		}
		return all
	}
	return t.condition(p)
}

// condition says a leaf: by a sentence of its field and operator, else by one of
// its operator into which the field's name is put.
func (t filterTeller) condition(p audience.Phrase) string {
	args := t.values(p)
	var said string
	if own := "filter." + p.Field + "." + cmp.Or(p.Is, "is"); t.texts.Has(own) {
		said = t.text(own, args...)
	} else {
		said = t.text(t.operator(p), slices.Insert(args, 0, any(t.text("filter.field."+p.Field)))...)
	}
	for _, more := range t.narrowed(p) {
		said = t.text("filter.narrowed", said, more)
	}
	return said
}

// operator tells days from numbers and spans, which share their operators' names.
func (t filterTeller) operator(p audience.Phrase) string {
	if p.Is == "between" && len(p.Days) > 0 {
		return "filter.is.between_days"
	}
	return "filter.is." + p.Is
}

// values are what the operator's sentence is filled in with.
func (t filterTeller) values(p audience.Phrase) []any {
	var out []any
	switch {
	case p.Inside != nil && p.N > 0:
		return []any{strconv.Itoa(p.N), t.tell(*p.Inside, true)}
	case p.Inside != nil:
		return []any{t.tell(*p.Inside, true)}
	case len(p.IDs) > 0:
		list := make([]string, len(p.IDs))
		for i, id := range p.IDs {
			list[i] = cmp.Or(t.names[p.Refers][id], "#"+strconv.FormatInt(id, 10))
		}
		return []any{strings.Join(list, t.text("filter.comma"))}
	case len(p.Words) > 0:
		return []any{t.list(p.Field, p.Words)}
	case p.Span != nil:
		return []any{t.span(*p.Span)}
	}
	for _, d := range p.Days {
		out = append(out, d)
	}
	for _, n := range p.Numbers {
		out = append(out, strconv.FormatFloat(n, 'f', -1, 64))
	}
	return out
}

// list names words that the catalogue knows; the others are the corp's own.
func (t filterTeller) list(field string, words []string) string {
	field = field[strings.LastIndex(field, ".")+1:]
	if field == "roles" {
		field = "role"
	}
	out := make([]string, len(words))
	for i, w := range words {
		if out[i] = w; t.texts.Has("filter.word." + field + "." + strings.ToLower(w)) {
			out[i] = t.text("filter.word." + field + "." + strings.ToLower(w))
		}
	}
	return strings.Join(out, t.text("filter.comma"))
}

func (t filterTeller) span(s audience.Span) string {
	key := "filter.span." + s.Unit
	if s.By == "calendar" {
		key += ".calendar"
	}
	return t.text(key, s.N)
}

// narrowed says what a condition was narrowed down to.
func (t filterTeller) narrowed(p audience.Phrase) []string {
	var out []string
	if p.Within != nil {
		out = append(out, t.text("filter.within", t.span(*p.Within)))
	}
	if p.Times > 1 {
		out = append(out, t.text("filter.times", p.Times))
	}
	if p.Since != nil {
		out = append(out, t.text(t.operator(*p.Since), slices.Insert(t.values(*p.Since), 0, any(t.text("filter.field.since")))...))
	}
	for _, l := range []struct {
		field string
		words []string
	}{{"channel", p.Channels}, {"reason", p.Reasons}, {"kind", p.Kinds}} {
		if len(l.words) > 0 {
			out = append(out, t.text("filter.is.in", t.text("filter.field."+l.field), t.list(l.field, l.words)))
		}
	}
	if p.Null != "" {
		out = append(out, t.text("filter.null."+p.Null))
	}
	return out
}
