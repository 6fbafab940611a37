package sop

import (
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
