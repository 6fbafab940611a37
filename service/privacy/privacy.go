// Package privacy exports and erases what is known of one person. What is
// personal is marked in the tables' structs; which rows are about a contact is
// said in rules.go, one rule per table. Erasing blanks the personal columns and
// keeps the rows, so that counts and reports stay as they were. What remains of a
// person are ids, WeCom's external_userid among them: without it a later callback
// would bring the data back.
package privacy

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sixtouch/model"
)

const (
	// hurried is how many pages a request waits for; what is left goes on in the
	// background.
	hurried = 60
	// atOnce bounds how many erasures one look serves.
	atOnce = 20
	// pause is how long what is in mid-call is left alone.
	pause = 10 * time.Minute
)

// Recorder records an activity in the transaction of ctx.
type Recorder func(ctx context.Context, a model.Activity) error

// Deps is what the package is handed.
type Deps struct {
	DB     *model.DB
	Record Recorder
	Logger *slog.Logger
}

// Service exports and erases. It is safe for concurrent use, by any number of
// replicas.
type Service struct{ Deps }

// New returns a service.
func New(deps Deps) *Service { return &Service{deps} }

// Erase begins to erase a contact's personal data and does the first pages; Run
// goes on with what is left. From its first transaction on programmes have let
// the contact go, planned touches are cancelled, consent is refused, and what
// WeCom says of the person is not stored any more. Erasing whose data are erased
// answers with the erasure there was.
func (s *Service) Erase(ctx context.Context, contactID int64, by string, reason model.ErasureReason) (model.Erasure, error) {
	if !slices.Contains([]model.ErasureReason{model.ErasureRequested, model.ErasureWithdrawn, model.ErasureEnded, model.ErasureMistaken}, reason) {
		return model.Erasure{}, model.Invalid("reason", "must be one of [requested withdrawn ended mistaken]")
	}
	var e model.Erasure
	err := s.DB.InTx(ctx, func(ctx context.Context) (err error) {
		e, err = s.begin(ctx, contactID, by, reason)
		return err
	})
	if err != nil {
		return e, fmt.Errorf("begin to erase contact %d: %w", contactID, err)
	}
	for range hurried {
		more, err := s.page(ctx, e.ID)
		if err != nil {
			return e, err
		}
		if !more {
			break
		}
	}
	err = s.DB.Conn(ctx).Take(&e, e.ID).Error
	return e, wrap("load erasure", err)
}

func (s *Service) begin(ctx context.Context, contactID int64, by string, reason model.ErasureReason) (e model.Erasure, err error) {
	c, err := s.lockContact(ctx, contactID)
	if err != nil {
		return e, err
	}
	if c.ErasedAt != nil {
		err := s.DB.Conn(ctx).Order("id DESC").Take(&e, "contact_id = ?", contactID).Error
		return e, wrap("load the erasure there was", err)
	}
	now := s.DB.Now(ctx)
	e = model.Erasure{
		ContactID: contactID, OpenSlot: new(int8(1)), State: model.ErasureRunning, Reason: reason, RequestedBy: by,
		Counts: model.AsJSON(map[string]int64{}), NextAt: now, CreatedAt: now, UpdatedAt: now,
	}
	if err := s.DB.Conn(ctx).Create(&e).Error; err != nil {
		return e, fmt.Errorf("store erasure: %w", err)
	}
	err = s.DB.Conn(ctx).Model(&model.Contact{}).Where("id = ?", contactID).
		Updates(map[string]any{"erased_at": now, "consent": model.ConsentRefused, "updated_at": now}).Error
	if err != nil {
		return e, fmt.Errorf("mark contact: %w", err)
	}
	err = s.Record(ctx, model.Activity{
		DedupeKey: fmt.Sprintf("%s:%d", model.ActivityContactErased, e.ID), Kind: model.ActivityContactErased, ContactID: contactID, OccurredAt: now,
	})
	if err != nil {
		return e, fmt.Errorf("record erasure: %w", err)
	}
	// Whoever looks at consent hears of it like of any change.
	return e, s.Record(ctx, model.Activity{
		DedupeKey: fmt.Sprintf("%s:%d:%s:%d", model.ActivityProfileChanged, contactID, model.FieldConsent, now.UnixMicro()),
		Kind:      model.ActivityProfileChanged, ContactID: contactID, OccurredAt: now, Data: model.AsJSON(model.ActivityData{Field: model.FieldConsent}),
	})
}

func (s *Service) lockContact(ctx context.Context, id int64) (model.Contact, error) {
	var c model.Contact
	err := s.DB.Conn(ctx).Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).Take(&c, id).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return c, model.NotFound("contact")
	}
	return c, wrap("lock contact", err)
}

// Run does a page of every erasure that is due. It tells whether there is more
// to do at once.
func (s *Service) Run(ctx context.Context) (more bool, err error) {
	var due []int64
	err = s.DB.Conn(ctx).Model(&model.Erasure{}).Where("state = ? AND next_at <= ?", model.ErasureRunning, s.DB.Now(ctx)).
		Order("next_at, id").Limit(atOnce).Pluck("id", &due).Error
	if err != nil {
		return false, fmt.Errorf("find running erasures: %w", err)
	}
	var faults []error
	for _, id := range due {
		left, err := s.page(ctx, id)
		if err != nil {
			faults = append(faults, err)
		}
		more = more || left && err == nil
	}
	return more, errors.Join(faults...)
}

// page does one page of an erasure. The lock on its row puts replicas in line; on
// a cluster they write it both, and one of them begins again.
func (s *Service) page(ctx context.Context, id int64) (more bool, err error) {
	err = s.DB.InTx(ctx, func(ctx context.Context) error {
		more = false
		var e model.Erasure
		err := s.DB.Conn(ctx).Clauses(clause.Locking{Strength: clause.LockingStrengthUpdate}).
			Take(&e, "id = ? AND state = ?", id, model.ErasureRunning).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("lock erasure: %w", err)
		}
		who, err := s.person(ctx, e.ContactID)
		if err != nil {
			return err
		}
		now := s.DB.Now(ctx)
		phases := s.phases()
		left, err := phases[e.Position.V.Phase](ctx, who, &e)
		if err != nil {
			return err
		}
		more, e.UpdatedAt = true, now
		if !left {
			at := e.Position.V
			e.Position.V = model.ErasurePosition{Phase: at.Phase + 1}
			if at.AgainID != nil {
				e.Position.V, e.NextAt, more = model.ErasurePosition{Phase: at.Phase, AfterID: *at.AgainID}, now.Add(pause), false
			}
		}
		if e.Position.V.Phase == len(phases) {
			e.State, e.OpenSlot, e.FinishedAt, more = model.ErasureDone, nil, &now, false
			s.Logger.InfoContext(ctx, "contact erased", "erasure", e.ID, "contact", e.ContactID, "by", e.RequestedBy, "reason", e.Reason, "counts", e.Counts.V)
		}
		return wrap("keep erasure", s.DB.Conn(ctx).Save(&e).Error)
	})
	if err != nil {
		return false, fmt.Errorf("carry on with erasure %d: %w", id, err)
	}
	return more, nil
}

// List answers with the erasures, the newest first, of one contact or, with 0, of
// all.
func (s *Service) List(ctx context.Context, contactID int64, page model.Page) ([]model.Erasure, error) {
	q := s.DB.Read(ctx).Order("id DESC").Limit(page.Size())
	if contactID != 0 {
		q = q.Where("contact_id = ?", contactID)
	}
	if page.After != 0 {
		q = q.Where("id < ?", page.After)
	}
	var list []model.Erasure
	err := q.Find(&list).Error
	return list, wrap("list erasures", err)
}

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
