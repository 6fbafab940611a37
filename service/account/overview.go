package account

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"sixtouch/model"
)

// Person is somebody of an account, with what reached them there.
type Person struct {
	model.Contact
	Present   bool // false: they were at the account when something reached them
	Marketing int
	Sales     int
	LastTouch string // its day in the corp's zone, YYYY-MM-DD; empty without any
}

// Overview is an account's page.
type Overview struct {
	Named
	Reps     map[int64]string // names of those who work on it and on its actions
	Owner    Charge           // who answers for it now
	SDR      Charge
	Lists    []model.TargetList // that it is on
	People   []Person           // present ones first
	Weeks    []string           // Mondays, the oldest first
	Cells    []Cell
	Ring     Ring
	Coverage Coverage
	Plan     model.AccountPlan
	Actions  []model.AccountAction
	Events   []model.AccountEvent
	Notes    []model.AccountNote
	WhyNow   *model.AccountEvent // the fresh event
}

// maxWeeks bounds the graph of an account's page.
const maxWeeks = 53

// Overview puts an account's page together, with the graph of the last so many
// weeks (1 to 53; this one is the last), in a fixed number of queries on one
// state of the database: the touches of the people add up to the ring.
func (s *Service) Overview(ctx context.Context, id int64, weeks int) (v Overview, err error) {
	if weeks < 1 || weeks > maxWeeks {
		return Overview{}, model.Invalid("weeks", "must be 1 to 53")
	}
	err = s.DB.Snapshot(ctx, func(ctx context.Context) error {
		v, err = s.overview(ctx, id, weeks)
		return err
	})
	return v, err
}

func (s *Service) overview(ctx context.Context, id int64, weeks int) (Overview, error) {
	a, err := s.Get(ctx, id)
	if err != nil {
		return Overview{}, err
	}
	now := s.DB.Now(ctx)
	v := Overview{Named: Named{Account: a}}
	first := monday(now.In(s.Zone)).AddDate(0, 0, -7*(weeks-1))
	for i := range weeks {
		v.Weeks = append(v.Weeks, first.AddDate(0, 0, 7*i).Format(time.DateOnly))
	}
	for _, part := range []func() error{
		func() (err error) { v.Aliases, v.Domains, err = s.Names(ctx, id); return err },
		func() (err error) { v.Owner, err = s.Responsible(ctx, id, DutyOwner, now); return err },
		func() (err error) { v.SDR, err = s.Responsible(ctx, id, DutySDR, now); return err },
		func() (err error) { v.Lists, err = s.listsOf(ctx, id); return err },
		func() (err error) { v.Cells, err = s.Cells(ctx, id, first); return err },
		func() (err error) { v.Plan, err = s.Plan(ctx, id); return err },
		func() (err error) { v.Actions, err = s.Actions(ctx, id); return err },
		func() (err error) { v.Events, err = s.Events(ctx, id); return err },
		func() (err error) { v.Notes, err = s.Notes(ctx, id, model.Page{}); return err },
		func() error { return s.measure(ctx, &v) },
		func() (err error) { v.Reps, err = s.repNames(ctx, v); return err },
	} {
		if err := part(); err != nil {
			return Overview{}, fmt.Errorf("put the page of account %d together: %w", id, err)
		}
	}
	if e, ok := FreshEvent(v.Events, now); ok {
		v.WhyNow = &e
	}
	return v, nil
}

// measure fills in the people, the ring and the coverage.
func (s *Service) measure(ctx context.Context, v *Overview) error {
	var sums []struct {
		ContactID int64
		Marketing int
		Sales     int
		LastTouch string
	}
	err := s.touchesQuery(ctx, []int64{v.ID}).Select(`t.contact_id, SUM(CASE WHEN t.channel = ? THEN 0 ELSE 1 END) AS marketing,
		SUM(CASE WHEN t.channel = ? THEN 1 ELSE 0 END) AS sales, MAX(t.local_day) AS last_touch`, model.ChannelRepPrompt, model.ChannelRepPrompt).
		Group("t.contact_id").Scan(&sums).Error
	if err != nil {
		return fmt.Errorf("count touches of people: %w", err)
	}
	reachedBy := map[int64]Person{}
	for _, r := range sums {
		reachedBy[r.ContactID] = Person{Marketing: r.Marketing, Sales: r.Sales, LastTouch: r.LastTouch}
	}
	var present []model.Contact
	if err := s.DB.Read(ctx).Where("account_id = ?", v.ID).Order("id").Limit(model.PageLimit).Find(&present).Error; err != nil {
		return fmt.Errorf("load people: %w", err)
	}
	v.People = []Person{}
	seats := []Seat{}
	for _, c := range present {
		p := reachedBy[c.ID]
		p.Contact, p.Present = c, true
		v.People = append(v.People, p)
		seats = append(seats, Seat{Role: c.Role, IsKP: c.IsKP, Touched: p.Marketing+p.Sales > 0})
		delete(reachedBy, c.ID)
	}
	if err := s.addFormer(ctx, v, reachedBy); err != nil {
		return err
	}
	wants, err := s.Policies(ctx)
	if err != nil {
		return err
	}
	own, err := s.ownWants(ctx, []model.Account{v.Account}, wants)
	if err != nil {
		return err
	}
	tallies, err := s.Tallies(ctx, []int64{v.ID}, time.Time{})
	v.Ring, v.Coverage = ringOf(tallies[v.ID], own[v.ID]), Cover(seats, own[v.ID])
	return err
}

// addFormer adds those whom something reached while they were at the account.
func (s *Service) addFormer(ctx context.Context, v *Overview, reachedBy map[int64]Person) error {
	ids := slices.Sorted(maps.Keys(reachedBy))
	if len(ids) > model.PageLimit {
		ids = ids[len(ids)-model.PageLimit:]
	}
	if len(ids) == 0 {
		return nil
	}
	var former []model.Contact
	if err := s.DB.Read(ctx).Order("id").Find(&former, "id IN ?", ids).Error; err != nil {
		return fmt.Errorf("load former people: %w", err)
	}
	for _, c := range former {
		p := reachedBy[c.ID]
		p.Contact = c
		v.People = append(v.People, p)
	}
	return nil
}

func (s *Service) listsOf(ctx context.Context, accountID int64) ([]model.TargetList, error) {
	rows := []model.TargetList{}
	err := s.DB.Read(ctx).Table("target_members m").Select("l.*").Joins("JOIN target_lists l ON l.id = m.list_id").
		Where("m.account_id = ? AND m.open_slot = 1", accountID).Order("l.id").Limit(model.PageLimit).Scan(&rows).Error
	return rows, wrap("load target lists of an account", err)
}

func (s *Service) repNames(ctx context.Context, v Overview) (map[int64]string, error) {
	ids := []int64{v.OwnerID, v.OwnerBackupID, v.SDRID, v.SDRBackupID}
	for _, a := range v.Actions {
		ids = append(ids, a.RepID)
	}
	return s.DB.RepNames(ctx, ids)
}
