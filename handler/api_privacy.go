package handler

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
)

type personalDataResponse struct {
	ContactID  int64                       `json:"contact_id"`
	ExportedAt time.Time                   `json:"exported_at"`
	Tables     map[string][]map[string]any `json:"tables"`
	Messages   []personalMessageResponse   `json:"messages"`
	Callbacks  []personalCallbackResponse  `json:"callbacks"`
	Cut        []string                    `json:"cut"` // tables with more rows than are shown
}

type personalMessageResponse struct {
	DispatchID int64         `json:"dispatch_id"`
	Channel    string        `json:"channel"`
	RepID      int64         `json:"rep_id"`
	SentAt     *time.Time    `json:"sent_at"`
	Content    model.Content `json:"content"`
}

type personalCallbackResponse struct {
	Event      string    `json:"event"`
	OccurredAt time.Time `json:"occurred_at"`
	Payload    string    `json:"payload"`
}

func (s *server) exportPerson(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	doc, err := s.Privacy.Export(c.Request.Context(), id)
	if err != nil {
		return err
	}
	out := personalDataResponse{
		ContactID: doc.ContactID, ExportedAt: doc.ExportedAt, Tables: doc.Tables, Cut: append([]string{}, doc.Cut...),
		Messages: make([]personalMessageResponse, len(doc.Messages)), Callbacks: make([]personalCallbackResponse, len(doc.Callbacks)),
	}
	for i, m := range doc.Messages {
		out.Messages[i] = personalMessageResponse(m)
	}
	for i, b := range doc.Callbacks {
		out.Callbacks[i] = personalCallbackResponse(b)
	}
	s.Logger.InfoContext(c.Request.Context(), "personal data exported", "contact", id, "by", principal(c).Name)
	c.JSON(http.StatusOK, out)
	return nil
}

type erasureResponse struct {
	ID          int64               `json:"id"`
	ContactID   int64               `json:"contact_id"`
	State       model.ErasureState  `json:"state"`
	Reason      model.ErasureReason `json:"reason"`
	RequestedBy string              `json:"requested_by"`
	Counts      map[string]int64    `json:"counts"`
	CreatedAt   time.Time           `json:"created_at"`
	FinishedAt  *time.Time          `json:"finished_at"`
}

func erasureOf(e model.Erasure) erasureResponse {
	return erasureResponse{
		ID: e.ID, ContactID: e.ContactID, State: e.State, Reason: e.Reason, RequestedBy: e.RequestedBy,
		Counts: e.Counts.V, CreatedAt: e.CreatedAt, FinishedAt: e.FinishedAt,
	}
}

func (s *server) erasePerson(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		Confirm string              `json:"confirm"`
		Reason  model.ErasureReason `json:"reason"`
	}](c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	row, err := s.Contacts.Contact(ctx, id)
	if err != nil {
		return err
	}
	if in.Confirm != row.ExternalUserID {
		return model.Invalid("confirm", "must be the contact's external_userid: what is erased does not come back")
	}
	e, err := s.Privacy.Erase(ctx, id, principal(c).Name, in.Reason)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, erasureOf(e))
	return nil
}

func (s *server) listErasures(c *gin.Context) error {
	q := queryOf(c)
	page, contactID := q.page(), q.id("contact_id")
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Privacy.List(c.Request.Context(), contactID, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(e model.Erasure) int64 { return e.ID }, erasureOf)
	return nil
}
