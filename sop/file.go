package sop

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/goccy/go-yaml"

	"sixtouch/model"
)

// maxFile bounds a programme's file, in bytes.
const maxFile = 1 << 20

// File is a programme as a file: its name, structure and contents.
type File struct {
	Name string `json:"name"`
	Definition
}

// ReadFile reads a programme's YAML (JSON is YAML too). Unknown keys are errors.
func ReadFile(doc []byte) (File, error) {
	if len(doc) > maxFile {
		return File{}, model.Invalid("file", fmt.Sprintf("the file has %d bytes; %d are allowed", len(doc), maxFile))
	}
	asJSON, err := yaml.YAMLToJSON(doc)
	if err != nil {
		return File{}, model.Invalid("file", "is not YAML: "+yaml.FormatError(err, false, false))
	}
	var head map[string]json.RawMessage
	if err := json.Unmarshal(asJSON, &head); err != nil {
		return File{}, model.Invalid("file", "must be a list of keys and values, such as name, trigger, steps")
	}
	var f File
	if name, ok := head["name"]; ok {
		if err := json.Unmarshal(name, &f.Name); err != nil {
			return File{}, model.Invalid("name", "must be a text")
		}
		delete(head, "name")
	}
	if f.Name == "" {
		return File{}, model.Invalid("name", "give the programme a name")
	}
	rest, err := json.Marshal(head)
	if err != nil {
		return File{}, fmt.Errorf("read programme file: %w", err)
	}
	f.Definition, err = ParseDefinition(rest)
	return f, err
}

// Write writes the programme as YAML that ReadFile reads.
func (f File) Write() ([]byte, error) {
	doc, err := json.Marshal(f)
	if err != nil {
		return nil, fmt.Errorf("write programme file: %w", err)
	}
	out, err := yaml.JSONToYAML(doc)
	if err != nil {
		return nil, fmt.Errorf("write programme file: %w", err)
	}
	return out, nil
}

// File is a programme's draft as a file.
func (e *Engine) File(ctx context.Context, id int64) (File, error) {
	s, err := e.sop(ctx, id)
	if err != nil {
		return File{}, err
	}
	d, err := ParseDefinition(s.Draft.V)
	return File{Name: s.Name, Definition: d}, err
}

// Examine reads a file and tells what the linter finds, and makes nothing. A
// file that could not be published is refused with every fault.
func (e *Engine) Examine(ctx context.Context, doc []byte) (File, []Finding, error) {
	f, err := ReadFile(doc)
	if err == nil {
		err = f.Check(e.Channels)
	}
	if err != nil {
		return File{}, nil, err
	}
	days, err := e.days(ctx)
	if err != nil {
		return File{}, nil, err
	}
	hours, err := e.hours(ctx)
	if err != nil {
		return File{}, nil, err
	}
	found, err := Lint(f.Definition.within(hours), e.DB.Now(ctx), e.Config.Zone, days)
	if err != nil {
		return File{}, nil, fmt.Errorf("lint programme file: %w", err)
	}
	return f, found, nil
}

// Import makes a programme in draft of a file that Examine accepts.
func (e *Engine) Import(ctx context.Context, doc []byte) (model.SOP, []Finding, error) {
	f, found, err := e.Examine(ctx, doc)
	if err != nil {
		return model.SOP{}, nil, err
	}
	s, err := e.Create(ctx, f.Name, f.Definition)
	return s, found, err
}
