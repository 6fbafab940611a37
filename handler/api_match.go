package handler

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/account"
	"sixtouch/web"
)

// matchRoutes are the routes of which account a contact is at.
func (s *server) matchRoutes() []route {
	return []route{
		{method: "GET", path: "/match/suggestions", may: everybody, scope: listed, query: "rep_id" + paged, do: s.listSuggestions},
		{method: "POST", path: "/match/suggestions/:id/accept", may: working, scope: ofDecision, do: s.acceptSuggestion},
		{method: "POST", path: "/match/suggestions/:id/reject", may: working, scope: ofDecision, do: s.decideMatch(s.Accounts.Reject)},
		{method: "POST", path: "/match/decisions/:id/undo", may: working, scope: ofDecision, do: s.decideMatch(s.Accounts.Undo)},
		{method: "GET", path: "/match/domains", may: office, scope: shared, query: paged, do: s.listDomainReviews},
		{method: "PUT", path: "/match/domains/:domain", may: marketing, scope: shared, do: s.reviewDomain},
		{method: "GET", path: "/contacts/:id/match", may: everybody, scope: ofContact, do: s.whyAt},
		{method: "PUT", path: "/contacts/:id/account", may: working, scope: ofContact, do: s.assignContact},
		{method: "POST", path: "/accounts/:id/merge", may: managing, scope: whole, do: s.mergeAccount},
		{method: "POST", path: "/accounts/:id/split", may: managing, scope: whole, do: s.splitAccount},
		{method: "GET", path: "/accounts/:id/merges", may: everybody, scope: ofAccount, query: paged, do: s.listMerges},
		{method: "POST", path: "/account-merges/:id/undo", may: managing, scope: whole, do: s.undoMerge},
	}
}

type matchReasonResponse struct {
	Code   string   `json:"code"`
	Values []string `json:"values"`
	Text   string   `json:"text"`
}

type matchResponse struct {
	ID             int64                 `json:"id"`
	ContactID      int64                 `json:"contact_id"`
	ContactName    string                `json:"contact_name"`
	AccountID      *int64                `json:"account_id"`
	AccountName    string                `json:"account_name"`
	PresentAccount *int64                `json:"present_account_id"`
	PresentName    string                `json:"present_account_name"`
	State          model.MatchState      `json:"state"`
	Effect         model.MatchEffect     `json:"effect"`
	Source         string                `json:"source"`
	Evidence       string                `json:"evidence"`
	Tier           string                `json:"tier"`
	Score          float64               `json:"score"`
	RunnerUp       *int64                `json:"runner_up_id"`
	RunnerUpName   string                `json:"runner_up_name"`
	RunnerUpScore  float64               `json:"runner_up_score"`
	Text           string                `json:"text"`
	Reasons        []matchReasonResponse `json:"reasons"`
	Author         string                `json:"author"`
	ActedAt        *time.Time            `json:"acted_at"`
	UndoneBy       string                `json:"undone_by"`
	UndoneAt       *time.Time            `json:"undone_at"`
	CreatedAt      time.Time             `json:"created_at"`
}

func orNil(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

func (s *server) matchOf(lang web.Lang, d account.Told) matchResponse {
	out := matchResponse{
		ID: d.ID, ContactID: d.ContactID, ContactName: d.Contact, AccountID: orNil(d.Account), AccountName: d.AccountName,
		PresentAccount: orNil(d.PresentAccount), PresentName: d.PresentName,
		State: d.State, Effect: d.Effect, Source: d.Source, Evidence: d.Evidence, Tier: d.Tier, Score: d.Score,
		RunnerUp: orNil(d.RunnerUp), RunnerUpName: d.RunnerUpName, RunnerUpScore: d.RunnerUpScore,
		Text: s.matchText(lang, d), Author: d.Author, ActedAt: d.ActedAt, UndoneBy: d.UndoneBy, UndoneAt: d.UndoneAt, CreatedAt: d.CreatedAt,
		Reasons: make([]matchReasonResponse, len(d.Reasons.V)),
	}
	for i, r := range d.Reasons.V {
		values := make([]any, len(r.Values))
		for n, v := range r.Values {
			values[n] = v
		}
		out.Reasons[i] = matchReasonResponse{Code: r.Code, Values: append([]string{}, r.Values...), Text: s.Texts.Text(lang, "match.reason."+r.Code, values...)}
	}
	return out
}

// matchText says in a sentence what a decision came to, and what it rests on.
func (s *server) matchText(lang web.Lang, d account.Told) string {
	key, values := "match.explain."+string(d.State), []any{}
	switch d.State {
	case model.MatchAutomatic, model.MatchSuggested:
		values = []any{d.AccountName, fmt.Sprintf("%.2f", d.Score)}
	case model.MatchAccepted, model.MatchRejected:
		if values = []any{d.Author, d.AccountName}; d.Account == 0 {
			key, values = "match.explain.left", values[:1]
		}
	case model.MatchUndone:
		values = []any{d.UndoneBy, d.AccountName}
	case model.MatchSuperseded:
		if values = []any{d.AccountName}; d.Account == 0 {
			key, values = "match.explain.none", nil
		}
	case model.MatchNone:
	}
	text := s.Texts.Text(lang, key, values...)
	if d.Source == "" {
		return text
	}
	rests := s.Texts.Text(lang, "match.source."+d.Source)
	if d.Evidence != "" {
		rests += " [" + d.Evidence + "]"
	}
	return text + "; " + s.Texts.Text(lang, "match.explain.evidence", rests)
}

func (s *server) listSuggestions(c *gin.Context) error {
	q := queryOf(c)
	page, rep := q.page(), q.id("rep_id")
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Accounts.Suggestions(c.Request.Context(), rep, page)
	if err != nil {
		return err
	}
	lang := language(c)
	writeList(c, page, rows, func(d account.Told) int64 { return d.ID }, func(d account.Told) matchResponse { return s.matchOf(lang, d) })
	return nil
}

func (s *server) acceptSuggestion(c *gin.Context) error {
	in, err := decode[struct {
		Effect model.MatchEffect `json:"effect"`
	}](c)
	if err != nil {
		return err
	}
	return s.decideMatch(func(ctx context.Context, id int64, author string) error {
		return s.Accounts.Accept(ctx, id, in.Effect, author)
	})(c)
}

// decideMatch does something with a decision and answers how it stands then.
func (s *server) decideMatch(do func(ctx context.Context, id int64, author string) error) func(*gin.Context) error {
	return func(c *gin.Context) error {
		id, err := pathID(c)
		if err != nil {
			return err
		}
		if err := do(c.Request.Context(), id, principal(c).Name); err != nil {
			return err
		}
		d, err := s.Accounts.Decision(c.Request.Context(), id)
		if err != nil {
			return err
		}
		c.JSON(http.StatusOK, s.matchOf(language(c), d))
		return nil
	}
}

type stayResponse struct {
	AccountID   int64      `json:"account_id"`
	AccountName string     `json:"account_name"`
	FromAt      time.Time  `json:"from_at"`
	ToAt        *time.Time `json:"to_at"`
	Reason      string     `json:"reason"`
	DecisionID  *int64     `json:"decision_id"`
}

func (s *server) whyAt(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	return s.writeWhyAt(c, id)
}

func (s *server) writeWhyAt(c *gin.Context, contactID int64) error {
	why, err := s.Accounts.WhyAt(c.Request.Context(), contactID)
	if err != nil {
		return err
	}
	out := struct {
		Decisions []matchResponse `json:"decisions"`
		Stays     []stayResponse  `json:"stays"`
	}{make([]matchResponse, len(why.Decisions)), make([]stayResponse, len(why.Stays))}
	for i, d := range why.Decisions {
		out.Decisions[i] = s.matchOf(language(c), d)
	}
	for i, m := range why.Stays {
		out.Stays[i] = stayResponse{
			AccountID: m.AccountID, AccountName: m.AccountName, FromAt: m.FromAt, ToAt: m.ToAt, Reason: m.Reason, DecisionID: orNil(m.DecisionID),
		}
	}
	c.JSON(http.StatusOK, out)
	return nil
}

func (s *server) assignContact(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		AccountID *int64            `json:"account_id"`
		Effect    model.MatchEffect `json:"effect"`
		Since     *time.Time        `json:"since"`
	}](c)
	if err != nil {
		return err
	}
	a := account.Assignment{ContactID: id, Effect: in.Effect, Source: account.SourceManual, Author: principal(c).Name}
	if in.AccountID != nil {
		a.AccountID = *in.AccountID
	}
	if in.Since != nil {
		a.Since = *in.Since
	}
	if err := s.Accounts.Assign(c.Request.Context(), a); err != nil {
		return err
	}
	return s.writeWhyAt(c, id)
}

type mergeResponse struct {
	ID        int64      `json:"id"`
	FromID    int64      `json:"from_id"`
	FromName  string     `json:"from_name"`
	IntoID    int64      `json:"into_id"`
	IntoName  string     `json:"into_name"`
	Author    string     `json:"author"`
	CreatedAt time.Time  `json:"created_at"`
	UndoneBy  string     `json:"undone_by"`
	UndoneAt  *time.Time `json:"undone_at"`
}

func mergeOf(m account.Merged) mergeResponse {
	return mergeResponse{
		ID: m.ID, FromID: m.FromID, FromName: m.FromName, IntoID: m.IntoID, IntoName: m.IntoName,
		Author: m.Author, CreatedAt: m.CreatedAt, UndoneBy: m.UndoneBy, UndoneAt: m.UndoneAt,
	}
}

func (s *server) mergeAccount(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		Into int64 `json:"into"`
	}](c)
	if err != nil {
		return err
	}
	if _, err := s.Accounts.Merge(c.Request.Context(), id, in.Into, principal(c).Name); err != nil {
		return err
	}
	rows, err := s.Accounts.Merges(c.Request.Context(), id, model.Page{Limit: 1})
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, mergeOf(rows[0]))
	return nil
}

func (s *server) splitAccount(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		Into       int64   `json:"into"`
		ContactIDs []int64 `json:"contact_ids"`
	}](c)
	if err != nil {
		return err
	}
	if err := s.Accounts.Split(c.Request.Context(), id, in.Into, in.ContactIDs, principal(c).Name); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

func (s *server) listMerges(c *gin.Context) error {
	id, page, err := pageOf(c)
	if err != nil {
		return err
	}
	rows, err := s.Accounts.Merges(c.Request.Context(), id, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(m account.Merged) int64 { return m.ID }, mergeOf)
	return nil
}

func (s *server) undoMerge(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if err := s.Accounts.UndoMerge(c.Request.Context(), id, principal(c).Name); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

type domainReviewResponse struct {
	ID        int64     `json:"id"`
	Domain    string    `json:"domain"`
	Accounts  int64     `json:"accounts"`
	Shared    *bool     `json:"shared"`
	Author    string    `json:"author"`
	CreatedAt time.Time `json:"created_at"`
}

func (s *server) listDomainReviews(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Accounts.DomainReviews(c.Request.Context(), page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(r account.DomainReview) int64 { return r.ID }, func(r account.DomainReview) domainReviewResponse {
		return domainReviewResponse{ID: r.ID, Domain: r.Domain, Accounts: r.Accounts, Shared: r.Shared, Author: r.Author, CreatedAt: r.CreatedAt}
	})
	return nil
}

func (s *server) reviewDomain(c *gin.Context) error {
	in, err := decode[struct {
		Shared *bool `json:"shared"`
	}](c)
	if err != nil {
		return err
	}
	if in.Shared == nil {
		return model.Invalid("shared", "must be true or false")
	}
	if err := s.Accounts.ReviewDomain(c.Request.Context(), c.Param("domain"), *in.Shared, principal(c).Name); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}
