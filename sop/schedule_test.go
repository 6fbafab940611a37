package sop

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"sixtouch/service/calendar"
)

func zone(t require.TestingT, name string) *time.Location {
	z, err := time.LoadLocation(name)
	require.NoError(t, err)
	return z
}

func local(t require.TestingT, z *time.Location, stamp string) time.Time {
	at, err := time.ParseInLocation("2006-01-02 15:04", stamp, z)
	require.NoError(t, err)
	return at
}

func office(t require.TestingT, z *time.Location) window {
	w, err := Definition{Window: Window{From: "09:00", To: "18:00"}}.schedule(z)
	require.NoError(t, err)
	return w
}

// workdays is the golden vectors' window: 09:00 to 18:00 on working days.
func workdays(t require.TestingT, z *time.Location) window {
	w, err := Definition{Window: Window{From: "09:00", To: "18:00", Workdays: true}}.schedule(z)
	require.NoError(t, err)
	w.days, err = calendar.Announced()
	require.NoError(t, err)
	return w
}

func TestDue_goldenVectorsOnWorkingDays(t *testing.T) {
	t.Parallel()
	shanghai := zone(t, "Asia/Shanghai")
	for _, c := range []struct {
		anchor string
		offset Offset
		want   string
	}{
		{"2026-02-13 15:00", day(1, ""), "2026-02-14 15:00"}, // make-up working day
		{"2026-02-13 15:00", day(2, ""), "2026-02-24 15:00"}, // over the Spring Festival
		{"2026-02-13 15:00", Offset{Workday: 1}, "2026-02-14 15:00"},
		{"2026-02-13 15:00", Offset{Workday: 2}, "2026-02-24 15:00"},
		{"2026-09-18 10:00", Offset{Workday: 1}, "2026-09-20 10:00"}, // a Sunday that is worked
		{"2026-09-30 20:30", Offset{}, "2026-10-08 09:00"},
		{"2026-05-08 17:59", day(1, ""), "2026-05-09 17:59"},
		{"2026-05-08 18:00", Offset{}, "2026-05-09 09:00"},
		{"2026-03-07 11:00", Offset{}, "2026-03-09 11:00"},
		{"2026-03-09 08:59", Offset{}, "2026-03-09 09:00"},
		{"2026-01-15 10:00", day(30, ""), "2026-02-14 10:00"}, // silent for 30, 45, 60 days
		{"2026-01-15 10:00", day(45, ""), "2026-03-02 10:00"},
		{"2026-01-15 10:00", day(60, ""), "2026-03-16 10:00"},
	} {
		got := Step{Offset: c.offset}.due(local(t, shanghai, c.anchor), workdays(t, shanghai))
		require.Equal(t, c.want, got.In(shanghai).Format("2006-01-02 15:04"), "%s %+v", c.anchor, c.offset)
	}
}

func TestDue_quietHours(t *testing.T) {
	t.Parallel()
	shanghai := zone(t, "Asia/Shanghai")
	w, err := Definition{Window: Window{From: "08:00", To: "21:00"}}.schedule(shanghai)
	require.NoError(t, err)
	for anchor, want := range map[string]string{
		"2026-03-02 23:30": "2026-03-03 08:00", "2026-03-02 07:59": "2026-03-02 08:00", "2026-03-02 08:00": "2026-03-02 08:00",
		"2026-03-02 20:59": "2026-03-02 20:59", "2026-03-02 21:00": "2026-03-03 08:00",
	} {
		require.Equal(t, want, Step{}.due(local(t, shanghai, anchor), w).In(shanghai).Format("2006-01-02 15:04"), anchor)
	}
}

func TestDue_weeksMonthsAndWeekdays(t *testing.T) {
	t.Parallel()
	shanghai := zone(t, "Asia/Shanghai")
	w := office(t, shanghai)
	for _, c := range []struct {
		anchor string
		offset Offset
		want   string
	}{
		{"2026-03-02 10:00", Offset{Week: 2}, "2026-03-16 10:00"},
		{"2026-01-31 10:00", Offset{Month: 1}, "2026-02-28 10:00"}, // Go itself would say 3 March
		{"2028-01-31 10:00", Offset{Month: 1}, "2028-02-29 10:00"},
		{"2026-03-31 10:00", Offset{Month: 1, At: "15:00"}, "2026-04-30 15:00"},
		{"2026-11-30 10:00", Offset{Month: 3}, "2027-02-28 10:00"},
	} {
		got := Step{Offset: c.offset}.due(local(t, shanghai, c.anchor), w)
		require.Equal(t, c.want, got.In(shanghai).Format("2006-01-02 15:04"), "%s %+v", c.anchor, c.offset)
	}
	early := workdays(t, shanghai)
	early.from = 7 * 60
	got := Step{Offset: Offset{Workday: 1, At: "07:00"}}.due(local(t, shanghai, "2026-11-20 12:00"), early)
	require.Equal(t, "2026-11-23 07:00", got.In(shanghai).Format("2006-01-02 15:04"), "Monday to Friday at 07:00, asked on a Friday")
}

func day(n int, at string) Offset { return Offset{Day: &n, At: at} }

func TestDue_golden(t *testing.T) {
	t.Parallel()
	shanghai := zone(t, "Asia/Shanghai")
	for _, c := range []struct {
		anchor string
		offset Offset
		want   string
	}{
		{"2026-03-02 23:50", day(1, "10:00"), "2026-03-03 10:00"},
		{"2026-03-02 23:50", day(2, "10:00"), "2026-03-04 10:00"},
		{"2026-03-02 23:50", day(3, "10:00"), "2026-03-05 10:00"},
		{"2026-03-02 00:10", day(1, "10:00"), "2026-03-03 10:00"},
		{"2026-03-09 08:59", Offset{}, "2026-03-09 09:00"},
		{"2026-05-08 17:59", Offset{After: Duration(24 * time.Hour)}, "2026-05-09 17:59"},
		{"2026-05-08 18:00", Offset{}, "2026-05-09 09:00"},
		{"2026-03-02 17:45", Offset{After: Duration(30 * time.Minute)}, "2026-03-03 09:00"},
		{"2026-03-02 10:00", Offset{After: Duration(4 * time.Hour)}, "2026-03-02 14:00"},
		{"2026-01-15 10:00", day(30, "10:00"), "2026-02-14 10:00"},
		{"2026-01-15 10:00", day(60, "10:00"), "2026-03-16 10:00"},
		{"2028-02-28 10:00", day(1, "10:00"), "2028-02-29 10:00"},
		{"2026-12-31 23:59", day(1, "09:00"), "2027-01-01 09:00"},
	} {
		got := Step{Offset: c.offset}.due(local(t, shanghai, c.anchor), office(t, shanghai))
		require.Equal(t, c.want, got.In(shanghai).Format("2006-01-02 15:04"), "%s %+v", c.anchor, c.offset)
		require.Equal(t, time.UTC, got.Location(), "instants are stored in UTC")
	}
}

func TestDue_localDateNotUTCDate(t *testing.T) {
	t.Parallel()
	shanghai := zone(t, "Asia/Shanghai")
	// 07:00 in Shanghai is still yesterday in UTC.
	got := Step{Offset: day(0, "10:00")}.due(local(t, shanghai, "2026-03-03 07:00"), office(t, shanghai))
	require.Equal(t, "2026-03-03 10:00", got.In(shanghai).Format("2006-01-02 15:04"))
}

func TestWallClock_daylightSaving(t *testing.T) {
	t.Parallel()
	berlin := zone(t, "Europe/Berlin")
	gap := wallClock(2026, time.March, 29, 2*60+30, berlin)
	require.Equal(t, "03:30", gap.Format("15:04"), "02:30 does not exist that night: forward")
	twice := wallClock(2026, time.October, 25, 2*60+30, berlin)
	require.Equal(t, "2026-10-25T00:30:00Z", twice.UTC().Format(time.RFC3339), "02:30 exists twice: the first")
	require.Equal(t, "2026-03-30T08:00:00Z", wallClock(2026, time.March, 30, 10*60, berlin).UTC().Format(time.RFC3339))
}

func TestDue_shiftingTheAnchorByDaysShiftsTheTouch(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		shanghai := zone(t, "Asia/Shanghai")
		anchor := time.Unix(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(t, "anchor"), 0)
		k := rapid.IntRange(1, 400).Draw(t, "days")
		s := Step{Offset: day(rapid.IntRange(0, 90).Draw(t, "day"), rapid.SampledFrom([]string{"00:00", "08:15", "10:00", "17:59", "23:59"}).Draw(t, "at"))}
		w := office(t, shanghai)
		require.Equal(t, s.due(anchor, w).AddDate(0, 0, k).UTC(), s.due(anchor.AddDate(0, 0, k), w))
	})
}

func TestDue_isAlwaysInsideTheWindowAndNeverBeforeTheAnchor(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		z := zone(t, rapid.SampledFrom([]string{"Asia/Shanghai", "Europe/Berlin", "America/New_York"}).Draw(t, "zone"))
		anchor := time.Unix(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(t, "anchor"), 0)
		s := Step{Offset: Offset{After: Duration(time.Duration(rapid.IntRange(0, 10_000).Draw(t, "minutes")) * time.Minute)}}
		got := s.due(anchor, office(t, z)).In(z)
		minute := got.Hour()*60 + got.Minute()
		require.GreaterOrEqual(t, minute, 9*60)
		require.Less(t, minute, 18*60)
		require.False(t, got.Before(anchor))
	})
}

func TestBefore_dayZeroEarlierThanTheAnchorHasNeverBeen(t *testing.T) {
	t.Parallel()
	shanghai := zone(t, "Asia/Shanghai")
	w := office(t, shanghai)
	s := Step{Offset: day(0, "10:00")}
	before := func(s Step, anchor, start string) bool {
		return s.before(local(t, shanghai, anchor), local(t, shanghai, start), w)
	}
	require.True(t, before(s, "2026-03-02 15:00", "2026-03-02 15:00"))
	require.False(t, before(s, "2026-03-02 09:59", "2026-03-02 09:59"))
	require.False(t, before(Step{Offset: day(1, "10:00")}, "2026-03-02 15:00", "2026-03-02 15:00"))
	require.False(t, before(Step{Offset: day(-1, "10:00")}, "2026-03-10 15:00", "2026-03-02 15:00"), "an anchor that lies ahead")
	require.True(t, before(Step{Offset: day(1, "10:00")}, "2026-02-10 15:00", "2026-03-02 15:00"), "somebody who comes in late")
}

func TestDue_negativeWorkdaysSkipHolidays(t *testing.T) {
	t.Parallel()
	shanghai := zone(t, "Asia/Shanghai")
	got := Step{Offset: Offset{Workday: -2, At: "10:00"}}.due(local(t, shanghai, "2026-02-25 15:00"), workdays(t, shanghai))
	require.Equal(t, "2026-02-14 10:00", got.In(shanghai).Format("2006-01-02 15:04"), "over the Spring Festival to its make-up day")
}

func TestDuration_readsAndWrites(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"30m": 30 * time.Minute, "4h": 4 * time.Hour, "3d": 72 * time.Hour, "90s": 90 * time.Second, "-2h": -2 * time.Hour, "-1d": -24 * time.Hour} {
		got, err := parseDuration(text)
		require.NoError(t, err)
		require.Equal(t, want, got)
		again, err := parseDuration(Duration(got).String())
		require.NoError(t, err)
		require.Equal(t, want, again)
	}
	for _, text := range []string{"", "3", "3dd", "1e3d", "tomorrow", "99999d"} {
		_, err := parseDuration(text)
		require.Error(t, err, text)
	}
}
