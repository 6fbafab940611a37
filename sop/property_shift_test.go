package sop

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"sixtouch/model"
)

// Property 6: shifting every anchor by k days shifts every calendar-day touch by
// k days, with all that becomes of it: when it waits, for how long it may, and
// whether it is skipped. No holidays are in range; weeks keep their weekends.
func TestProperty_shiftedAnchorShiftsEveryTouch(t *testing.T) {
	t.Parallel()
	shanghai := zone(t, "Asia/Shanghai")
	rapid.Check(t, func(t *rapid.T) {
		v := drawVersion(t, shanghai)
		anchor := time.Unix(60*rapid.Int64Range(28_333_333, 31_666_666).Draw(t, "anchor"), 0).UTC()
		days := rapid.IntRange(1, 400).Draw(t, "days")
		if v.window.workdays {
			days *= 7
		}
		var looks []time.Duration
		for range rapid.IntRange(1, 12).Draw(t, "looks") {
			looks = append(looks, time.Duration(rapid.IntRange(1, 60*60).Draw(t, "minutes"))*time.Minute)
		}
		shift := time.Duration(days) * 24 * time.Hour // Shanghai's clocks are never moved
		want := history(v, anchor, looks, shift)
		require.NotEmpty(t, want)
		require.Equal(t, want, history(v, anchor.Add(shift), looks, 0), "shifted by %d days", days)
	})
}

// drawVersion is a programme of steps on calendar days, for nobody's limits.
func drawVersion(t *rapid.T, zone *time.Location) *Version {
	d := Definition{Trigger: Trigger{Kind: TriggerContactAdded}}
	d.Window = rapid.SampledFrom([]Window{{}, {From: "08:00", To: "22:00"}, {From: "10:00", To: "18:00", Workdays: true}}).Draw(t, "window")
	for i := range rapid.IntRange(1, 6).Draw(t, "steps") {
		s := Step{Key: fmt.Sprint("k", i), Channel: "group_message", Grace: Duration(rapid.IntRange(0, 48).Draw(t, "grace")) * Duration(time.Hour)}
		s.Offset = day(rapid.IntRange(0, 9).Draw(t, "day"), "")
		if rapid.Bool().Draw(t, "weeks") {
			s.Offset = Offset{Week: rapid.IntRange(1, 2).Draw(t, "week")}
		}
		s.Offset.At = rapid.SampledFrom([]string{"", "00:00", "08:15", "10:00", "17:59", "20:29", "20:30", "23:59"}).Draw(t, "at")
		d.Steps = append(d.Steps, s)
	}
	w, err := d.schedule(zone)
	require.NoError(t, err)
	return &Version{
		Definition: d, window: w, corp: zone, channels: map[string]ChannelInfo{"group_message": {Reach: ReachContact}},
		limits: Limits{[]model.LimitRule{{ValidFrom: "2000-01-01", QuotaMode: model.QuotaNone}}},
	}
}

// history is what becomes of somebody with that anchor whom the planner looks at
// after each of these times, every instant moved by the shift.
func history(v *Version, anchor time.Time, looks []time.Duration, shift time.Duration) []string {
	var out []string
	en := model.Enrollment{AnchorAt: anchor, NextDueAt: v.first(anchor)}
	f := Facts{Voice: &model.Relationship{ID: 1, State: model.RelationshipActive}, Done: map[string]bool{}}
	now := anchor
	for _, wait := range looks {
		if now = now.Add(wait); en.NextDueAt == nil || en.NextDueAt.After(now) {
			continue
		}
		p := MakePlan(en, v, f, now)
		for _, t := range p.Touches {
			f.Done[t.StepKey] = true
			out = append(out, fmt.Sprintln(t.StepKey, t.State, t.Reason, t.DueAt.Add(shift), t.NotBefore.Add(shift), t.ExpireAt.Add(shift), t.PlannedAt.Add(shift)))
		}
		if en.NextDueAt = p.NextDue; p.NextDue != nil {
			out = append(out, fmt.Sprintln("next", p.NextDue.Add(shift)))
		}
	}
	return append(out, fmt.Sprintln("open", en.NextDueAt != nil))
}
