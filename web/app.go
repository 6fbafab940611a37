package web

import (
	"bytes"
	"compress/gzip"
	"embed"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"strings"
)

// dist is what `make web` builds of the folder app. It is kept with the source,
// so that building the server needs no Node.
//
//go:embed all:dist
var dist embed.FS

// Entry names one of the applications in the browser.
type Entry string

// The applications: for marketers and managers, for reps' phones, and the
// simulator's console.
const (
	EntryAdmin   Entry = "index.html"
	EntryPhone   Entry = "phone.html"
	EntryConsole Entry = "console.html"
)

// App holds the built browser applications, ready to be sent.
type App struct {
	pages map[Entry]map[Lang][]byte
	files map[string]Asset
}

// Asset is a file that a page loads. Its name holds the hash of its content.
type Asset struct {
	Type    string // MIME
	Data    []byte
	Gzipped []byte // nil where that saves nothing
}

// NewApp reads and compresses the built applications.
func NewApp() (*App, error) {
	a := &App{pages: map[Entry]map[Lang][]byte{}, files: map[string]Asset{}}
	err := fs.WalkDir(dist, "dist", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := dist.ReadFile(name)
		if err != nil {
			return err
		}
		name = strings.TrimPrefix(name, "dist/")
		if path.Ext(name) == ".html" {
			a.pages[Entry(name)] = inLanguages(data)
			return nil
		}
		asset := Asset{Type: mime.TypeByExtension(path.Ext(name)), Data: data}
		asset.Gzipped, err = compress(data)
		a.files[name] = asset
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read the built pages: %w", err)
	}
	return a, nil
}

// inLanguages writes the page's language where its script looks for it.
func inLanguages(page []byte) map[Lang][]byte {
	out := map[Lang][]byte{}
	for _, lang := range Languages() {
		out[lang] = bytes.Replace(page, []byte(`lang="zh"`), []byte(`lang="`+string(lang)+`"`), 1)
	}
	return out
}

// compress gzips data; nil when that is not worth it.
func compress(data []byte) ([]byte, error) {
	var out bytes.Buffer
	w, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if _, err := w.Write(data); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress: %w", err)
	}
	if out.Len() >= len(data) {
		return nil, nil
	}
	return out.Bytes(), nil
}

// Page returns an application's page in a language; false when it has not been
// built.
func (a *App) Page(e Entry, lang Lang) ([]byte, bool) {
	page, ok := a.pages[e][lang]
	return page, ok
}

// File returns a file of the applications, such as assets/admin-1a2b3c4d.js.
func (a *App) File(name string) (Asset, bool) {
	f, ok := a.files[name]
	return f, ok
}
