package handler

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
)

// demoRoot is below what the simulator's console asks for.
const demoRoot = "/api/demo"

// mountConsole serves the simulator's console. It plays everybody, so it is for
// administrators.
func (p *Pages) mountConsole(open, guarded gin.IRoutes) {
	open.GET("/sim/wx.js", p.wxScript)
	get := func(path, query string, do func(*gin.Context) error) {
		guarded.GET(demoRoot+path, allow(admins), strictQuery(query), wrap(do))
	}
	get("/wait", "version", p.seen("/sim/wait"))
	get("/phones", "customers members chats", p.demoPhones)
	get("/people", "kind q userid limit cursor", p.seen("/sim/people"))
	get("/ledger", "before limit kinds q", p.seen("/sim/ledger/newest"))
	get("/tags", "", p.seen("/sim/tags"))
	get("/clock", "", p.showDemoClock)
	get("/faults", "", p.listTroubles)
	act := func(method, path string, do func(*gin.Context) error) {
		guarded.Handle(method, demoRoot+path, allow(admins), strictQuery(""), wrap(p.moved(do)))
	}
	for path, simulated := range map[string]string{
		"/confirm": "/sim/confirm", "/clicks": "/sim/clicks", "/messages": "/sim/messages", "/unfollows": "/sim/unfollows",
		"/tag": "/sim/tag", "/reactions": "/sim/reactions",
	} {
		act(http.MethodPost, path, p.play(simulated))
	}
	act(http.MethodPost, "/follows", p.demoFollow)
	act(http.MethodPost, "/clock", p.moveDemoClock)
	act(http.MethodPut, "/faults/:name", p.makeTrouble)
	act(http.MethodDelete, "/faults/:name", p.endTrouble)
	p.mountSDK(guarded)
}

// moved lets the engine look at what somebody has played.
func (p *Pages) moved(do func(*gin.Context) error) func(*gin.Context) error {
	return func(c *gin.Context) error {
		if err := do(c); err != nil {
			return err
		}
		return p.Demo.Moved(c.Request.Context())
	}
}

// ask calls the simulator. What it refuses has mostly been done already, or
// undone: phones are looked at by several people at once.
func (p *Pages) ask(ctx context.Context, method, path string, in, out any) error {
	err := p.Demo.Simulator.Call(ctx, method, path, in, out)
	if err == nil || ctx.Err() != nil {
		return err
	}
	return &model.Error{Code: model.CodeConflict, Message: "the simulated people cannot do this any more: look again", Err: err}
}

// seen shows what the simulator shows.
func (p *Pages) seen(path string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		var reply json.RawMessage
		if err := p.ask(c.Request.Context(), http.MethodGet, path+"?"+c.Request.URL.RawQuery, nil, &reply); err != nil {
			return err
		}
		c.JSON(http.StatusOK, reply)
		return nil
	}
}

// play does what the body says in the simulator's words.
func (p *Pages) play(path string) func(*gin.Context) error {
	return func(c *gin.Context) error {
		in, err := decode[json.RawMessage](c)
		if err != nil {
			return err
		}
		var reply json.RawMessage
		if err := p.ask(c.Request.Context(), http.MethodPost, path, in, &reply); err != nil {
			return err
		}
		c.JSON(http.StatusOK, reply)
		return nil
	}
}

// demoPhones adds to the phones which of our contacts their customers are.
func (p *Pages) demoPhones(c *gin.Context) error {
	ctx, query := c.Request.Context(), c.Request.URL.Query()
	var phones map[string]json.RawMessage
	if err := p.ask(ctx, http.MethodGet, "/sim/phones?"+query.Encode(), nil, &phones); err != nil {
		return err
	}
	ids := strings.Split(query.Get("customers"), ",")
	for _, pair := range strings.Split(query.Get("chats"), ",") {
		_, id, _ := strings.Cut(pair, ":")
		ids = append(ids, id)
	}
	known, err := p.Reports.KnownContacts(ctx, ids)
	if err != nil {
		return err
	}
	contacts := map[string]int64{}
	for id, k := range known {
		contacts[id] = k.ID
	}
	c.JSON(http.StatusOK, struct {
		Phones   map[string]json.RawMessage `json:"phones"`
		Contacts map[string]int64           `json:"contacts"`
	}{phones, contacts})
	return nil
}

type memberView struct {
	UserID string `json:"userid"`
	Name   string `json:"name"`
}

type demoFollowed struct {
	ExternalUserID string `json:"external_userid"`
	UserID         string `json:"userid"`
	Name           string `json:"name"`
	Company        string `json:"company"`
}

// demoFollow is a new customer who adds a rep: the one named, or anybody.
func (p *Pages) demoFollow(c *gin.Context) error {
	in, err := decode[struct {
		UserID string `json:"userid"`
		State  string `json:"state"`
		Plain  bool   `json:"plain"` // without the tag that every third one gets
	}](c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	var corp struct{ Customers int }
	var list struct{ Members []memberView }
	if err := errors.Join(
		p.ask(ctx, http.MethodGet, "/sim/state", nil, &corp), p.ask(ctx, http.MethodGet, "/sim/members?limit=1000", nil, &list),
	); err != nil {
		return err
	}
	if in.UserID == "" && len(list.Members) > 0 {
		n, err := rand.Int(rand.Reader, big.NewInt(int64(len(list.Members))))
		if err != nil {
			return fmt.Errorf("choose a rep: %w", err)
		}
		in.UserID = list.Members[n.Int64()].UserID
	}
	who := p.Demo.NewCustomer(corp.Customers)
	tags := []string{}
	if !in.Plain {
		if tags, err = p.tagsNamed(ctx, who.Tag); err != nil {
			return err
		}
	}
	reply := demoFollowed{UserID: in.UserID, Name: who.Name, Company: who.Company}
	if err := p.ask(ctx, http.MethodPost, "/sim/follows", map[string]any{
		"userid": in.UserID, "name": who.Name, "remark_company": who.Company, "tags": tags, "state": in.State, "add_way": 1,
	}, &reply); err != nil {
		return err
	}
	c.JSON(http.StatusCreated, reply)
	return nil
}

func (p *Pages) tagsNamed(ctx context.Context, name string) ([]string, error) {
	tags, err := p.Contacts.Tags(ctx, model.Page{Limit: model.PageLimit})
	ids := []string{}
	for _, t := range tags {
		if t.Name == name {
			ids = append(ids, t.WeComID)
		}
	}
	return ids, err
}

// Of the day that the clock is moved to: just after the first steps are due.
const (
	morningHour   = 9
	morningMinute = 1
)

type demoClock struct {
	Now   time.Time `json:"now"`
	Ahead int64     `json:"ahead_seconds"` // of the real time
	Busy  int64     `json:"busy"`          // what the engine has yet to do at this time
}

func (p *Pages) showDemoClock(c *gin.Context) error {
	ctx := c.Request.Context()
	var clock struct {
		Now    time.Time
		Offset int64 `json:"offset_seconds"`
	}
	if err := p.ask(ctx, http.MethodGet, "/sim/clock", nil, &clock); err != nil {
		return err
	}
	busy, err := p.Demo.Busy(ctx)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, demoClock{Now: clock.Now.In(p.Zone), Ahead: clock.Offset, Busy: busy})
	return nil
}

func (p *Pages) moveDemoClock(c *gin.Context) error {
	in, err := decode[struct {
		To string `json:"to"`
	}](c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	// So that a welcome of this second does not turn into one of yesterday.
	if err := p.Demo.Settle(ctx); err != nil {
		return err
	}
	move := map[string]any{}
	switch in.To {
	case "hour":
		move["advance"] = "1h"
	case "morning":
		now := p.Clock.Now().In(p.Zone)
		// Of the next calendar day: who was added after midnight has their day 1 then.
		move["set"] = time.Date(now.Year(), now.Month(), now.Day()+1, morningHour, morningMinute, 0, 0, p.Zone)
	default:
		return model.Invalid("to", "must be hour or morning")
	}
	if err := p.ask(ctx, http.MethodPost, "/sim/clock", move, nil); err != nil {
		return err
	}
	return p.showDemoClock(c)
}

// troubles are what can go wrong with the simulated WeCom, until it is taken away.
func troubles() []trouble {
	const api, create, long = "/cgi-bin/", "/cgi-bin/externalcontact/add_msg_template", 1_000_000
	return []trouble{
		{Name: "outage", fault: map[string]any{"path": api, "status": http.StatusBadGateway, "n": long}},
		{Name: "busy", fault: map[string]any{"path": api + "externalcontact/", "errcode": -1, "n": long}},
		{Name: "limit", fault: map[string]any{"path": create, "errcode": 45009, "n": long}},
		{Name: "slow", fault: map[string]any{"path": api, "delay": "3s", "n": long}},
		{Name: "lost_answer", fault: map[string]any{"path": create, "accept_then_timeout": true, "n": 1}},
		{Name: "late_events", fault: map[string]any{"path": "callback", "delay": "10s", "n": long}},
		{Name: "twice", fault: map[string]any{"path": "callback", "duplicate": 2, "n": long}},
	}
}

type trouble struct {
	Name  string `json:"name"`
	On    bool   `json:"on"`
	fault map[string]any
}

func troubleNamed(name string) (trouble, error) {
	for _, t := range troubles() {
		if t.Name == name {
			return t, nil
		}
	}
	return trouble{}, model.NotFound("fault")
}

func (p *Pages) listTroubles(c *gin.Context) error {
	var current struct{ Faults []struct{ Name string } }
	if err := p.ask(c.Request.Context(), http.MethodGet, "/sim/faults", nil, &current); err != nil {
		return err
	}
	list := troubles()
	for i := range list {
		for _, f := range current.Faults {
			list[i].On = list[i].On || f.Name == list[i].Name
		}
	}
	c.JSON(http.StatusOK, struct {
		Faults []trouble `json:"faults"`
	}{list})
	return nil
}

func (p *Pages) makeTrouble(c *gin.Context) error {
	t, err := troubleNamed(c.Param("name"))
	if err != nil {
		return err
	}
	if err := p.clearTrouble(c.Request.Context(), t); err != nil {
		return err
	}
	t.fault["name"] = t.Name
	if err := p.ask(c.Request.Context(), http.MethodPost, "/sim/faults", t.fault, nil); err != nil {
		return err
	}
	return p.listTroubles(c)
}

func (p *Pages) endTrouble(c *gin.Context) error {
	t, err := troubleNamed(c.Param("name"))
	if err != nil {
		return err
	}
	if err := p.clearTrouble(c.Request.Context(), t); err != nil {
		return err
	}
	return p.listTroubles(c)
}

func (p *Pages) clearTrouble(ctx context.Context, t trouble) error {
	return p.ask(ctx, http.MethodDelete, "/sim/faults?"+url.Values{"name": {t.Name}}.Encode(), nil, nil)
}
