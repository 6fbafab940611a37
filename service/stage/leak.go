package stage

import (
	"context"
	"fmt"
	"time"

	"sixtouch/model"
)

// Leak is a contact whom nobody looks after: no rep of ours follows them, or
// nothing lies ahead of them (no running programme, no open hand-over, no open
// deal) and nothing has happened for so many days.
type Leak struct {
	ContactID   int64
	ContactName string
	CorpName    string
	AccountID   *int64
	Stage       string
	StageAt     *time.Time
	Team        string // who owns the rung
	NoOwner     bool   // else: no next step
}

// LeakCount is how many leak on one rung.
type LeakCount struct {
	Team, Stage      string
	NoOwner, NoSteps int
}

// leaking is the condition over contacts c: from MIL to an open deal. The rungs
// before and behind have nobody who should act today. What is counted instead of
// tested for existence is looked up contact by contact: as existence, the
// database may decide to read all hand-overs or deals there are first.
const leaking = `c.stage IN ('mil', 'mql', 'sal', 'sql', 'opportunity') AND c.stage_at < ? AND c.erased_at IS NULL AND (` + noOwner + `
  OR (SELECT COUNT(*) FROM enrollments n WHERE n.contact_id = c.id AND n.active_slot = 1) = 0
  AND (SELECT COUNT(*) FROM handovers h WHERE h.contact_id = c.id AND h.open_slot = 1) = 0
  AND (SELECT COUNT(*) FROM opportunities o WHERE o.contact_id = c.id AND o.state = 'open') = 0
  AND (SELECT COUNT(*) FROM last_actives l WHERE l.contact_id = c.id AND l.at >= ?) = 0)`

const noOwner = `(SELECT COUNT(*) FROM relationships r WHERE r.contact_id = c.id AND r.state = 'active') = 0`

// Leaks counts those whom nobody looks after, by rung in the ladder's order.
func (s *Service) Leaks(ctx context.Context) ([]LeakCount, error) {
	since, err := s.leakSince(ctx)
	if err != nil {
		return nil, err
	}
	var out []LeakCount
	q := s.DB.Read(ctx).Table("contacts c").Select("d.team, c.stage, SUM("+noOwner+") AS no_owner, SUM(NOT ("+noOwner+")) AS no_steps").
		Joins("JOIN stage_defs d ON d.kind = 'ladder' AND d.stage_key = c.stage").Where(leaking, since, since)
	err = model.ScopeOf(ctx).OfContacts(q, "c.id").Group("d.team, c.stage, d.position").Order("d.position").Scan(&out).Error
	return out, wrap("count leaks", err)
}

// LeakList lists them by id, of one team or of all.
func (s *Service) LeakList(ctx context.Context, team string, page model.Page) ([]Leak, error) {
	since, err := s.leakSince(ctx)
	if err != nil {
		return nil, err
	}
	q := s.DB.Read(ctx).Table("contacts c").
		Select("c.id AS contact_id, c.name AS contact_name, c.corp_name, c.account_id, c.stage, c.stage_at, d.team, "+noOwner+" AS no_owner").
		Joins("JOIN stage_defs d ON d.kind = 'ladder' AND d.stage_key = c.stage").Where(leaking, since, since).Where("c.id > ?", page.After)
	if team != "" {
		q = q.Where("d.team = ?", team)
	}
	q = model.ScopeOf(ctx).OfContacts(q, "c.id")
	var list []Leak
	err = q.Order("c.id").Limit(page.Size()).Scan(&list).Error
	return list, wrap("list leaks", err)
}

func (s *Service) leakSince(ctx context.Context) (time.Time, error) {
	rule, err := s.HandoverRule(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("load after how many days a contact leaks: %w", err)
	}
	return model.Instant(s.DB.Now(ctx).AddDate(0, 0, -rule.LeakDays)), nil
}
