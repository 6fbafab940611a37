// Package webhook tells other systems what happens: stages that contacts enter,
// new MQLs, touches that have reached their end. What is to be told is written in
// the transaction in which it happens, and sent by any replica until the other
// side has taken it. It imports model only.
//
// Requests follow the Standard Webhooks specification: the headers webhook-id,
// webhook-timestamp and webhook-signature, which is "v1," and the base64 of
// HMAC-SHA256 over "id.timestamp.body" with the secret behind "whsec_". The id is
// the same at every try, so a receiver can drop repeats; a receiver should refuse
// timestamps older than five minutes.
package webhook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"

	"gorm.io/gorm"

	"sixtouch/model"
)

// Deps is what the package is handed.
type Deps struct {
	DB     *model.DB
	Logger *slog.Logger
	// SecretKey is what secrets are encrypted with.
	SecretKey string
	// Private allows endpoints in private networks and without TLS.
	Private bool
	// Wake tells the sending loop that there is work; may be nil.
	Wake func()
}

// Service keeps endpoints and what they are told. It is safe for concurrent use.
type Service struct {
	Deps
	vault vault
}

// New returns a service.
func New(deps Deps) (*Service, error) {
	v, err := newVault(deps.SecretKey)
	if err != nil {
		return nil, err
	}
	return &Service{Deps: deps, vault: v}, nil
}

// Bounds of endpoints.
const (
	maxWebhooks = 20
	maxURL      = 1024
)

// Events are those that an endpoint may ask for.
func Events() []model.WebhookEvent {
	return []model.WebhookEvent{model.WebhookStageEntered, model.WebhookMQL, model.WebhookTouch}
}

// Create adds an endpoint and returns its secret, which is shown this once.
func (s *Service) Create(ctx context.Context, to string, events []model.WebhookEvent, author string) (model.Webhook, string, error) {
	w := model.Webhook{URL: to, Events: model.AsJSON(events), Active: true, Author: author}
	if err := s.check(w); err != nil {
		return w, "", err
	}
	secret, sealed, err := s.vault.newSecret()
	if err != nil {
		return w, "", err
	}
	w.SealedSecret = sealed
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		var n int64
		if err := s.DB.Conn(ctx).Model(&model.Webhook{}).Count(&n).Error; err != nil {
			return fmt.Errorf("count endpoints: %w", err)
		}
		if n >= maxWebhooks {
			return model.Conflict("there are 20 endpoints: delete one of them first")
		}
		w.ID = 0
		if err := s.DB.Conn(ctx).Create(&w).Error; err != nil {
			return fmt.Errorf("store endpoint: %w", err)
		}
		return nil
	})
	return w, secret, err
}

// Update changes where an endpoint is, what it hears of and whether it is told at
// all. What waits for an endpoint that is not active waits on.
func (s *Service) Update(ctx context.Context, id int64, to string, events []model.WebhookEvent, active bool) (model.Webhook, error) {
	var w model.Webhook
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		var err error
		if w, err = s.get(ctx, id); err != nil {
			return err
		}
		w.URL, w.Events, w.Active = to, model.AsJSON(events), active
		if err := s.check(w); err != nil {
			return err
		}
		if err := s.DB.Conn(ctx).Model(&w).Select("url", "events", "active", "updated_at").Updates(&w).Error; err != nil {
			return fmt.Errorf("change endpoint %d: %w", id, err)
		}
		return nil
	})
	if err == nil {
		s.wake(ctx)
	}
	return w, err
}

// Delete removes an endpoint and all that it was told or is still to be told.
func (s *Service) Delete(ctx context.Context, id int64) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		res := s.DB.Conn(ctx).Delete(&model.Webhook{}, id)
		if res.Error != nil {
			return fmt.Errorf("delete endpoint %d: %w", id, res.Error)
		}
		if res.RowsAffected == 0 {
			return model.NotFound("endpoint")
		}
		if err := s.DB.Conn(ctx).Where("webhook_id = ?", id).Delete(&model.WebhookDelivery{}).Error; err != nil {
			return fmt.Errorf("delete what endpoint %d was told: %w", id, err)
		}
		return nil
	})
}

// List returns all endpoints.
func (s *Service) List(ctx context.Context) ([]model.Webhook, error) {
	var list []model.Webhook
	if err := s.DB.Read(ctx).Order("id").Limit(maxWebhooks).Find(&list).Error; err != nil {
		return nil, fmt.Errorf("list endpoints: %w", err)
	}
	return list, nil
}

func (s *Service) get(ctx context.Context, id int64) (model.Webhook, error) {
	var w model.Webhook
	err := s.DB.Conn(ctx).Take(&w, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return w, model.NotFound("endpoint")
	}
	if err != nil {
		return w, fmt.Errorf("load endpoint %d: %w", id, err)
	}
	return w, nil
}

func (s *Service) check(w model.Webhook) error {
	faults := map[string]string{}
	to, err := url.Parse(w.URL)
	switch {
	case err != nil || to.Host == "" || to.User != nil || len(w.URL) > maxURL:
		faults["url"] = "must be an address such as https://crm.example.com/hooks, without a user and a password in it"
	case to.Scheme != "https" && (to.Scheme != "http" || !s.Private):
		faults["url"] = "must begin with https://"
	}
	if len(w.Events.V) == 0 || slices.ContainsFunc(w.Events.V, func(e model.WebhookEvent) bool { return !slices.Contains(Events(), e) }) {
		faults["events"] = "must be one or more of stage_entered, mql and touch"
	}
	if len(faults) == 0 {
		return nil
	}
	return &model.Error{Code: model.CodeInvalid, Message: "the endpoint has faults", Fields: faults}
}

func (s *Service) wake(ctx context.Context) {
	if s.Wake != nil {
		model.AfterCommit(ctx, s.Wake)
	}
}
