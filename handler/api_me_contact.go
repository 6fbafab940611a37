package handler

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/account"
	"sixtouch/service/day"
	"sixtouch/web"
)

type myContactResponse struct {
	ID             int64                   `json:"id"`
	ExternalUserID string                  `json:"external_userid"`
	Name           string                  `json:"name"`
	Avatar         string                  `json:"avatar"`
	Position       string                  `json:"position"`
	CorpName       string                  `json:"corp_name"`
	Role           model.Role              `json:"role"`
	RoleConfidence float64                 `json:"role_confidence"`
	RoleSource     string                  `json:"role_source"`
	Stage          string                  `json:"stage"`
	StageAt        *time.Time              `json:"stage_at"`
	Relationship   model.RelationshipState `json:"relationship"`
	AddedAt        time.Time               `json:"added_at"`
	Consent        model.Consent           `json:"consent"`
	ContactLess    bool                    `json:"contact_less"`
	HeldUntil      *time.Time              `json:"held_until"`
	Others         []string                `json:"others"`
	Items          []dayItemResponse       `json:"items"`
	Lines          []lineResponse          `json:"lines"`
	Account        *accountBriefResponse   `json:"account"`
	Score          myScoreResponse         `json:"score"`
	Now            time.Time               `json:"now"`
}

type lineResponse struct {
	At       time.Time  `json:"at"`
	Touch    bool       `json:"touch"`
	Kind     string     `json:"kind"`
	Outcome  string     `json:"outcome"`
	Detail   string     `json:"detail"`
	Title    string     `json:"title"`
	Response string     `json:"response"`
	Side     model.Side `json:"side"`
}

type accountBriefResponse struct {
	ID        int64            `json:"id"`
	Name      string           `json:"name"`
	Tier      model.Tier       `json:"tier"`
	Lifecycle model.Lifecycle  `json:"lifecycle"`
	Owner     chargeResponse   `json:"owner"`
	OwnerName string           `json:"owner_name"`
	Ring      ringResponse     `json:"ring"`
	Coverage  coverageResponse `json:"coverage"`
	WhyNow    *eventResponse   `json:"why_now"`
}

// myScoreResponse is a score in short; the reasons are whole sentences.
type myScoreResponse struct {
	Score   float64  `json:"score"`
	Grade   string   `json:"grade"`
	MQL     bool     `json:"mql"`
	Reasons []string `json:"reasons"`
}

// myContact is what the chat's sidebar shows of the customer in the chat.
func (s *server) myContact(c *gin.Context) error {
	rep, err := me(c)
	if err != nil {
		return err
	}
	q := queryOf(c)
	external := q.text("external_userid")
	if err := q.err(); err != nil {
		return err
	}
	if external == "" {
		return invalidQuery(map[string]string{"external_userid": "must name the customer in the chat"})
	}
	chat, err := s.Days.Chat(c.Request.Context(), rep, external)
	if err != nil {
		return err
	}
	out := s.myContactOf(chat, language(c))
	if chat.AccountID != nil {
		b, err := s.Accounts.Brief(c.Request.Context(), *chat.AccountID)
		if err != nil {
			return err
		}
		out.Account = s.accountBriefOf(c, b)
	}
	x, err := s.Scores.Contact(c.Request.Context(), chat.ID)
	if err != nil {
		return err
	}
	t := scoreTeller{teller{s.Texts, language(c), s.Engine.Config.Zone}, x.Rules, x.At}
	told := t.contact(chat.ID, x)
	out.Score = myScoreResponse{Score: told.Score, Grade: told.Grade, MQL: told.MQL, Reasons: listOf(told.Sentences)}
	c.JSON(http.StatusOK, out)
	return nil
}

func (s *server) myContactOf(chat day.Chat, lang web.Lang) myContactResponse {
	return myContactResponse{
		ID: chat.ID, ExternalUserID: chat.ExternalUserID, Name: chat.Name, Avatar: chat.Avatar, Position: chat.Position, CorpName: chat.CorpName,
		Role: chat.Role, RoleConfidence: chat.RoleConfidence, RoleSource: chat.RoleSource, Stage: chat.Stage, StageAt: chat.StageAt,
		Relationship: chat.Relationship.State, AddedAt: chat.Relationship.AddedAt,
		Consent: chat.Consent, ContactLess: chat.ContactLess, HeldUntil: chat.HeldUntil, Others: listOf(chat.Others),
		Items: convert(chat.Items, s.dayItemOf(lang)), Lines: convert(chat.Lines, func(l day.Line) lineResponse { return lineResponse(l) }), Now: s.Clock.Now(),
	}
}

func (s *server) accountBriefOf(c *gin.Context, b account.Brief) *accountBriefResponse {
	out := &accountBriefResponse{
		ID: b.ID, Name: b.Name, Tier: b.Tier, Lifecycle: b.Lifecycle, Owner: chargeResponse(b.Owner), OwnerName: b.OwnerName,
		Ring: ringOf(b.Ring), Coverage: s.coverageOf(c, b.Coverage),
	}
	if b.WhyNow != nil {
		e := eventOf(*b.WhyNow)
		out.WhyNow = &e
	}
	return out
}
