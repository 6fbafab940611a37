// Package auth owns who may come in: the administrator's password, sessions,
// API tokens and the one-time set-up link. It imports model only; the counter
// of failed sign-ins is handed in.
package auth

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"golang.org/x/crypto/argon2"

	"sixtouch/model"
)

// Admin is the name of the one user that the configuration knows.
const Admin = "admin"

// SessionLife is how long a session lasts.
const SessionLife = 7 * 24 * time.Hour

// Failed sign-ins of one user from one address: after maxFailures they are
// refused unheard until lockFor has passed since the last one.
const (
	maxFailures = 10
	lockFor     = 15 * time.Minute
)

// argon2id's cost (RFC 9106): one guess takes about 20 ms and 19 MiB.
const (
	argonTime    = 2
	argonKiB     = 19 * 1024
	argonThreads = 1
	hashBytes    = 32
)

// Role says what somebody may do.
type Role string

// RoleAdmin may do everything; RoleMarketer makes what is sent, to whom and by
// which rules; RoleManager leads reps and works with what is theirs; RoleRep
// works with their own contacts and accounts; RoleRead looks.
const (
	RoleAdmin    Role = "admin"
	RoleMarketer Role = "marketer"
	RoleManager  Role = "manager"
	RoleRep      Role = "rep"
	RoleRead     Role = "read"
)

// Valid tells whether r is a role that somebody can be given.
func (r Role) Valid() bool {
	switch r {
	case RoleAdmin, RoleMarketer, RoleManager, RoleRep, RoleRead:
		return true
	}
	return false
}

// ForToken tells whether an API token may have r: a rep is a person.
func (r Role) ForToken() bool { return r.Valid() && r != RoleRep }

// Principal is somebody who has shown who they are.
type Principal struct {
	Name      string
	Role      Role
	Reach     model.Reach
	Scope     model.Scope // whose customers they see: what the reach comes to
	RepID     int64       // 0: the administrator of the configuration, or a token
	SessionID int64       // 0: a token
	Way       string      // into the session
}

// Administrator is who the configuration knows.
func Administrator() Principal {
	return Principal{Name: Admin, Role: RoleAdmin, Reach: model.ReachAll, Scope: model.Scope{All: true}}
}

// Attempts counts failures of all replicas together.
type Attempts interface {
	Count(ctx context.Context, key string) (int, error)
	Fail(ctx context.Context, key string, window time.Duration) error
	Clear(ctx context.Context, key string) error
}

// Deps equips a Service.
type Deps struct {
	DB       *model.DB
	Attempts Attempts
	Logger   *slog.Logger
	// Clock times sessions. It is the machine's even where the engine's clock
	// can be moved: a week of an SOP must not sign anybody out.
	Clock     model.Clock
	Password  string // the administrator's; empty: only the set-up link opens a session
	SecretKey string // sessions hang on it
}

// Service checks who somebody is. It is safe for concurrent use.
type Service struct {
	Deps
	salt, hash []byte // hash is nil without a password
	hashing    sync.Mutex
	sessionKey []byte
	tree       tree
}

// New returns a service. Only the password's hash is kept.
func New(deps Deps) (*Service, error) {
	if deps.SecretKey == "" {
		return nil, model.Invalid("secret_key", "is needed to sign sessions")
	}
	s := &Service{Deps: deps}
	// Another password, or another key, ends every session.
	mac := hmac.New(sha256.New, []byte(deps.SecretKey))
	fmt.Fprintf(mac, "session\x00%s", deps.Password)
	s.sessionKey = mac.Sum(nil)
	if deps.Password != "" {
		s.salt = make([]byte, 16)
		if _, err := rand.Read(s.salt); err != nil {
			return nil, fmt.Errorf("make salt: %w", err)
		}
		s.hash = s.derive(deps.Password)
		s.Password = ""
	}
	return s, nil
}

// derive hashes one password at a time, so that a flood of guesses takes one
// core and 19 MiB, not the machine.
func (s *Service) derive(password string) []byte {
	s.hashing.Lock()
	defer s.hashing.Unlock()
	return argon2.IDKey([]byte(password), s.salt, argonTime, argonKiB, argonThreads, hashBytes)
}

// HasPassword tells whether somebody can sign in with a password at all.
func (s *Service) HasPassword() bool { return s.hash != nil }

// SignIn checks user and password. After ten failures for a user from one
// address everything from there is refused for 15 minutes (CodeLimited),
// the right password included. A wrong user and a wrong password are the same
// error: CodeUnauthenticated.
func (s *Service) SignIn(ctx context.Context, user, password, address string) (Principal, error) {
	user = strings.TrimSpace(user)
	key := fmt.Sprintf("signin:%x", sha256.Sum256([]byte(user+"\x00"+address)))
	failures, err := s.Attempts.Count(ctx, key)
	if err != nil {
		// Without the counter the hash's cost is what slows guessing.
		s.Logger.WarnContext(ctx, "sign-in without its lock-out", "error", err)
	}
	if failures >= maxFailures {
		return Principal{}, &model.Error{Code: model.CodeLimited, Message: "too many failed sign-ins: wait 15 minutes", After: lockFor}
	}
	// The hash is made for unknown users too: the answer must not come sooner.
	right := subtle.ConstantTimeCompare(s.derive(password), s.hash) == 1
	if !right || user != Admin {
		if err := s.Attempts.Fail(ctx, key, lockFor); err != nil {
			s.Logger.WarnContext(ctx, "failed sign-in not counted", "error", err)
		}
		s.Logger.WarnContext(ctx, "sign-in refused", "address", address)
		return Principal{}, &model.Error{Code: model.CodeUnauthenticated, Message: "wrong user or password"}
	}
	if err := s.Attempts.Clear(ctx, key); err != nil {
		s.Logger.WarnContext(ctx, "failed sign-ins not cleared", "error", err)
	}
	return Administrator(), nil
}

// Within counts something that happens for all replicas together, and tells
// whether it has happened fewer than most times lately: until window has passed
// since the last time.
func (s *Service) Within(ctx context.Context, what string, most int, window time.Duration) bool {
	n, err := s.Attempts.Count(ctx, what)
	if err == nil && n < most {
		err = s.Attempts.Fail(ctx, what, window)
	}
	if err != nil {
		s.Logger.WarnContext(ctx, "not counted", "what", what, "error", err)
	}
	return err == nil && n < most
}
