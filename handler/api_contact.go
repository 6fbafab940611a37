package handler

import (
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"sixtouch/model"
	"sixtouch/service/auth"
	"sixtouch/service/contact"
	"sixtouch/service/stage"
)

type contactResponse struct {
	ID             int64                  `json:"id"`
	ExternalUserID string                 `json:"external_userid"`
	Name           string                 `json:"name"`
	Avatar         string                 `json:"avatar"`
	Type           int                    `json:"type"`
	Gender         int                    `json:"gender"`
	Position       string                 `json:"position"`
	CorpName       string                 `json:"corp_name"`
	CorpFullName   string                 `json:"corp_full_name"`
	FirstAddedAt   *time.Time             `json:"first_added_at"`
	Email          string                 `json:"email"`
	Mobile         string                 `json:"mobile"`
	Department     string                 `json:"department"`
	AccountID      *int64                 `json:"account_id"`
	AccountName    string                 `json:"account_name"`
	Role           model.Role             `json:"role"`
	RoleSource     string                 `json:"role_source"`
	Seniority      model.Seniority        `json:"seniority"`
	IsKP           bool                   `json:"is_kp"`
	Awareness      model.Awareness        `json:"awareness"`
	Source         string                 `json:"source"`
	Stage          string                 `json:"stage"`
	StageAt        *time.Time             `json:"stage_at"`
	Score          *float64               `json:"score"`
	Grade          string                 `json:"grade"`
	ErasedAt       *time.Time             `json:"erased_at"`
	Relationships  []relationshipResponse `json:"relationships"`
	Tags           []contactTagResponse   `json:"tags"`
}

type relationshipResponse struct {
	ID            int64                   `json:"id"`
	RepID         int64                   `json:"rep_id"`
	RepUserID     string                  `json:"rep_userid"`
	RepName       string                  `json:"rep_name"`
	State         model.RelationshipState `json:"state"`
	Remark        string                  `json:"remark"`
	RemarkCompany string                  `json:"remark_company"`
	PersonalTags  []string                `json:"personal_tags"`
	AddWay        int                     `json:"add_way"`
	ChannelState  string                  `json:"channel_state"`
	AddedAt       time.Time               `json:"added_at"`
	EndedAt       *time.Time              `json:"ended_at"`
}

type contactTagResponse struct {
	ID             int64      `json:"id"`
	RelationshipID int64      `json:"relationship_id"`
	Name           string     `json:"name"`
	Group          string     `json:"group"`
	FirstSeenAt    time.Time  `json:"first_seen_at"`
	AddedAt        time.Time  `json:"added_at"`
	LastSeenAt     time.Time  `json:"last_seen_at"`
	RemovedAt      *time.Time `json:"removed_at"`
}

// contactOf is a contact as a member of that role sees it: as in exports, how to
// reach people is for administrators.
func contactOf(by auth.Role) func(contact.Row) contactResponse {
	return func(r contact.Row) contactResponse {
		out := contactShown(r)
		if by != auth.RoleAdmin {
			out.Email, out.Mobile = starEmail(out.Email), starMobile(out.Mobile)
		}
		return out
	}
}

// starEmail leaves the first letter and the domain.
func starEmail(email string) string {
	name, domain, ok := strings.Cut(email, "@")
	if !ok || name == "" {
		return stars(email, 0, 0)
	}
	return stars(name, 1, 0) + "@" + domain
}

// starMobile leaves what tells two numbers apart, of long ones.
func starMobile(mobile string) string {
	if len(mobile) < 11 {
		return stars(mobile, 0, 2)
	}
	return stars(mobile, 3, 4)
}

// stars leaves so many characters at the start and the end; how many were between
// them is not told.
func stars(text string, start, end int) string {
	if text == "" {
		return ""
	}
	all := []rune(text)
	if len(all) <= start+end {
		return "****"
	}
	return string(all[:start]) + "****" + string(all[len(all)-end:])
}

func contactShown(r contact.Row) contactResponse {
	out := contactResponse{
		ID: r.ID, ExternalUserID: r.ExternalUserID, Name: r.Name, Avatar: r.Avatar, Type: r.Type, Gender: r.Gender,
		Position: r.Position, CorpName: r.CorpName, CorpFullName: r.CorpFullName, FirstAddedAt: r.FirstAddedAt,
		Email: r.Email, Mobile: r.Mobile,
		Department: r.Department, AccountID: r.AccountID, AccountName: r.AccountName, Role: r.Role, RoleSource: r.RoleSource,
		Seniority: r.Seniority, IsKP: r.IsKP, Awareness: r.Awareness, Source: r.Source, Stage: r.Stage, StageAt: r.StageAt,
		Score: r.Score, Grade: r.Grade, ErasedAt: r.ErasedAt,
		Relationships: make([]relationshipResponse, len(r.Relationships)), Tags: make([]contactTagResponse, len(r.Tags)),
	}
	for i, rel := range r.Relationships {
		out.Relationships[i] = relationshipResponse{
			ID: rel.ID, RepID: rel.RepID, RepUserID: rel.RepUserID, RepName: rel.RepName, State: rel.State,
			Remark: rel.Remark, RemarkCompany: rel.RemarkCompany, PersonalTags: append([]string{}, rel.PersonalTags.V...),
			AddWay: rel.AddWay, ChannelState: rel.ChannelState, AddedAt: rel.AddedAt, EndedAt: rel.EndedAt,
		}
	}
	for i, t := range r.Tags {
		out.Tags[i] = contactTagResponse{
			ID: t.TagID, RelationshipID: t.RelationshipID, Name: t.Name, Group: t.Group, FirstSeenAt: t.FirstSeenAt,
			AddedAt: t.AddedAt, LastSeenAt: t.LastSeenAt, RemovedAt: t.RemovedAt,
		}
	}
	return out
}

const contactQuery = "rep_id tag_id state q account_id stage grade min_score source added_days ids"

func (s *server) contactFilter(q *query) contact.Filter {
	f := contact.Filter{
		RepID: q.id("rep_id"), TagID: q.id("tag_id"), Query: q.text("q"), AccountID: q.id("account_id"), IDs: q.ids("ids"),
		Stage: oneOf(q, "stage", append(stage.Ladder(), model.StageLost)...), Grade: oneOf(q, "grade", "A", "B", "C", "D"), MinScore: q.score("min_score"),
		State: oneOf(q, "state", model.RelationshipActive, model.RelationshipHalf, model.RelationshipLost,
			model.RelationshipRemoved, model.RelationshipTransferred),
		Source: q.text("source"),
	}
	if days := q.id("added_days"); days > maxAddedDays {
		q.faults["added_days"] = "must be 1 to 366"
	} else if days > 0 {
		f.AddedSince = model.Instant(s.Clock.Now().AddDate(0, 0, -int(days)))
	}
	return f
}

// maxAddedDays bounds how far back people may have been added.
const maxAddedDays = 366

func (s *server) listContacts(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	filter := s.contactFilter(q)
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Contacts.Contacts(c.Request.Context(), filter, page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(r contact.Row) int64 { return r.ID }, contactOf(principal(c).Role))
	return nil
}

func (s *server) getContact(c *gin.Context) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	row, err := s.Contacts.Contact(c.Request.Context(), id)
	if err != nil {
		return err
	}
	c.JSON(http.StatusOK, contactOf(principal(c).Role)(row))
	return nil
}

type repResponse struct {
	ID             int64      `json:"id"`
	UserID         string     `json:"userid"`
	Name           string     `json:"name"`
	DepartmentIDs  []int64    `json:"department_ids"`
	MainDepartment int64      `json:"main_department"`
	Status         int        `json:"status"`
	CanFollow      bool       `json:"can_follow"`
	LeftAt         *time.Time `json:"left_at"`
}

func (s *server) listReps(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Contacts.Reps(c.Request.Context(), page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(r model.Rep) int64 { return r.ID }, func(r model.Rep) repResponse {
		return repResponse{
			ID: r.ID, UserID: r.UserID, Name: r.Name, DepartmentIDs: append([]int64{}, r.DepartmentIDs.V...),
			MainDepartment: r.MainDepartment, Status: r.Status, CanFollow: r.CanFollow, LeftAt: r.LeftAt,
		}
	})
	return nil
}

type tagResponse struct {
	ID      int64         `json:"id"`
	WeComID string        `json:"wecom_id"`
	Name    string        `json:"name"`
	Group   string        `json:"group"`
	Kind    model.TagKind `json:"kind"`
}

func (s *server) listTags(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Contacts.Tags(c.Request.Context(), page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(t contact.LibraryTag) int64 { return t.ID }, func(t contact.LibraryTag) tagResponse {
		return tagResponse{ID: t.ID, WeComID: t.WeComID, Name: t.Name, Group: t.Group, Kind: t.Kind}
	})
	return nil
}

type departmentResponse struct {
	ID        int64  `json:"id"`
	Name      string `json:"name"`
	ParentID  int64  `json:"parent_id"`
	SortOrder int64  `json:"sort_order"`
}

func (s *server) listDepartments(c *gin.Context) error {
	q := queryOf(c)
	page := q.page()
	if err := q.err(); err != nil {
		return err
	}
	rows, err := s.Reports.Departments(c.Request.Context(), page)
	if err != nil {
		return err
	}
	writeList(c, page, rows, func(d model.Department) int64 { return d.ID }, func(d model.Department) departmentResponse {
		return departmentResponse{ID: d.ID, Name: d.Name, ParentID: d.ParentID, SortOrder: d.SortOrder}
	})
	return nil
}
