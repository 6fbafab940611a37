package calendar_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/calendar"
)

func date(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestAnnounced_2026(t *testing.T) {
	t.Parallel()
	days, err := calendar.Announced()
	require.NoError(t, err)
	for _, span := range [][2]string{
		{"2026-01-01", "2026-01-03"},
		{"2026-02-15", "2026-02-23"},
		{"2026-04-04", "2026-04-06"},
		{"2026-05-01", "2026-05-05"},
		{"2026-06-19", "2026-06-21"},
		{"2026-09-25", "2026-09-27"},
		{"2026-10-01", "2026-10-07"},
	} {
		for d := date(span[0]); !d.After(date(span[1])); d = d.AddDate(0, 0, 1) {
			require.False(t, days.Working(d), d)
			require.NotEmpty(t, days.Name(d))
		}
	}
	for _, makeUp := range []string{"2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"} {
		require.True(t, days.Working(date(makeUp)), makeUp)
	}
	require.True(t, days.Working(date("2026-03-02")))
	require.False(t, days.Working(date("2026-03-07")), "a plain Saturday")
}

func TestMissingYear_isLoudFromNovemberOn(t *testing.T) {
	t.Parallel()
	days, err := calendar.Announced()
	require.NoError(t, err)
	require.Zero(t, days.MissingYear(date("2026-10-31")))
	require.Equal(t, 2027, days.MissingYear(date("2026-11-01")))
	require.Equal(t, 2027, days.MissingYear(date("2027-03-01")))
	require.True(t, days.Working(date("2027-02-08")), "without an announcement, weekends only")
}

func TestService_theCorpsDayWins(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		ctx := context.Background()
		s, err := calendar.New(db)
		require.NoError(t, err)
		working := func(day string) bool {
			days, err := s.Days(ctx)
			require.NoError(t, err)
			return days.Working(date(day))
		}
		require.True(t, working("2026-03-02"))
		require.NoError(t, s.Set(ctx, model.CalendarDay{Day: "2026-03-02", Kind: "off", Name: "公司日"}))
		require.NoError(t, s.Set(ctx, model.CalendarDay{Day: "2026-03-02", Kind: "off", Name: "公司纪念日"}))
		require.False(t, working("2026-03-02"))
		require.NoError(t, s.Unset(ctx, "2026-03-02"))
		require.True(t, working("2026-03-02"))
		require.Error(t, s.Set(ctx, model.CalendarDay{Day: "2026-3-2", Kind: "off"}))
		require.Error(t, s.Set(ctx, model.CalendarDay{Day: "2026-03-02", Kind: "half"}))
	})
}
