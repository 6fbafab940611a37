package wecom

import (
	"context"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

// Kinds of app messages.
const (
	AppText         = "text"
	AppMarkdown     = "markdown"
	AppTextCard     = "textcard"
	AppTemplateCard = "template_card"
)

const (
	maxAppRecipients  = 1000
	maxAppText        = 2048 // bytes
	maxDuplicateCheck = 4 * time.Hour
)

// AppMessage is a message of the app to members. MsgType names the one body
// that is set. WeCom delivers at most 30 a minute and 1000 an hour to a member
// and drops the rest without a word.
type AppMessage struct {
	// ToUsers are member ids, at most 1000.
	ToUsers      []string
	MsgType      string
	Text         string
	Markdown     string
	TextCard     *TextCard
	TemplateCard *TemplateCard
	// DuplicateCheck makes WeCom drop an identical message sent within this time,
	// at most four hours; that makes sending it again harmless. 0 turns it off.
	DuplicateCheck time.Duration
}

// TextCard is a card that opens a page. The description may use
// <div class="gray">, "highlight" and "normal".
type TextCard struct {
	Title       string `json:"title"`
	Description string `json:"description"`
	URL         string `json:"url"`
	ButtonText  string `json:"btntxt,omitempty"`
}

// AppReceipt is WeCom's word on an app message. InvalidUsers may be spelled in
// lower case. ResponseCode updates an interactive card once, within 72 h.
type AppReceipt struct {
	MsgID        string
	InvalidUsers []string
	ResponseCode string
}

// CardUpdate changes a card that members already have: either the clicked
// button's text, or the whole card.
type CardUpdate struct {
	UserIDs      []string
	ResponseCode string
	// ButtonText replaces the button's text and makes it inactive.
	ButtonText string
	// Card replaces the card; ButtonText must be empty then.
	Card *TemplateCard
}

// AgentInfo describes the app itself: its name, whether an administrator closed
// it, and its visible range.
type AgentInfo struct {
	AgentID     int
	Name        string
	Description string
	Closed      bool
	UserIDs     []string
	Departments []int
	TagIDs      []int
}

// Validate reports every fault that WeCom would refuse.
func (m AppMessage) Validate() error {
	faults := []error{within("touser", len(m.ToUsers), maxAppRecipients, "items")}
	if len(m.ToUsers) == 0 {
		faults = append(faults, &FieldError{Field: "touser", Reason: "missing"})
	}
	if m.DuplicateCheck < 0 || m.DuplicateCheck > maxDuplicateCheck {
		faults = append(faults, &FieldError{Field: "duplicate_check_interval", Reason: "must be between 0 and 4 hours"})
	}
	return errors.Join(append(faults, m.validateBody())...)
}

func (m AppMessage) validateBody() error {
	switch {
	case m.MsgType == AppText:
		return errors.Join(required("text", m.Text), bytesWithin("text", m.Text, maxAppText))
	case m.MsgType == AppMarkdown:
		return errors.Join(required("markdown", m.Markdown), bytesWithin("markdown", m.Markdown, maxAppText))
	case m.MsgType == AppTextCard && m.TextCard != nil:
		return errors.Join(
			required("textcard.title", m.TextCard.Title), charsWithin("textcard.title", m.TextCard.Title, 128),
			required("textcard.description", m.TextCard.Description), charsWithin("textcard.description", m.TextCard.Description, 512),
			required("textcard.url", m.TextCard.URL), bytesWithin("textcard.url", m.TextCard.URL, 2048),
			charsWithin("textcard.btntxt", m.TextCard.ButtonText, 4))
	case m.MsgType == AppTemplateCard && m.TemplateCard != nil:
		return m.TemplateCard.Validate()
	default:
		return &FieldError{Field: "msgtype", Reason: "unknown kind, or its body is missing: " + strconv.Quote(m.MsgType)}
	}
}

// SendAppMessage sends a message to members at once, without anyone's doing.
// With DuplicateCheck it is repeated when its fate is unknown; without it never.
// When all recipients are invalid the call fails with 81013.
func (c *Client) SendAppMessage(ctx context.Context, m AppMessage) (AppReceipt, error) {
	const path = "message/send"
	if err := m.Validate(); err != nil {
		return AppReceipt{}, &Error{Path: path, Message: "invalid message", Err: err}
	}
	op, err := post(path, c.appRequest(m))
	if err != nil {
		return AppReceipt{}, err
	}
	op.repeatable = m.DuplicateCheck > 0
	var res struct {
		util.CommonError
		MsgID        string `json:"msgid"`
		InvalidUser  string `json:"invaliduser"`
		ResponseCode string `json:"response_code"`
	}
	if err := c.do(ctx, op, &res); err != nil {
		return AppReceipt{}, err
	}
	receipt := AppReceipt{MsgID: res.MsgID, ResponseCode: res.ResponseCode}
	if res.InvalidUser != "" {
		receipt.InvalidUsers = strings.Split(res.InvalidUser, "|")
	}
	return receipt, nil
}

type appRequest struct {
	ToUser         string        `json:"touser"`
	MsgType        string        `json:"msgtype"`
	AgentID        int           `json:"agentid"`
	Text           *textBody     `json:"text,omitempty"`
	Markdown       *textBody     `json:"markdown,omitempty"`
	TextCard       *TextCard     `json:"textcard,omitempty"`
	TemplateCard   *TemplateCard `json:"template_card,omitempty"`
	DuplicateCheck int           `json:"enable_duplicate_check,omitempty"`
	CheckInterval  int           `json:"duplicate_check_interval,omitempty"`
}

func (c *Client) appRequest(m AppMessage) appRequest {
	req := appRequest{ToUser: strings.Join(m.ToUsers, "|"), MsgType: m.MsgType, AgentID: c.cfg.AgentID}
	switch m.MsgType {
	case AppText:
		req.Text = &textBody{m.Text}
	case AppMarkdown:
		req.Markdown = &textBody{m.Markdown}
	case AppTextCard:
		req.TextCard = m.TextCard
	case AppTemplateCard:
		req.TemplateCard = m.TemplateCard
	}
	if m.DuplicateCheck > 0 {
		req.DuplicateCheck, req.CheckInterval = 1, max(1, int(m.DuplicateCheck.Seconds()))
	}
	return req
}

// RecallAppMessage takes a message of the last 24 hours off its recipients'
// phones. It may be repeated.
func (c *Client) RecallAppMessage(ctx context.Context, msgID string) error {
	return c.repeat(ctx, "message/recall", resultQuery{MsgID: msgID}, &bare{})
}

// UpdateCard changes an interactive card with the response code of its sending
// or of a click; each code works once (60140). A card that takes the place of
// another needs a task id that no card has had. It returns the members whose
// card could not be changed.
func (c *Client) UpdateCard(ctx context.Context, u CardUpdate) ([]string, error) {
	const path = "message/update_template_card"
	type button struct {
		ReplaceName string `json:"replace_name"`
	}
	req := struct {
		UserIDs      []string      `json:"userids"`
		AgentID      int           `json:"agentid"`
		ResponseCode string        `json:"response_code"`
		Button       *button       `json:"button,omitempty"`
		Card         *TemplateCard `json:"template_card,omitempty"`
	}{UserIDs: u.UserIDs, AgentID: c.cfg.AgentID, ResponseCode: u.ResponseCode, Card: u.Card}
	if (u.ButtonText == "") == (u.Card == nil) {
		err := &FieldError{Field: "button", Reason: "give either a button text or a card"}
		return nil, &Error{Path: path, Message: "invalid update", Err: err}
	}
	if u.Card != nil {
		if err := u.Card.Validate(); err != nil {
			return nil, &Error{Path: path, Message: "invalid update", Err: err}
		}
	}
	if u.ButtonText != "" {
		req.Button = &button{u.ButtonText}
	}
	var res struct {
		util.CommonError
		InvalidUsers []string `json:"invaliduser"`
	}
	err := c.once(ctx, path, req, &res)
	return res.InvalidUsers, err
}

// Agent reads the app's own description.
func (c *Client) Agent(ctx context.Context) (AgentInfo, error) {
	var res struct {
		util.CommonError
		AgentID     int    `json:"agentid"`
		Name        string `json:"name"`
		Description string `json:"description"`
		Close       int    `json:"close"`
		Users       struct {
			User []struct {
				UserID string `json:"userid"`
			} `json:"user"`
		} `json:"allow_userinfos"`
		Parties struct {
			IDs []int `json:"partyid"`
		} `json:"allow_partys"`
		Tags struct {
			IDs []int `json:"tagid"`
		} `json:"allow_tags"`
	}
	err := c.do(ctx, get("agent/get", url.Values{"agentid": {strconv.Itoa(c.cfg.AgentID)}}), &res)
	if err != nil {
		return AgentInfo{}, err
	}
	info := AgentInfo{
		AgentID: res.AgentID, Name: res.Name, Description: res.Description, Closed: res.Close != 0,
		Departments: res.Parties.IDs, TagIDs: res.Tags.IDs,
	}
	for _, u := range res.Users.User {
		info.UserIDs = append(info.UserIDs, u.UserID)
	}
	return info, nil
}

// CallbackIPs lists the addresses that WeCom's callbacks come from; an entry
// may be a range such as 198.51.100.*.
func (c *Client) CallbackIPs(ctx context.Context) ([]string, error) {
	var res struct {
		util.CommonError
		IPs []string `json:"ip_list"`
	}
	err := c.do(ctx, get("getcallbackip", nil), &res)
	return res.IPs, err
}
