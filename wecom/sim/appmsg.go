package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	appTextSize        = 2048
	appRecipients      = 1000
	appPartiesAndTags  = 100
	duplicateSeconds   = 1800
	duplicateLongest   = 4 * 60 * 60
	recallLife         = 24 * time.Hour
	responseCodeLife   = 72 * time.Hour
	cardTaskIDSize     = 128
	cardButtonsMost    = 6
	cardButtonKeySize  = 1024
	cardHorizontalMost = 6
	cardJumpsMost      = 3
	cardOptionsMost    = 10
	cardOptionIDSize   = 128
)

// appMessage is what an app sent to members.
type appMessage struct {
	ID       string
	AgentID  int
	Sent     int64
	Users    []string
	Text     string
	TaskID   string
	CardType string
	Keys     []string // buttons that call back
	Question string   // of the drop-down above the buttons; empty without one
	Options  []string // its options' ids
	Selected string   // the one that is chosen as long as nobody chooses
	Recalled bool
	Done     []string // members whose buttons were replaced by a text
}

// cardCode is a response code: the right to change a card once.
type cardCode struct {
	MsgID   string
	AgentID int
	Expires int64
}

// sentOnce remembers a request for the duplicate check.
type sentOnce struct {
	Until int64
	MsgID string
}

type appRequest struct {
	ToUser         string  `json:"touser"`
	ToParty        string  `json:"toparty"`
	ToTag          string  `json:"totag"`
	MsgType        string  `json:"msgtype"`
	AgentID        flexInt `json:"agentid"`
	CheckDuplicate int     `json:"enable_duplicate_check"`
	Interval       int64   `json:"duplicate_check_interval"`
	Text           struct {
		Content string `json:"content"`
	} `json:"text"`
	Markdown struct {
		Content string `json:"content"`
	} `json:"markdown"`
	TextCard struct {
		Title       string `json:"title"`
		Description string `json:"description"`
		URL         string `json:"url"`
		Button      string `json:"btntxt"`
	} `json:"textcard"`
	Image mediaRef        `json:"image"`
	File  mediaRef        `json:"file"`
	Card  json.RawMessage `json:"template_card"`
}

// templateCard is the part of a card that the simulator understands.
type templateCard struct {
	Type      string `json:"card_type"`
	MainTitle struct {
		Title string `json:"title"`
		Desc  string `json:"desc"`
	} `json:"main_title"`
	SubTitle   string `json:"sub_title_text"`
	TaskID     string `json:"task_id"`
	ActionMenu struct {
		Actions []struct {
			Text string `json:"text"`
			Key  string `json:"key"`
		} `json:"action_list"`
	} `json:"action_menu"`
	Horizontal []json.RawMessage `json:"horizontal_content_list"`
	Jumps      []json.RawMessage `json:"jump_list"`
	CardAction struct {
		Type int    `json:"type"`
		URL  string `json:"url"`
	} `json:"card_action"`
	Buttons []struct {
		Type int    `json:"type"`
		Text string `json:"text"`
		Key  string `json:"key"`
		URL  string `json:"url"`
	} `json:"button_list"`
	Selection *struct {
		QuestionKey string `json:"question_key"`
		Options     []struct {
			ID   string `json:"id"`
			Text string `json:"text"`
		} `json:"option_list"`
		SelectedID string `json:"selected_id"`
	} `json:"button_selection"`
	Submit struct {
		Text string `json:"text"`
		Key  string `json:"key"`
	} `json:"submit_button"`
	ReplaceText string `json:"replace_text"`
}

func (t *templateCard) interactive() bool {
	return t.Type == "button_interaction" || t.Type == "vote_interaction" || t.Type == "multiple_interaction"
}

func (c *call) sendAppMessage() (any, error) {
	q, err := decode[appRequest](c)
	if err != nil {
		return nil, err
	}
	if err := c.ownAgent(int(q.AgentID)); err != nil {
		return nil, err
	}
	users, invalid, err := c.recipients(q)
	if err != nil {
		return nil, err
	}
	m := &appMessage{ID: newID("MSGAPP", 40), AgentID: c.app.AgentID, Sent: c.now.Unix()}
	first := c.duplicate(q)
	if first == "" {
		if err := c.describe(m, &q); err != nil {
			return nil, err
		}
	}
	reply := object{
		"invaliduser": strings.Join(invalid, "|"), "invalidparty": "", "invalidtag": "", "unlicenseduser": "", "msgid": m.ID,
	}
	if first != "" {
		reply["msgid"] = first
		return reply, nil
	}
	c.remember(q, m.ID)
	if m.Keys != nil {
		reply["response_code"] = c.newCardCode(m)
	}
	c.deliverApp(m, users, appAttachment(q))
	return reply, nil
}

func (c *call) ownAgent(id int) error {
	switch {
	case id == 0:
		return refuse(41011, "missing agentid")
	case id != c.app.AgentID:
		return refuse(301002, "not allow operate another agent with this accesstoken")
	}
	return nil
}

// describe checks the message and fills in what the ledger shows of it.
func (c *call) describe(m *appMessage, q *appRequest) error {
	switch q.MsgType {
	case "text", "markdown":
		m.Text = q.Text.Content
		if q.MsgType == "markdown" {
			m.Text = q.Markdown.Content
		}
		if m.Text == "" {
			return refuse(44004, "empty content")
		}
		if len(m.Text) > appTextSize {
			return refuse(45002, "content has %d bytes, more than %d", len(m.Text), appTextSize)
		}
		return nil
	case "textcard":
		return describeTextCard(m, q)
	case "image":
		return c.checkMedia(q.Image.MediaID, "image", familyMessage)
	case "file":
		return c.checkMedia(q.File.MediaID, "file", familyMessage)
	case "template_card":
		return c.describeCard(m, q.Card)
	}
	return refuse(40008, "invalid message type")
}

func describeTextCard(m *appMessage, q *appRequest) error {
	t := q.TextCard
	switch {
	case t.Title == "" || t.Description == "" || t.URL == "":
		return refuse(40063, "textcard.title, description and url are needed")
	case utf8.RuneCountInString(t.Title) > 128:
		return refuse(40058, "invalid parameter: textcard.title has more than 128 characters")
	case utf8.RuneCountInString(t.Description) > 512:
		return refuse(40058, "invalid parameter: textcard.description has more than 512 characters")
	case len(t.URL) > linkURLSize:
		return refuse(40058, "invalid parameter: textcard.url has more than %d bytes", linkURLSize)
	case utf8.RuneCountInString(t.Button) > 4:
		return refuse(40058, "invalid parameter: textcard.btntxt has more than 4 characters")
	}
	m.Text = t.Title + "\n" + t.Description
	return nil
}

func (c *call) describeCard(m *appMessage, raw json.RawMessage) error {
	var t templateCard
	if err := json.Unmarshal(raw, &t); err != nil {
		return refuse(40058, "invalid parameter: template_card")
	}
	if err := t.check(); err != nil {
		return err
	}
	if (t.interactive() || len(t.ActionMenu.Actions) > 0) && c.callbacks.App.URL == "" {
		return refuse(43012, "the app has no callback url")
	}
	if sent := c.st.cardOf(t.TaskID, ""); sent != nil && sent.AgentID == c.app.AgentID {
		return refuse(42014, "task_id is used already")
	}
	m.show(t)
	return nil
}

// show makes the card what the message is.
func (m *appMessage) show(t templateCard) {
	m.TaskID, m.CardType = t.TaskID, t.Type
	m.Keys, m.Question, m.Options, m.Selected, m.Done = nil, "", nil, "", nil
	m.Text = strings.TrimSpace(t.MainTitle.Title + "\n" + t.MainTitle.Desc + "\n" + t.SubTitle)
	for _, b := range t.Buttons {
		if b.Type == 0 {
			m.Keys = append(m.Keys, b.Key)
		}
	}
	if t.Submit.Key != "" {
		m.Keys = append(m.Keys, t.Submit.Key)
	}
	for _, a := range t.ActionMenu.Actions {
		m.Keys = append(m.Keys, a.Key)
	}
	if t.Selection == nil {
		return
	}
	m.Question, m.Selected = t.Selection.QuestionKey, t.Selection.SelectedID
	for _, o := range t.Selection.Options {
		m.Options = append(m.Options, o.ID)
	}
	if m.Selected == "" {
		m.Selected = m.Options[0]
	}
}

// check refuses a card that breaks its type's rules.
func (t *templateCard) check() error {
	switch t.Type {
	case "text_notice", "news_notice":
		if t.CardAction.Type == 0 {
			return refuse(42045, "card_action is needed")
		}
		if t.Type == "text_notice" && t.MainTitle.Title == "" && t.SubTitle == "" {
			return refuse(42045, "main_title.title or sub_title_text is needed")
		}
	case "button_interaction":
		if len(t.Buttons) < 1 || len(t.Buttons) > cardButtonsMost {
			return refuse(42045, "button_list must have 1 to %d buttons", cardButtonsMost)
		}
		for _, b := range t.Buttons {
			if b.Text == "" || (b.Type == 0 && b.Key == "") || (b.Type == 1 && b.URL == "") || len(b.Key) > cardButtonKeySize {
				return refuse(42045, "a button needs a text and a key of at most %d bytes, or a url", cardButtonKeySize)
			}
		}
		if err := t.checkSelection(); err != nil {
			return err
		}
	case "vote_interaction", "multiple_interaction":
		if t.Submit.Text == "" || t.Submit.Key == "" {
			return refuse(42045, "submit_button is needed")
		}
	default:
		return refuse(42045, "invalid card_type")
	}
	if len(t.Horizontal) > cardHorizontalMost || len(t.Jumps) > cardJumpsMost || len(t.ActionMenu.Actions) > 3 {
		return refuse(42045, "a list of the card is too long")
	}
	if (t.interactive() || len(t.ActionMenu.Actions) > 0) && t.TaskID == "" {
		return refuse(42014, "task_id is needed")
	}
	outside := func(r rune) bool {
		return !strings.ContainsRune("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-@", r)
	}
	if len(t.TaskID) > cardTaskIDSize || strings.ContainsFunc(t.TaskID, outside) {
		return refuse(42014, "invalid task_id")
	}
	return nil
}

func (t *templateCard) checkSelection() error {
	s := t.Selection
	if s == nil {
		return nil
	}
	if s.QuestionKey == "" || len(s.Options) == 0 || len(s.Options) > cardOptionsMost {
		return refuse(42045, "button_selection needs a question_key and 1 to %d options", cardOptionsMost)
	}
	ids := map[string]bool{}
	for _, o := range s.Options {
		if o.ID == "" || o.Text == "" || len(o.ID) > cardOptionIDSize || ids[o.ID] {
			return refuse(42045, "an option needs a text and an id of its own, at most %d bytes", cardOptionIDSize)
		}
		ids[o.ID] = true
	}
	if s.SelectedID != "" && !ids[s.SelectedID] {
		return refuse(42045, "selected_id is no option")
	}
	return nil
}

// recipients resolves touser, toparty and totag.
func (c *call) recipients(q appRequest) (users []*member, invalid []string, err error) {
	ids := splitPipe(q.ToUser)
	parties := splitPipe(q.ToParty)
	switch {
	case len(ids)+len(parties) == 0 && q.ToTag == "":
		return nil, nil, refuse(82001, "touser, toparty and totag are empty")
	case len(ids) > appRecipients:
		return nil, nil, refuse(40032, "touser has more than %d members", appRecipients)
	case len(parties) > appPartiesAndTags:
		return nil, nil, refuse(82002, "toparty has more than %d departments", appPartiesAndTags)
	}
	wanted := make(map[*member]bool)
	for _, id := range ids {
		m := c.st.member(id)
		switch {
		case m != nil && !m.left():
			wanted[m] = true
		case id != "@all":
			invalid = append(invalid, id)
		}
	}
	for _, m := range c.st.Members {
		inParty := false
		for _, d := range m.Department {
			for _, p := range parties {
				inParty = inParty || p == strconv.Itoa(d)
			}
		}
		if !m.left() && (wanted[m] || inParty || q.ToUser == "@all") {
			users = append(users, m)
		}
	}
	if len(users) == 0 {
		return nil, nil, refuse(81013, "all recipients are invalid")
	}
	if c.rules.LowerInvalidUser {
		for i := range invalid {
			invalid[i] = strings.ToLower(invalid[i])
		}
	}
	return users, invalid, nil
}

func splitPipe(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == '|' })
}

// duplicate returns the msgid of the identical request, not long ago, that makes
// this one superfluous.
func (c *call) duplicate(q appRequest) string {
	first, ok := c.st.Duplicates[fingerprint(c.body)]
	if q.CheckDuplicate == 1 && ok && first.Until > c.now.Unix() {
		return first.MsgID
	}
	return ""
}

func (c *call) remember(q appRequest, msgID string) {
	if q.CheckDuplicate != 1 {
		return
	}
	interval := q.Interval
	if interval <= 0 {
		interval = duplicateSeconds
	}
	for key, first := range c.st.Duplicates {
		if first.Until <= c.now.Unix() {
			delete(c.st.Duplicates, key)
		}
	}
	c.st.Duplicates[fingerprint(c.body)] = &sentOnce{Until: c.now.Unix() + min(interval, duplicateLongest), MsgID: msgID}
}

func fingerprint(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func (s *Sim) newCardCode(m *appMessage) string {
	code := newID("rc-", 64)
	s.st.Cards[code] = &cardCode{MsgID: m.ID, AgentID: m.AgentID, Expires: s.clock.Now().Add(responseCodeLife).Unix()}
	return code
}

// appAttachment is the part of the message that the ledger keeps besides text.
func appAttachment(q appRequest) []json.RawMessage {
	var part any
	switch q.MsgType {
	case "textcard":
		part = q.TextCard
	case "template_card":
		part = q.Card
	case "image":
		part = q.Image
	case "file":
		part = q.File
	default:
		return nil
	}
	raw, err := json.Marshal(object{"msgtype": q.MsgType, q.MsgType: part})
	if err != nil {
		return nil
	}
	return []json.RawMessage{raw}
}

func (st *state) addAppMessage(m *appMessage) {
	st.AppMessages = append(st.AppMessages, m)
	st.indexAppMessage(m)
}

func (st *state) indexAppMessage(m *appMessage) {
	st.appMessages[m.ID] = m
	if m.TaskID != "" {
		st.cards[m.TaskID] = m
	}
}

// cardOf finds an app message by its task id or else its message id.
func (st *state) cardOf(taskID, msgID string) *appMessage {
	if m, ok := st.cards[taskID]; ok {
		return m
	}
	return st.appMessages[msgID]
}

// deliverApp brings the message to its recipients, except those who got too many
// lately.
func (c *call) deliverApp(m *appMessage, users []*member, attachments []json.RawMessage) {
	for _, u := range users {
		key := strconv.Itoa(m.AgentID) + " to " + u.UserID
		if !c.limits.allow("minute "+key, c.now, time.Minute, c.rules.AppMessagesPerMinute) ||
			!c.limits.allow("hour "+key, c.now, time.Hour, c.rules.AppMessagesPerHour) {
			continue
		}
		m.Users = append(m.Users, u.UserID)
		c.st.record(c.now, Entry{Kind: kindAppMessage, UserID: u.UserID, MsgID: m.ID, Text: m.Text, Attachments: attachments})
	}
	c.st.addAppMessage(m)
}

func (c *call) updateCard() (any, error) {
	q, err := decode[struct {
		UserIDs []string `json:"userids"`
		All     int      `json:"atall"`
		AgentID flexInt  `json:"agentid"`
		Code    string   `json:"response_code"`
		Button  struct {
			Name string `json:"replace_name"`
		} `json:"button"`
		Card json.RawMessage `json:"template_card"`
	}](c)
	if err != nil {
		return nil, err
	}
	if err := c.ownAgent(int(q.AgentID)); err != nil {
		return nil, err
	}
	if len(q.UserIDs) > appRecipients {
		return nil, refuse(40032, "userids has more than %d members", appRecipients)
	}
	code, ok := c.st.Cards[q.Code]
	if !ok || code.Expires <= c.now.Unix() || code.AgentID != c.app.AgentID {
		return nil, refuse(60140, "invalid response_code")
	}
	if q.Button.Name == "" && len(q.Card) == 0 {
		return nil, refuse(40058, "invalid parameter: button or template_card is needed")
	}
	m := c.st.cardOf("", code.MsgID)
	if err := c.replaceCard(m, q.Card); err != nil {
		return nil, err
	}
	delete(c.st.Cards, q.Code)
	targets, invalid := q.UserIDs, []string{}
	if q.All == 1 {
		targets = m.Users
	}
	var parts []json.RawMessage
	if len(q.Card) > 0 {
		parts = appAttachment(appRequest{MsgType: "template_card", Card: q.Card})
	}
	for _, id := range targets {
		who := c.st.member(id)
		if who == nil || who.left() {
			invalid = append(invalid, id)
			continue
		}
		if q.Button.Name != "" && !slices.Contains(m.Done, who.UserID) {
			m.Done = append(m.Done, who.UserID)
		}
		c.st.record(c.now, Entry{Kind: kindCardUpdate, UserID: who.UserID, MsgID: m.ID, Text: q.Button.Name, Attachments: parts})
	}
	return object{"invaliduser": invalid}, nil
}

// replaceCard puts another card into the place of a message's. Its buttons call
// back under its own task id, unless replace_text has put them out.
func (c *call) replaceCard(m *appMessage, raw json.RawMessage) error {
	if len(raw) == 0 {
		return nil
	}
	var t templateCard
	if err := json.Unmarshal(raw, &t); err != nil {
		return refuse(40058, "invalid parameter: template_card")
	}
	if err := t.check(); err != nil {
		return err
	}
	if used := c.st.cardOf(t.TaskID, ""); used != nil {
		return refuse(42014, "task_id is used already")
	}
	m.show(t)
	if t.ReplaceText != "" {
		m.Keys = nil
	}
	c.st.indexAppMessage(m)
	return nil
}

func (c *call) recallAppMessage() (any, error) {
	q, err := decode[struct {
		MsgID string `json:"msgid"`
	}](c)
	if err != nil {
		return nil, err
	}
	m := c.st.cardOf("", q.MsgID)
	if m == nil || m.AgentID != c.app.AgentID || c.now.Unix()-m.Sent > int64(recallLife.Seconds()) {
		return nil, refuse(40058, "invalid parameter: msgid")
	}
	m.Recalled = true
	return nil, nil
}
