package auth

import (
	"context"
	"crypto/hmac"
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

// Ways into a session.
const (
	WayPassword = "password"
	WayLink     = "link"  // the set-up link, or the demo's
	WayQR       = "qr"    // scanned with WeCom
	WayWeCom    = "wecom" // opened inside WeCom
)

// Device is the browser that signs in.
type Device struct{ Way, Agent, Address string }

// seenEvery bounds how often a session's use is written down.
const seenEvery = time.Minute

// Most characters that are kept of what a browser says of itself.
const (
	maxAgent   = 255
	maxAddress = 64
)

// StartSession makes the cookie's value for p, good for SessionLife. Its random
// id is new, whatever cookie the browser had: nobody can hand somebody a session
// beforehand.
func (s *Service) StartSession(ctx context.Context, p Principal, from Device) (string, error) {
	random := make([]byte, 32)
	if _, err := rand.Read(random); err != nil {
		return "", fmt.Errorf("make session: %w", err)
	}
	value, now := base64.RawURLEncoding.EncodeToString(random), model.Instant(s.Clock.Now())
	row := model.Session{
		Hash: s.hashOf(value), RepID: p.RepID, Way: from.Way, Agent: cut(from.Agent, maxAgent), Address: cut(from.Address, maxAddress),
		CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(SessionLife),
	}
	if err := s.DB.Conn(ctx).Create(&row).Error; err != nil {
		return "", fmt.Errorf("store session: %w", err)
	}
	return value, nil
}

// hashOf depends on the key and the administrator's password: another one of
// either ends every session.
func (s *Service) hashOf(value string) []byte {
	mac := hmac.New(sha256.New, s.sessionKey)
	mac.Write([]byte(value))
	return mac.Sum(nil)
}

func cut(text string, most int) string {
	runes := []rune(strings.ToValidUTF8(text, ""))
	return string(runes[:min(len(runes), most)])
}

// sessionRow is a session with who it is.
type sessionRow struct {
	model.Session
	Name          string
	UserID        string
	CanFollow     bool
	LeftAt        *time.Time
	Role          string
	Reach         model.Reach
	DepartmentIDs model.JSON[[]int64]
	BlockedAt     *time.Time
}

// OpenSession tells whose session a cookie's value is; CodeUnauthenticated when
// it is made up, has ended or belongs to somebody who may not come in any more.
func (s *Service) OpenSession(ctx context.Context, value string) (Principal, error) {
	var row sessionRow
	err := s.DB.Read(ctx).Table("sessions s").
		Select("s.*, COALESCE(r.name, '') AS name, COALESCE(r.userid, '') AS user_id, COALESCE(r.can_follow, FALSE) AS can_follow, r.left_at, "+
			"COALESCE(u.role, '') AS role, COALESCE(u.reach, '') AS reach, COALESCE(u.department_ids, '[]') AS department_ids, u.blocked_at").
		Joins("LEFT JOIN reps r ON r.id = s.rep_id").Joins("LEFT JOIN users u ON u.rep_id = s.rep_id").
		Where("s.hash = ?", s.hashOf(value)).Take(&row).Error
	now := s.Clock.Now()
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return Principal{}, &model.Error{Code: model.CodeUnauthenticated, Message: "sign in first"}
	case err != nil:
		return Principal{}, fmt.Errorf("look up session: %w", err)
	case row.EndedAt != nil || !now.Before(row.ExpiresAt):
		return Principal{}, &model.Error{Code: model.CodeUnauthenticated, Message: "the session has ended: sign in again"}
	}
	p, err := s.whose(ctx, row)
	if err != nil {
		return p, err
	}
	p.SessionID, p.Way = row.ID, row.Way
	if now.Sub(row.SeenAt) >= seenEvery {
		if err := s.DB.Conn(ctx).Model(&model.Session{}).Where("id = ?", row.ID).Update("seen_at", model.Instant(now)).Error; err != nil {
			s.Logger.WarnContext(ctx, "use of session not noted", "session", row.ID, "error", err)
		}
	}
	return p, nil
}

func (s *Service) whose(ctx context.Context, row sessionRow) (Principal, error) {
	if row.RepID == 0 {
		return Administrator(), nil
	}
	m := Member{RepID: row.RepID, Name: row.Name, UserID: row.UserID, CanFollow: row.CanFollow, LeftAt: row.LeftAt, BlockedAt: row.BlockedAt}
	m.Role, m.Reach, m.DepartmentIDs = Role(row.Role), row.Reach, row.DepartmentIDs.V
	return s.enter(ctx, m)
}

// EndSession signs out.
func (s *Service) EndSession(ctx context.Context, id int64) error {
	_, err := s.end(s.DB.Conn(ctx).Where("id = ?", id))
	return err
}

// RevokeSession ends a session: one's own, or anybody's for an administrator.
func (s *Service) RevokeSession(ctx context.Context, p Principal, id int64) error {
	q := s.DB.Conn(ctx).Where("id = ?", id)
	if p.Role != RoleAdmin {
		q = q.Where("rep_id = ?", p.browsersOf())
	}
	ended, err := s.end(q)
	if err == nil && !ended {
		return model.NotFound(fmt.Sprintf("session %d", id))
	}
	return err
}

// browsersOf is whose sessions are p's own: a token has none, and must not pass
// for the administrator, who is no member either.
func (p Principal) browsersOf() int64 {
	if p.SessionID == 0 {
		return -1
	}
	return p.RepID
}

func (s *Service) end(which *gorm.DB) (bool, error) {
	res := which.Model(&model.Session{}).Where("ended_at IS NULL").Update("ended_at", model.Instant(s.Clock.Now()))
	if res.Error != nil {
		return false, fmt.Errorf("end session: %w", res.Error)
	}
	return res.RowsAffected > 0, nil
}

// OpenedSession is a session in a list.
type OpenedSession struct {
	model.Session
	Name   string // of the member; empty for the administrator
	UserID string
}

// Sessions lists the sessions that are open, the newest first: p's own, or
// everybody's for an administrator who asks for them.
func (s *Service) Sessions(ctx context.Context, p Principal, everybody bool, page model.Page) ([]OpenedSession, error) {
	q := s.DB.Read(ctx).Table("sessions s").Select("s.*, COALESCE(r.name, '') AS name, COALESCE(r.userid, '') AS user_id").
		Joins("LEFT JOIN reps r ON r.id = s.rep_id").Where("s.ended_at IS NULL AND s.expires_at > ?", s.Clock.Now())
	if !everybody || p.Role != RoleAdmin {
		q = q.Where("s.rep_id = ?", p.browsersOf())
	}
	if page.After > 0 {
		q = q.Where("s.id < ?", page.After)
	}
	rows := []OpenedSession{}
	if err := q.Order("s.id DESC").Limit(page.Size()).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return rows, nil
}

// ForgetSessions deletes sessions that ended long ago, a page at a time.
func (s *Service) ForgetSessions(ctx context.Context) error {
	var ids []int64
	old := s.Clock.Now().Add(-SessionLife)
	if err := s.DB.Read(ctx).Model(&model.Session{}).Where("expires_at < ?", old).Limit(model.PageLimit).Pluck("id", &ids).Error; err != nil {
		return fmt.Errorf("find old sessions: %w", err)
	}
	if len(ids) == 0 {
		return nil
	}
	if err := s.DB.Conn(ctx).Where("id IN ?", ids).Delete(&model.Session{}).Error; err != nil {
		return fmt.Errorf("delete old sessions: %w", err)
	}
	return nil
}
