package stage

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// Happening is something between a rep and a contact that WeCom does not tell us
// of, logged by hand.
type Happening struct {
	ContactID int64
	RepID     int64 // 0: nobody in particular
	Kind      model.ActivityKind
	At        time.Time // zero is now
	Seconds   int       // call_answered: for how long
	Key       string    // need_answered: budget, authority, need or timing
	Answer    string    // need_answered: what the contact said
	Once      string    // the same word logs the same happening once, however often it is sent; may be empty
	By        string
}

// LoggedKinds are the activities that people log by hand.
func LoggedKinds() []model.ActivityKind {
	return []model.ActivityKind{
		model.ActivityPriceAsked, model.ActivityTrialOpened, model.ActivityVisitBooked, model.ActivityMeetingHeld,
		model.ActivityConversationLogged, model.ActivityCallAnswered, model.ActivityNeedAnswered, model.ActivityDeclined,
	}
}

// Bounds of what is logged.
const (
	oldestLogged = 90 * 24 * time.Hour
	maxCall      = 24 * 60 * 60 // seconds
	maxOnce      = 64
)

// Log records a happening, and all that follows from it.
func (s *Service) Log(ctx context.Context, h Happening) error {
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.person(ctx, h.ContactID); err != nil {
			return err
		}
		if h.At.IsZero() {
			h.At = s.DB.Now(ctx)
		}
		if err := s.checkHappening(ctx, h); err != nil {
			return err
		}
		return s.record(ctx, h)
	})
	return wrap("log an activity", err)
}

func (s *Service) checkHappening(ctx context.Context, h Happening) error {
	now, call, need := s.DB.Now(ctx), h.Kind == model.ActivityCallAnswered, h.Kind == model.ActivityNeedAnswered
	switch {
	case !slices.Contains(LoggedKinds(), h.Kind):
		return model.Invalid("kind", fmt.Sprintf("%q is none of %v", h.Kind, LoggedKinds()))
	case h.At.After(now.Add(time.Minute)):
		return model.Invalid("occurred_at", "lies ahead: log what has happened")
	case h.At.Before(now.Add(-oldestLogged)):
		return model.Invalid("occurred_at", "is more than 90 days ago")
	case call && (h.Seconds < 1 || h.Seconds > maxCall), !call && h.Seconds != 0:
		return model.Invalid("seconds", "belongs to answered calls, and is 1 to 86400")
	case !need && (h.Key != "" || h.Answer != ""):
		return model.Invalid("key", "belongs to answered questions")
	case len(h.Once) > maxOnce:
		return model.Invalid("once", "is longer than 64 bytes")
	case h.RepID == 0:
		return nil
	}
	return s.checkRep(ctx, "rep_id", h.RepID)
}

// record stores the happening as an activity, and the answer to a question.
func (s *Service) record(ctx context.Context, h Happening) error {
	if h.Kind == model.ActivityNeedAnswered {
		if err := s.answer(ctx, h); err != nil {
			return err
		}
	}
	once := h.Once
	if once == "" {
		once = rand.Text()
	}
	return s.Record(ctx, model.Activity{
		DedupeKey: "log:" + strconv.FormatInt(h.ContactID, 10) + ":" + once, Kind: h.Kind, ContactID: h.ContactID, RepID: h.RepID, OccurredAt: h.At,
		Data: model.AsJSON(model.ActivityData{Key: h.Key, Seconds: h.Seconds}),
	})
}

func (s *Service) answer(ctx context.Context, h Happening) error {
	if !slices.Contains(Needs(), h.Key) {
		return model.Invalid("key", fmt.Sprintf("%q is none of %v", h.Key, Needs()))
	}
	text := strings.TrimSpace(h.Answer)
	if n := utf8.RuneCountInString(text); n == 0 || n > maxAnswer {
		return model.Invalid("answer", "needs 1 to 200 characters")
	}
	row := model.ContactNeed{ContactID: h.ContactID, NeedKey: h.Key, Answer: text, Author: h.By, At: h.At}
	err := s.DB.Conn(ctx).Clauses(clause.OnConflict{UpdateAll: true}).Create(&row).Error
	return wrap("store the answer", err)
}
