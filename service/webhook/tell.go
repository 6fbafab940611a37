package webhook

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// mqlStage is the rung whose entry is an event of its own.
const mqlStage = "mql"

// insertAtOnce bounds the rows of one insert.
const insertAtOnce = 500

// body is what an endpoint receives.
type body struct {
	Type      model.WebhookEvent `json:"type"`
	Timestamp time.Time          `json:"timestamp"` // when it happened
	Data      any                `json:"data"`
}

// Person names a contact as other systems know it: by WeCom's id.
type Person struct {
	ContactID      int64  `json:"contact_id"`
	ExternalUserID string `json:"external_userid"`
	AccountID      int64  `json:"account_id,omitempty"`
	AccountName    string `json:"account_name,omitempty"`
	CreditCode     string `json:"account_credit_code,omitempty"`
}

type stageData struct {
	Person
	Stage  string   `json:"stage"`
	From   string   `json:"from,omitempty"`
	Reason string   `json:"reason,omitempty"`
	Score  *float64 `json:"score,omitempty"`
	RepID  int64    `json:"rep_id,omitempty"`
}

type touchData struct {
	Person
	TouchID int64            `json:"touch_id"`
	SOPID   int64            `json:"sop_id,omitempty"`
	Step    string           `json:"step,omitempty"`
	Channel string           `json:"channel"`
	State   model.TouchState `json:"state"`
	Reason  string           `json:"reason,omitempty"`
	RepID   int64            `json:"rep_id"`
}

// news is one thing to be told.
type news struct {
	event model.WebhookEvent
	key   string
	at    time.Time
	data  any
}

// Reactor tells of stages that contacts enter.
func (s *Service) Reactor() *Reactor { return &Reactor{s} }

// Reactor is the package's place in the line of reactors.
type Reactor struct{ s *Service }

// Name implements activity.Reactor.
func (*Reactor) Name() string { return "webhooks" }

// React implements activity.Reactor.
func (r *Reactor) React(ctx context.Context, a model.Activity) error {
	if a.Kind != model.ActivityStageEntered {
		return nil
	}
	hooks, err := r.s.listeners(ctx, model.WebhookStageEntered, model.WebhookMQL)
	if err != nil || len(hooks) == 0 {
		return err
	}
	people, err := r.s.people(ctx, []int64{a.ContactID})
	if err != nil {
		return err
	}
	who := people[a.ContactID]
	data := stageData{Person: who.Person, Stage: a.Data.V.Stage, From: a.Data.V.From, Reason: a.Data.V.Reason, Score: who.Score, RepID: a.RepID}
	list := []news{{model.WebhookStageEntered, fmt.Sprintf("stage_entered:%d", a.ID), a.OccurredAt, data}}
	if a.Data.V.Stage == mqlStage {
		list = append(list, news{model.WebhookMQL, fmt.Sprintf("mql:%d", a.ID), a.OccurredAt, data})
	}
	return r.s.tell(ctx, hooks, list)
}

// TouchesSettled tells of touches that have reached their end, in the transaction
// that ended them. Touches that are not over are passed by.
func (s *Service) TouchesSettled(ctx context.Context, ids []int64) error {
	hooks, err := s.listeners(ctx, model.WebhookTouch)
	if err != nil || len(hooks) == 0 {
		return err
	}
	for part := range slices.Chunk(ids, insertAtOnce) {
		var touches []model.Touch
		err := s.DB.Conn(ctx).Select("id", "contact_id", "sop_id", "step_key", "channel", "state", "reason", "rep_id", "final_at").
			Where("id IN ? AND contact_id > 0 AND state IN ?", part, []model.TouchState{model.TouchDelivered, model.TouchDone, model.TouchFailed, model.TouchExpired}).
			Find(&touches).Error
		if err != nil {
			return fmt.Errorf("load touches to tell of: %w", err)
		}
		contacts := make([]int64, len(touches))
		for i, t := range touches {
			contacts[i] = t.ContactID
		}
		people, err := s.people(ctx, contacts)
		if err != nil {
			return err
		}
		list := make([]news, len(touches))
		for i, t := range touches {
			at := s.DB.Now(ctx)
			if t.FinalAt != nil {
				at = *t.FinalAt
			}
			list[i] = news{model.WebhookTouch, fmt.Sprintf("touch:%d:%s:%d", t.ID, t.State, at.UnixMicro()), at, touchData{
				Person: people[t.ContactID].Person, TouchID: t.ID, SOPID: t.SOPID, Step: t.StepKey, Channel: t.Channel,
				State: t.State, Reason: t.Reason, RepID: t.RepID,
			}}
		}
		if err := s.tell(ctx, hooks, list); err != nil {
			return err
		}
	}
	return nil
}

// listeners are the active endpoints that hear of any of the events.
func (s *Service) listeners(ctx context.Context, events ...model.WebhookEvent) ([]model.Webhook, error) {
	var all []model.Webhook
	if err := s.DB.Conn(ctx).Select("id", "events").Where("active").Limit(maxWebhooks).Find(&all).Error; err != nil {
		return nil, fmt.Errorf("look for endpoints: %w", err)
	}
	return slices.DeleteFunc(all, func(w model.Webhook) bool {
		return !slices.ContainsFunc(events, func(e model.WebhookEvent) bool { return slices.Contains(w.Events.V, e) })
	}), nil
}

// known is what is told of a person.
type known struct {
	Person
	Score *float64
}

func (s *Service) people(ctx context.Context, contactIDs []int64) (map[int64]known, error) {
	var rows []known
	err := s.DB.Conn(ctx).Raw(`SELECT c.id AS contact_id, c.external_userid AS external_user_id, COALESCE(a.id, 0) AS account_id, COALESCE(a.name, '') AS account_name,
			COALESCE(a.credit_code, '') AS credit_code, c.score
		FROM contacts c LEFT JOIN accounts a ON a.id = c.account_id WHERE c.id IN ?`, contactIDs).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("load whom to tell of: %w", err)
	}
	out := make(map[int64]known, len(rows))
	for _, r := range rows {
		out[r.ContactID] = r
	}
	return out, nil
}

// tell stores what each endpoint is to be told; telling it again changes nothing.
func (s *Service) tell(ctx context.Context, hooks []model.Webhook, list []news) error {
	now := s.DB.Now(ctx)
	var rows []model.WebhookDelivery
	for _, n := range list {
		payload, err := json.Marshal(body{n.event, n.at, n.data})
		if err != nil {
			return fmt.Errorf("write %s: %w", n.event, err)
		}
		for _, w := range hooks {
			if n.event == model.WebhookTest || slices.Contains(w.Events.V, n.event) {
				rows = append(rows, model.WebhookDelivery{
					WebhookID: w.ID, Event: n.event, DedupeKey: n.key, Payload: string(payload),
					State: model.DeliveryWaiting, NextAt: now, CreatedAt: now,
				})
			}
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if err := s.DB.Conn(ctx).Clauses(clause.OnConflict{DoNothing: true}).CreateInBatches(&rows, insertAtOnce).Error; err != nil {
		return fmt.Errorf("store what endpoints are to be told: %w", err)
	}
	s.wake(ctx)
	return nil
}

// Test has an endpoint told something that means nothing.
func (s *Service) Test(ctx context.Context, id int64) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		w, err := s.get(ctx, id)
		if err != nil {
			return err
		}
		if !w.Active {
			return model.Conflict("the endpoint is switched off: switch it on first")
		}
		now := s.DB.Now(ctx)
		return s.tell(ctx, []model.Webhook{w}, []news{{model.WebhookTest, fmt.Sprintf("test:%d", now.UnixMicro()), now, struct{}{}}})
	})
}
