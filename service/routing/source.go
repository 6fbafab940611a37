package routing

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"

	"sixtouch/model"
)

// maxSources bounds how many sources there are: they are all read at once.
const maxSources = 200

// maxStates bounds the states and ways of one source.
const maxStates = 100

// Sources lists all sources in the order in which they are asked.
func (s *Service) Sources(ctx context.Context) ([]model.LeadSource, error) {
	var list []model.LeadSource
	if err := s.db.Read(ctx).Order("position, id").Limit(maxSources).Find(&list).Error; err != nil {
		return nil, fmt.Errorf("list sources: %w", err)
	}
	return list, nil
}

// CreateSource adds a source. A code that is taken is a conflict.
func (s *Service) CreateSource(ctx context.Context, source model.LeadSource) (model.LeadSource, error) {
	if err := checkSource(source); err != nil {
		return source, err
	}
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		var n int64
		if err := s.db.Conn(ctx).Model(&model.LeadSource{}).Count(&n).Error; err != nil {
			return fmt.Errorf("count sources: %w", err)
		}
		if n >= maxSources {
			return model.Conflict("there are 200 sources: change one of them instead")
		}
		source.ID = 0
		return s.db.Conn(ctx).Create(&source).Error
	})
	if errors.Is(err, gorm.ErrDuplicatedKey) {
		return source, model.Conflict("there is a source with this code already")
	}
	return source, err
}

// UpdateSource changes a source but for its code, which leads carry.
func (s *Service) UpdateSource(ctx context.Context, id int64, to model.LeadSource) (model.LeadSource, error) {
	var source model.LeadSource
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		err := s.db.Conn(ctx).Take(&source, id).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return model.NotFound("source")
		}
		if err != nil {
			return fmt.Errorf("load source %d: %w", id, err)
		}
		source.Name, source.Origin, source.ChannelStates, source.AddWays = to.Name, to.Origin, to.ChannelStates, to.AddWays
		source.Weight, source.Position = to.Weight, to.Position
		if err := checkSource(source); err != nil {
			return err
		}
		err = s.db.Conn(ctx).Model(&source).Select("name", "origin", "channel_states", "add_ways", "weight", "position", "updated_at").Updates(&source).Error
		if err != nil {
			return fmt.Errorf("change source %d: %w", id, err)
		}
		return nil
	})
	return source, err
}

func checkSource(source model.LeadSource) error {
	faults := map[string]string{}
	if !regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`).MatchString(source.Code) {
		faults["code"] = "must be a small letter, then letters, digits and _, 64 at most"
	}
	if n := utf8.RuneCountInString(strings.TrimSpace(source.Name)); n == 0 || n > 100 {
		faults["name"] = "must have 1 to 100 characters"
	}
	if !slices.Contains(origins(), source.Origin) {
		faults["origin"] = "must be marketing, rep, partner or other"
	}
	if source.Weight < 0 || source.Weight > 100 {
		faults["weight"] = "must be from 0 to 100"
	}
	if len(source.ChannelStates.V) > maxStates || slices.ContainsFunc(source.ChannelStates.V, badState) {
		faults["channel_states"] = "must be at most 100 states of 1 to 64 characters, with a * at the end only"
	}
	if len(source.AddWays.V) > maxStates || slices.ContainsFunc(source.AddWays.V, func(way int) bool { return way <= 0 }) {
		faults["add_ways"] = "must be at most 100 of WeCom's numbers, from 1"
	}
	if len(faults) == 0 {
		return nil
	}
	return &model.Error{Code: model.CodeInvalid, Message: "the source has faults", Fields: faults}
}

func badState(state string) bool {
	return len(state) == 0 || len(state) > 64 || strings.Contains(strings.TrimSuffix(state, "*"), "*") || state == "*"
}

// sourceOf is the first source that knows the state of the contact way, else the
// first that knows the way of adding; the zero value when none does.
func sourceOf(sources []model.LeadSource, state string, addWay int) model.LeadSource {
	for _, source := range sources {
		if state != "" && slices.ContainsFunc(source.ChannelStates.V, func(pattern string) bool { return covers(pattern, state) }) {
			return source
		}
	}
	for _, source := range sources {
		if slices.Contains(source.AddWays.V, addWay) {
			return source
		}
	}
	return model.LeadSource{}
}

func covers(pattern, state string) bool {
	if prefix, ok := strings.CutSuffix(pattern, "*"); ok {
		return strings.HasPrefix(state, prefix)
	}
	return pattern == state
}
