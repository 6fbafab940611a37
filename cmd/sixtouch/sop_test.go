package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
)

func command(t *testing.T, args ...string) (out, errs string, code int) {
	t.Helper()
	return commandWith(t, nil, args...)
}

// commandWith runs a command with variables of the environment.
func commandWith(t *testing.T, vars []string, args ...string) (out, errs string, code int) {
	t.Helper()
	var o, e bytes.Buffer
	code = execute(context.Background(), env{Vars: vars, Out: &o, Err: &e, Clock: model.SystemClock{}, Now: time.Now}, args)
	return o.String(), e.String(), code
}

func programmeFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "sop.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestSOPForecast_printsTheContactsFuture(t *testing.T) {
	t.Parallel()
	path := programmeFile(t, `name: 新好友
trigger: {kind: contact_added}
window: {from: "09:00", to: "18:00", workdays: true}
steps: [{key: d2, offset: {day: 2}, channel: group_message, content: {text: "二"}}]`)
	out, _, code := command(t, "sop", "forecast", path, "--anchor", "2026-02-13T15:00:00+08:00", "--json")
	require.Zero(t, code)
	var list []map[string]any
	require.NoError(t, json.Unmarshal([]byte(out), &list))
	require.Equal(t, []map[string]any{{"step": "d2", "due": "2026-02-24T15:00:00+08:00", "channel": "group_message", "reason": "holiday", "holiday": "春节"}}, list)
	out, _, code = commandWith(t, []string{"LANG=en_GB.UTF-8"}, "sop", "forecast", path, "--anchor", "2026-02-13T15:00:00+08:00")
	require.Zero(t, code)
	require.Contains(t, out, "Spring Festival")
	require.NotContains(t, out, "春节")
	often := programmeFile(t, `name: 每天
trigger: {kind: contact_added}
steps:
  - {key: d1, offset: {day: 1, at: "10:00"}, channel: group_message, content: {text: "一"}}
  - {key: d1b, offset: {day: 1, at: "15:00"}, grace: 2d, channel: group_message, content: {text: "二"}}
  - {key: d2, offset: {day: 2, at: "10:00"}, grace: 1h, channel: group_message, content: {text: "三"}}`)
	out, _, code = command(t, "sop", "forecast", often, "--anchor", "2026-03-02T15:00:00+08:00")
	require.Zero(t, code)
	require.Contains(t, out, "延至 2026-03-04 15:00： 客户当天的触达已满")
	require.Contains(t, out, "不发送： 客户当天的触达已满")
	_, errs, code := command(t, "sop", "forecast", path, "--anchor", "soon")
	require.Equal(t, 1, code)
	require.Contains(t, errs, "2026-02-13T15:00:00+08:00")
}

func TestSOPLint_namesEveryFault(t *testing.T) {
	t.Parallel()
	path := programmeFile(t, `name: 新好友
trigger: {kind: sometimes}
steps: [{key: D 2, offset: {day: 2}, channel: group_message}]`)
	_, errs, code := command(t, "sop", "lint", path)
	require.Equal(t, 1, code)
	for _, want := range []string{"trigger.kind", "steps[0].key", "steps[0]:"} {
		require.Contains(t, errs, want)
	}
	out, _, code := command(t, "sop", "lint", programmeFile(t, `name: 好
trigger: {kind: manual}
steps: [{key: a, offset: {after: 1h}, channel: group_message, content: {text: "{name}"}}]`))
	require.Zero(t, code)
	require.Contains(t, out, "步骤 a")
}
