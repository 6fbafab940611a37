// Package web holds what people see: the catalogue of texts in every language,
// the server-rendered page templates, the style sheet and the one script. It
// imports nothing of ours and knows no HTTP; package handler serves it.
package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
)

//go:embed i18n/*.json page/*.gohtml static/*
var files embed.FS

// Static returns the style sheet, the script and the icon.
func Static() (fs.FS, error) {
	sub, err := fs.Sub(files, "static")
	if err != nil {
		return nil, fmt.Errorf("open static files: %w", err)
	}
	return sub, nil
}

// staticVersion names the state of all static files, so that browsers may keep
// them for ever under that name.
func staticVersion() (string, error) {
	sum := sha256.New()
	err := fs.WalkDir(files, "static", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := files.ReadFile(path)
		if err != nil {
			return err
		}
		sum.Write(data)
		return nil
	})
	if err != nil {
		return "", fmt.Errorf("hash static files: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)[:6]), nil
}
