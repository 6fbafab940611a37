package welcome

import (
	"context"
	"fmt"

	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// maxScopeKey is the width of the column scope_key.
const maxScopeKey = 128

// List lists the welcomes by id.
func (s *Service) List(ctx context.Context, page model.Page) ([]model.Welcome, error) {
	var rows []model.Welcome
	err := s.DB.Read(ctx).Where("id > ?", page.After).Order("id").Limit(page.Size()).Find(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("list welcomes: %w", err)
	}
	return rows, nil
}

// Contents lists what the welcomes in force say, whose media WeCom must know at
// any time.
func (s *Service) Contents(ctx context.Context) ([]model.Content, error) {
	var out []model.Content
	for after := int64(0); ; {
		rows, err := s.List(ctx, model.Page{After: after, Limit: model.PageLimit})
		if err != nil || len(rows) == 0 {
			return out, err
		}
		for _, w := range rows {
			if after = w.ID; w.Enabled {
				out = append(out, w.Content.V)
			}
		}
	}
}

// Set stores the welcome of a scope, replacing the one it has. Its id and times
// are ignored. An error of code invalid says what is wrong.
func (s *Service) Set(ctx context.Context, w model.Welcome) (model.Welcome, error) {
	if err := check(w); err != nil {
		return model.Welcome{}, err
	}
	if err := s.Messages.Check(ctx, w.Content.V, model.MediaForMessage); err != nil {
		return model.Welcome{}, err
	}
	var row model.Welcome
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		row = model.Welcome{
			Scope: w.Scope, ScopeKey: scopeKey(w.Scope, w.ScopeKey), Content: w.Content, Enabled: w.Enabled,
		}
		upsert := clause.OnConflict{
			Columns:   []clause.Column{{Name: "scope"}, {Name: "scope_key"}},
			DoUpdates: clause.AssignmentColumns([]string{"content", "enabled", "updated_at"}),
		}
		if err := s.DB.Conn(ctx).Clauses(upsert).Create(&row).Error; err != nil {
			return fmt.Errorf("save welcome: %w", err)
		}
		// An upsert does not tell the id of a row that was there.
		var stored model.Welcome
		err := s.DB.Conn(ctx).Where("scope = ? AND scope_key = ?", row.Scope, row.ScopeKey).Take(&stored).Error
		row = stored
		return err
	})
	if err != nil {
		return model.Welcome{}, fmt.Errorf("set welcome: %w", err)
	}
	return row, nil
}

func check(w model.Welcome) error {
	switch w.Scope {
	case model.WelcomeDefault:
		if w.ScopeKey != "" {
			return model.Invalid("scope_key", "must be empty for the default welcome")
		}
	case model.WelcomeState, model.WelcomeRep:
		if w.ScopeKey == "" {
			return model.Invalid("scope_key", "must name the channel state or the rep's userid")
		}
	default:
		return model.Invalid("scope", "must be default, state or rep")
	}
	if len(w.ScopeKey) > maxScopeKey {
		return model.Invalid("scope_key", fmt.Sprintf("is %d bytes long, %d are allowed", len(w.ScopeKey), maxScopeKey))
	}
	return w.Content.V.Validate()
}

// Delete deletes a welcome; model.ErrNotFound when there is none.
func (s *Service) Delete(ctx context.Context, id int64) error {
	done := s.DB.Conn(ctx).Delete(&model.Welcome{}, id)
	if done.Error != nil {
		return fmt.Errorf("delete welcome %d: %w", id, done.Error)
	}
	if done.RowsAffected == 0 {
		return model.NotFound("welcome")
	}
	return nil
}
