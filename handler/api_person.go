package handler

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/account"
	"sixtouch/service/auth"
)

// setPerson writes what somebody says about a contact.
func (s *server) setPerson(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		Role       *model.Role      `json:"role"`
		Seniority  *model.Seniority `json:"seniority"`
		IsKP       *bool            `json:"is_kp"`
		Awareness  *model.Awareness `json:"awareness"`
		Department *string          `json:"department"`
		Email      *string          `json:"email"`
		Mobile     *string          `json:"mobile"`
	}](c)
	if err != nil {
		return err
	}
	person, err := s.Accounts.SetPerson(c.Request.Context(), id, account.PersonInput(in))
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, struct {
		AccountID           *int64          `json:"account_id"`
		Role                model.Role      `json:"role"`
		RoleConfidence      float64         `json:"role_confidence"`
		RoleSource          string          `json:"role_source"`
		Seniority           model.Seniority `json:"seniority"`
		SeniorityConfidence float64         `json:"seniority_confidence"`
		SenioritySource     string          `json:"seniority_source"`
		IsKP                bool            `json:"is_kp"`
		Awareness           model.Awareness `json:"awareness"`
		Department          string          `json:"department"`
		Email               string          `json:"email"`
		Mobile              string          `json:"mobile"`
	}{
		person.AccountID, person.Role, person.RoleConfidence, person.RoleSource, person.Seniority, person.SeniorityConfidence,
		person.SenioritySource, person.IsKP, person.Awareness, person.Department, person.Email, person.Mobile,
	})
	return nil
}

type unsureResponse struct {
	ID         int64      `json:"id"`
	Name       string     `json:"name"`
	AccountID  *int64     `json:"account_id"`
	Position   string     `json:"position"`
	Department string     `json:"department"`
	Guess      model.Role `json:"guess"`
	Confidence float64    `json:"confidence"`
	Keyword    string     `json:"keyword"`
}

// listUnsure lists contacts whose role somebody should confirm.
func (s *server) listUnsure(c *gin.Context) error {
	q := queryOf(c)
	page, rep := q.page(), q.id("rep_id")
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Accounts.ToConfirm(c.Request.Context(), rep, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(u account.Unsure) int64 { return u.ID }, func(u account.Unsure) unsureResponse {
		return unsureResponse{
			ID: u.ID, Name: u.Name, AccountID: u.AccountID, Position: u.Position, Department: u.Department,
			Guess: u.Guess.Role, Confidence: u.Guess.RoleConfidence, Keyword: u.Guess.Keyword,
		}
	})
	return nil
}

type absenceResponse struct {
	ID      int64  `json:"id"`
	RepID   int64  `json:"rep_id"`
	FromDay string `json:"from_day"`
	ToDay   string `json:"to_day"`
	Author  string `json:"author"`
}

func absenceOf(a model.RepAbsence) absenceResponse {
	return absenceResponse{ID: a.ID, RepID: a.RepID, FromDay: a.FromDay, ToDay: a.ToDay, Author: a.Author}
}

func (s *server) listAbsences(c *gin.Context) error {
	q := queryOf(c)
	page, rep := q.page(), q.id("rep_id")
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Accounts.Absences(c.Request.Context(), rep, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(a model.RepAbsence) int64 { return a.ID }, absenceOf)
	return nil
}

func (s *server) addAbsence(c *gin.Context) error {
	in, err := decode[struct {
		RepID   int64  `json:"rep_id"`
		FromDay string `json:"from_day"`
		ToDay   string `json:"to_day"`
	}](c)
	if err != nil {
		return err
	}
	if err := s.sees(c, auth.Rep, in.RepID); err != nil {
		return err
	}
	from, err := dayOf("from_day", in.FromDay)
	if err != nil {
		return err
	}
	to, err := dayOf("to_day", in.ToDay)
	if err != nil {
		return err
	}
	a, err := s.Accounts.AddAbsence(c.Request.Context(), in.RepID, from, to, principal(c).Name)
	if err != nil {
		return err
	}
	c.JSON(http.StatusCreated, absenceOf(a))
	return nil
}

func (s *server) removeAbsence(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if err := s.Accounts.RemoveAbsence(c.Request.Context(), id); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
