package scoring

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"gorm.io/gorm"

	"sixtouch/model"
)

// maxNote bounds a note on rules, in characters.
const maxNote = 200

// Live returns the rules that hold now and their version, 0 for the defaults.
func (s *Service) Live(ctx context.Context) (Rules, int64, error) {
	b, err := s.book(ctx)
	return b.Rules, b.version, err
}

// Draft saves a new draft of rules.
func (s *Service) Draft(ctx context.Context, doc json.RawMessage, note, author string) (model.ScoreRules, error) {
	row, err := draft(doc, note)
	if err != nil {
		return row, err
	}
	row.Author = author
	return row, wrap("save score rules", s.DB.Conn(ctx).Create(&row).Error)
}

// Change rewrites a draft; what was published stays as it is.
func (s *Service) Change(ctx context.Context, id int64, doc json.RawMessage, note, author string) (model.ScoreRules, error) {
	row, err := draft(doc, note)
	if err != nil {
		return row, err
	}
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		old, err := s.lockDraft(ctx, id)
		if err != nil {
			return err
		}
		row.ID, row.CreatedAt, row.Author = id, old.CreatedAt, author
		return wrap("change score rules", s.DB.Conn(ctx).Save(&row).Error)
	})
	return row, err
}

func draft(doc json.RawMessage, note string) (model.ScoreRules, error) {
	rules, err := Parse(doc)
	if err != nil {
		return model.ScoreRules{}, err
	}
	if utf8.RuneCountInString(note) > maxNote {
		return model.ScoreRules{}, model.Invalid("note", fmt.Sprintf("has more than %d characters", maxNote))
	}
	clean, err := json.Marshal(rules)
	if err != nil {
		return model.ScoreRules{}, fmt.Errorf("write score rules: %w", err)
	}
	return model.ScoreRules{Doc: model.AsJSON(json.RawMessage(clean)), Note: note}, nil
}

func (s *Service) lockDraft(ctx context.Context, id int64) (model.ScoreRules, error) {
	var row model.ScoreRules
	err := s.DB.Conn(ctx).Clauses(forUpdate()).Take(&row, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, model.NotFound("score rules")
	}
	if err == nil && row.Version != nil {
		return row, model.Conflict("these rules are published: make a draft of them")
	}
	return row, wrap("lock score rules", err)
}

// Publish makes a draft the live rules, under the next number, and begins to
// bring everybody's numbers to them. Lines that are written stay as they are and
// keep the version that they were written by; weights, fading and fit are those
// of the live rules.
func (s *Service) Publish(ctx context.Context, id int64, publisher string) (model.ScoreRules, error) {
	var row model.ScoreRules
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		var err error
		if row, err = s.lockDraft(ctx, id); err != nil {
			return err
		}
		if _, err := Parse(row.Doc.V); err != nil {
			return err
		}
		var last struct{ Version int64 }
		if err := s.DB.Conn(ctx).Model(&model.ScoreRules{}).Select("COALESCE(MAX(version), 0) AS version").Take(&last).Error; err != nil {
			return fmt.Errorf("number score rules: %w", err)
		}
		now, version := s.DB.Now(ctx), last.Version+1
		row.Version, row.Publisher, row.PublishedAt = &version, publisher, &now
		err = s.DB.Conn(ctx).Save(&row).Error
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			return model.Conflict("somebody else has just published rules: look at them first")
		}
		if err != nil {
			return fmt.Errorf("publish score rules: %w", err)
		}
		_, err = s.begin(ctx, model.ScoreJobRescore, id, publisher)
		return err
	})
	return row, err
}

// Version returns rules by id; model.ErrNotFound if there are none.
func (s *Service) Version(ctx context.Context, id int64) (model.ScoreRules, error) {
	var row model.ScoreRules
	err := s.DB.Read(ctx).Take(&row, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return row, model.NotFound("score rules")
	}
	return row, wrap("load score rules", err)
}

// Versions lists drafts and published rules, the newest first.
func (s *Service) Versions(ctx context.Context, page model.Page) ([]model.ScoreRules, error) {
	q := s.DB.Read(ctx).Order("id DESC").Limit(page.Size())
	if page.After > 0 {
		q = q.Where("id < ?", page.After)
	}
	var list []model.ScoreRules
	return list, wrap("list score rules", q.Find(&list).Error)
}
