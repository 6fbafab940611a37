package config

import (
	"fmt"
	"slices"
	"strings"
)

// Fault is one thing that is wrong with one setting. It never holds the value
// of a secret.
type Fault struct {
	Key     string // a.b_c, or the name of a variable or a file that is no setting
	Problem string // what is wrong
	Fix     string // what to do about it
}

// String returns the fault as one line.
func (f Fault) String() string {
	name := f.Key
	if !strings.HasPrefix(name, envPrefix) && !strings.ContainsRune(name, '/') {
		name = fmt.Sprintf("%s (%s)", f.Key, EnvName(f.Key))
	}
	return fmt.Sprintf("%s: %s; %s", name, f.Problem, f.Fix)
}

// Faults is the error of Load: all that is wrong, at most one line per setting,
// in the order of their keys.
type Faults []Fault

// Error returns one line per fault.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "\n")
}

// Warning is something that works and should still be changed.
type Warning struct {
	Key  string
	Text string
}

// String returns the warning as one line.
func (w Warning) String() string {
	return fmt.Sprintf("%s (%s): %s", w.Key, EnvName(w.Key), w.Text)
}

// report collects what is found while settings are read and checked.
type report struct {
	faults   Faults
	warnings []Warning
}

// fault notes a fault unless the key has one already: what follows from a fault
// would only distract from it.
func (r *report) fault(key, problem, fix string) {
	if !slices.ContainsFunc(r.faults, func(f Fault) bool { return f.Key == key }) {
		r.faults = append(r.faults, Fault{Key: key, Problem: problem, Fix: fix})
	}
}

func (r *report) warn(key, text string) {
	r.warnings = append(r.warnings, Warning{Key: key, Text: text})
}

// err returns the faults as an error, nil when there are none.
func (r *report) err() error {
	if len(r.faults) == 0 {
		return nil
	}
	slices.SortFunc(r.faults, func(a, b Fault) int { return strings.Compare(a.Key, b.Key) })
	return r.faults
}
