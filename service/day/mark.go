package day

import (
	"context"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// longestDefer is how long an item can be put off.
const longestDefer = 14 * 24 * time.Hour

// marksKept is how long marks are kept.
const marksKept = 4 * longestDefer

// Reasons lists why a rep may put an item off.
func Reasons() []string { return []string{"busy", "early", "prepare", "colleague"} }

// key names an item.
type key struct {
	kind model.DayKind
	id   int64
}

// Mark says what a rep does with an item of their day: Done puts it away, Until
// puts it off, and neither takes both back.
type Mark struct {
	Kind   model.DayKind
	ID     int64
	Done   bool // alerts only: what is to be done ends where it is done
	Until  time.Time
	Reason string
}

// Set keeps a rep's mark. It concerns nobody else: another rep's item of the same
// id is theirs to mark.
func (s *Service) Set(ctx context.Context, repID int64, m Mark) error {
	now := s.db.Now(ctx)
	faults := map[string]string{}
	if !slices.Contains(marked(), m.Kind) {
		faults["kind"] = fmt.Sprintf("must be one of %v", marked())
	}
	if m.ID <= 0 {
		faults["id"] = "must be a positive number"
	}
	if m.Done && !m.Kind.Alert() {
		faults["done"] = "belongs to alerts: everything else ends where it is done"
	}
	if !m.Until.IsZero() && (m.Done || !m.Until.After(now) || m.Until.After(now.Add(longestDefer))) {
		faults["until"] = "must lie ahead, within 14 days"
	}
	if m.Reason != "" && (m.Until.IsZero() || !slices.Contains(Reasons(), m.Reason)) {
		faults["reason"] = fmt.Sprintf("belongs to putting off, and must be one of %v", Reasons())
	}
	if len(faults) > 0 {
		return &model.Error{Code: model.CodeInvalid, Message: "the mark has faults", Fields: faults}
	}
	row := model.DayMark{RepID: repID, Kind: m.Kind, ItemID: m.ID, Reason: m.Reason, UpdatedAt: now}
	if m.Done {
		row.DoneAt = &now
	}
	if !m.Until.IsZero() {
		until := model.Instant(m.Until)
		row.Until = &until
	}
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		// What a mark was about has gone by then.
		old := s.db.Conn(ctx).Where("rep_id = ? AND updated_at < ?", repID, now.Add(-marksKept))
		if err := old.Delete(&model.DayMark{}).Error; err != nil {
			return err
		}
		return s.db.Conn(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
	})
	return wrap("keep a rep's mark", err)
}

// marked are the kinds that have no other way of being put off.
func marked() []model.DayKind {
	return []model.DayKind{model.DaySend, model.DayHandover, model.DayLead, model.DayAction, model.DayLost, model.DayHot, model.DayNews}
}

// marks are a rep's marks that may still mean something.
func (s *Service) marks(ctx context.Context, repID int64) (map[key]model.DayMark, error) {
	var rows []model.DayMark
	if err := s.db.Read(ctx).Find(&rows, "rep_id = ?", repID).Error; err != nil {
		return nil, fmt.Errorf("load a rep's marks: %w", err)
	}
	out := make(map[key]model.DayMark, len(rows))
	for _, m := range rows {
		out[key{m.Kind, m.ItemID}] = m
	}
	return out, nil
}
