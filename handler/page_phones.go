package handler

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/auth"
	"sixtouch/service/report"
)

// Demo lets the pages play the people of a simulated corp.
type Demo struct {
	// Simulator is the simulator's control API.
	Simulator Simulator
	// NewCustomer makes up the n-th customer.
	NewCustomer func(n int) NewCustomer
	// Settle waits until what was played before has been processed, so that a
	// clock that jumps does not turn a welcome of this second into one of
	// yesterday.
	Settle func(ctx context.Context) error
	// Moved is called after somebody played: there may be work for the engine.
	Moved func(ctx context.Context) error
	// Busy counts what the engine has yet to do at the clock's time: callbacks
	// to process, steps to plan, messages to hand over.
	Busy func(ctx context.Context) (int64, error)
	// Script stands in for WeCom's JS-SDK.
	Script []byte
	// EnterToken opens a session by a link, for whoever started the demo.
	EnterToken string
}

// NewCustomer is a customer to be; Tag is the name of a tag that the rep gives
// them at once, or empty.
type NewCustomer struct{ Name, Company, Tag string }

// Simulator calls the control API. Its errors are for people to read.
type Simulator interface {
	Call(ctx context.Context, method, path string, in, out any) error
}

// enter opens a session by the link that the demo printed.
func (p *Pages) enter(c *gin.Context) error {
	if subtle.ConstantTimeCompare([]byte(c.Param("token")), []byte(p.Demo.EnterToken)) != 1 {
		return &model.Error{Code: model.CodeUnauthenticated, Message: "the link is not valid"}
	}
	value, err := p.Auth.Session(auth.Principal{Name: auth.Admin, Role: auth.RoleAdmin})
	if err != nil {
		return err
	}
	setCookie(c, sessionCookie, value, int(auth.SessionLife.Seconds()))
	c.Redirect(http.StatusSeeOther, localPath(c.Query("next")))
	return nil
}

type phonesBody struct {
	Problem        string
	Members        []memberView
	States         []string // channel states that have a welcome of their own
	Pending        int
	RepPhones      []*repPhone
	Received       int
	CustomerPhones []*customerPhone
}

type memberView struct {
	UserID string `json:"userid"`
	Name   string `json:"name"`
}

// repPhone is what one rep is asked to do.
type repPhone struct {
	memberView
	Tasks []taskView
	Cards []cardView
}

type taskView struct {
	MsgID     string
	At        time.Time
	Content   model.Content
	Customers []string
	Names     []string
	MoreNames int
}

type cardView struct {
	At               time.Time
	TaskID           string
	Title, Who, Text string
	Quote            string
	Choice           *cardChoice
	Buttons          []cardButton
}

type cardButton struct{ Text, Key string }

// cardChoice is a card's drop-down; its first option is what is chosen.
type cardChoice struct {
	Title   string
	Options []struct{ ID, Text string } `json:"option_list"`
}

// customerPhone is what one customer has received.
type customerPhone struct {
	ContactID int64
	Name      string
	Entries   []entryView
}

type entryView struct {
	At      time.Time
	Kind    string
	RepName string
	Content model.Content
}

// Bounds of what the phones page shows: the newest.
const (
	phonesLedger    = 400
	phonesCustomers = 24
	phonesTasks     = 200
	phonesNames     = 5
)

func (p *Pages) phones(c *gin.Context) error { return p.showPhones(c, http.StatusOK, "") }

func (p *Pages) showPhones(c *gin.Context, status int, problem string) error {
	s, err := p.look(c.Request.Context())
	if err != nil {
		return err
	}
	body := s.body()
	body.Problem = problem
	return p.show(c, status, "phones", body)
}

// scene is what the simulator and our own store say about the phones.
type scene struct {
	members  []memberView
	tasks    []simTask
	entries  []simEntry
	total    int
	contacts map[string]report.Known
	answered map[int64]bool
}

type simTask struct {
	Kind      string     `json:"kind"`
	MsgID     string     `json:"msgid"`
	UserID    string     `json:"userid"`
	Created   int64      `json:"created"`
	Content   simContent `json:"content"`
	Customers []string   `json:"external_userid"`
}

type simContent struct {
	Text struct {
		Content string `json:"content"`
	} `json:"text"`
	Attachments []simAttachment `json:"attachments"`
}

type simAttachment struct {
	MsgType string     `json:"msgtype"`
	Link    model.Link `json:"link"`
	Card    *simCard   `json:"template_card"`
}

type simCard struct {
	TaskID string `json:"task_id"`
	Main   struct {
		Title string `json:"title"`
		Desc  string `json:"desc"`
	} `json:"main_title"`
	Quote struct {
		Title string `json:"title"`
		Text  string `json:"quote_text"`
	} `json:"quote_area"`
	SubTitle string       `json:"sub_title_text"`
	Choice   *cardChoice  `json:"button_selection"`
	Buttons  []cardButton `json:"button_list"`
}

type simEntry struct {
	At             time.Time       `json:"at"`
	Kind           string          `json:"kind"`
	ExternalUserID string          `json:"external_userid"`
	UserID         string          `json:"userid"`
	MsgID          string          `json:"msgid"`
	Text           string          `json:"text"`
	Attachments    []simAttachment `json:"attachments"`
}

func contentOf(text string, attachments []simAttachment) model.Content {
	content := model.Content{Text: text}
	for _, a := range attachments {
		part := model.Attachment{Type: a.MsgType}
		if a.MsgType == "link" {
			part.Link = &a.Link
		}
		content.Attachments = append(content.Attachments, part)
	}
	return content
}

// look asks the simulator, and our own store for names and answers.
func (p *Pages) look(ctx context.Context) (*scene, error) {
	s := &scene{}
	get := func(path string, out any) error {
		if err := p.Demo.Simulator.Call(ctx, http.MethodGet, path, nil, out); err != nil {
			return fmt.Errorf("look at the simulator: %w", err)
		}
		return nil
	}
	members := struct{ Members *[]memberView }{&s.members}
	tasks := struct{ Tasks *[]simTask }{&s.tasks}
	err := errors.Join(
		get("/sim/members?limit=1000", &members),
		get(fmt.Sprintf("/sim/tasks?status=pending&limit=%d", phonesTasks), &tasks),
		p.lookAtLedger(get, s),
	)
	if err != nil {
		return nil, err
	}
	var people []string
	var cards []int64
	for _, t := range s.tasks {
		people = append(people, t.Customers...)
	}
	for _, e := range s.entries {
		people = append(people, e.ExternalUserID)
		if id, ok := promptOf(e); ok {
			cards = append(cards, id)
		}
	}
	if s.contacts, err = p.Reports.KnownContacts(ctx, people); err != nil {
		return nil, err
	}
	s.answered, err = p.Reports.AnsweredPrompts(ctx, cards)
	return s, err
}

// lookAtLedger reads the end of the ledger: first how long it is, then that.
func (*Pages) lookAtLedger(get func(string, any) error, s *scene) error {
	const beyond = 1 << 40
	ledger := struct {
		Entries *[]simEntry
		Total   int
	}{Entries: &s.entries}
	if err := get(fmt.Sprintf("/sim/ledger?since=%d", beyond), &ledger); err != nil {
		return err
	}
	s.total = ledger.Total
	return get(fmt.Sprintf("/sim/ledger?since=%d", max(0, s.total-phonesLedger)), &ledger)
}

// promptOf tells which dispatch of ours an app message is a card of.
func promptOf(e simEntry) (int64, bool) {
	if e.Kind != "app_message" || len(e.Attachments) == 0 || e.Attachments[0].Card == nil {
		return 0, false
	}
	return model.PromptOf(e.Attachments[0].Card.TaskID)
}

// changed are the cards that have taken the place of others, by message.
func (s *scene) changed() map[string]*simCard {
	out := map[string]*simCard{}
	for _, e := range s.entries {
		if e.Kind == "card_update" && len(e.Attachments) > 0 {
			out[e.MsgID] = e.Attachments[0].Card
		}
	}
	return out
}

func (s *scene) body() phonesBody {
	body := phonesBody{Members: s.members, States: demoStates()}
	names := map[string]string{}
	for _, m := range s.members {
		names[m.UserID] = m.Name
	}
	phone := func(userID string) *repPhone {
		for _, r := range body.RepPhones {
			if r.UserID == userID {
				return r
			}
		}
		r := &repPhone{memberView: memberView{UserID: userID, Name: names[userID]}}
		body.RepPhones = append(body.RepPhones, r)
		return r
	}
	for _, t := range s.tasks {
		if t.Kind == "groupmsg" {
			r := phone(t.UserID)
			r.Tasks = append(r.Tasks, s.task(t))
			body.Pending++
		}
	}
	changed := s.changed()
	for _, e := range slices.Backward(s.entries) {
		if id, ok := promptOf(e); ok && !s.answered[id] {
			r := phone(e.UserID)
			r.Cards = append(r.Cards, cardOf(e.At, cmp.Or(changed[e.MsgID], e.Attachments[0].Card)))
			body.Pending++
		}
	}
	slices.SortStableFunc(body.RepPhones, func(a, b *repPhone) int { return strings.Compare(a.UserID, b.UserID) })
	s.customers(&body, names)
	return body
}

func (s *scene) task(t simTask) taskView {
	v := taskView{MsgID: t.MsgID, At: time.Unix(t.Created, 0), Content: contentOf(t.Content.Text.Content, t.Content.Attachments), Customers: t.Customers}
	for _, id := range t.Customers[:min(len(t.Customers), phonesNames)] {
		v.Names = append(v.Names, s.name(id))
	}
	if len(t.Customers) > phonesNames {
		v.MoreNames = len(t.Customers)
	}
	return v
}

func cardOf(at time.Time, card *simCard) cardView {
	v := cardView{
		At: at, TaskID: card.TaskID, Title: card.Main.Title, Who: card.Main.Desc, Text: card.SubTitle,
		Choice: card.Choice, Buttons: card.Buttons,
	}
	if card.Quote.Text != "" {
		v.Quote = card.Quote.Title + " " + card.Quote.Text
	}
	return v
}

// name is the contact's, or the end of the id of one we have not heard of yet.
func (s *scene) name(externalUserID string) string {
	if known, ok := s.contacts[externalUserID]; ok && known.Name != "" {
		return known.Name
	}
	return "…" + externalUserID[max(0, len(externalUserID)-6):]
}

func (s *scene) customers(body *phonesBody, reps map[string]string) {
	phones := map[string]*customerPhone{}
	for _, e := range slices.Backward(s.entries) {
		if e.ExternalUserID == "" || e.Kind == "click" {
			continue
		}
		body.Received++
		phone := phones[e.ExternalUserID]
		if phone == nil {
			if len(body.CustomerPhones) == phonesCustomers {
				continue
			}
			phone = &customerPhone{ContactID: s.contacts[e.ExternalUserID].ID, Name: s.name(e.ExternalUserID)}
			phones[e.ExternalUserID] = phone
			body.CustomerPhones = append(body.CustomerPhones, phone)
		}
		phone.Entries = append(phone.Entries, entryView{
			At: e.At, Kind: e.Kind, RepName: reps[e.UserID], Content: contentOf(e.Text, e.Attachments),
		})
	}
}

// demoStates are suggested where a channel state can be typed in.
func demoStates() []string { return []string{"expo", "live", "website"} }

// played runs what somebody did on a phone and leads back to where they were.
// What the simulator refuses is said on the page.
func (p *Pages) played(do func(*gin.Context) error) func(*gin.Context) error {
	return func(c *gin.Context) error {
		if err := do(c); err != nil {
			problem := p.Texts.Text(language(c), "phones.problem", err.Error())
			return p.showPhones(c, http.StatusConflict, problem)
		}
		if err := p.Demo.Moved(c.Request.Context()); err != nil {
			return err
		}
		c.Redirect(http.StatusSeeOther, localPath(c.PostForm("back")))
		return nil
	}
}

func (p *Pages) post(c *gin.Context, path string, in any) error {
	return p.Demo.Simulator.Call(c.Request.Context(), http.MethodPost, path, in, nil)
}

// follow is a customer adding a rep: the one chosen, or anybody.
func (p *Pages) follow(c *gin.Context) error {
	ctx := c.Request.Context()
	var corp struct{ Customers int }
	var list struct{ Members []memberView }
	err := errors.Join(
		p.Demo.Simulator.Call(ctx, http.MethodGet, "/sim/state", nil, &corp),
		p.Demo.Simulator.Call(ctx, http.MethodGet, "/sim/members?limit=1000", nil, &list),
	)
	if err != nil {
		return err
	}
	userID := c.PostForm("userid")
	if userID == "" && len(list.Members) > 0 {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(list.Members))))
		if err != nil {
			return fmt.Errorf("choose a rep: %w", err)
		}
		userID = list.Members[n.Int64()].UserID
	}
	who := p.Demo.NewCustomer(corp.Customers)
	tags, err := p.Contacts.Tags(ctx, model.Page{Limit: model.PageLimit})
	if err != nil {
		return err
	}
	ids := []string{}
	for _, t := range tags {
		if t.Name == who.Tag {
			ids = append(ids, t.WeComID)
		}
	}
	return p.post(c, "/sim/follows", map[string]any{
		"userid": userID, "name": who.Name, "remark_company": who.Company, "tags": ids, "state": c.PostForm("state"), "add_way": 1,
	})
}

// confirm is a rep sending or refusing one message, or all reps sending all.
func (p *Pages) confirm(c *gin.Context) error {
	if c.PostForm("userid") == "" {
		return p.post(c, "/sim/confirm", map[string]any{"all": true})
	}
	return p.post(c, "/sim/confirm", map[string]any{
		"userid": c.PostForm("userid"), "msgid": c.PostForm("msgid"), "action": c.PostForm("action"),
	})
}

// answer is a rep pressing a card's button.
func (p *Pages) answer(c *gin.Context) error {
	return p.post(c, "/sim/clicks", map[string]any{
		"userid": c.PostForm("userid"), "task_id": c.PostForm("task_id"), "key": c.PostForm("key"), "option": c.PostForm("option"),
	})
}

// Times that the clock can be moved to or by.
const (
	morningHour   = 9
	morningMinute = 1
)

func (p *Pages) moveClock(c *gin.Context) error {
	if err := p.Demo.Settle(c.Request.Context()); err != nil {
		return err
	}
	switch c.PostForm("to") {
	case "hour":
		return p.post(c, "/sim/clock", map[string]any{"advance": "1h"})
	case "day":
		return p.post(c, "/sim/clock", map[string]any{"advance": "24h"})
	}
	now := p.Clock.Now().In(p.Zone)
	// Of the next calendar day: who was added after midnight has their day 1 then.
	morning := time.Date(now.Year(), now.Month(), now.Day()+1, morningHour, morningMinute, 0, 0, p.Zone)
	return p.post(c, "/sim/clock", map[string]any{"set": morning})
}
