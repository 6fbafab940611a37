package handler

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
)

type remindersResponse struct {
	DispatchID int64              `json:"dispatch_id"`
	State      model.ChaseState   `json:"state"`
	NextAt     *time.Time         `json:"next_at"`
	Reminders  []reminderResponse `json:"reminders"`
}

type reminderResponse struct {
	At      time.Time `json:"at"`
	Kind    string    `json:"kind"`
	To      []string  `json:"to"`
	Outcome string    `json:"outcome"`
}

// dispatchReminders tells how far the chasing of an unconfirmed dispatch has
// gone.
func (s *server) dispatchReminders(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	chase, err := s.Engine.Reminders(c.Request.Context(), id)
	if err != nil {
		return err
	}
	out := remindersResponse{DispatchID: chase.DispatchID, State: chase.State, Reminders: []reminderResponse{}}
	if chase.State == model.ChaseWaiting {
		out.NextAt = &chase.NextAt
	}
	for _, r := range chase.Log.V {
		out.Reminders = append(out.Reminders, reminderResponse{At: r.At, Kind: r.Kind, To: append([]string{}, r.To...), Outcome: r.Outcome})
	}
	c.JSON(http.StatusOK, out)
	return nil
}
