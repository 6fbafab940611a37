package web

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"path"
	"reflect"
	"strings"
	"time"
)

// Frame is what every page needs; Body is the page's own.
type Frame struct {
	Page     string // the page's name: login, overview, contacts, contact, sops, sop, touches, touch, phones, problem
	Now      time.Time
	Here     string // path and query of the request, for "and back here"
	SignedIn bool
	Demo     bool // there is a simulated corp whose people can be played
	Body     any
}

// Pages renders the templates. Each language has its own set, in which the
// functions that write words speak that language.
type Pages struct {
	sets map[Lang]map[string]*template.Template
}

// NewPages parses every template for every language. Times are shown in zone.
func NewPages(texts *Catalogue, zone *time.Location) (*Pages, error) {
	version, err := staticVersion()
	if err != nil {
		return nil, err
	}
	names, err := files.ReadDir("page")
	if err != nil {
		return nil, fmt.Errorf("list templates: %w", err)
	}
	p := &Pages{sets: map[Lang]map[string]*template.Template{}}
	for _, lang := range Languages() {
		w := words{texts: texts, lang: lang, zone: zone}
		shared, err := template.New("").Funcs(w.funcs(version)).ParseFS(files, "page/_*.gohtml")
		if err != nil {
			return nil, fmt.Errorf("parse shared templates: %w", err)
		}
		p.sets[lang] = map[string]*template.Template{}
		for _, n := range names {
			name := strings.TrimSuffix(n.Name(), path.Ext(n.Name()))
			if strings.HasPrefix(name, "_") {
				continue
			}
			set, err := template.Must(shared.Clone()).ParseFS(files, "page/"+n.Name())
			if err != nil {
				return nil, fmt.Errorf("parse template %s: %w", name, err)
			}
			p.sets[lang][name] = set
		}
	}
	return p, nil
}

// Render writes the page that f names. Nothing is written when it fails.
func (p *Pages) Render(w io.Writer, lang Lang, f Frame) error {
	set, ok := p.sets[lang][f.Page]
	if !ok {
		return fmt.Errorf("render page: no template %q in %q", f.Page, lang)
	}
	var out bytes.Buffer
	if err := set.ExecuteTemplate(&out, "layout", f); err != nil {
		return fmt.Errorf("render page %s: %w", f.Page, err)
	}
	_, err := out.WriteTo(w)
	return err
}

// navLink is an entry of the navigation.
type navLink struct {
	Name, Href string
	Current    bool
}

// linkTo makes the entry; a page about one thing belongs to the list of them.
func linkTo(f Frame, name, href string) navLink {
	return navLink{Name: name, Href: href, Current: f.Page == name || f.Page+"s" == name}
}

// count looks a machine word up in a map of counts, whatever the word's type.
func count(counts any, key string) int {
	m := reflect.ValueOf(counts)
	if v := m.MapIndex(reflect.ValueOf(key).Convert(m.Type().Key())); v.IsValid() {
		return int(v.Int())
	}
	return 0
}

// words are the template functions of one language.
type words struct {
	texts *Catalogue
	lang  Lang
	zone  *time.Location
}

func (w words) funcs(version string) template.FuncMap {
	return template.FuncMap{
		"t":        w.text,
		"word":     w.word,
		"lang":     func() Lang { return w.lang },
		"instant":  w.instant,
		"minute":   w.format("01-02 15:04"),
		"moment":   w.format("2006-01-02 15:04"),
		"day":      w.format(time.DateOnly),
		"relative": w.relative,
		"took":     w.took,
		"asset":    func(name string) string { return "/static/" + name + "?v=" + version },
		"initial":  initial,
		"link":     linkTo,
		"count":    count,
	}
}

func (w words) text(key string, args ...any) string { return w.texts.Text(w.lang, key, args...) }

// word translates a machine word of a family, such as state.delivered; one
// that the catalogue does not know is shown as it is.
func (w words) word(family string, value any) string {
	v := fmt.Sprint(value)
	if key := family + "." + v; w.texts.Has(key) {
		return w.text(key)
	}
	return v
}

// format takes a time or a pointer to one; nil shows as a dash.
func (w words) format(layout string) func(any) string {
	return func(v any) string {
		t, ok := timeOf(v)
		if !ok {
			return "–"
		}
		return t.In(w.zone).Format(layout)
	}
}

// instant is for the datetime attribute.
func (w words) instant(v any) string { return w.format(time.RFC3339)(v) }

func timeOf(v any) (time.Time, bool) {
	switch t := v.(type) {
	case time.Time:
		return t, !t.IsZero()
	case *time.Time:
		if t != nil {
			return *t, true
		}
	}
	return time.Time{}, false
}

// relative says how far t is from now, in words.
func (w words) relative(now time.Time, v any) string {
	t, ok := timeOf(v)
	if !ok {
		return "–"
	}
	d := t.Sub(now)
	key := "time.in"
	if d < 0 {
		key, d = "time.ago", -d
	}
	if d < time.Minute {
		return w.text("time.now")
	}
	return w.text(key, w.took(d))
}

// took says how long d is, in its largest unit.
func (w words) took(d time.Duration) string {
	switch {
	case d < time.Second:
		return w.text("time.instant")
	case d < time.Minute:
		return w.text("time.seconds", int(d.Seconds()))
	case d < time.Hour:
		return w.text("time.minutes", int(d.Minutes()))
	case d < 48*time.Hour:
		return w.text("time.hours", int(d.Hours()))
	}
	return w.text("time.days", int(d.Hours()/24))
}

// initial is what stands in for a portrait.
func initial(name string) string {
	for _, r := range name {
		return strings.ToUpper(string(r))
	}
	return "·"
}
