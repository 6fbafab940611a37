package sop

import (
	"embed"
	"fmt"
	"path"
)

// The templates are programmes as files, in the format that Import reads: one
// per language, of the same structure.
//
//go:embed template
var templateFiles embed.FS

// templateKeys are the templates in the order in which they are offered: along
// a customer's way.
func templateKeys() []string {
	return []string{"new-friend", "nurture", "high-intent", "trial", "silent", "renewal"}
}

// Template is a programme to begin with.
type Template struct {
	Key string
	File
}

// Templates lists the templates in a language, zh or en.
func Templates(lang string) ([]Template, error) {
	out := make([]Template, 0, len(templateKeys()))
	for _, key := range templateKeys() {
		doc, err := templateFiles.ReadFile(path.Join("template", lang, key+".yaml"))
		if err != nil {
			return nil, fmt.Errorf("read template %s: %w", key, err)
		}
		f, err := ReadFile(doc)
		if err != nil {
			return nil, fmt.Errorf("read template %s: %w", key, err)
		}
		out = append(out, Template{key, f})
	}
	return out, nil
}
