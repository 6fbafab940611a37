package sim

import (
	"slices"
	"time"
	"unicode/utf8"
)

const (
	momentTextSize   = 2000 // characters
	momentImages     = 9
	momentLinkTitle  = 64 // characters
	momentJobLife    = 24 * time.Hour
	momentsPerMonth  = 100_000 // created by API
	momentSendersMax = 100_000
)

// moment is one add_moment_task with its job.
type moment struct {
	ID       string
	JobID    string
	Created  int64
	JobPolls int
	Polls    int
	Failure  string // why the job failed
	Content  content
	Tags     []string
	Public   bool
	Unknown  struct {
		Users       []string
		Departments []int
		Tags        []string
	}
	Cancelled bool
	Parts     []*momentPart
}

// momentPart is what one member is asked to publish.
type momentPart struct {
	UserID    string
	Published bool
	Ignored   bool
	Audience  []string // chosen when the task was made
	Shown     []string
	Comments  []reaction
	Likes     []reaction
}

type reaction struct {
	ExternalUserID string `json:"external_userid"`
	CreateTime     int64  `json:"create_time"`
}

type momentRequest struct {
	content
	Range struct {
		Senders struct {
			Users       []string `json:"user_list"`
			Departments []int    `json:"department_list"`
		} `json:"sender_list"`
		Customers struct {
			Tags []string `json:"tag_list"`
		} `json:"external_contact_list"`
	} `json:"visible_range"`
}

func (c *call) addMomentTask() (any, error) {
	q, err := decode[momentRequest](c)
	if err != nil {
		return nil, err
	}
	if q.Text.Content == "" && len(q.Attachments) == 0 {
		return nil, refuse(41089, "moment needs text or attachments")
	}
	if len(q.Range.Senders.Users) > momentSendersMax {
		return nil, refuse(40058, "invalid parameter: user_list has more than %d", momentSendersMax)
	}
	inMonth := 0
	for _, m := range c.st.Moments {
		if m.Created >= monthStart(c.now).Unix() {
			inMonth++
		}
	}
	if inMonth >= momentsPerMonth {
		return nil, refuse(41210, "moments created by API reach the month's limit")
	}
	if err := c.checkMomentMedia(q.content); err != nil {
		return nil, err
	}
	m := &moment{JobID: newID("job_", 40), Created: c.now.Unix(), Content: q.content, Tags: q.Range.Customers.Tags}
	m.Failure = c.momentFault(q.content)
	if m.Failure == "" {
		m.ID = newID("mom", 32)
		c.planMoment(m, q)
	}
	c.st.Moments = append(c.st.Moments, m)
	return object{"jobid": m.JobID}, nil
}

// checkMomentMedia refuses at once what later would be too late: media ids that
// are not a moment's.
func (c *call) checkMomentMedia(m content) error {
	for _, raw := range m.Attachments {
		a, err := readAttachment(raw)
		if err != nil {
			return err
		}
		switch a.MsgType {
		case "image":
			err = c.checkMedia(a.Image.MediaID, "image", familyMoment)
		case "video":
			err = c.checkMedia(a.Video.MediaID, "video", familyMoment)
		case "link":
			err = c.checkMedia(a.Link.MediaID, "image", familyMoment)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// momentFault returns what the job will say is wrong with the content. WeCom
// finds it while the job runs.
func (c *call) momentFault(m content) string {
	if utf8.RuneCountInString(m.Text.Content) > momentTextSize {
		return "invalid text size"
	}
	kinds := make(map[string]int)
	for _, raw := range m.Attachments {
		a, err := readAttachment(raw)
		if err != nil {
			return "invalid attachments msgtype"
		}
		kinds[a.MsgType]++
		if a.MsgType == "link" && (a.Link.URL == "" || utf8.RuneCountInString(a.Link.Title) > momentLinkTitle) {
			return "invalid attachments size"
		}
	}
	switch {
	case len(kinds) > 1, kinds["image"]+kinds["video"]+kinds["link"] != len(m.Attachments):
		return "invalid attachments msgtype"
	case kinds["image"] > momentImages, kinds["video"] > 1, kinds["link"] > 1:
		return "invalid attachments size"
	}
	return ""
}

// planMoment chooses the members who are asked and the customers who may see it.
func (c *call) planMoment(m *moment, q momentRequest) {
	asked := c.momentSenders(m, q)
	var tags []string
	for _, id := range m.Tags {
		if _, ok := c.st.tags[id]; ok {
			tags = append(tags, id)
		} else {
			m.Unknown.Tags = append(m.Unknown.Tags, id)
		}
	}
	m.Public = len(m.Tags) == 0
	for _, who := range asked {
		p := &momentPart{UserID: who.UserID}
		for _, r := range who.Relations {
			tagged := slices.ContainsFunc(r.Tags, func(id string) bool { return slices.Contains(tags, id) })
			if !r.Half && (m.Public || tagged) {
				p.Audience = append(p.Audience, r.ExternalUserID)
			}
		}
		if m.Public || len(p.Audience) > 0 {
			m.Parts = append(m.Parts, p)
		}
	}
}

func (c *call) momentSenders(m *moment, q momentRequest) []*member {
	senders := q.Range.Senders
	everybody := len(senders.Users)+len(senders.Departments) == 0
	wanted := make(map[*member]bool)
	for _, id := range senders.Users {
		if who := c.st.member(id); who != nil && who.follows() {
			wanted[who] = true
		} else {
			m.Unknown.Users = append(m.Unknown.Users, id)
		}
	}
	var departments []*department
	for _, id := range senders.Departments {
		in := c.st.within(id)
		if in == nil {
			m.Unknown.Departments = append(m.Unknown.Departments, id)
		}
		departments = append(departments, in...)
	}
	var out []*member
	for _, who := range c.st.Members {
		inside := slices.ContainsFunc(departments, func(d *department) bool { return slices.Contains(who.Department, d.ID) })
		if who.follows() && (everybody || wanted[who] || inside) {
			out = append(out, who)
		}
	}
	return out
}

func (c *call) momentJob() (any, error) {
	id := c.query.Get("jobid")
	for _, m := range c.st.Moments {
		if m.JobID != id || c.now.Unix()-m.Created >= int64(momentJobLife.Seconds()) {
			continue
		}
		m.JobPolls++
		if m.JobPolls <= c.rules.JobPolls {
			return object{"status": min(m.JobPolls, 2), "type": "add_moment_task"}, nil
		}
		result := object{"errcode": 0, "errmsg": "ok", "moment_id": m.ID}
		if m.Failure != "" {
			result = object{"errcode": 40058, "errmsg": m.Failure}
		}
		result["invalid_sender_list"] = object{"user_list": orEmpty(m.Unknown.Users), "department_list": orEmpty(m.Unknown.Departments)}
		result["invalid_external_contact_list"] = object{"tag_list": orEmpty(m.Unknown.Tags)}
		return object{"status": 3, "type": "add_moment_task", "result": result}, nil
	}
	return nil, refuse(40058, "invalid parameter: jobid")
}

func (c *call) moments() (any, error) {
	q, err := decode[struct {
		Start      int64  `json:"start_time"`
		End        int64  `json:"end_time"`
		Creator    string `json:"creator"`
		FilterType *int   `json:"filter_type"`
		paging
	}](c)
	if err != nil {
		return nil, err
	}
	if err := checkSpan(q.Start, q.End, 30); err != nil {
		return nil, err
	}
	personalOnly := q.Creator != "" || (q.FilterType != nil && *q.FilterType == 1)
	page, next, err := pick(c, c.st.Moments, list{"moments", 20, 20}, q.paging, func(m *moment) bool {
		return m.ID != "" && !personalOnly && m.Created >= q.Start && m.Created <= q.End
	})
	if err != nil {
		return nil, err
	}
	rows := make([]object, len(page))
	for i, m := range page {
		rows[i] = c.momentRow(m)
	}
	return object{"moment_list": rows, "next_cursor": next}, nil
}

func (c *call) momentRow(m *moment) object {
	row := object{
		"moment_id": m.ID, "create_time": c.stamp(m.Created), "create_type": 0, "visible_type": 0, "text": m.Content.Text,
	}
	if m.Public {
		row["visible_type"] = 1
	}
	images := []object{}
	for _, raw := range m.Content.Attachments {
		a, err := readAttachment(raw)
		if err != nil {
			continue
		}
		switch a.MsgType {
		case "image":
			images = append(images, object{"media_id": a.Image.MediaID})
		case "video":
			row["video"] = object{"media_id": a.Video.MediaID, "thumb_media_id": ""}
		case "link":
			row["link"] = object{"title": a.Link.Title, "url": a.Link.URL}
		}
	}
	if len(images) > 0 {
		row["image"] = images
	}
	return row
}

type momentQuery struct {
	MomentID string `json:"moment_id"`
	UserID   string `json:"userid"`
	paging
}

// momentNamed reads which moment is meant, and answers 41079 to the first reads.
func (c *call) momentNamed() (*moment, momentQuery, error) {
	q, err := decode[momentQuery](c)
	if err != nil {
		return nil, q, err
	}
	if q.MomentID == "" {
		return nil, q, refuse(41059, "missing moment_id")
	}
	for _, m := range c.st.Moments {
		if m.ID != q.MomentID {
			continue
		}
		if m.Polls < c.rules.DispatchPolls {
			m.Polls++
			return nil, q, refuse(41079, "moment is being dispatched")
		}
		return m, q, nil
	}
	return nil, q, refuse(41060, "invalid moment_id")
}

// momentPart reads which member's part of which moment is meant.
func (c *call) momentPart() (*momentPart, momentQuery, error) {
	m, q, err := c.momentNamed()
	if err != nil {
		return nil, q, err
	}
	who := c.st.member(q.UserID)
	for _, p := range m.Parts {
		if who != nil && p.UserID == who.UserID {
			return p, q, nil
		}
	}
	return nil, q, refuse(41061, "userid is not a publisher of this moment")
}

func (c *call) momentTasks() (any, error) {
	m, q, err := c.momentNamed()
	if err != nil {
		return nil, err
	}
	parts, next, err := cut(c, m.Parts, list{"moment " + m.ID, 1000, 500}, q.paging)
	if err != nil {
		return nil, err
	}
	rows := make([]object, len(parts))
	for i, p := range parts {
		status := 0
		if p.Published {
			status = 1
		}
		rows[i] = object{"userid": p.UserID, "publish_status": status}
	}
	return object{"task_list": rows, "next_cursor": next}, nil
}

func (c *call) momentAudience() (any, error) {
	p, q, err := c.momentPart()
	if err != nil {
		return nil, err
	}
	return momentCustomers(c, p, q, p.Audience, list{c.path + q.MomentID + p.UserID, 1000, 500})
}

func (c *call) momentShown() (any, error) {
	p, q, err := c.momentPart()
	if err != nil {
		return nil, err
	}
	if !p.Published {
		return nil, refuse(41062, "member has not published the moment yet")
	}
	return momentCustomers(c, p, q, p.Shown, list{c.path + q.MomentID + p.UserID, 5000, 3000})
}

func momentCustomers(c *call, p *momentPart, q momentQuery, ids []string, l list) (any, error) {
	page, next, err := cut(c, ids, l, q.paging)
	if err != nil {
		return nil, err
	}
	rows := make([]object, len(page))
	for i, id := range page {
		rows[i] = object{"userid": p.UserID, "external_userid": id}
	}
	return object{"customer_list": rows, "next_cursor": next}, nil
}

func (c *call) momentComments() (any, error) {
	p, _, err := c.momentPart()
	if err != nil {
		return nil, err
	}
	if !p.Published {
		return nil, refuse(41062, "member has not published the moment yet")
	}
	return object{"comment_list": orEmpty(p.Comments), "like_list": orEmpty(p.Likes)}, nil
}

func (c *call) cancelMoment() (any, error) {
	m, _, err := c.momentNamed()
	if err != nil {
		return nil, err
	}
	m.Cancelled = true
	return nil, nil
}

// pressPublish is a member publishing a moment, and returns how many customers
// see it.
func (s *Sim) pressPublish(m *moment, p *momentPart, only []string, now time.Time) int {
	p.Published = true
	for _, id := range p.Audience {
		r := s.st.relation(p.UserID, id)
		if r == nil || r.Half || r.Lost || (only != nil && !slices.Contains(only, id)) {
			continue
		}
		if !use(s.st.Shown, id, monthStart(now), now, s.rules.MomentsPerMonth) {
			continue
		}
		p.Shown = append(p.Shown, id)
		s.st.record(now, Entry{
			Kind: kindMoment, UserID: p.UserID, ExternalUserID: id, MsgID: m.ID,
			Text: m.Content.Text.Content, Attachments: m.Content.Attachments,
		})
	}
	return len(p.Shown)
}
