package contact

import (
	"context"
	"fmt"
	"time"

	"sixtouch/model"
)

// GroupFacts is a customer group with all its members.
type GroupFacts struct {
	ChatID        string
	Name          string
	OwnerUserID   string
	Notice        string
	MemberVersion string
	FormedAt      time.Time
	Members       []GroupMemberFacts
}

// GroupMemberFacts is one person in a customer group.
type GroupMemberFacts struct {
	ID           string // userid or external_userid
	Kind         int    // 1 rep, 2 external
	JoinScene    int
	ChannelState string
	JoinedAt     time.Time
}

// SaveGroup stores a customer group; members that it no longer names have left.
// One that we have not known is an activity of the instant when it was formed.
func (s *Service) SaveGroup(ctx context.Context, f GroupFacts) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		g := model.CustomerGroup{ChatID: f.ChatID}
		if err := s.db.Conn(ctx).Clauses(forUpdate()).Where("chat_id = ?", f.ChatID).Limit(1).Find(&g).Error; err != nil {
			return fmt.Errorf("load group: %w", err)
		}
		g.Name, g.OwnerUserID, g.Notice = f.Name, f.OwnerUserID, f.Notice
		g.MemberVersion, g.MemberCount = f.MemberVersion, len(f.Members)
		g.FormedAt, g.DismissedAt = model.Instant(f.FormedAt), nil
		fresh := g.ID == 0
		if err := s.db.Conn(ctx).Save(&g).Error; err != nil {
			return fmt.Errorf("save group: %w", err)
		}
		if err := s.saveMembers(ctx, g.ID, f.Members); err != nil || !fresh {
			return err
		}
		return s.recordGroup(ctx, g, model.ActivityGroupCreated, g.FormedAt)
	})
	return wrap("save customer group", err)
}

// recordGroup records that something happened to a customer group.
func (s *Service) recordGroup(ctx context.Context, g model.CustomerGroup, kind model.ActivityKind, at time.Time) error {
	var owner model.Rep
	if err := s.db.Conn(ctx).Limit(1).Find(&owner, "userid = ?", g.OwnerUserID).Error; err != nil {
		return fmt.Errorf("find owner of group: %w", err)
	}
	return s.record(ctx, model.Activity{
		DedupeKey: fmt.Sprintf("%s:%s:%d", kind, g.ChatID, at.Unix()), Kind: kind, ContactID: g.Who(), RepID: owner.ID, OccurredAt: at,
		Data: model.AsJSON(model.ActivityData{GroupName: g.Name}),
	})
}

func (s *Service) saveMembers(ctx context.Context, groupID int64, facts []GroupMemberFacts) error {
	var rows []model.CustomerGroupMember
	if err := s.db.Conn(ctx).Where("customer_group_id = ?", groupID).Find(&rows).Error; err != nil {
		return fmt.Errorf("load members: %w", err)
	}
	known := make(map[string]model.CustomerGroupMember, len(rows))
	for _, m := range rows {
		known[m.MemberID] = m
	}
	var fresh []model.CustomerGroupMember
	for _, f := range facts {
		m, ok := known[f.ID]
		delete(known, f.ID)
		next := model.CustomerGroupMember{
			CustomerGroupID: groupID, MemberID: f.ID, Kind: f.Kind, JoinScene: f.JoinScene,
			ChannelState: f.ChannelState, JoinedAt: model.Instant(f.JoinedAt),
		}
		switch {
		case !ok:
			fresh = append(fresh, next)
		case m.LeftAt != nil || !m.JoinedAt.Equal(next.JoinedAt) || m.JoinScene != next.JoinScene:
			if err := s.db.Conn(ctx).Save(&next).Error; err != nil {
				return fmt.Errorf("update member: %w", err)
			}
		}
	}
	if len(fresh) > 0 {
		if err := s.db.Conn(ctx).CreateInBatches(&fresh, insertBatch).Error; err != nil {
			return fmt.Errorf("insert members: %w", err)
		}
	}
	var left []string
	for id, m := range known {
		if m.LeftAt == nil {
			left = append(left, id)
		}
	}
	if len(left) == 0 {
		return nil
	}
	err := s.db.Conn(ctx).Model(&model.CustomerGroupMember{}).
		Where("customer_group_id = ? AND member_id IN ?", groupID, left).Update("left_at", s.db.Now(ctx)).Error
	return wrap("mark members as left", err)
}

// insertBatch bounds the rows of one INSERT.
const insertBatch = 200

// DismissGroup stores that a customer group was dismissed at the given instant.
func (s *Service) DismissGroup(ctx context.Context, chatID string, at time.Time) error {
	err := s.db.InTx(ctx, func(ctx context.Context) error {
		at := model.Instant(at)
		var g model.CustomerGroup
		err := s.db.Conn(ctx).Clauses(forUpdate()).Limit(1).Find(&g, "chat_id = ? AND dismissed_at IS NULL", chatID).Error
		if err != nil || g.ID == 0 {
			return wrap("load group", err)
		}
		if err := s.db.Conn(ctx).Model(&g).Update("dismissed_at", at).Error; err != nil {
			return fmt.Errorf("save group: %w", err)
		}
		return s.recordGroup(ctx, g, model.ActivityGroupDismissed, at)
	})
	return wrap("dismiss customer group", err)
}

// Group is a customer group with its owner; RepID is 0 when nobody that we know.
type Group struct {
	model.CustomerGroup
	RepID   int64
	RepName string
}

// Groups lists customer groups by id, of one owner or, with 0, all.
func (s *Service) Groups(ctx context.Context, repID int64, page model.Page) ([]Group, error) {
	q := s.db.Read(ctx).Model(&model.CustomerGroup{}).
		Select("customer_groups.*, COALESCE(reps.id, 0) AS rep_id, COALESCE(reps.name, '') AS rep_name").
		Joins("LEFT JOIN reps ON reps.userid = customer_groups.owner_userid").
		Where("customer_groups.id > ?", page.After).Order("customer_groups.id").Limit(page.Size())
	if repID != 0 {
		q = q.Where("reps.id = ?", repID)
	}
	q = model.ScopeOf(ctx).OfReps(q, "reps.id")
	var rows []Group
	return rows, wrap("list customer groups", q.Scan(&rows).Error)
}
