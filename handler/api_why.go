package handler

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/sop"
	"sixtouch/web"
)

type whyResponse struct {
	TouchID *int64           `json:"touch_id"`
	State   model.TouchState `json:"state"`
	Reason  string           `json:"reason"`
	Chain   []linkResponse   `json:"chain"`
}

type linkResponse struct {
	At         *time.Time `json:"at"`
	Kind       string     `json:"kind"`
	Word       string     `json:"word"`
	Gate       string     `json:"gate"`
	Reason     string     `json:"reason"`
	Used       int        `json:"used"`
	Limit      int        `json:"limit"`
	SOPID      int64      `json:"sop_id"`
	Until      *time.Time `json:"until"`
	DispatchID int64      `json:"dispatch_id"`
	RemoteID   string     `json:"remote_id"`
	Text       string     `json:"text"`
}

func (s *server) whyTouch(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	why, err := s.Engine.WhyTouch(c.Request.Context(), id)
	if err != nil {
		return err
	}
	return s.writeWhy(c, why)
}

func (s *server) whyStep(c *gin.Context) error {
	q := queryOf(c)
	contactID, sopID, step := q.who("contact_id", "group_id"), q.id("sop_id"), q.text("step_key")
	if err := q.err(); err != nil {
		return err
	}
	if contactID == 0 || sopID == 0 || step == "" {
		return model.Invalid("contact_id", "name contact_id or group_id, sop_id and step_key")
	}
	why, err := s.Engine.WhyStep(c.Request.Context(), contactID, sopID, step)
	if err != nil {
		return err
	}
	return s.writeWhy(c, why)
}

func (s *server) writeWhy(c *gin.Context, why sop.Why) error {
	out := whyResponse{Chain: make([]linkResponse, len(why.Chain))}
	if why.Touch != nil {
		out.TouchID, out.State, out.Reason = &why.Touch.ID, why.Touch.State, why.Touch.Reason
	}
	teller := teller{s.Texts, language(c), s.Engine.Config.Zone}
	for i, l := range why.Chain {
		out.Chain[i] = teller.linkOf(l)
	}
	c.JSON(http.StatusOK, out)
	return nil
}

func (t teller) linkOf(l sop.Link) linkResponse {
	out := linkResponse{
		At: l.At, Kind: l.Kind, Word: l.Word, Reason: l.Reason, Until: l.Until,
		DispatchID: l.DispatchID, RemoteID: l.RemoteID, Text: t.link(l),
	}
	if v := l.Verdict; v != nil {
		out.Gate, out.Used, out.Limit, out.SOPID = v.Gate, v.Used, v.Limit, v.SOPID
	}
	return out
}

// teller puts the story of a touch into words.
type teller struct {
	texts *web.Catalogue
	lang  web.Lang
	zone  *time.Location
}

// word translates a machine word of the first family that knows it; one that
// none knows is shown as it is.
func (t teller) word(word string, families ...string) string {
	for _, family := range families {
		if key := family + "." + word; t.texts.Has(key) {
			return t.texts.Text(t.lang, key)
		}
	}
	return word
}

func (t teller) minute(at *time.Time) string {
	if at == nil {
		return "–"
	}
	return at.In(t.zone).Format("2006-01-02 15:04")
}

// verdict says what a gate said: where, what, why, how much of how much, for
// whom, and until when.
func (t teller) verdict(v model.Verdict, winner string) string {
	text := t.texts.Text(t.lang, "verdict.sentence", t.word(v.Gate, "gate"), t.word(v.Say, "say")) + t.because(v.Reason)
	if v.Limit > 0 {
		text += t.texts.Text(t.lang, "verdict.of", v.Used, v.Limit)
	}
	if winner != "" {
		text += t.texts.Text(t.lang, "verdict.winner", winner)
	}
	if v.Until != nil {
		text += t.texts.Text(t.lang, "verdict.until", t.minute(v.Until))
	}
	return text
}

func (t teller) because(reason string) string {
	if reason == "" {
		return ""
	}
	return t.texts.Text(t.lang, "verdict.because", t.word(reason, "reason"))
}

// link says one step of the chain.
func (t teller) link(l sop.Link) string {
	key := "why." + l.Kind
	switch l.Kind {
	case sop.LinkVerdict:
		return t.verdict(*l.Verdict, l.SOPName)
	case sop.LinkEnrolled:
		return t.texts.Text(t.lang, key, t.word(l.Word, "activity", "trigger"), t.minute(l.Until))
	case sop.LinkPlanned, sop.LinkNext:
		return t.texts.Text(t.lang, key, t.minute(l.Until))
	case sop.LinkQueued:
		return t.texts.Text(t.lang, key, l.DispatchID, t.word(l.Word, "channel"))
	case sop.LinkCalled:
		return t.texts.Text(t.lang, key, l.Count)
	case sop.LinkAccepted:
		return t.texts.Text(t.lang, key, l.RemoteID)
	case sop.LinkResult, sop.LinkLeft:
		return t.texts.Text(t.lang, key, t.word(l.Word, "state")) + t.because(l.Reason)
	case sop.LinkWaiting:
		text := t.texts.Text(t.lang, key, t.word(l.Word, "state"))
		if l.Until != nil {
			text += t.texts.Text(t.lang, "verdict.until", t.minute(l.Until))
		}
		return text
	}
	return t.texts.Text(t.lang, key)
}
