package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

// Member is a member of the corp with what they may do here.
type Member struct {
	RepID         int64
	UserID        string
	Name          string
	CanFollow     bool // may have customers
	LeftAt        *time.Time
	Role          Role // empty: nobody has given one
	Reach         model.Reach
	DepartmentIDs []int64
	BlockedAt     *time.Time
	SeenAt        *time.Time // when a session of theirs was last used
}

// Standing is the role that counts: who may have customers is a rep unless
// somebody says otherwise; empty for who has none.
func (m Member) Standing() (Role, model.Reach) {
	switch {
	case m.Role != "":
		return m.Role, m.Reach
	case m.CanFollow:
		return RoleRep, model.ReachOwn
	}
	return "", ""
}

// enter lets a member in, or says why not.
func (s *Service) enter(ctx context.Context, m Member) (Principal, error) {
	role, reach := m.Standing()
	if !role.Valid() || m.LeftAt != nil || m.BlockedAt != nil {
		return Principal{}, &model.Error{Code: model.CodeUnauthenticated, Message: "you have no access yet: ask an administrator for a role"}
	}
	p := Principal{Name: m.Name, Role: role, RepID: m.RepID, Reach: reach}
	if p.Name == "" {
		p.Name = m.UserID
	}
	switch reach {
	case model.ReachAll:
		p.Scope = model.Scope{All: true}
	case model.ReachOwn:
		p.Scope = model.Scope{Reps: []int64{m.RepID}}
	case model.ReachDepartments:
		reps, err := s.repsOf(ctx, m.DepartmentIDs)
		if err != nil {
			return Principal{}, err
		}
		if !slices.Contains(reps, m.RepID) {
			reps = append(slices.Clone(reps), m.RepID)
		}
		p.Scope = model.Scope{Reps: reps}
	}
	return p, nil
}

// SignInMember lets in who WeCom says it is.
func (s *Service) SignInMember(ctx context.Context, userID string) (Principal, error) {
	var m Member
	rows, err := s.members(ctx, s.DB.Read(ctx).Where("r.userid = ?", userID), 1)
	if err != nil {
		return Principal{}, err
	}
	if len(rows) == 1 {
		m = rows[0]
	}
	return s.enter(ctx, m)
}

func (s *Service) members(ctx context.Context, q *gorm.DB, limit int) ([]Member, error) {
	var rows []struct {
		model.Rep
		Role      string
		Reach     model.Reach
		Sees      model.JSON[[]int64]
		BlockedAt *time.Time
	}
	err := q.WithContext(ctx).Table("reps r").Select("r.*, COALESCE(u.role, '') AS role, COALESCE(u.reach, '') AS reach, " +
		"COALESCE(u.department_ids, '[]') AS sees, u.blocked_at").
		Joins("LEFT JOIN users u ON u.rep_id = r.id").Order("r.id").Limit(limit).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("load members: %w", err)
	}
	out := make([]Member, len(rows))
	for i, r := range rows {
		out[i] = Member{
			RepID: r.ID, UserID: r.UserID, Name: r.Name, CanFollow: r.CanFollow, LeftAt: r.LeftAt, Role: Role(r.Role), Reach: r.Reach,
			DepartmentIDs: r.Sees.V, BlockedAt: r.BlockedAt,
		}
	}
	return out, nil
}

// MemberFilter narrows the list of members; zero fields do not.
type MemberFilter struct {
	Query string // a part of the name, or the userid
	Role  Role   // that somebody has given
}

// Members lists who is in the corp with what they may do, by id. Who has left is
// not listed.
func (s *Service) Members(ctx context.Context, f MemberFilter, page model.Page) ([]Member, error) {
	q := s.DB.Read(ctx).Where("r.id > ? AND r.left_at IS NULL", page.After)
	if f.Query != "" {
		escaped := strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(f.Query)
		q = q.Where("r.userid = ? OR r.name LIKE ? ESCAPE '!'", f.Query, "%"+escaped+"%")
	}
	if f.Role != "" {
		q = q.Where("u.role = ?", string(f.Role))
	}
	rows, err := s.members(ctx, q, page.Size())
	if err != nil || len(rows) == 0 {
		return []Member{}, err
	}
	ids := make([]int64, len(rows))
	for i, m := range rows {
		ids[i] = m.RepID
	}
	var seen []model.Session
	err = s.DB.Read(ctx).Model(&model.Session{}).Select("rep_id, seen_at").Where("rep_id IN ?", ids).Order("id").Find(&seen).Error
	if err != nil {
		return nil, fmt.Errorf("load when members were here: %w", err)
	}
	for i := range rows {
		for _, session := range seen {
			if session.RepID == rows[i].RepID && (rows[i].SeenAt == nil || session.SeenAt.After(*rows[i].SeenAt)) {
				rows[i].SeenAt = &session.SeenAt
			}
		}
	}
	return rows, nil
}

// Grant is what an administrator gives a member.
type Grant struct {
	Role          Role
	Reach         model.Reach
	DepartmentIDs []int64
	Blocked       bool
}

// reaches are how far each role may see.
func reaches(r Role) []model.Reach {
	switch r {
	case RoleAdmin, RoleMarketer:
		return []model.Reach{model.ReachAll}
	case RoleManager, RoleRead:
		return []model.Reach{model.ReachAll, model.ReachDepartments}
	case RoleRep:
		return []model.Reach{model.ReachOwn}
	}
	return nil
}

// maxDepartments bounds what one person leads.
const maxDepartments = 200

func (g *Grant) check() error {
	faults := map[string]string{}
	if !g.Role.Valid() {
		faults["role"] = "must be admin, marketer, manager, rep or read"
	} else if !slices.Contains(reaches(g.Role), g.Reach) {
		faults["reach"] = "is not for this role: administrators and marketers see everything, reps their own, managers and readers everything or departments"
	}
	if g.Reach != model.ReachDepartments {
		g.DepartmentIDs = []int64{}
	} else if len(g.DepartmentIDs) == 0 || len(g.DepartmentIDs) > maxDepartments {
		faults["department_ids"] = "must name 1 to 200 departments"
	}
	if len(faults) > 0 {
		return &model.Error{Code: model.CodeInvalid, Message: "the role cannot be given", Fields: faults}
	}
	slices.Sort(g.DepartmentIDs)
	g.DepartmentIDs = slices.Compact(g.DepartmentIDs)
	return nil
}

// Give stores what a member may do and ends their sessions, which rest on what
// they might do before.
func (s *Service) Give(ctx context.Context, by Principal, repID int64, g Grant) (Member, error) {
	if err := g.check(); err != nil {
		return Member{}, err
	}
	if by.RepID == repID {
		return Member{}, model.Conflict("nobody changes their own role: ask another administrator")
	}
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		if err := s.known(ctx, repID, g.DepartmentIDs); err != nil {
			return err
		}
		now := s.DB.Now(ctx)
		row := model.User{RepID: repID}
		err := s.DB.Conn(ctx).Where("rep_id = ?", repID).Take(&row).Error
		if err != nil && !errors.Is(err, gorm.ErrRecordNotFound) {
			return fmt.Errorf("load user: %w", err)
		}
		row.Role, row.Reach, row.DepartmentIDs, row.UpdatedAt = string(g.Role), g.Reach, model.AsJSON(g.DepartmentIDs), now
		switch {
		case !g.Blocked:
			row.BlockedAt = nil
		case row.BlockedAt == nil:
			row.BlockedAt = &now
		}
		if err := s.DB.Conn(ctx).Save(&row).Error; err != nil {
			return fmt.Errorf("store user: %w", err)
		}
		_, err = s.end(s.DB.Conn(ctx).Where("rep_id = ?", repID))
		return err
	})
	if err != nil {
		return Member{}, fmt.Errorf("give a role: %w", err)
	}
	rows, err := s.members(ctx, s.DB.Read(ctx).Where("r.id = ?", repID), 1)
	if err != nil || len(rows) == 0 {
		return Member{}, errors.Join(model.NotFound(fmt.Sprintf("member %d", repID)), err)
	}
	return rows[0], nil
}

func (s *Service) known(ctx context.Context, repID int64, departments []int64) error {
	var n int64
	if err := s.DB.Conn(ctx).Model(&model.Rep{}).Where("id = ? AND left_at IS NULL", repID).Count(&n).Error; err != nil {
		return fmt.Errorf("look up member: %w", err)
	}
	if n == 0 {
		return model.NotFound(fmt.Sprintf("member %d", repID))
	}
	if len(departments) == 0 {
		return nil
	}
	if err := s.DB.Conn(ctx).Model(&model.Department{}).Where("id IN ? AND deleted_at IS NULL", departments).Count(&n).Error; err != nil {
		return fmt.Errorf("look up departments: %w", err)
	}
	if int(n) != len(departments) {
		return model.Invalid("department_ids", "names a department that is not there")
	}
	return nil
}
