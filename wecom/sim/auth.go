package sim

import (
	"strconv"
	"strings"
	"time"
)

const (
	ticketLife       = 7200
	codeLife         = 5 * time.Minute
	ticketsPerCorp   = 400
	ticketsPerApp    = 100
	ticketWindow     = time.Hour
	agentTicketType  = "agent_config"
	keepExpiredToken = 24 * 60 * 60
)

// loginCode is an OAuth code on its way from the browser to the server.
type loginCode struct {
	UserID         string
	ExternalUserID string
	Expires        int64
	Used           bool
}

func (c *call) getToken() (any, error) {
	corp, secret := c.query.Get("corpid"), c.query.Get("corpsecret")
	switch {
	case corp == "":
		return nil, refuse(41002, "corpid missing")
	case secret == "":
		return nil, refuse(41004, "corpsecret missing")
	case corp != c.corpID:
		return nil, refuse(40013, "invalid corpid")
	}
	for _, app := range c.apps {
		if app.Secret == secret {
			value, t := c.tokenOf(app)
			return object{"access_token": value, "expires_in": t.Expires - c.now.Unix()}, nil
		}
	}
	return nil, refuse(40001, "invalid credential")
}

// tokenOf returns the app's valid token, or a new one.
func (c *call) tokenOf(app App) (string, *token) {
	for value, t := range c.st.Tokens {
		if t.AgentID == app.AgentID && t.Expires > c.now.Unix() && !c.rules.NewTokenPerCall {
			return value, t
		}
		if t.Expires < c.now.Unix()-keepExpiredToken {
			delete(c.st.Tokens, value)
		}
	}
	value := newID("tok", 64)
	t := &token{AgentID: app.AgentID, Expires: c.now.Unix() + int64(c.rules.TokenSeconds)}
	c.st.Tokens[value] = t
	return value, t
}

func (c *call) serverIPs() (any, error) {
	return object{"ip_list": []string{"127.0.0.1"}}, nil
}

func (c *call) corpTicket() (any, error) {
	if !c.limits.allow("corp ticket", c.now, ticketWindow, ticketsPerCorp) {
		return nil, refuse(45009, "reach max api hour quota limit")
	}
	return c.ticket("corp"), nil
}

func (c *call) agentTicket() (any, error) {
	if c.query.Get("type") != agentTicketType {
		return nil, refuse(91040, "invalid ticket type")
	}
	owner := "agent " + strconv.Itoa(c.app.AgentID)
	if !c.limits.allow(owner+" ticket", c.now, ticketWindow, ticketsPerApp) {
		return nil, refuse(45009, "reach max api hour quota limit")
	}
	return c.ticket(owner), nil
}

func (c *call) ticket(owner string) object {
	t, ok := c.st.Tickets[owner]
	if !ok || t.Expires <= c.now.Unix() {
		t = ticket{Value: newID("tkt", 86), Expires: c.now.Unix() + ticketLife}
		c.st.Tickets[owner] = t
	}
	return object{"ticket": t.Value, "expires_in": t.Expires - c.now.Unix()}
}

func (c *call) userFromCode() (any, error) {
	value := c.query.Get("code")
	if value == "" {
		return nil, refuse(41008, "missing code")
	}
	code, ok := c.st.Codes[value]
	switch {
	case !ok:
		return nil, refuse(40029, "invalid code")
	case code.Used:
		return nil, refuse(42022, "code has been used")
	case code.Expires <= c.now.Unix():
		return nil, refuse(42003, "code expired")
	}
	code.Used = true
	if code.UserID != "" {
		return object{"userid": code.UserID}, nil
	}
	return object{"openid": "o" + strings.TrimPrefix(code.ExternalUserID, "wm")[:27], "external_userid": code.ExternalUserID}, nil
}

func (c *call) agent() (any, error) {
	id, err := strconv.Atoi(c.query.Get("agentid"))
	if err != nil {
		return nil, refuse(40056, "invalid agentid")
	}
	if id != c.app.AgentID {
		return nil, refuse(301002, "not allow operate another agent with this accesstoken")
	}
	users := []object{}
	for _, m := range c.st.Members {
		if !m.left() {
			users = append(users, object{"userid": m.UserID})
		}
	}
	return object{
		"agentid": id, "name": c.app.Name, "description": "", "close": 0,
		"square_logo_url":           "https://img.example/agent.png",
		"allow_userinfos":           object{"user": users},
		"allow_partys":              object{"partyid": []int{1}},
		"allow_tags":                object{"tagid": []int{}},
		"redirect_domain":           "",
		"home_url":                  "",
		"isreportenter":             0,
		"customized_publish_status": 1,
	}, nil
}
