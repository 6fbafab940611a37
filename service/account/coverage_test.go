package account_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/service/account"
)

func TestCover_goldens(t *testing.T) {
	t.Parallel()
	seat := func(role model.Role, touched bool) account.Seat { return account.Seat{Role: role, Touched: touched} }
	boss, cto, buyer, unknown := seat(model.RoleBoss, true), seat(model.RoleCTO, true), seat(model.RolePurchasing, true), seat("", true)
	for name, tc := range map[string]struct {
		people  []account.Seat
		known   int
		level   account.Level
		reasons []string
	}{
		"3 of 7, no decision maker":       {[]account.Seat{cto, buyer, seat(model.RolePractitioner, true), unknown}, 3, account.LevelRed, []string{account.CoverNoKP, account.CoverFew}},
		"3 of 7 with one":                 {[]account.Seat{cto, buyer, boss}, 3, account.LevelAmber, []string{account.CoverFew}},
		"the boss was never reached":      {[]account.Seat{cto, buyer, seat(model.RoleBoss, false)}, 3, account.LevelRed, []string{account.CoverKPUntold, account.CoverFew}},
		"a key person by somebody's word": {[]account.Seat{cto, buyer, {Role: model.RoleInfluencer, IsKP: true, Touched: true}}, 3, account.LevelAmber, []string{account.CoverFew}},
		"two are below the floor":         {[]account.Seat{boss, cto}, 2, account.LevelRed, []string{account.CoverBelowFloor}},
		"everything hangs on one":         {[]account.Seat{boss}, 1, account.LevelRed, []string{account.CoverOnlyOne, account.CoverBelowFloor}},
		"nobody":                          {nil, 0, account.LevelRed, []string{account.CoverNobody, account.CoverBelowFloor}},
		"a competitor is nobody":          {[]account.Seat{seat(model.RoleCompetitor, true)}, 0, account.LevelRed, []string{account.CoverNobody, account.CoverBelowFloor}},
		"seven, and the boss was reached": {[]account.Seat{boss, cto, buyer, cto, buyer, cto, buyer}, 7, account.LevelGreen, []string{}},
	} {
		c := account.Cover(tc.people, account.DefaultWant())
		require.Equal(t, tc.known, c.Known, name)
		require.Equal(t, 7, c.Expected, name)
		require.Equal(t, tc.level, c.Level, name)
		require.Equal(t, tc.reasons, c.Reasons, name)
	}
	c := account.Cover([]account.Seat{cto, seat(model.RolePurchasing, false), boss}, account.Want{Expected: 3, Floor: 2})
	require.Equal(t, account.LevelGreen, c.Level, "what is expected is the account's matter")
	require.Equal(t, []model.Role{model.RoleBoss, model.RoleCTO}, c.RolesTouched)
	require.Len(t, c.Roles, 3)
}

// G5: three and three pass, five fail, none fails.
func TestNewRing_goldens(t *testing.T) {
	t.Parallel()
	require.True(t, account.NewRing(3, 3, 6).Full)
	require.False(t, account.NewRing(2, 3, 6).Full)
	require.False(t, account.NewRing(0, 0, 6).Full)
	require.True(t, account.NewRing(5, 0, 5).Full, "a tier may ask for another number")
}
