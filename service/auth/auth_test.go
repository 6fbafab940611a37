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
	require.Equal(t, auth.Principal{Name: "admin", Role: auth.RoleAdmin, Scope: model.Scope{All: true}}, p)
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
	db, clock := modeltest.New(t)
	s := newService(t, db)
	value, err := s.Session(auth.Principal{Name: "admin", Role: auth.RoleAdmin})
	require.NoError(t, err)
	replica := newService(t, db)
	p, err := replica.OpenSession(value)
	require.NoError(t, err, "any replica opens it")
	require.Equal(t, auth.RoleAdmin, p.Role)

	for name, other := range map[string]*auth.Service{
		"another key":      newService(t, db, func(d *auth.Deps) { d.SecretKey = "other" }),
		"another password": newService(t, db, func(d *auth.Deps) { d.Password = "changed" }),
	} {
		_, err := other.OpenSession(value)
		require.Equal(t, model.CodeUnauthenticated, model.CodeOf(err), name)
	}
	for i := range len(value) {
		broken := []byte(value)
		broken[i] ^= 1
		if _, err := s.OpenSession(string(broken)); err == nil {
			// The last character of base64 holds bits that count for nothing.
			require.GreaterOrEqual(t, i, len(value)-4, "byte %d may be changed", i)
		}
	}
	clock.Advance(auth.SessionLife - time.Second)
	_, err = s.OpenSession(value)
	require.NoError(t, err)
	clock.Advance(time.Second)
	_, err = s.OpenSession(value)
	requireCode(t, model.CodeUnauthenticated, err)
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
		require.Equal(t, auth.Principal{Name: "CRM", Role: auth.RoleRead, Scope: model.Scope{All: true}}, p)
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
