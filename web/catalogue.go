package web

import (
	"encoding/json"
	"fmt"
	"strings"
)

// Lang is a language that the product speaks.
type Lang string

// Chinese comes first: it is what everybody gets who asks for nothing we have.
const (
	Chinese Lang = "zh"
	English Lang = "en"
)

// Languages lists the languages, the default one first.
func Languages() []Lang { return []Lang{Chinese, English} }

// Catalogue holds every text that a person may see, by key, in all languages:
// those of the pages and those of the API's errors.
type Catalogue struct{ texts map[Lang]map[string]string }

// LoadCatalogue reads the embedded texts.
func LoadCatalogue() (*Catalogue, error) {
	c := &Catalogue{texts: map[Lang]map[string]string{}}
	for _, lang := range Languages() {
		data, err := files.ReadFile("i18n/" + string(lang) + ".json")
		if err != nil {
			return nil, fmt.Errorf("read texts in %s: %w", lang, err)
		}
		texts := map[string]string{}
		if err := json.Unmarshal(data, &texts); err != nil {
			return nil, fmt.Errorf("read texts in %s: %w", lang, err)
		}
		c.texts[lang] = texts
	}
	return c, nil
}

// Text returns the text of key with args filled in as fmt does. A key that is
// not in the catalogue is returned as it is: model.Error's messages are keys or
// plain English sentences.
func (c *Catalogue) Text(lang Lang, key string, args ...any) string {
	text, ok := c.texts[lang][key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// In returns Text in one language.
func (c *Catalogue) In(lang Lang) func(key string, args ...any) string {
	return func(key string, args ...any) string { return c.Text(lang, key, args...) }
}

// Has tells whether the catalogue knows the key.
func (c *Catalogue) Has(key string) bool {
	_, ok := c.texts[Chinese][key]
	return ok
}

// Match picks the language for an Accept-Language header: the first listed that
// we have, else Chinese.
func Match(header string) Lang {
	for part := range strings.SplitSeq(header, ",") {
		name, _, _ := strings.Cut(strings.TrimSpace(part), ";")
		base, _, _ := strings.Cut(strings.ToLower(name), "-")
		for _, lang := range Languages() {
			if base == string(lang) {
				return lang
			}
		}
	}
	return Chinese
}
