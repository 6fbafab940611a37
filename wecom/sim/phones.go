package sim

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Bounds of what the phones show: the newest.
const (
	phonesAtOnce   = 24
	linesInChat    = 60
	momentsOnPhone = 20
	doneTasks      = 8
	appMessages    = 30
	chatsOnPhone   = 60
	ledgerNewest   = 200
	ledgerScan     = 50_000
	waitLongest    = 15 * time.Second
)

type versionReply struct {
	Version int64     `json:"version"`
	Now     time.Time `json:"now"`
}

// wait answers when the phones show something else than under the version that
// the caller knows, or after a while.
func (s *Sim) wait(w http.ResponseWriter, r *http.Request) {
	known, err := number(r.URL.Query(), "version", 0)
	if err != nil {
		refuseControl(w, http.StatusBadRequest, err)
		return
	}
	t := time.NewTimer(waitLongest)
	defer t.Stop()
	for {
		s.mu.Lock()
		version, news := s.version, s.news
		s.mu.Unlock()
		if version == int64(known) {
			select {
			case <-news:
				continue
			case <-t.C:
			case <-r.Context().Done():
			case <-s.ctx.Done():
			}
		}
		writeJSON(w, http.StatusOK, versionReply{version, s.clock.Now()})
		return
	}
}

// line is one bubble, or one moment.
type line struct {
	Seq         int64             `json:"seq"`
	At          time.Time         `json:"at"`
	Kind        string            `json:"kind"`
	From        string            `json:"from"`
	Via         string            `json:"via,omitempty"`
	UserID      string            `json:"userid"`
	MsgID       string            `json:"msgid,omitempty"`
	Text        string            `json:"text"`
	Attachments []json.RawMessage `json:"attachments"`
	Liked       bool              `json:"liked,omitempty"`
}

func lineOf(e Entry) line {
	from := e.From
	if from == "" {
		from = "member"
	}
	return line{
		Seq: e.Seq, At: e.At, Kind: e.Kind, From: from, Via: e.Via, UserID: e.UserID, MsgID: e.MsgID,
		Text: e.Text, Attachments: orEmpty(e.Attachments),
	}
}

// inChat tells whether an entry is a bubble of a chat.
func (e Entry) inChat() bool {
	switch e.Kind {
	case kindWelcome, kindGroupMsg, kindGroupChat, kindChat:
		return true
	}
	return false
}

// newest returns a customer's newest entries that are wanted, oldest first.
func (st *state) newest(externalUserID string, most int, wanted func(Entry) bool) []line {
	lines := []line{}
	for _, at := range slices.Backward(st.entriesOf[externalUserID]) {
		if e := st.Ledger[at]; wanted(e) {
			lines = append(lines, lineOf(e))
		}
		if len(lines) == most {
			break
		}
	}
	slices.Reverse(lines)
	return lines
}

func (st *state) chatLines(userID, externalUserID string, most int) []line {
	return st.newest(externalUserID, most, func(e Entry) bool { return e.inChat() && strings.EqualFold(e.UserID, userID) })
}

// company is what a customer's employer is called: by themselves, or by who
// follows them.
func (st *state) company(p *customer) string {
	name := cmp.Or(p.CorpFullName, p.CorpName)
	for _, r := range st.followers[p.ExternalUserID] {
		name = cmp.Or(name, r.RemarkCompany)
	}
	return name
}

type personRow struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Company    string   `json:"company,omitempty"`
	Department string   `json:"department,omitempty"`
	Members    []string `json:"members,omitempty"`
	Customers  int      `json:"customers,omitempty"`
	Pending    int      `json:"pending"`
	Last       *line    `json:"last"`
}

// listPeople lists customers, who got something last first, or the members.
func (s *Sim) listPeople(q url.Values) (any, error) {
	var rows []personRow
	switch kind := q.Get("kind"); kind {
	case "member":
		rows = s.memberPhones(q.Get("q"))
	case "customer":
		rows = s.customerPhones(q.Get("q"), q.Get("userid"))
	default:
		return nil, fmt.Errorf("kind %q is neither member nor customer", kind)
	}
	from, to, next, err := pageOf(q, len(rows))
	if err != nil {
		return nil, err
	}
	return object{"people": orEmpty(rows[from:to]), "total": len(rows), "next_cursor": next}, nil
}

func (s *Sim) customerPhones(search, userID string) []personRow {
	var rows []personRow
	for _, p := range slices.Backward(s.st.Customers) {
		company := s.st.company(p)
		if !holds(search, p.Name, company, p.ExternalUserID) || (userID != "" && s.st.relation(userID, p.ExternalUserID) == nil) {
			continue
		}
		row := personRow{ID: p.ExternalUserID, Name: p.Name, Company: company, Members: []string{}}
		for _, r := range s.st.followers[p.ExternalUserID] {
			row.Members = append(row.Members, r.owner.UserID)
		}
		if last := s.st.newest(p.ExternalUserID, 1, func(e Entry) bool { return e.inChat() || e.Kind == kindMoment }); len(last) > 0 {
			row.Last = &last[0]
		}
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b personRow) int { return cmp.Compare(b.lastSeq(), a.lastSeq()) })
	return rows
}

func (r personRow) lastSeq() int64 {
	if r.Last == nil {
		return 0
	}
	return r.Last.Seq
}

// memberPhones lists the members with what waits for each of them.
func (s *Sim) memberPhones(search string) []personRow {
	pending := map[string]int{}
	for _, t := range s.tasksOf("", taskPending) {
		pending[t.UserID]++
	}
	for _, m := range s.st.AppMessages {
		for _, id := range m.Users {
			if m.openFor(id) {
				pending[id]++
			}
		}
	}
	var rows []personRow
	for _, m := range s.st.Members {
		if m.left() || !holds(search, m.Name, m.UserID) {
			continue
		}
		rows = append(rows, personRow{ID: m.UserID, Name: m.Name, Department: s.st.departmentOf(m), Customers: len(m.Relations), Pending: pending[m.UserID]})
	}
	return rows
}

// openFor tells whether the card waits for the member to press a button.
func (m *appMessage) openFor(userID string) bool {
	return !m.Recalled && len(m.Keys) > 0 && !slices.Contains(m.Done, userID)
}

func (st *state) departmentOf(m *member) string {
	for _, id := range m.Department {
		if d := st.department(id); d != nil {
			return d.Name
		}
	}
	return ""
}

// holds tells whether one of the texts contains the words, in any case.
func holds(words string, texts ...string) bool {
	words = strings.ToLower(strings.TrimSpace(words))
	return slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(strings.ToLower(t), words) })
}

func idsIn(q url.Values, key string) ([]string, error) {
	ids := strings.FieldsFunc(q.Get(key), func(r rune) bool { return r == ',' })
	if len(ids) > phonesAtOnce {
		return nil, fmt.Errorf("%s names more than %d", key, phonesAtOnce)
	}
	return ids, nil
}

// showPhones shows what is on some people's phones. Who does not exist is left
// out.
func (s *Sim) showPhones(q url.Values) (any, error) {
	customers, err := idsIn(q, "customers")
	if err != nil {
		return nil, err
	}
	members, err := idsIn(q, "members")
	if err != nil {
		return nil, err
	}
	pairs, err := idsIn(q, "chats")
	if err != nil {
		return nil, err
	}
	theirs, ours, chats := []object{}, []object{}, []object{}
	for _, id := range customers {
		if p := s.st.customers[id]; p != nil {
			theirs = append(theirs, s.customerPhone(p))
		}
	}
	for _, id := range members {
		if m := s.st.member(id); m != nil {
			ours = append(ours, s.memberPhone(m))
		}
	}
	for _, pair := range pairs {
		userID, externalUserID, _ := strings.Cut(pair, ":")
		if r := s.st.relation(userID, externalUserID); r != nil {
			chats = append(chats, s.chatOf(r))
		}
	}
	return object{"version": s.version, "now": s.clock.Now(), "customers": theirs, "members": ours, "chats": chats}, nil
}

func (s *Sim) customerPhone(p *customer) object {
	chats := []object{}
	for _, r := range s.st.followers[p.ExternalUserID] {
		chats = append(chats, s.chatOf(r))
	}
	moments := s.st.newest(p.ExternalUserID, momentsOnPhone, func(e Entry) bool { return e.Kind == kindMoment })
	for i := range moments {
		moments[i].Liked = s.liked(moments[i], p.ExternalUserID)
	}
	return object{"external_userid": p.ExternalUserID, "name": p.Name, "company": s.st.company(p), "type": p.Type, "chats": chats, "moments": moments}
}

func (s *Sim) liked(l line, externalUserID string) bool {
	for _, m := range s.st.Moments {
		for _, p := range m.Parts {
			if m.ID == l.MsgID && p.UserID == l.UserID {
				return slices.ContainsFunc(p.Likes, func(r reaction) bool { return r.ExternalUserID == externalUserID })
			}
		}
	}
	return false
}

// chatOf is the chat of one member with one customer.
func (s *Sim) chatOf(r *relation) object {
	tags := []object{}
	for _, id := range r.Tags {
		if ref, ok := s.st.tags[id]; ok {
			tags = append(tags, object{"id": id, "name": ref.tag.Name, "group": ref.group.Name})
		}
	}
	p := s.st.customers[r.ExternalUserID]
	return object{
		"userid": r.owner.UserID, "member": r.owner.Name, "external_userid": r.ExternalUserID, "name": p.Name,
		"company": s.st.company(p), "since": r.CreateTime, "lost": r.Lost, "half": r.Half, "tags": tags,
		"lines": s.st.chatLines(r.owner.UserID, r.ExternalUserID, linesInChat),
	}
}

func (s *Sim) memberPhone(m *member) object {
	return object{
		"userid": m.UserID, "name": m.Name, "department": s.st.departmentOf(m),
		"tasks": s.tasksOnPhone(m), "messages": s.messagesOnPhone(m), "chats": s.chatsOnPhone(m), "customers": len(m.Relations),
	}
}

type recipient struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Company string `json:"company"`
	Status  int    `json:"status"`
}

// tasksOnPhone are what the member is asked to send, and what they did lately;
// newest first.
func (s *Sim) tasksOnPhone(m *member) []object {
	rows := []object{}
	done := 0
	for _, t := range slices.Backward(s.tasksOf(m.UserID, "")) {
		if t.Status != taskPending {
			done++
		}
		if t.Status != taskPending && done > doneTasks {
			continue
		}
		rows = append(rows, object{
			"kind": t.Kind, "msgid": t.MsgID, "status": t.Status, "created": t.Created, "reminded": t.Reminded,
			"text": t.Content.Text.Content, "attachments": orEmpty(t.Content.Attachments), "recipients": s.recipientsOf(t),
		})
	}
	return rows
}

func (s *Sim) recipientsOf(t task) []recipient {
	list := []recipient{}
	for _, id := range append(slices.Clone(t.Customers), t.ChatIDs...) {
		r := recipient{ID: id}
		if p := s.st.customers[id]; p != nil {
			r.Name, r.Company = p.Name, s.st.company(p)
		} else if g := s.st.chat(id); g != nil {
			r.Name = g.Name
		}
		list = append(list, r)
	}
	for i := range list {
		switch {
		case t.mass != nil:
			list[i].Status = t.massPart.Targets[i].Status
		case slices.Contains(t.momentPart.Shown, list[i].ID):
			list[i].Status = targetSent
		}
	}
	return list
}

// messagesOnPhone are what the app sent to the member, oldest first, as it looks
// now.
func (s *Sim) messagesOnPhone(m *member) []object {
	rows, updates := []object{}, map[string]Entry{}
	for _, e := range slices.Backward(s.st.Ledger) {
		if e.UserID != m.UserID {
			continue
		}
		if _, newer := updates[e.MsgID]; e.Kind == kindCardUpdate && !newer {
			updates[e.MsgID] = e
		}
		if e.Kind != kindAppMessage {
			continue
		}
		shown, now := e.Attachments, updates[e.MsgID]
		if len(now.Attachments) > 0 {
			shown = now.Attachments
		}
		sent := s.st.appMessages[e.MsgID]
		rows = append(rows, object{
			"seq": e.Seq, "at": e.At, "msgid": e.MsgID, "text": e.Text, "attachments": orEmpty(shown), "replaced": now.Text,
			"open": sent != nil && sent.openFor(m.UserID), "recalled": sent != nil && sent.Recalled,
		})
		if len(rows) == appMessages {
			break
		}
	}
	slices.Reverse(rows)
	return rows
}

type chatRow struct {
	ExternalUserID string `json:"external_userid"`
	Name           string `json:"name"`
	Company        string `json:"company"`
	Lost           bool   `json:"lost"`
	Since          int64  `json:"since"`
	Last           *line  `json:"last"`
}

// chatsOnPhone are the member's newest chats.
func (s *Sim) chatsOnPhone(m *member) []chatRow {
	rows := []chatRow{}
	for _, r := range m.Relations {
		p := s.st.customers[r.ExternalUserID]
		row := chatRow{ExternalUserID: r.ExternalUserID, Name: p.Name, Company: s.st.company(p), Lost: r.Lost, Since: r.CreateTime}
		if last := s.st.chatLines(m.UserID, r.ExternalUserID, 1); len(last) > 0 {
			row.Last = &last[0]
		}
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b chatRow) int {
		return cmp.Or(cmp.Compare(b.lastAt(), a.lastAt()), cmp.Compare(b.Since, a.Since))
	})
	return rows[:min(len(rows), chatsOnPhone)]
}

func (r chatRow) lastAt() int64 {
	if r.Last == nil {
		return r.Since
	}
	return max(r.Since, r.Last.At.Unix())
}

type ledgerRow struct {
	Entry
	Member   string `json:"member,omitempty"`
	Customer string `json:"customer,omitempty"`
}

// newestEntries reads the ledger backwards: of one person, of some kinds, or with
// some words.
func (s *Sim) newestEntries(q url.Values) (any, error) {
	before, err := number(q, "before", len(s.st.Ledger)+1)
	if err != nil {
		return nil, err
	}
	limit, err := number(q, "limit", ledgerNewest)
	if err != nil {
		return nil, err
	}
	limit = min(limit, ledgerNewest)
	kinds := strings.FieldsFunc(q.Get("kinds"), func(r rune) bool { return r == ',' })
	rows, next, scanned := []ledgerRow{}, int64(0), 0
	for _, e := range slices.Backward(s.st.Ledger[:max(0, min(before-1, len(s.st.Ledger)))]) {
		if len(rows) == limit || scanned == ledgerScan {
			next = e.Seq + 1
			break
		}
		scanned++
		row := ledgerRow{Entry: e}
		if m := s.st.member(e.UserID); m != nil {
			row.Member = m.Name
		}
		if p := s.st.customers[e.ExternalUserID]; p != nil {
			row.Customer = p.Name
		}
		if (len(kinds) == 0 || slices.Contains(kinds, e.Kind)) && holds(q.Get("q"), e.Text, row.Member, row.Customer, e.UserID, e.ExternalUserID) {
			rows = append(rows, row)
		}
	}
	return object{"entries": rows, "total": len(s.st.Ledger), "next_before": next}, nil
}

// listTags lists the corp's tags, for who gives one by hand.
func (s *Sim) listTags(url.Values) (any, error) {
	rows := []object{}
	for _, g := range s.st.TagGroups {
		for _, t := range g.Tags {
			rows = append(rows, object{"id": t.ID, "name": t.Name, "group": g.Name})
		}
	}
	return object{"tags": rows}, nil
}
