package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

func bench(t *testing.T, vars []string, args ...string) (out string, errors string, code int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	e := env{Vars: vars, Out: &stdout, Err: &stderr, Clock: model.SystemClock{}, Now: time.Now}
	code = execute(t.Context(), e, append([]string{"bench", "ingest"}, args...))
	return stdout.String(), stderr.String(), code
}

func TestBenchIngest_losesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	if modeltest.SQLiteIsSlow() {
		t.Skip("make test plays it without the race detector")
	}
	file := filepath.Join(t.TempDir(), "bench.db")
	out, stderr, code := bench(t, nil, "--json", "--requests", "1000", "--conns", "16", "--rounds", "1", "--sqlite", file)
	require.Zero(t, code, stderr)
	var report ingestReport
	require.NoError(t, json.Unmarshal([]byte(out), &report))
	require.Equal(t, "decode only, no storage (bound)", report.Rows[0].Name)
	require.InDelta(t, 1, report.Rows[0].RatioToBound, 0)
	measured := 0
	for i, row := range report.Rows {
		require.NotEmpty(t, row.Does)
		if row.Skipped != "" {
			require.Contains(t, row.Name, "MySQL")
			require.Contains(t, row.Skipped, "--mysql")
			continue
		}
		measured++
		want := 1000
		if i == 0 {
			want *= 5 // the bound runs before the first and behind each of the others
		}
		require.Equal(t, want, row.Acknowledged, row.Name)
		require.Zero(t, row.Lost, row.Name)
		require.Zero(t, row.Duplicates, row.Name)
		require.Positive(t, row.RequestsPerSecond, row.Name)
		require.GreaterOrEqual(t, row.P99, row.P50, row.Name)
	}
	require.Equal(t, 5, measured)
	require.Equal(t, 1000, report.AckToProcessed[0].Count)
	require.Equal(t, 1000*addsPercent/100, report.Welcome[0].Count)
	require.NotEmpty(t, report.Welcome[1].Skipped)
	_, err := os.Stat(file)
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestBenchIngest_leavesAFileThatIsThereAlone(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "real.db")
	require.NoError(t, os.WriteFile(file, []byte("dear"), 0o600))
	_, stderr, code := bench(t, nil, "--requests", "1000", "--sqlite", file)
	require.Equal(t, 1, code)
	require.Contains(t, stderr, "not there yet")
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Equal(t, "dear", string(kept))
}

func TestBenchIngest_refusesNumbersThatMeasureNothing(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--requests", "10"}, {"--conns", "0"}, {"--rounds", "0"}} {
		_, stderr, code := bench(t, nil, args...)
		require.Equal(t, 1, code)
		require.Contains(t, stderr, "at least")
	}
}

func TestServerFromEnv_prefersTheTestsServerAndTakesOnlyMySQL(t *testing.T) {
	t.Parallel()
	require.Equal(t, "mysql://a/", serverFromEnv([]string{"SIXTOUCH_DB_DSN=mysql://b/x", "SIXTOUCH_TEST_MYSQL=mysql://a/"}))
	require.Equal(t, "mysql://b/x", serverFromEnv([]string{"SIXTOUCH_DB_DSN=mysql://b/x"}))
	require.Empty(t, serverFromEnv([]string{"SIXTOUCH_DB_DSN=sqlite:x"}))
}

func TestQuantileAndMedian(t *testing.T) {
	t.Parallel()
	var took []time.Duration
	for i := range 101 {
		took = append(took, time.Duration(100-i)*time.Millisecond)
	}
	require.InDelta(t, 50, quantile(took, .5), 0)
	require.InDelta(t, 99, quantile(took, .99), 0)
	require.Zero(t, quantile(nil, .5))
	require.InDelta(t, 2, median([]float64{9, 1, 2}), 0)
	require.InDelta(t, 2.5, median([]float64{1, 2, 3, 9}), 0)
	require.Zero(t, median(nil))
}

// scriptedConn answers what it is told to.
type scriptedConn struct {
	net.Conn
	answer *strings.Reader
}

func (c *scriptedConn) Read(b []byte) (int, error)  { return c.answer.Read(b) }
func (c *scriptedConn) Write(b []byte) (int, error) { return len(b), nil }

func TestExchange_readsStatusAndSkipsTheBody(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]bool{
		"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc":     true,
		"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n": false,
	} {
		conn := &scriptedConn{answer: strings.NewReader(answer + answer)}
		in := bufio.NewReader(conn)
		for range 2 {
			ok, err := exchange(conn, in, []byte("POST"))
			require.NoError(t, err)
			require.Equal(t, want, ok)
		}
		_, err := exchange(conn, in, []byte("POST"))
		require.Error(t, err)
	}
}
