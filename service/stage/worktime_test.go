package stage

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/service/calendar"
)

// The clock stands still at night, at weekends and on holidays, and runs on the
// Saturdays that make up for them.
func TestHours_countOnlyWhatIsWorked(t *testing.T) {
	t.Parallel()
	days, err := calendar.Announced()
	require.NoError(t, err)
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	h := hours{zone: zone, from: 9 * time.Hour, to: 18 * time.Hour, working: days.Working}
	at := func(stamp string) time.Time {
		moment, err := time.ParseInLocation("2006-01-02 15:04", stamp, zone)
		require.NoError(t, err)
		return moment
	}
	for _, tc := range []struct {
		from    string
		minutes int
		want    string
	}{
		{"2026-03-02 10:00", 120, "2026-03-02 12:00"},
		{"2026-03-02 07:00", 120, "2026-03-02 11:00"},
		{"2026-03-02 16:00", 120, "2026-03-02 18:00"},
		{"2026-03-02 17:00", 120, "2026-03-03 10:00"},
		{"2026-03-06 17:30", 120, "2026-03-09 10:30"}, // over a weekend
		{"2026-02-13 17:00", 120, "2026-02-14 10:00"}, // the Saturday before the Spring Festival is worked
		{"2026-02-14 17:30", 120, "2026-02-24 10:30"}, // and nine days are not
		{"2026-03-02 09:00", 1080, "2026-03-03 18:00"},
	} {
		require.Equal(t, tc.want, h.add(at(tc.from), tc.minutes).In(zone).Format("2006-01-02 15:04"), "%s and %d minutes", tc.from, tc.minutes)
		require.Equal(t, tc.minutes, h.between(at(tc.from), at(tc.want)), "from %s until %s", tc.from, tc.want)
	}
	require.Zero(t, h.between(at("2026-03-03 10:00"), at("2026-03-02 10:00")))
	never := hours{zone: zone, from: 9 * time.Hour, to: 18 * time.Hour, working: func(time.Time) bool { return false }}
	require.Equal(t, at("2026-03-02 12:00").UTC(), never.add(at("2026-03-02 10:00"), 120), "a calendar without a working day")
}

func TestNumber_neverRoundsUpToAThreshold(t *testing.T) {
	t.Parallel()
	for v, want := range map[float64]string{63.35: "63.3", 60: "60", 59.99: "59.9", 0: "0"} {
		require.Equal(t, want, number(v))
	}
}
