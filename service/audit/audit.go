// Package audit keeps who changed what, when and from where. An entry is written
// in the transaction of the change where there is one. It imports model only.
package audit

import (
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

// Keep is how long entries are kept.
const Keep = 2 * 365 * 24 * time.Hour

// purgePage is how many entries one purge deletes at most.
const purgePage = 1000

// Service writes and reads the log.
type Service struct{ db *model.DB }

// New returns a service.
func New(db *model.DB) *Service { return &Service{db: db} }

// Write stores an entry, in the transaction of ctx if there is one. Written
// again, because the transaction runs again, it is still one entry.
func (s *Service) Write(ctx context.Context, e *model.AuditEntry) error {
	e.ID, e.At = 0, s.db.Now(ctx)
	e.Who, e.ObjectID, e.Detail = cut(e.Who, 64), cut(e.ObjectID, 64), cut(e.Detail, 255)
	if err := s.db.Conn(ctx).Create(e).Error; err != nil {
		return fmt.Errorf("write audit entry: %w", err)
	}
	return nil
}

func cut(text string, most int) string {
	runes := []rune(text)
	return string(runes[:min(len(runes), most)])
}

// Name adds what has been made to an entry that was written before it had an id.
func (s *Service) Name(ctx context.Context, e *model.AuditEntry, objectID string) error {
	e.ObjectID = cut(objectID, 64)
	if err := s.db.Conn(ctx).Model(&model.AuditEntry{}).Where("id = ?", e.ID).Update("object_id", e.ObjectID).Error; err != nil {
		return fmt.Errorf("name what was made: %w", err)
	}
	return nil
}

// Filter narrows the log; zero fields do not. ObjectID goes with ObjectKind.
type Filter struct {
	Who        string
	ObjectKind string
	ObjectID   string
	From, To   time.Time // To is not inside
}

// Place is where a page begins: behind this entry.
type Place struct {
	At time.Time
	ID int64
}

// Entries lists the log, the newest first.
func (s *Service) Entries(ctx context.Context, f Filter, limit int, after Place) ([]model.AuditEntry, error) {
	rows := []model.AuditEntry{}
	if err := s.query(ctx, f, limit, after).Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("list audit entries: %w", err)
	}
	return rows, nil
}

func (s *Service) query(ctx context.Context, f Filter, limit int, after Place) *gorm.DB {
	q := s.db.Read(ctx).Model(&model.AuditEntry{})
	if f.Who != "" {
		q = q.Where("who = ?", f.Who)
	}
	if f.ObjectKind != "" {
		q = q.Where("object_kind = ?", f.ObjectKind)
		if f.ObjectID != "" {
			q = q.Where("object_id = ?", f.ObjectID)
		}
	}
	if !f.From.IsZero() {
		q = q.Where("at >= ?", f.From)
	}
	if !f.To.IsZero() {
		q = q.Where("at < ?", f.To)
	}
	if after.ID > 0 {
		q = q.Where("at <= ? AND (at < ? OR id < ?)", after.At, after.At, after.ID)
	}
	return q.Order("at DESC, id DESC").Limit(model.Page{Limit: limit}.Size())
}

// Purge deletes entries older than Keep, a page at a time.
func (s *Service) Purge(ctx context.Context) error {
	var ids []int64
	err := s.db.Read(ctx).Model(&model.AuditEntry{}).Where("at < ?", s.db.Now(ctx).Add(-Keep)).Order("at").Limit(purgePage).Pluck("id", &ids).Error
	if err != nil {
		return fmt.Errorf("find old audit entries: %w", err)
	}
	if len(ids) == 0 {
		return nil
	}
	if err := s.db.Conn(ctx).Where("id IN ?", ids).Delete(&model.AuditEntry{}).Error; err != nil {
		return fmt.Errorf("delete old audit entries: %w", err)
	}
	return nil
}
