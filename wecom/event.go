package wecom

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

const (
	// The longest event that is read; WeCom's are a few kilobytes.
	maxEvent = 256 << 10
	// The deepest nesting that is read; approval events reach seven.
	maxEventDepth = 16
)

// EventKey names a kind of event: "change_external_contact/add_external_contact"
// (event/change type), "template_card_event" (event alone) or "message/text"
// (a message from a member to the app).
type EventKey string

func eventKey(msgType, event, changeType string) EventKey {
	switch {
	case event == "" && msgType != "" && msgType != "event":
		return EventKey("message/" + msgType)
	case changeType == "":
		return EventKey(event)
	default:
		return EventKey(event + "/" + changeType)
	}
}

// Event is a decrypted callback with every element that WeCom documents. A
// field that the event lacks is empty; numbers that are lists on the wire
// ("1,7") stay strings.
type Event struct {
	// Common to all.
	Name       string // Event: change_external_contact, template_card_event, …
	ChangeType string
	MsgType    string // event, or text, image, … for a message to the app
	ToUser     string // the corp's id
	FromUser   string // "sys" for system events, else the member
	AgentID    int
	CreateTime time.Time
	Raw        []byte // the whole plaintext

	// Customers and acquisition links.
	UserID         string
	ExternalUserID string
	State          string
	WelcomeCode    string
	Source         string // DELETE_BY_TRANSFER
	FailReason     string // customer_refused, customer_limit_exceed
	LinkID         string
	ChatKey        string
	ExpireTime     time.Time
	ExpireQuota    int

	// Customer groups.
	ChatID       string
	UpdateDetail string // add_member, del_member, change_owner, change_name, change_notice
	JoinScene    int
	QuitScene    int
	MemberCount  int
	Members      []string // userids or external_userids that came or went
	LastMemVer   string
	CurMemVer    string

	// Tags, departments, members. ID is a tag's, a group's or a department's.
	ID             string
	TagType        string // tag, tag_group
	StrategyID     string
	TagID          string
	NewUserID      string
	PersonName     string // Name of a member or a department
	Departments    []int
	MainDepartment int
	ParentID       int
	Order          int
	Status         int
	Position       string
	Alias          string
	AddUsers       []string
	DelUsers       []string
	AddParties     []int
	DelParties     []int

	// Messages and clicks of members.
	MsgID        string
	Content      string
	MediaID      string
	PicURL       string
	EventKey     string // of a menu or a card's button
	TaskID       string
	CardType     string
	ResponseCode string
	Selected     []Selection

	// Customer service and jobs.
	Token      string
	OpenKfID   string
	JobID      string
	Batch      *BatchJob
	AuthAddKf  []string
	AuthDelKf  []string
	EffectTime time.Time
}

// Selection is the answer to one question of a card.
type Selection struct {
	QuestionKey string   `xml:"QuestionKey"`
	OptionIDs   []string `xml:"OptionIds>OptionId"`
}

// BatchJob is the end of an asynchronous contact job.
type BatchJob struct {
	JobID   string `xml:"JobId"`
	JobType string `xml:"JobType"`
	ErrCode int    `xml:"ErrCode"`
	ErrMsg  string `xml:"ErrMsg"`
}

// Key names the kind of the event.
func (e Event) Key() EventKey { return eventKey(e.MsgType, e.Name, e.ChangeType) }

// ParseEvent reads a decrypted callback in full. Entities beyond XML's own
// five, document types, deep nesting, anything after the root element and more
// than 256 KiB are errors; elements and kinds of events that it does not know
// are not.
func ParseEvent(plain []byte) (Event, error) {
	if len(plain) > maxEvent {
		return Event{}, fmt.Errorf("parse event: %d bytes, at most %d are read", len(plain), maxEvent)
	}
	var w eventXML
	if err := decodeXML(plain, &w); err != nil {
		return Event{}, fmt.Errorf("parse event: %w", err)
	}
	e := w.event()
	e.Raw = plain
	return e, nil
}

// decodeXML decodes exactly one element, with everything in it bounded.
func decodeXML(doc []byte, out any) error {
	inner := &boundedTokens{from: xml.NewDecoder(bytes.NewReader(doc))} //nolint:gosec // G709: bounded and decoded into plain fields only
	dec := xml.NewTokenDecoder(inner)
	if err := dec.Decode(out); err != nil {
		return err
	}
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if text, ok := token.(xml.CharData); !ok || len(bytes.TrimSpace(text)) > 0 {
			return errors.New("something follows the root element")
		}
	}
}

// boundedTokens passes tokens on while they are what WeCom sends.
type boundedTokens struct {
	from  *xml.Decoder
	depth int
}

// Token implements xml.TokenReader.
func (b *boundedTokens) Token() (xml.Token, error) {
	token, err := b.from.Token()
	if err != nil {
		return token, err
	}
	switch token.(type) {
	case xml.StartElement:
		if b.depth++; b.depth > maxEventDepth {
			return nil, fmt.Errorf("nested deeper than %d", maxEventDepth)
		}
	case xml.EndElement:
		b.depth--
	case xml.Directive:
		return nil, errors.New("a document type is not allowed")
	}
	return token, nil
}

// eventXML is the wire form. Numbers are strings here: WeCom wraps some in
// CDATA and a broken one must not lose the event.
type eventXML struct {
	XMLName        xml.Name    `xml:"xml"`
	Event          string      `xml:"Event"`
	ChangeType     string      `xml:"ChangeType"`
	MsgType        string      `xml:"MsgType"`
	ToUserName     string      `xml:"ToUserName"`
	FromUserName   string      `xml:"FromUserName"`
	AgentID        string      `xml:"AgentID"`
	CreateTime     string      `xml:"CreateTime"`
	UserID         string      `xml:"UserID"`
	ExternalUserID string      `xml:"ExternalUserID"`
	State          string      `xml:"State"`
	WelcomeCode    string      `xml:"WelcomeCode"`
	Source         string      `xml:"Source"`
	FailReason     string      `xml:"FailReason"`
	LinkID         string      `xml:"LinkId"`
	ChatKey        string      `xml:"ChatKey"`
	ExpireTime     string      `xml:"ExpireTime"`
	ExpireQuota    string      `xml:"ExpireQuotaNum"`
	ChatID         string      `xml:"ChatId"`
	UpdateDetail   string      `xml:"UpdateDetail"`
	JoinScene      string      `xml:"JoinScene"`
	QuitScene      string      `xml:"QuitScene"`
	MemChangeCnt   string      `xml:"MemChangeCnt"`
	MemChangeList  []string    `xml:"MemChangeList>Item"`
	LastMemVer     string      `xml:"LastMemVer"`
	CurMemVer      string      `xml:"CurMemVer"`
	ID             string      `xml:"Id"`
	TagType        string      `xml:"TagType"`
	StrategyID     string      `xml:"StrategyId"`
	TagID          string      `xml:"TagId"`
	NewUserID      string      `xml:"NewUserID"`
	PersonName     string      `xml:"Name"`
	Department     string      `xml:"Department"`
	MainDepartment string      `xml:"MainDepartment"`
	ParentID       string      `xml:"ParentId"`
	Order          string      `xml:"Order"`
	Status         string      `xml:"Status"`
	Position       string      `xml:"Position"`
	Alias          string      `xml:"Alias"`
	AddUserItems   string      `xml:"AddUserItems"`
	DelUserItems   string      `xml:"DelUserItems"`
	AddPartyItems  string      `xml:"AddPartyItems"`
	DelPartyItems  string      `xml:"DelPartyItems"`
	MsgID          string      `xml:"MsgId"`
	Content        string      `xml:"Content"`
	MediaID        string      `xml:"MediaId"`
	PicURL         string      `xml:"PicUrl"`
	EventKey       string      `xml:"EventKey"`
	TaskID         string      `xml:"TaskId"`
	CardType       string      `xml:"CardType"`
	ResponseCode   string      `xml:"ResponseCode"`
	Selected       []Selection `xml:"SelectedItems>SelectedItem"`
	Token          string      `xml:"Token"`
	OpenKfID       string      `xml:"OpenKfId"`
	JobID          string      `xml:"JobId"`
	Batch          *BatchJob   `xml:"BatchJob"`
	AuthAddKf      []string    `xml:"AuthAddOpenKfId"`
	AuthDelKf      []string    `xml:"AuthDelOpenKfId"`
	EffectTime     string      `xml:"EffectTime"`
}

func (w *eventXML) event() Event {
	return Event{
		Name: w.Event, ChangeType: w.ChangeType, MsgType: w.MsgType, ToUser: w.ToUserName, FromUser: w.FromUserName,
		AgentID: number(w.AgentID), CreateTime: unixTime([]byte(w.CreateTime)),
		UserID: w.UserID, ExternalUserID: w.ExternalUserID, State: w.State, WelcomeCode: w.WelcomeCode,
		Source: w.Source, FailReason: w.FailReason, LinkID: w.LinkID, ChatKey: w.ChatKey,
		ExpireTime: unixTime([]byte(w.ExpireTime)), ExpireQuota: number(w.ExpireQuota),
		ChatID: w.ChatID, UpdateDetail: w.UpdateDetail, JoinScene: number(w.JoinScene), QuitScene: number(w.QuitScene),
		MemberCount: number(w.MemChangeCnt), Members: w.MemChangeList, LastMemVer: w.LastMemVer, CurMemVer: w.CurMemVer,
		ID: w.ID, TagType: w.TagType, StrategyID: w.StrategyID, TagID: w.TagID, NewUserID: w.NewUserID,
		PersonName: w.PersonName, Departments: numbers(w.Department), MainDepartment: number(w.MainDepartment),
		ParentID: number(w.ParentID), Order: number(w.Order), Status: number(w.Status), Position: w.Position, Alias: w.Alias,
		AddUsers: list(w.AddUserItems), DelUsers: list(w.DelUserItems),
		AddParties: numbers(w.AddPartyItems), DelParties: numbers(w.DelPartyItems),
		MsgID: w.MsgID, Content: w.Content, MediaID: w.MediaID, PicURL: w.PicURL, EventKey: w.EventKey,
		TaskID: w.TaskID, CardType: w.CardType, ResponseCode: w.ResponseCode, Selected: w.Selected,
		Token: w.Token, OpenKfID: w.OpenKfID, JobID: w.JobID, Batch: w.Batch,
		AuthAddKf: w.AuthAddKf, AuthDelKf: w.AuthDelKf, EffectTime: unixTime([]byte(w.EffectTime)),
	}
}

// number reads an integer; a missing or broken one is 0.
func number(s string) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil {
		return 0
	}
	return n
}

func list(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

func numbers(s string) []int {
	var all []int
	for _, item := range list(s) {
		all = append(all, number(item))
	}
	return all
}
