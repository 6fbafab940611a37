package scoring

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"sixtouch/model"
)

// Deps is what a Service is given.
type Deps struct {
	DB *model.DB
	// Record records a derived activity through the pipeline.
	Record func(ctx context.Context, a model.Activity) error
	Zone   *time.Location // of caps per day and week
	// MQL tells what makes a marketing qualified lead now: the stage rules' matter,
	// which explanations and back-tests speak of.
	MQL func(ctx context.Context) (MQLMark, error)
}

// MQLMark is what makes a marketing qualified lead: a score and a fit together, or
// any of the actions.
type MQLMark struct {
	Score   float64
	Fit     float64
	Actions []model.ActivityKind
}

// judging returns the live rules with the marks of a marketing qualified lead.
func (s *Service) judging(ctx context.Context) (book, error) {
	b, err := s.book(ctx)
	if err != nil {
		return b, err
	}
	b.mql, err = s.MQL(ctx)
	return b, wrap("ask what makes an MQL", err)
}

// Service keeps the ledger and the copies of the scores on contacts and accounts.
// It is safe for concurrent use; several replicas may run it.
type Service struct {
	Deps
	live atomic.Pointer[book]
}

// New returns a service.
func New(deps Deps) *Service { return &Service{Deps: deps} }

// book returns the live rules: the highest version, or the defaults. Rules are
// read once per version; whether there is a newer one is asked every time.
func (s *Service) book(ctx context.Context) (book, error) {
	var newest struct{ Version *int64 }
	err := s.DB.Read(ctx).Model(&model.ScoreRules{}).Select("MAX(version) AS version").Take(&newest).Error
	if err != nil {
		return book{}, fmt.Errorf("look for the live score rules: %w", err)
	}
	if newest.Version == nil {
		return book{Rules: Defaults()}, nil
	}
	if known := s.live.Load(); known != nil && known.version == *newest.Version {
		return *known, nil
	}
	var row model.ScoreRules
	if err := s.DB.Read(ctx).Take(&row, "version = ?", *newest.Version).Error; err != nil {
		return book{}, fmt.Errorf("load version %d of the score rules: %w", *newest.Version, err)
	}
	b, err := open(row)
	if err != nil {
		return b, err
	}
	s.live.Store(&b)
	return b, nil
}

func open(row model.ScoreRules) (book, error) {
	rules, err := Parse(row.Doc.V)
	if err != nil {
		return book{}, fmt.Errorf("read score rules %d: %w", row.ID, err)
	}
	b := book{Rules: rules}
	if row.Version != nil {
		b.version = *row.Version
	}
	return b, nil
}

// Name implements activity.Reactor.
func (*Service) Name() string { return "scorer" }

// React implements activity.Reactor: it writes the activity's line, if it is
// worth one, and renews the contact's numbers.
func (s *Service) React(ctx context.Context, a model.Activity) error {
	switch a.Kind {
	case model.ActivityAccountJoined, model.ActivityAccountLeft:
		if err := s.AccountChanged(ctx, a.Data.V.AccountID); err != nil {
			return err
		}
		return s.refresh(ctx, a, nil)
	case model.ActivityOpportunityOpened:
		return s.AccountChanged(ctx, a.Data.V.AccountID)
	case model.ActivityStageEntered:
		return s.accountOf(ctx, a.ContactID)
	case model.ActivityProfileChanged:
		return s.refresh(ctx, a, nil)
	case model.ActivityContactLost:
		return s.refresh(ctx, a, s.lostLine)
	case model.ActivityContactAdded:
		if a.Data.V.ChannelState == "" {
			return s.scoreSoon(ctx, a.ContactID)
		}
	case model.ActivityTagAdded:
	default:
		if !a.ByContact() {
			return nil
		}
	}
	return s.refresh(ctx, a, s.earnedLine)
}

// scoreSoon has the loop score somebody for the first time: a synchronisation
// adds thousands at once, of whom there is nothing to say but that they exist.
func (s *Service) scoreSoon(ctx context.Context, contactID int64) error {
	err := s.DB.Conn(ctx).Model(&model.Contact{}).Where("id = ? AND scored_at IS NULL", contactID).UpdateColumn("rescore_at", s.DB.Now(ctx)).Error
	return wrap("have a contact scored", err)
}

// AccountChanged has the loop score an account anew: its fields or its people
// have changed. Its people follow if their fit moves with it.
func (s *Service) AccountChanged(ctx context.Context, accountID int64) error {
	err := s.DB.Conn(ctx).Model(&model.Account{}).Where("id = ?", accountID).UpdateColumn("rescore_at", s.DB.Now(ctx)).Error
	return wrap("have an account scored", err)
}

// accountOf has the account of a contact scored: a deal may have ended with the
// stage.
func (s *Service) accountOf(ctx context.Context, contactID int64) error {
	err := s.DB.Conn(ctx).Model(&model.Account{}).Where("id = (SELECT account_id FROM contacts WHERE id = ?)", contactID).
		UpdateColumn("rescore_at", s.DB.Now(ctx)).Error
	return wrap("have a contact's account scored", err)
}

// writer makes the line of an activity; ok is false where it is worth none.
type writer func(ctx context.Context, b book, a model.Activity, lines []model.ScoreEntry) (e model.ScoreEntry, ok bool, err error)

func (s *Service) earnedLine(_ context.Context, b book, a model.Activity, lines []model.ScoreEntry) (model.ScoreEntry, bool, error) {
	e, ok := b.line(a, lines, s.Zone)
	return e, ok, nil
}

// lostLine is written when nobody of ours is left to whom the contact speaks.
func (s *Service) lostLine(ctx context.Context, b book, a model.Activity, _ []model.ScoreEntry) (model.ScoreEntry, bool, error) {
	var left int64
	err := s.DB.Conn(ctx).Model(&model.Relationship{}).Where("contact_id = ? AND state = ?", a.ContactID, model.RelationshipActive).Limit(1).Count(&left).Error
	return b.lost(a), left == 0, wrap("count who is left to a contact", err)
}

// refresh renews a contact's numbers after an activity. The contact's row is
// locked before the ledger is read, so that of two at once the second sees the
// first one's line; on a cluster both write the row, and one runs again.
func (s *Service) refresh(ctx context.Context, a model.Activity, write writer) error {
	b, err := s.book(ctx)
	if err != nil {
		return err
	}
	if write != nil && !b.about(a) {
		return nil
	}
	var list []model.Contact
	err = s.DB.Conn(ctx).Clauses(forUpdate()).Select(contactColumns()).Find(&list, "id = ?", a.ContactID).Error
	if err != nil {
		return fmt.Errorf("lock a contact to score: %w", err)
	}
	if len(list) == 0 {
		return nil // a customer group, or a contact erased since
	}
	if write == nil && list[0].ScoredAt == nil {
		return s.scoreSoon(ctx, a.ContactID) // who has just come with thousands of others
	}
	people, err := s.load(ctx, b, list)
	if err != nil {
		return err
	}
	p := &people[0]
	if a.ByContact() && a.OccurredAt.After(p.LastActive) {
		p.LastActive = model.Instant(a.OccurredAt) // the note of it is made by a later reactor
	}
	if write != nil {
		wrote, err := s.write(ctx, b, a, p, write)
		if err != nil || !wrote && len(b.Silence) == 0 {
			return err
		}
	}
	if p.contact.AccountID != nil {
		if err := s.AccountChanged(ctx, *p.contact.AccountID); err != nil {
			return err
		}
	}
	return s.store(ctx, b, people, func(c model.Contact) string { return fmt.Sprintf("score:%d:%d", c.ID, a.ID) })
}

// write adds the activity's line to the ledger, if it is worth one.
func (s *Service) write(ctx context.Context, b book, a model.Activity, p *person, write writer) (wrote bool, err error) {
	e, ok, err := write(ctx, b, a, p.ledger)
	now := s.DB.Now(ctx)
	if err != nil || !ok || !e.ExpiresAt.After(now) {
		return false, err
	}
	e.CreatedAt = now
	if err := s.DB.Conn(ctx).Clauses(clause.OnConflict{DoNothing: true}).Create(&e).Error; err != nil {
		return false, fmt.Errorf("write a line of the score ledger: %w", err)
	}
	p.ledger = append(p.ledger, e)
	return true, nil
}

// about tells whether the rules may have a word on the activity. In step mode
// every doing ends a silence.
func (b book) about(a model.Activity) bool {
	if a.Kind == model.ActivityNeedAnswered || a.Kind == model.ActivityContactLost || len(b.Silence) > 0 && a.ByContact() {
		return true
	}
	return slices.ContainsFunc(b.Events, func(r EventRule) bool { return r.fits(a, subjectOf(a)) })
}

// contactColumns are what a score needs of a contact.
func contactColumns() []string {
	return []string{"id", "role", "is_kp", "account_id", "first_added_at", "fit", "engagement", "intent", "score", "grade", "stage", "scored_at", "rescore_at"}
}

// person is a contact with everything that their score needs.
type person struct {
	Profile
	contact model.Contact
	ledger  []model.ScoreEntry
}

// load reads what the scores of contacts need, in sets.
func (s *Service) load(ctx context.Context, b book, list []model.Contact) ([]person, error) {
	ids, accountIDs := make([]int64, len(list)), []int64(nil)
	for i, c := range list {
		ids[i] = c.ID
		if c.AccountID != nil {
			accountIDs = append(accountIDs, *c.AccountID)
		}
	}
	var entries []model.ScoreEntry
	err := s.DB.Read(ctx).Where("contact_id IN ? AND expires_at > ?", ids, s.DB.Now(ctx)).Order("id").Find(&entries).Error
	if err != nil {
		return nil, fmt.Errorf("read the score ledger: %w", err)
	}
	ledgers := map[int64][]model.ScoreEntry{}
	for _, e := range entries {
		ledgers[e.ContactID] = append(ledgers[e.ContactID], e)
	}
	accounts, triggers := map[int64]*model.Account{}, map[int64]model.ScoreEntry{}
	if len(accountIDs) > 0 {
		var rows []model.Account
		if err := s.DB.Read(ctx).Find(&rows, "id IN ?", accountIDs).Error; err != nil {
			return nil, fmt.Errorf("load accounts of contacts to score: %w", err)
		}
		for i := range rows {
			accounts[rows[i].ID] = &rows[i]
		}
		if triggers, err = s.triggers(ctx, b, accountIDs); err != nil {
			return nil, err
		}
	}
	lasts, err := s.lastActive(ctx, b, list, ids)
	if err != nil {
		return nil, err
	}
	out := make([]person, len(list))
	for i, c := range list {
		out[i] = person{contact: c, ledger: ledgers[c.ID], Profile: Profile{Role: c.Role, IsKP: c.IsKP, LastActive: lasts[c.ID]}}
		if c.AccountID != nil {
			out[i].Account = accounts[*c.AccountID]
			if e, ok := triggers[*c.AccountID]; ok {
				e.ContactID = c.ID
				out[i].ledger = append(out[i].ledger, e)
			}
		}
	}
	return out, nil
}

// lastActive is what silence is counted from: the last doing, else when the
// contact was first added.
func (s *Service) lastActive(ctx context.Context, b book, list []model.Contact, ids []int64) (map[int64]time.Time, error) {
	out := map[int64]time.Time{}
	if len(b.Silence) == 0 {
		return out, nil
	}
	for _, c := range list {
		if c.FirstAddedAt != nil {
			out[c.ID] = *c.FirstAddedAt
		}
	}
	var rows []model.LastActive
	if err := s.DB.Read(ctx).Find(&rows, "contact_id IN ?", ids).Error; err != nil {
		return nil, fmt.Errorf("load last doings: %w", err)
	}
	for _, r := range rows {
		out[r.ContactID] = r.At
	}
	return out, nil
}

// store writes the numbers of locked contacts, all in one statement, and
// announces the scores that have moved, under the keys that key gives them.
func (s *Service) store(ctx context.Context, b book, people []person, key func(model.Contact) string) error {
	now := s.DB.Now(ctx)
	numbers, ids := make([]Breakdown, len(people)), make([]int64, len(people))
	set := cases{}
	for i, p := range people {
		n := b.Score(p.Profile, p.ledger, now)
		numbers[i], ids[i] = n, p.contact.ID
		set.add("fit", p.contact.ID, n.Fit)
		set.add("engagement", p.contact.ID, n.Engagement)
		set.add("intent", p.contact.ID, n.Intent)
		set.add("score", p.contact.ID, n.Score)
		set.add("grade", p.contact.ID, n.Grade)
		set.add("rescore_at", p.contact.ID, b.Rescore(n))
	}
	columns := set.columns()
	columns["scored_at"] = now
	if err := s.DB.Conn(ctx).Model(&model.Contact{}).Where("id IN ?", ids).UpdateColumns(columns).Error; err != nil {
		return fmt.Errorf("store scores of contacts: %w", err)
	}
	for i, p := range people {
		if !moved(p.contact, numbers[i]) {
			continue
		}
		err := s.Record(ctx, model.Activity{
			DedupeKey: key(p.contact), Kind: model.ActivityScoreChanged, ContactID: p.contact.ID, OccurredAt: now,
			Data: model.AsJSON(model.ActivityData{Score: Whole(numbers[i].Score), ScoreBefore: Whole(value(p.contact.Score))}),
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// cases gathers values of columns by row, to be set by one statement.
type cases map[string]*valuesByID

type valuesByID struct {
	sql  strings.Builder
	args []any
}

func (c cases) add(column string, id int64, value any) {
	v := c[column]
	if v == nil {
		v = &valuesByID{}
		c[column] = v
	}
	v.sql.WriteString(" WHEN ? THEN ?")
	v.args = append(v.args, id, value)
}

func (c cases) columns() map[string]any {
	out := map[string]any{}
	for name, v := range c {
		out[name] = gorm.Expr("CASE id"+v.sql.String()+" END", v.args...)
	}
	return out
}

// Merge gives one contact's lines to another: the union of both ledgers, where an
// activity that both have counts once. Both are scored anew by the loop.
func (s *Service) Merge(ctx context.Context, from, into int64) error {
	return s.DB.InTx(ctx, func(ctx context.Context) error {
		conn := s.DB.Conn(ctx)
		err := conn.Where("contact_id = ? AND activity_id IN (SELECT activity_id FROM (SELECT activity_id FROM score_entries WHERE contact_id = ?) known)", from, into).
			Delete(&model.ScoreEntry{}).Error
		if err != nil {
			return fmt.Errorf("drop lines of the score ledger that both have: %w", err)
		}
		if err := conn.Model(&model.ScoreEntry{}).Where("contact_id = ?", from).UpdateColumn("contact_id", into).Error; err != nil {
			return fmt.Errorf("give lines of the score ledger away: %w", err)
		}
		err = conn.Model(&model.Contact{}).Where("id IN ?", []int64{from, into}).UpdateColumn("rescore_at", s.DB.Now(ctx)).Error
		return wrap("have merged contacts scored", err)
	})
}

// moved tells whether a score that has changed is worth an activity: a whole
// point of the score, of the fit or of the engagement is another one, for these
// are what entry rules compare. Somebody scored for the first time who has done
// nothing yet has not moved.
func moved(c model.Contact, n Breakdown) bool {
	if c.ScoredAt == nil && len(n.Lines) == 0 {
		return false
	}
	return Whole(n.Score) != Whole(value(c.Score)) || Whole(n.Fit) != Whole(value(c.Fit)) || Whole(n.Engagement) != Whole(value(c.Engagement))
}

func value(n *float64) float64 {
	if n == nil {
		return 0
	}
	return *n
}

func forUpdate() clause.Locking { return clause.Locking{Strength: clause.LockingStrengthUpdate} }

func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
