package auth_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/kv"
	"sixtouch/model/modeltest"
	"sixtouch/service/auth"
)

const password = "s3cret, and long"

func attempts(t *testing.T) auth.Attempts {
	t.Helper()
	k, err := kv.Open(t.Context(), "", slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, k.Close()) })
	return k.Attempts()
}

func newService(t *testing.T, db *model.DB, change ...func(*auth.Deps)) *auth.Service {
	t.Helper()
	deps := auth.Deps{
		DB: db, Attempts: attempts(t), Logger: slog.New(slog.DiscardHandler), Clock: db.Clock(), Password: password, SecretKey: "key",
	}
	for _, c := range change {
		c(&deps)
	}
	s, err := auth.New(deps)
	require.NoError(t, err)
	return s
}

func requireCode(t *testing.T, code model.Code, err error) {
	t.Helper()
	require.Error(t, err)
	require.Equal(t, code, model.CodeOf(err), "%v", err)
}

func TestSignIn_acceptsTheRightPasswordOnly(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	s := newService(t, db)
	p, err := s.SignIn(t.Context(), "admin", password, "198.51.100.1")
	require.NoError(t, err)
	require.Equal(t, auth.Administrator(), p)
	for _, c := range [][2]string{{"admin", ""}, {"admin", password + " "}, {"Admin", password}, {"", password}, {"root", password}} {
		_, err := s.SignIn(t.Context(), c[0], c[1], "198.51.100.1")
		requireCode(t, model.CodeUnauthenticated, err)
	}
	require.NotContains(t, s.Password, password, "only the hash is kept")
}

func TestSignIn_locksOneAddressOutAndNoOther(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	s := newService(t, db)
	replica := newService(t, db, func(d *auth.Deps) { d.Attempts = s.Attempts })
	for i := range 10 {
		service := []*auth.Service{s, replica}[i%2]
		_, err := service.SignIn(t.Context(), "admin", "guess", "198.51.100.1")
		requireCode(t, model.CodeUnauthenticated, err)
	}
	for _, service := range []*auth.Service{s, replica} {
		_, err := service.SignIn(t.Context(), "admin", password, "198.51.100.1")
		requireCode(t, model.CodeLimited, err)
	}
	_, err := s.SignIn(t.Context(), "admin", password, "203.0.113.5")
	require.NoError(t, err, "somebody else must not be locked out by it")
}

func TestSignIn_forgetsFailuresAfterASuccess(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	s := newService(t, db)
	for range 3 {
		for range 9 {
			_, err := s.SignIn(t.Context(), "admin", "guess", "198.51.100.1")
			requireCode(t, model.CodeUnauthenticated, err)
		}
		_, err := s.SignIn(t.Context(), "admin", password, "198.51.100.1")
		require.NoError(t, err)
	}
}

// brokenCounter is Redis when it does not answer.
type brokenCounter struct{}

func (brokenCounter) Count(context.Context, string) (int, error) { return 0, errors.New("no answer") }
func (brokenCounter) Clear(context.Context, string) error        { return errors.New("no answer") }
func (brokenCounter) Fail(context.Context, string, time.Duration) error {
	return errors.New("no answer")
}

func TestSignIn_worksWithoutItsCounter(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	s := newService(t, db, func(d *auth.Deps) { d.Attempts = brokenCounter{} })
	_, err := s.SignIn(t.Context(), "admin", password, "198.51.100.1")
	require.NoError(t, err)
	_, err = s.SignIn(t.Context(), "admin", "guess", "198.51.100.1")
	requireCode(t, model.CodeUnauthenticated, err)
}

func TestSignIn_refusesEverybodyWithoutAPassword(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	s := newService(t, db, func(d *auth.Deps) { d.Password = "" })
	require.False(t, s.HasPassword())
	_, err := s.SignIn(t.Context(), "admin", "", "198.51.100.1")
	requireCode(t, model.CodeUnauthenticated, err)
}

func TestSession_isOpenedByItsKeyUntilItEnds(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		counter := attempts(t)
		service := func(change ...func(*auth.Deps)) *auth.Service {
			return newService(t, db, append(change, func(d *auth.Deps) { d.Attempts = counter })...)
		}
		s := service()
		value, err := s.StartSession(t.Context(), auth.Administrator(), auth.Device{Way: auth.WayPassword, Agent: strings.Repeat("x", 9000)})
		require.NoError(t, err)
		again, err := s.StartSession(t.Context(), auth.Administrator(), auth.Device{Way: auth.WayPassword})
		require.NoError(t, err)
		require.NotEqual(t, value, again)
		p, err := service().OpenSession(t.Context(), value)
		require.NoError(t, err, "any replica opens it")
		require.Equal(t, auth.RoleAdmin, p.Role)
		require.True(t, p.Scope.All)

		for name, other := range map[string]*auth.Service{
			"another key":      service(func(d *auth.Deps) { d.SecretKey = "other" }),
			"another password": service(func(d *auth.Deps) { d.Password = "changed" }),
		} {
			_, err := other.OpenSession(t.Context(), value)
			require.Equal(t, model.CodeUnauthenticated, model.CodeOf(err), name)
		}
		for _, made := range []string{"", value + "x", value[1:], strings.ToUpper(value)} {
			_, err := s.OpenSession(t.Context(), made)
			requireCode(t, model.CodeUnauthenticated, err)
		}
		require.NoError(t, s.EndSession(t.Context(), p.SessionID))
		_, err = s.OpenSession(t.Context(), value)
		requireCode(t, model.CodeUnauthenticated, err)

		clock.Advance(auth.SessionLife - time.Second)
		_, err = s.OpenSession(t.Context(), again)
		require.NoError(t, err)
		clock.Advance(time.Second)
		_, err = s.OpenSession(t.Context(), again)
		requireCode(t, model.CodeUnauthenticated, err)
		clock.Advance(2 * auth.SessionLife)
		require.NoError(t, s.ForgetSessions(t.Context()))
		var left int64
		require.NoError(t, db.Read(t.Context()).Model(&model.Session{}).Count(&left).Error)
		require.Zero(t, left)
	})
}

func TestReach_isTheDepartmentsWithAllBelow(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		s, conn := newService(t, db), db.Conn(t.Context())
		require.NoError(t, conn.Create(&[]model.Department{{ID: 1, Name: "总部"}, {ID: 2, Name: "华东", ParentID: 1}, {ID: 3, Name: "上海", ParentID: 2}, {ID: 4, Name: "华南", ParentID: 1}}).Error)
		reps := []model.Rep{
			{UserID: "boss", CanFollow: true, DepartmentIDs: model.AsJSON([]int64{1})},
			{UserID: "east", CanFollow: true, DepartmentIDs: model.AsJSON([]int64{2})},
			{UserID: "shanghai", CanFollow: true, DepartmentIDs: model.AsJSON([]int64{3, 4})},
			{UserID: "south", CanFollow: true, DepartmentIDs: model.AsJSON([]int64{4})},
		}
		require.NoError(t, conn.Create(&reps).Error)
		own, err := s.SignInMember(t.Context(), "EAST")
		require.NoError(t, err, "WeCom writes userids as it likes")
		require.Equal(t, model.Scope{Reps: []int64{reps[1].ID}}, own.Scope)

		_, err = s.Give(t.Context(), auth.Administrator(), reps[1].ID, auth.Grant{Role: auth.RoleManager, Reach: model.ReachDepartments, DepartmentIDs: []int64{2}})
		require.NoError(t, err)
		manager, err := s.SignInMember(t.Context(), "east")
		require.NoError(t, err)
		require.Equal(t, model.Scope{Reps: []int64{reps[1].ID, reps[2].ID}}, manager.Scope, "sub-departments count, and whoever is in two")

		require.NoError(t, conn.Model(&model.Rep{}).Where("id = ?", reps[3].ID).Update("department_ids", model.AsJSON([]int64{3})).Error)
		clock.Advance(time.Minute)
		manager, err = s.SignInMember(t.Context(), "east")
		require.NoError(t, err)
		require.Equal(t, model.Scope{Reps: []int64{reps[1].ID, reps[2].ID, reps[3].ID}}, manager.Scope, "who has moved is seen within the minute")

		_, err = s.Give(t.Context(), manager, reps[1].ID, auth.Grant{Role: auth.RoleAdmin, Reach: model.ReachAll})
		requireCode(t, model.CodeConflict, err)
		require.NoError(t, conn.Model(&model.Rep{}).Where("id = ?", reps[1].ID).Update("left_at", clock.Now()).Error)
		_, err = s.SignInMember(t.Context(), "east")
		requireCode(t, model.CodeUnauthenticated, err)
	})
}

func TestNew_needsAKey(t *testing.T) {
	t.Parallel()
	_, err := auth.New(auth.Deps{})
	requireCode(t, model.CodeInvalid, err)
}

func TestToken_isKnownByItsHashOnly(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		s := newService(t, db)
		row, text, err := s.CreateToken(t.Context(), " CRM ", auth.RoleRead)
		require.NoError(t, err)
		require.True(t, strings.HasPrefix(text, "stx_"))
		require.Len(t, text, len("stx_")+43, "256 bits")
		var stored model.Token
		require.NoError(t, db.Read(t.Context()).Take(&stored, row.ID).Error)
		require.Len(t, stored.Hash, 32)
		require.NotContains(t, string(stored.Hash), text)

		p, err := s.VerifyToken(t.Context(), text)
		require.NoError(t, err)
		require.Equal(t, auth.Principal{Name: "CRM", Role: auth.RoleRead, Reach: model.ReachAll, Scope: model.Scope{All: true}}, p)
		for _, wrong := range []string{"", "stx_", text[:len(text)-1], text + "x", strings.TrimPrefix(text, "stx_"), strings.ToLower(text)} {
			_, err := s.VerifyToken(t.Context(), wrong)
			requireCode(t, model.CodeUnauthenticated, err)
		}

		require.NoError(t, db.Read(t.Context()).Take(&stored, row.ID).Error)
		require.Equal(t, clock.Now(), *stored.LastUsedAt)
		clock.Advance(30 * time.Second)
		_, err = s.VerifyToken(t.Context(), text)
		require.NoError(t, err)
		require.NoError(t, db.Read(t.Context()).Take(&stored, row.ID).Error)
		require.Equal(t, modeltest.Start(), *stored.LastUsedAt, "not a write per call")

		require.NoError(t, s.RevokeToken(t.Context(), row.ID))
		_, err = s.VerifyToken(t.Context(), text)
		requireCode(t, model.CodeUnauthenticated, err)
		require.ErrorIs(t, s.RevokeToken(t.Context(), row.ID), model.ErrNotFound)
	})
}

func TestToken_refusesBadNamesAndRoles(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	s := newService(t, db)
	_, _, err := s.CreateToken(t.Context(), " ", "setup")
	var e *model.Error
	require.ErrorAs(t, err, &e)
	require.Len(t, e.Fields, 2)
	_, _, err = s.CreateToken(t.Context(), strings.Repeat("名", 64), auth.RoleAdmin)
	require.NoError(t, err, "characters are counted, not bytes")
}

func TestSetUpLink_letsOneOfManyIn(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		open := func(d *auth.Deps) { d.Password = "" }
		s, replica := newService(t, db, open), newService(t, db, open)
		link, err := s.SetupToken(t.Context())
		require.NoError(t, err)
		_, err = s.VerifyToken(t.Context(), link)
		requireCode(t, model.CodeUnauthenticated, err)
		tokens, err := s.Tokens(t.Context(), model.Page{})
		require.NoError(t, err)
		require.Empty(t, tokens, "a link is not shown among the tokens")

		var all sync.WaitGroup
		results := make([]error, 16)
		for i := range results {
			all.Go(func() { _, results[i] = []*auth.Service{s, replica}[i%2].SetUp(t.Context(), link) })
		}
		all.Wait()
		let := 0
		for _, err := range results {
			if err == nil {
				let++
				continue
			}
			requireCode(t, model.CodeUnauthenticated, err)
		}
		require.Equal(t, 1, let)

		late, err := s.SetupToken(t.Context())
		require.NoError(t, err)
		clock.Advance(time.Hour)
		_, err = s.SetUp(t.Context(), late)
		requireCode(t, model.CodeUnauthenticated, err)

		_, ordinary, err := s.CreateToken(t.Context(), "CRM", auth.RoleAdmin)
		require.NoError(t, err)
		_, err = s.SetUp(t.Context(), ordinary)
		requireCode(t, model.CodeUnauthenticated, err)
	})
}

func TestSetUpLink_isNotMadeBesideAPassword(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	link, err := newService(t, db, func(d *auth.Deps) { d.Password = "" }).SetupToken(t.Context())
	require.NoError(t, err)
	s := newService(t, db)
	_, err = s.SetupToken(t.Context())
	requireCode(t, model.CodeConflict, err)
	_, err = s.SetUp(t.Context(), link)
	requireCode(t, model.CodeUnauthenticated, err)
}
