package handler

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/touch"
	"sixtouch/web"
)

type touchResponse struct {
	ID             int64            `json:"id"`
	EnrollmentID   *int64           `json:"enrollment_id"`
	SOPID          int64            `json:"sop_id"`
	SOPName        string           `json:"sop_name"`
	VersionID      int64            `json:"version_id"`
	StepKey        string           `json:"step_key"`
	StepName       string           `json:"step_name"`
	Run            int              `json:"run"`
	ContactID      int64            `json:"contact_id"` // 0 for a customer group
	GroupID        int64            `json:"group_id"`   // 0 for a contact
	ContactName    string           `json:"contact_name"`
	ExternalUserID string           `json:"external_userid"`
	RepID          int64            `json:"rep_id"`
	RepUserID      string           `json:"rep_userid"`
	RepName        string           `json:"rep_name"`
	Channel        string           `json:"channel"`
	State          model.TouchState `json:"state"`
	Reason         string           `json:"reason"`
	ReasonText     string           `json:"reason_text"`
	DispatchID     *int64           `json:"dispatch_id"`
	DueAt          time.Time        `json:"due_at"`
	NotBefore      time.Time        `json:"not_before"`
	ExpireAt       time.Time        `json:"expire_at"`
	PlannedAt      time.Time        `json:"planned_at"`
	SentAt         *time.Time       `json:"sent_at"`
	ConfirmedAt    *time.Time       `json:"confirmed_at"`
	FinalAt        *time.Time       `json:"final_at"`
	LocalDay       string           `json:"local_day"`
	Variant        string           `json:"variant"`
	VariantBy      model.VariantBy  `json:"variant_by"`
	Response       string           `json:"response"`
	RespondedAt    *time.Time       `json:"responded_at"`
}

type touchDetail struct {
	touchResponse
	Verdicts []verdictResponse `json:"verdicts"`
}

type verdictResponse struct {
	At     time.Time  `json:"at"`
	Gate   string     `json:"gate"`
	Say    string     `json:"say"`
	Reason string     `json:"reason"`
	Until  *time.Time `json:"until"`
	Used   int        `json:"used"`
	Limit  int        `json:"limit"`
	SOPID  int64      `json:"sop_id"`
	Text   string     `json:"text"` // the verdict as a sentence
}

// words translates a machine word of a family; one that the catalogue does not
// know is shown as it is.
func (s *server) words(lang web.Lang, family, word string) string {
	if key := family + "." + word; s.Texts.Has(key) {
		return s.Texts.Text(lang, key)
	}
	return word
}

func (s *server) touchOf(lang web.Lang, r touch.Row) touchResponse {
	return touchResponse{
		ID: r.ID, EnrollmentID: r.EnrollmentID, SOPID: r.SOPID, SOPName: r.SOPName, VersionID: r.VersionID,
		StepKey: r.StepKey, StepName: r.StepName, Run: r.Run, ContactID: model.ContactOf(r.ContactID), GroupID: model.GroupOf(r.ContactID), ContactName: r.ContactName,
		ExternalUserID: r.ExternalUserID, RepID: r.RepID, RepUserID: r.RepUserID, RepName: r.RepName, Channel: r.Channel,
		State: r.State, Reason: r.Reason, ReasonText: s.words(lang, "reason", r.Reason), DispatchID: r.DispatchID,
		DueAt: r.DueAt, NotBefore: r.NotBefore, ExpireAt: r.ExpireAt, PlannedAt: r.PlannedAt, SentAt: r.SentAt,
		ConfirmedAt: r.ConfirmedAt, FinalAt: r.FinalAt, LocalDay: r.LocalDay,
		Variant: r.Variant, VariantBy: r.VariantBy, Response: r.Response, RespondedAt: r.RespondedAt,
	}
}

const touchQuery = "contact_id group_id sop_id rep_id day hour state fate reason channel step_key variant version unsent"

func (s *server) touchFilter(q *query) touch.Filter {
	return touch.Filter{
		ContactID: q.who("contact_id", "group_id"), SOPID: q.id("sop_id"), RepID: q.id("rep_id"), Day: q.text("day"), Hour: q.hour(s.Engine.Config.Zone),
		StepKey: q.text("step_key"), Variant: q.text("variant"), Fate: oneOf(q, "fate", model.Fates()...), Reason: q.text("reason"), Channel: q.text("channel"), Number: int(q.id("version")),
		Unsent: oneOf(q, "unsent", touch.UnsentAll, touch.UnsentPassed),
		State: oneOf(q, "state", model.TouchPlanned, model.TouchDispatched, model.TouchAccepted, model.TouchDelivered,
			model.TouchDone, model.TouchFailed, model.TouchExpired, model.TouchSkipped, model.TouchCancelled),
	}
}

func (s *server) listTouches(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	filter := s.touchFilter(q)
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Touches.List(c.Request.Context(), filter, page)
	if err != nil {
		return err
	}
	lang := language(c)
	writeList(c, page, rows, func(r touch.Row) int64 { return r.ID }, func(r touch.Row) touchResponse { return s.touchOf(lang, r) })
	return nil
}

func (s *server) getTouch(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	row, err := s.Touches.Get(c.Request.Context(), id)
	if err != nil {
		return err
	}
	lang := language(c)
	out := touchDetail{touchResponse: s.touchOf(lang, row), Verdicts: make([]verdictResponse, len(row.Verdicts.V))}
	for i, v := range row.Verdicts.V {
		out.Verdicts[i] = verdictResponse{
			At: v.At, Gate: v.Gate, Say: v.Say, Reason: v.Reason, Until: v.Until, Used: v.Used, Limit: v.Limit, SOPID: v.SOPID,
			Text: s.sentence(lang, v),
		}
	}
	c.JSON(http.StatusOK, out)
	return nil
}

// sentence says a verdict in words.
func (s *server) sentence(lang web.Lang, v model.Verdict) string {
	return teller{s.Texts, lang, s.Engine.Config.Zone}.verdict(v, "")
}
