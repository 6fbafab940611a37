package auth

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

// tokenPrefix lets people and scanners of leaked secrets know a token.
const tokenPrefix = "stx_"

// setupRole marks the one-time links among the tokens: they are kept, used up
// and forgotten like one, and are good for nothing else.
const setupRole = "setup"

// setupLife is how long a set-up link waits to be used.
const setupLife = time.Hour

// usedEvery bounds how often a token's use is written down.
const usedEvery = time.Minute

// CreateToken makes an API token. Its text is returned this once; only its
// SHA-256 is kept.
func (s *Service) CreateToken(ctx context.Context, name string, role Role) (model.Token, string, error) {
	name = strings.TrimSpace(name)
	faults := map[string]string{}
	if name == "" || len([]rune(name)) > 64 {
		faults["name"] = "must be 1 to 64 characters long"
	}
	if !role.ForToken() {
		faults["role"] = "must be admin, marketer, manager or read"
	}
	if len(faults) > 0 {
		return model.Token{}, "", &model.Error{Code: model.CodeInvalid, Message: "the token cannot be made", Fields: faults}
	}
	return s.createToken(ctx, name, string(role))
}

func (s *Service) createToken(ctx context.Context, name, role string) (model.Token, string, error) {
	random := make([]byte, 32)
	if _, err := rand.Read(random); err != nil {
		return model.Token{}, "", fmt.Errorf("make token: %w", err)
	}
	text := tokenPrefix + base64.RawURLEncoding.EncodeToString(random)
	row := model.Token{Name: name, Role: role, Hash: hashOf(text), CreatedAt: s.DB.Now(ctx)}
	if err := s.DB.Conn(ctx).Create(&row).Error; err != nil {
		return row, "", fmt.Errorf("store token: %w", err)
	}
	return row, text, nil
}

// hashOf needs no salt and no cost: a token is 256 random bits. Looking it up
// by its hash also tells nothing through time: how far two hashes agree says
// nothing about the tokens.
func hashOf(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// VerifyToken tells whose token text is; CodeUnauthenticated when it is unknown
// or revoked.
func (s *Service) VerifyToken(ctx context.Context, text string) (Principal, error) {
	row, err := s.find(ctx, text)
	if err != nil {
		return Principal{}, err
	}
	role := Role(row.Role)
	if !role.ForToken() {
		return Principal{}, refused()
	}
	now := s.DB.Now(ctx)
	if row.LastUsedAt == nil || now.Sub(*row.LastUsedAt) >= usedEvery {
		if err := s.DB.Conn(ctx).Model(&model.Token{}).Where("id = ?", row.ID).Update("last_used_at", now).Error; err != nil {
			s.Logger.WarnContext(ctx, "use of token not noted", "token", row.ID, "error", err)
		}
	}
	return Principal{Name: row.Name, Role: role, Reach: model.ReachAll, Scope: model.Scope{All: true}}, nil
}

func (s *Service) find(ctx context.Context, text string) (model.Token, error) {
	var row model.Token
	if !strings.HasPrefix(text, tokenPrefix) {
		return row, refused()
	}
	err := s.DB.Read(ctx).Take(&row, "hash = ? AND revoked_at IS NULL", hashOf(text)).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return row, refused()
	case err != nil:
		return row, fmt.Errorf("look up token: %w", err)
	}
	return row, nil
}

func refused() error {
	return &model.Error{Code: model.CodeUnauthenticated, Message: "the token is unknown or revoked"}
}

// Tokens lists the tokens that are not revoked, by id.
func (s *Service) Tokens(ctx context.Context, page model.Page) ([]model.Token, error) {
	rows := []model.Token{}
	err := s.DB.Read(ctx).Where("id > ? AND revoked_at IS NULL AND role <> ?", page.After, setupRole).
		Order("id").Limit(page.Size()).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	return rows, nil
}

// RevokeToken ends a token at once.
func (s *Service) RevokeToken(ctx context.Context, id int64) error {
	revoked, err := s.revoke(ctx, id)
	if err == nil && !revoked {
		return model.NotFound(fmt.Sprintf("token %d", id))
	}
	return err
}

func (s *Service) revoke(ctx context.Context, id int64) (bool, error) {
	res := s.DB.Conn(ctx).Model(&model.Token{}).Where("id = ? AND revoked_at IS NULL", id).Update("revoked_at", s.DB.Now(ctx))
	if res.Error != nil {
		return false, fmt.Errorf("revoke token %d: %w", id, res.Error)
	}
	return res.RowsAffected == 1, nil
}

// SetupToken makes the token of a set-up link: whoever opens the link first,
// within an hour, is the administrator. It is made only where no password is
// configured; otherwise CodeConflict.
func (s *Service) SetupToken(ctx context.Context) (string, error) {
	if s.HasPassword() {
		return "", model.Conflict("the administrator has a password: sign in with it")
	}
	_, text, err := s.createToken(ctx, "set-up link", setupRole)
	return text, err
}

// SetUp uses a set-up link up. Of any number of requests, on any number of
// replicas, one is let in.
func (s *Service) SetUp(ctx context.Context, text string) (Principal, error) {
	gone := &model.Error{Code: model.CodeUnauthenticated, Message: "the link was used or is older than an hour: restart the server for a new one"}
	row, err := s.find(ctx, text)
	switch {
	case model.CodeOf(err) == model.CodeUnauthenticated:
		return Principal{}, gone
	case err != nil:
		return Principal{}, err
	}
	if row.Role != setupRole || s.HasPassword() || s.DB.Now(ctx).Sub(row.CreatedAt) >= setupLife {
		return Principal{}, gone
	}
	first, err := s.revoke(ctx, row.ID)
	if err != nil {
		return Principal{}, err
	}
	if !first {
		return Principal{}, gone
	}
	return Administrator(), nil
}
