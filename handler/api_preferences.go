package handler

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/contact"
)

type preferencesResponse struct {
	Consent     string     `json:"consent"`
	ContactLess bool       `json:"contact_less"`
	HeldUntil   *time.Time `json:"held_until"`
}

func preferencesOf(p contact.Preferences) preferencesResponse {
	return preferencesResponse{string(p.Consent), p.ContactLess, p.HeldUntil}
}

func (s *server) getPreferences(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	p, err := s.Contacts.Preferences(c.Request.Context(), id)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, preferencesOf(p))
	return nil
}

func (s *server) setPreferences(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		Consent     model.Consent `json:"consent"`
		ContactLess bool          `json:"contact_less"`
		Reason      string        `json:"reason"`
	}](c)
	if err != nil {
		return err
	}
	p, err := s.Contacts.SetPreferences(c.Request.Context(), id, contact.Preferences{Consent: in.Consent, ContactLess: in.ContactLess}, in.Reason)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, preferencesOf(p))
	return nil
}
