package main

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

func benchList(t *testing.T, args ...string) (out, faults string, code int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	e := env{Out: &stdout, Err: &stderr, Clock: model.SystemClock{}, Now: time.Now}
	code = execute(t.Context(), e, append([]string{"bench", "list"}, args...))
	return stdout.String(), stderr.String(), code
}

// A page that is empty or refused is an error of the measurement itself.
func TestBenchList_readsEveryListInBothCompanies(t *testing.T) {
	t.Parallel()
	if modeltest.SQLiteIsSlow() {
		t.Skip("make test plays it without the race detector")
	}
	out, faults, code := benchList(t, "--json", "--contacts", "3000", "--rounds", "1")
	require.Zero(t, code, faults)
	var report listReport
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	require.Len(t, report.Rows, len(lists()))
	for _, row := range report.Rows {
		require.Positive(t, row.Small, row.List)
		require.Positive(t, row.P50, row.List)
		require.GreaterOrEqual(t, row.P95, row.P50, row.List)
	}
}

func TestBenchList_refusesWhatCannotBeMeasured(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--contacts", "30"}, {"--rounds", "0"}, {"--serve", "oracle"}, {"--serve", "mysql"}} {
		_, faults, code := benchList(t, args...)
		require.Equal(t, 1, code)
		require.Contains(t, faults, "--")
	}
}
