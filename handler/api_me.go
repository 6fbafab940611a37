package handler

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/account"
	"sixtouch/service/day"
	"sixtouch/sop"
	"sixtouch/web"
	"sixtouch/wecom"
)

// PageSigner gives pages the right to WeCom's JS-SDK.
type PageSigner interface {
	SignPage(ctx context.Context, address string) (wecom.SignedPage, error)
}

// meRoutes are what a rep's phone asks for: whatever they are about is the rep's
// who asks.
func (s *server) meRoutes() []route {
	return []route{
		{method: "GET", path: "/me/day", may: working, scope: mine, do: s.myDay},
		{method: "GET", path: "/me/alerts", may: working, scope: mine, do: s.myAlerts},
		{method: "POST", path: "/me/prompts", may: working, scope: mine, do: s.answerPrompts},
		{method: "POST", path: "/me/marks", may: working, scope: mine, do: s.markItem},
		{method: "POST", path: "/me/actions/:id", may: working, scope: mine, do: s.finishAction},
		{method: "GET", path: "/me/touches/:id/why", may: working, scope: mine, do: s.whyMine},
		{method: "GET", path: "/me/contact", may: working, scope: mine, query: "external_userid", do: s.myContact},
		{method: "GET", path: "/me/companies", may: working, scope: shared, query: "q", do: s.findCompanies},
		{method: "GET", path: "/me/page-signature", may: working, scope: shared, query: "url", do: s.signPage},
	}
}

// me is the rep who asks.
func me(c *gin.Context) (int64, error) {
	if id := principal(c).RepID; id != 0 {
		return id, nil
	}
	return 0, &model.Error{Code: model.CodeForbidden, Message: "these pages are for members of the corp: sign in with WeCom"}
}

type dayItemResponse struct {
	Kind           model.DayKind `json:"kind"`
	ID             int64         `json:"id"`
	At             time.Time     `json:"at"`
	DueAt          *time.Time    `json:"due_at"`
	Late           bool          `json:"late"`
	Until          *time.Time    `json:"until"`
	Why            string        `json:"why"`
	Title          string        `json:"title"`
	Text           string        `json:"text"`
	Channel        string        `json:"channel"`
	Attachments    int           `json:"attachments"`
	People         int           `json:"people"`
	Snoozes        int           `json:"snoozes"`
	SOPID          int64         `json:"sop_id"`
	SOPName        string        `json:"sop_name"`
	StepKey        string        `json:"step_key"`
	Note           string        `json:"note"`
	Reason         string        `json:"-"`
	Detail         []string      `json:"-"`
	ContactID      int64         `json:"contact_id"`
	ExternalUserID string        `json:"external_userid"`
	ContactName    string        `json:"contact_name"`
	CorpName       string        `json:"corp_name"`
	Stage          string        `json:"stage"`
	Score          *float64      `json:"score"`
	AccountID      int64         `json:"account_id"`
	AccountName    string        `json:"account_name"`
	Tier           model.Tier    `json:"tier"`
}

// dayItemOf puts a hand-over's reason into words; it has no others.
func (s *server) dayItemOf(lang web.Lang) func(day.Item) dayItemResponse {
	return func(i day.Item) dayItemResponse {
		out := dayItemResponse(i)
		if i.Reason != "" {
			out.Text = s.because(lang, i.Reason, i.Detail).Sentence
		}
		return out
	}
}

func (s *server) myDay(c *gin.Context) error {
	rep, err := me(c)
	if err != nil {
		return err
	}
	d, err := s.Days.Of(c.Request.Context(), rep)
	if err != nil {
		return err
	}
	told := s.dayItemOf(language(c))
	c.JSON(http.StatusOK, gin.H{
		"rep_name": d.RepName, "now": s.Clock.Now(), "more": d.More, "items": convert(d.Items, told), "later": convert(d.Later, told),
	})
	return nil
}

func (s *server) myAlerts(c *gin.Context) error {
	rep, err := me(c)
	if err != nil {
		return err
	}
	items, seen, err := s.Days.Alerts(c.Request.Context(), rep)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, gin.H{"now": s.Clock.Now(), "items": convert(items, s.dayItemOf(language(c))), "seen": append([]bool{}, seen...)})
	return nil
}

// answerPrompts settles prompts as the buttons of their cards do. What was settled
// before, by a card or by another page, is left as it is.
func (s *server) answerPrompts(c *gin.Context) error {
	rep, err := me(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		TouchIDs []int64    `json:"touch_ids"`
		Answer   string     `json:"answer"`
		Until    *time.Time `json:"until"`
		Reason   string     `json:"reason"`
	}](c)
	if err != nil {
		return err
	}
	a := sop.PageAnswer{RepID: rep, Touches: in.TouchIDs, Answer: in.Answer, Reason: in.Reason}
	if in.Until != nil {
		a.Until = *in.Until
	}
	touches, err := s.Engine.AnswerOnPage(c.Request.Context(), a)
	if err != nil {
		return err
	}
	settled := convert(touches, func(t model.Touch) int64 { return t.ID })
	gone := slices.DeleteFunc(slices.Clone(in.TouchIDs), func(id int64) bool { return slices.Contains(settled, id) })
	c.JSON(http.StatusOK, gin.H{"settled": settled, "gone": append([]int64{}, gone...)})
	return nil
}

func (s *server) markItem(c *gin.Context) error {
	rep, err := me(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		Kind   model.DayKind `json:"kind"`
		ID     int64         `json:"id"`
		Done   bool          `json:"done"`
		Until  *time.Time    `json:"until"`
		Reason string        `json:"reason"`
	}](c)
	if err != nil {
		return err
	}
	m := day.Mark{Kind: in.Kind, ID: in.ID, Done: in.Done, Reason: in.Reason}
	if in.Until != nil {
		m.Until = *in.Until
	}
	if err := s.Days.Set(c.Request.Context(), rep, m); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

func (s *server) finishAction(c *gin.Context) error {
	rep, err := me(c)
	if err != nil {
		return err
	}
	id, err := pathID(c)
	if err != nil {
		return err
	}
	in, err := decode[struct {
		Done bool `json:"done"`
	}](c)
	if err != nil {
		return err
	}
	if err := s.Accounts.FinishAction(c.Request.Context(), rep, id, in.Done); err != nil {
		return err
	}
	c.Status(http.StatusNoContent)
	return nil
}

// whyMine tells a rep why they are asked, or why not.
func (s *server) whyMine(c *gin.Context) error {
	rep, err := me(c)
	if err != nil {
		return err
	}
	id, err := pathID(c)
	if err != nil {
		return err
	}
	why, err := s.Engine.WhyTouch(c.Request.Context(), id)
	if err != nil {
		return err
	}
	if why.Touch == nil || why.Touch.RepID != rep {
		return model.NotFound(fmt.Sprintf("touch %d", id))
	}
	return s.writeWhy(c, why)
}

// companiesShown is how many names a search offers on a phone.
const companiesShown = 10

// findCompanies offers names for the question of where somebody works: names are
// everybody's to see, what we know of the companies is not.
func (s *server) findCompanies(c *gin.Context) error {
	q := queryOf(c)
	text := strings.TrimSpace(q.text("q"))
	if err := q.err(); err != nil {
		return err
	}
	out := list[listName]{Items: []listName{}}
	if text != "" {
		everybody := model.WithScope(c.Request.Context(), model.Scope{All: true})
		rows, err := s.Accounts.List(everybody, account.Filter{Query: text}, model.Page{Limit: companiesShown})
		if err != nil {
			return err
		}
		out.Items = convert(rows, func(a model.Account) listName { return listName{a.ID, a.Name} })
	}
	c.JSON(http.StatusOK, out)
	return nil
}

type pageSignature struct {
	Timestamp int64  `json:"timestamp"`
	Nonce     string `json:"nonce"`
	Signature string `json:"signature"`
}

// signPage signs the address of a phone page of ours, and of nobody else's.
func (s *server) signPage(c *gin.Context) error {
	address := c.Query("url")
	at, err := url.Parse(address)
	if err != nil || len(address) > maxAddress || !s.isPhonePage(at) {
		return invalidQuery(map[string]string{"url": "must be a phone page of this server"})
	}
	page, err := s.Signer.SignPage(c.Request.Context(), address)
	if err != nil {
		return &model.Error{Code: model.CodeUnavailable, Message: "WeCom gives no signature right now: try again", Err: err}
	}
	c.JSON(http.StatusOK, gin.H{
		"corp_id": page.CorpID, "agent_id": page.AgentID, "config": pageSignature(page.Corp), "agent_config": pageSignature(page.Agent),
	})
	return nil
}

const maxAddress = 2048

func (s *server) isPhonePage(at *url.URL) bool {
	ours, err := url.Parse(s.PublicURL)
	return err == nil && at.Scheme == ours.Scheme && at.Host == ours.Host && at.User == nil && strings.HasPrefix(at.Path, "/m/")
}
