package handler

import (
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
)

type webhookRequest struct {
	URL    string               `json:"url"`
	Events []model.WebhookEvent `json:"events"`
	Active *bool                `json:"active"`
}

type webhookResponse struct {
	ID        int64                `json:"id"`
	URL       string               `json:"url"`
	Events    []model.WebhookEvent `json:"events"`
	Active    bool                 `json:"active"`
	Author    string               `json:"author"`
	CreatedAt time.Time            `json:"created_at"`
	// Secret is there in the answer to the creation and never again.
	Secret string `json:"secret,omitempty"`
}

func webhookOf(w model.Webhook) webhookResponse {
	return webhookResponse{ID: w.ID, URL: w.URL, Events: w.Events.V, Active: w.Active, Author: w.Author, CreatedAt: w.CreatedAt}
}

func (s *server) listWebhooks(c *gin.Context) error {
	hooks, err := s.Webhooks.List(c.Request.Context())
	if err != nil {
		return err
	}
	out := list[webhookResponse]{Items: []webhookResponse{}}
	for _, w := range hooks {
		out.Items = append(out.Items, webhookOf(w))
	}
	c.JSON(http.StatusOK, out)
	return nil
}

func (s *server) createWebhook(c *gin.Context) error {
	in, err := decode[webhookRequest](c)
	if err != nil {
		return err
	}
	w, secret, err := s.Webhooks.Create(c.Request.Context(), in.URL, in.Events, principal(c).Name)
	if err != nil {
		return err
	}
	out := webhookOf(w)
	out.Secret = secret
	c.Header("Location", apiRoot+"/webhooks/"+strconv.FormatInt(w.ID, 10))
	c.JSON(http.StatusCreated, out)
	return nil
}

func (s *server) updateWebhook(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[webhookRequest](c)
	if err != nil {
		return err
	}
	w, err := s.Webhooks.Update(c.Request.Context(), id, in.URL, in.Events, in.Active == nil || *in.Active)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, webhookOf(w))
	return nil
}

func (s *server) deleteWebhook(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if err := s.Webhooks.Delete(c.Request.Context(), id); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

func (s *server) testWebhook(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if err := s.Webhooks.Test(c.Request.Context(), id); err != nil {
		return err
	}
	c.Status(http.StatusAccepted)
	return nil
}

type deliveryResponse struct {
	ID        int64               `json:"id"`
	Event     model.WebhookEvent  `json:"event"`
	State     model.DeliveryState `json:"state"`
	Attempts  int                 `json:"attempts"`
	Answer    int                 `json:"answer"`
	Error     string              `json:"error"`
	Payload   json.RawMessage     `json:"payload"`
	NextAt    *time.Time          `json:"next_at"`
	CreatedAt time.Time           `json:"created_at"`
	EndedAt   *time.Time          `json:"ended_at"`
}

func deliveryOf(d model.WebhookDelivery) deliveryResponse {
	out := deliveryResponse{
		ID: d.ID, Event: d.Event, State: d.State, Attempts: d.Attempts, Answer: d.Answer, Error: d.LastError,
		Payload: json.RawMessage(d.Payload), CreatedAt: d.CreatedAt, EndedAt: d.EndedAt,
	}
	if d.State == model.DeliveryWaiting {
		out.NextAt = &d.NextAt
	}
	return out
}

func (s *server) listDeliveries(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	state := oneOf(q, "state", model.DeliveryWaiting, model.DeliverySending, model.DeliveryDelivered, model.DeliveryParked)
	page := q.page()
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Webhooks.Deliveries(c.Request.Context(), id, state, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(d model.WebhookDelivery) int64 { return d.ID }, deliveryOf)
	return nil
}

func (s *server) redriveWebhook(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	n, err := s.Webhooks.Redrive(c.Request.Context(), id)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, gin.H{"redriven": n})
	return nil
}
