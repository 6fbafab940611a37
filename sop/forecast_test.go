package sop_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/service/calendar"
	"sixtouch/sop"
	"sixtouch/sop/channel"
)

const file = `# a comment
name: 新好友
trigger: {kind: contact_added, states: [expo]}
window: {from: "09:00", to: "18:00", workdays: true}
steps:
  - {key: hello, offset: {}, channel: welcome, content: {text: "你好"}}
  - {key: zero, offset: {day: 0, at: "10:00"}, channel: group_message, content: {text: "当天"}}
  - {key: d2, offset: {day: 2}, channel: group_message, content: {text: "{name|您}好"}}
  - {key: w1, offset: {workday: 1, at: "09:30"}, channel: group_message, content: {text: "{name}，早"}}
  - {key: late, offset: {after: 4h}, channel: group_message, content: {text: "当天"}}
`

func read(t *testing.T, doc string) sop.File {
	t.Helper()
	f, err := sop.ReadFile([]byte(doc))
	require.NoError(t, err)
	require.NoError(t, f.Check(sop.NewChannels(channel.All(nil, nil, nil, nil)...)))
	return f
}

func setting(t *testing.T) (*time.Location, calendar.Days) {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	days, err := calendar.Announced()
	require.NoError(t, err)
	return zone, days
}

func TestForecast_saysWhenAndWhyTheCalendarMoved(t *testing.T) {
	t.Parallel()
	zone, days := setting(t)
	anchor := time.Date(2026, 2, 13, 15, 0, 0, 0, zone)
	got, err := sop.Forecast(read(t, file).Definition, anchor, sop.Setting{Zone: zone, Days: days})
	require.NoError(t, err)
	lines := []string{}
	for _, e := range got {
		lines = append(lines, e.Due.Format("01-02 15:04")+" "+e.Step+" "+e.Channel+" "+e.Reason+e.Holiday)
	}
	require.Equal(t, []string{
		"02-13 10:00 zero group_message before_start",
		"02-13 15:00 hello welcome ",
		"02-14 09:00 late group_message window_closed",
		"02-14 09:30 w1 group_message ",
		"02-24 15:00 d2 group_message holiday春节",
	}, lines)
}

// Five days in a row are more than the caps allow somebody: the forecast says
// which one moves and which falls out, as the planner then does.
func TestForecast_asksTheCapsLikeThePlanner(t *testing.T) {
	each(t, func(w *world) {
		w.limits(sop.DefaultLimits())
		zone, days := setting(w.t)
		w.rep("lin")
		steps := ""
		for day := 1; day <= 5; day++ {
			steps += fmt.Sprintf(`,{"key":"d%d","offset":{"day":%d,"at":"10:00"},"grace":"%dd","channel":"group_message","content":{"text":"{name}，好"}}`, day, day, 1+day%3)
		}
		id := w.publish("每天", `{"trigger":{"kind":"contact_added"},"steps":[`+steps[1:]+`]}`)
		told, err := w.engine.Outlook(w.ctx, sop.Question{SOPID: id, Days: 1})
		require.NoError(w.t, err)
		var s model.SOP
		require.NoError(w.t, w.db.Read(w.ctx).Take(&s, id).Error)
		d, err := sop.ParseDefinition(s.Draft.V)
		require.NoError(w.t, err)
		alone, err := sop.Forecast(d, w.clock.Now(), sop.Setting{Zone: zone, Days: days, Channels: w.engine.Channels})
		require.NoError(w.t, err)
		require.Equal(w.t, alone, told.IfAddedToday, "a corp without rules has the default ones")
		w.add("lin", "甲", "")
		for range 14 {
			w.clock.Advance(24 * time.Hour)
			w.tick()
		}
		want, got := []string{}, []string{}
		for _, e := range alone {
			at := e.Due
			if !e.At.IsZero() {
				at = e.At
			}
			want = append(want, fmt.Sprint(e.Step, " ", e.Limit, " ", e.Skipped, " ", shanghai(at)))
		}
		for _, touch := range w.touches("1 = 1") {
			at, limit, skipped := touch.DueAt, touch.LastReason(), touch.State == model.TouchSkipped
			if !skipped {
				at = touch.NotBefore
			}
			got = append(got, fmt.Sprint(touch.StepKey, " ", limit, " ", skipped, " ", shanghai(at)))
		}
		require.Equal(w.t, want, got)
		require.Contains(w.t, strings.Join(want, "\n"), sop.ReasonCapContactWeek+" false")
		require.Contains(w.t, strings.Join(want, "\n"), sop.ReasonCapContactWeek+" true")
	})
}

func TestForecast_equalsWhatThePlannerDoes(t *testing.T) {
	each(t, func(w *world) {
		zone, days := setting(w.t)
		w.rep("lin")
		f := read(w.t, file)
		s, err := w.engine.Create(w.ctx, f.Name, f.Definition)
		require.NoError(w.t, err)
		_, err = w.engine.Publish(w.ctx, s.ID, "test")
		require.NoError(w.t, err)
		anchor := time.Date(2026, 9, 29, 15, 0, 0, 0, zone)
		w.clock.Set(anchor)
		w.add("lin", "甲", "expo")
		want, err := sop.Forecast(f.Definition, anchor, sop.Setting{Zone: zone, Days: days})
		require.NoError(w.t, err)
		for range 20 * 24 * 2 {
			require.NoError(w.t, w.engine.Plan(w.ctx))
			w.clock.Advance(30 * time.Minute)
		}
		due := map[string]string{}
		for _, touch := range w.touches("1 = 1") {
			due[touch.StepKey] = touch.DueAt.In(zone).Format(time.RFC3339)
		}
		require.Len(w.t, due, len(want))
		for _, e := range want {
			if e.Reason != sop.ReasonBeforeStart {
				require.Equal(w.t, e.Due.Format(time.RFC3339), due[e.Step], e.Step)
			}
		}
	})
}

func TestLint_tellsWhatAnAuthorWouldNotExpect(t *testing.T) {
	t.Parallel()
	zone, days := setting(t)
	got, err := sop.Lint(read(t, file).Definition, time.Date(2026, 11, 23, 0, 0, 0, 0, zone), zone, days)
	require.NoError(t, err)
	codes := map[string]sop.Finding{}
	for _, f := range got {
		codes[f.Step+" "+f.Code] = f
	}
	require.Contains(t, codes, "d2 "+sop.LintPersonal)
	require.Contains(t, codes, "w1 "+sop.LintNoFallback)
	require.Equal(t, "zero", codes["late "+sop.LintRepeated].Other)
	require.Greater(t, codes["late "+sop.LintMoved].Percent, 60)
	require.Equal(t, 2027, codes[" "+sop.LintNoCalendar].Year)
	require.NotContains(t, codes, "w1 "+sop.LintMoved)
}

func TestFile_writesWhatItReads(t *testing.T) {
	t.Parallel()
	f := read(t, file)
	doc, err := f.Write()
	require.NoError(t, err)
	again, err := sop.ReadFile(doc)
	require.NoError(t, err, "%s", doc)
	require.Equal(t, f, again)
}

func TestFile_faultsNameThePlace(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]string{
		"name: [":   "YAML",
		"- a":       "keys and values",
		"steps: []": "name",
		"name: x\ntrigger: {kind: manual}\nstep: []": "step",
	} {
		_, err := sop.ReadFile([]byte(doc))
		require.ErrorContains(t, err, want, doc)
	}
}
