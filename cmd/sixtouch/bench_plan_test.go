package main

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
)

func benchPlan(t *testing.T, args ...string) (out, faults string, code int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	e := env{Out: &stdout, Err: &stderr, Clock: model.SystemClock{}, Now: time.Now}
	code = execute(t.Context(), e, append([]string{"bench", "plan"}, args...))
	return stdout.String(), stderr.String(), code
}

// The measurement itself checks that every due step was planned once and every
// dispatch called once; here it is small, and what must not depend on the
// machine is looked at.
func TestBenchPlan_idleTickCostsTheSameForAHundredTimesThePeople(t *testing.T) {
	t.Parallel()
	server := os.Getenv("SIXTOUCH_TEST_MYSQL")
	if server == "" {
		t.Skip("SIXTOUCH_TEST_MYSQL names no server; make test starts one")
	}
	out, faults, code := benchPlan(t, "--json", "--mysql", server, "--contacts", "3000", "--enrollments", "1000", "--due", "400", "--dispatches", "100", "--rounds", "1")
	require.Zero(t, code, faults)
	var report planReport
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	require.Len(t, report.Rows, 5)
	for _, row := range report.Rows {
		require.Positive(t, row.RowsPerSecond, row.Name)
	}
	require.Len(t, report.Idle, 2)
	require.Equal(t, report.Contacts/idleShare, report.Idle[0].Contacts)
	require.Equal(t, report.Contacts, report.Idle[1].Contacts)
	require.Positive(t, report.Idle[0].RowsRead)
	require.Equal(t, report.Idle[0].RowsRead, report.Idle[1].RowsRead)
}

func TestBenchPlan_refusesWhatCannotBeMeasured(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--due", "0"}, {"--enrollments", "10"}, {"--rounds", "0"}, {"--rounds", "9"}} {
		_, faults, code := benchPlan(t, args...)
		require.Equal(t, 1, code)
		require.Contains(t, faults, "must be")
	}
	_, faults, code := benchPlan(t)
	require.Equal(t, 1, code)
	require.Contains(t, faults, "--mysql")
}
