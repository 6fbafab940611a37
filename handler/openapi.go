package handler

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// spec is the contract of the JSON API; tests hold that the routes and their
// answers agree with it.
//
//go:embed openapi.yaml
var spec []byte

// specAsJSON adds to each operation what the route table says of it: x-roles,
// who may use it, x-scope, whose rows it shows to somebody who sees a part, and
// x-changes, whether it is noted in the audit log. Beside it comes the table by
// the operations' names.
func (s *server) specAsJSON() ([]byte, []operation, error) {
	var doc map[string]any
	if err := yaml.Unmarshal(spec, &doc); err != nil {
		return nil, nil, fmt.Errorf("read openapi.yaml: %w", err)
	}
	var named []operation
	paths, _ := doc["paths"].(map[string]any)
	for _, r := range s.routes() {
		path := regexp.MustCompile(`:(\w+)`).ReplaceAllString(r.path, "{$1}")
		operations, _ := paths[path].(map[string]any)
		described, ok := operations[strings.ToLower(r.method)].(map[string]any)
		if !ok {
			return nil, nil, fmt.Errorf("openapi.yaml does not know %s %s", r.method, path)
		}
		described["x-roles"], described["x-scope"], described["x-changes"] = r.may.names(), r.scope, r.changes()
		name, _ := described["operationId"].(string)
		named = append(named, operation{name: name, may: r.may, scope: r.scope})
	}
	out, err := json.Marshal(doc)
	if err != nil {
		return nil, nil, fmt.Errorf("write openapi.json: %w", err)
	}
	return out, named, nil
}
