// Package touch owns the reading side of the touch log: every planned, made and
// skipped contact, with the reason. Rows are written by the engine and by the
// welcome, in the transactions that decide them. It imports model only.
package touch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"gorm.io/gorm"

	"sixtouch/model"
)

// Log reads touches. It is safe for concurrent use.
type Log struct{ db *model.DB }

// New returns a log over db.
func New(db *model.DB) *Log { return &Log{db} }

// Filter narrows the log; zero fields do not. State, Fate, Reason and Channel
// need one of ContactID, SOPID, RepID and Day beside them, StepKey needs SOPID,
// Variant needs StepKey, Hour needs Day: alone they would read the whole table.
type Filter struct {
	ContactID int64 // or a customer group's Who
	SOPID     int64
	RepID     int64
	Day       string // YYYY-MM-DD in the corp's zone
	Hour      *model.Hour
	State     model.TouchState
	Fate      model.Fate
	Reason    string
	Channel   string
	StepKey   string
	Variant   string // of the step
	Number    int    // of a version of the SOP
	Unsent    Unsent // of the SOP
}

// Unsent are the touches that have not gone out: what resuming a programme decides
// about.
type Unsent string

// All of them, or those whose date is over.
const (
	UnsentAll    Unsent = "all"
	UnsentPassed Unsent = "passed"
)

func (f Filter) fault() error {
	faults := map[string]string{}
	if f.Day != "" && !regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`).MatchString(f.Day) {
		faults["day"] = "must look like 2026-03-02"
	}
	if f.StepKey != "" && f.SOPID == 0 {
		faults["step_key"] = "needs sop_id beside it"
	}
	if f.Variant != "" && f.StepKey == "" {
		faults["variant"] = "needs step_key beside it"
	}
	if f.Number != 0 && f.SOPID == 0 {
		faults["version"] = "needs sop_id beside it"
	}
	if f.Unsent != "" && f.SOPID == 0 {
		faults["unsent"] = "needs sop_id beside it"
	}
	if f.Hour != nil && f.Day == "" {
		faults["hour"] = "needs day beside it"
	}
	if f.ContactID == 0 && f.SOPID == 0 && f.RepID == 0 && f.Day == "" {
		for name, value := range map[string]string{"state": string(f.State), "fate": string(f.Fate), "reason": f.Reason, "channel": f.Channel} {
			if value != "" {
				faults[name] = "needs contact_id, sop_id, rep_id or day beside it"
			}
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return &model.Error{Code: model.CodeInvalid, Message: "the filter has faults", Fields: faults}
}

// Row is a touch with the names of what it refers to; a name is empty where
// there is nothing to refer to.
type Row struct {
	model.Touch
	ContactName    string
	ExternalUserID string
	RepName        string
	RepUserID      string
	SOPName        string
	StepName       string
}

// List returns touches, the newest first, in a fixed number of queries.
func (l *Log) List(ctx context.Context, f Filter, page model.Page) ([]Row, error) {
	if err := f.fault(); err != nil {
		return nil, err
	}
	var touches []model.Touch
	if err := l.query(ctx, f, page).Find(&touches).Error; err != nil {
		return nil, fmt.Errorf("list touches: %w", err)
	}
	return l.furnish(ctx, touches)
}

func (l *Log) query(ctx context.Context, f Filter, page model.Page) *gorm.DB {
	q := l.db.Read(ctx).Model(&model.Touch{}).Order("id DESC").Limit(page.Size())
	// Other indexes begin with the same column; only these come in the order of ids.
	switch {
	case f.ContactID != 0:
		q = q.Table(l.db.Walk("touches", "ix_touches_contact"))
	case f.RepID != 0 && f.SOPID == 0:
		q = q.Table(l.db.Walk("touches", "ix_touches_rep"))
	}
	if page.After > 0 {
		q = q.Where("id < ?", page.After)
	}
	for _, c := range []struct {
		column string
		value  any
		set    bool
	}{
		{"contact_id", f.ContactID, f.ContactID != 0},
		{"sop_id", f.SOPID, f.SOPID != 0},
		{"step_key", f.StepKey, f.StepKey != ""},
		{"variant", f.Variant, f.Variant != ""},
		{"rep_id", f.RepID, f.RepID != 0},
		{"local_day", f.Day, f.Day != ""},
		{"state", f.State, f.State != ""},
		{"reason", f.Reason, f.Reason != ""},
		{"channel", f.Channel, f.Channel != ""},
		{model.FateSQL, f.Fate, f.Fate != ""},
	} {
		if c.set {
			q = q.Where(c.column+" = ?", c.value)
		}
	}
	if f.Number != 0 {
		q = q.Where("version_id = (SELECT v.id FROM sop_versions v WHERE v.sop_id = ? AND v.number = ?)", f.SOPID, f.Number)
	}
	if f.Unsent != "" {
		q = q.Where("(state = ? OR state = ? AND EXISTS (SELECT 1 FROM dispatches d WHERE d.id = touches.dispatch_id AND d.state = ?))",
			model.TouchPlanned, model.TouchDispatched, model.DispatchQueued)
	}
	if f.Unsent == UnsentPassed {
		q = q.Where("due_at <= ?", l.db.Now(ctx))
	}
	if f.Hour != nil {
		q = f.Hour.Where(q)
	}
	scope := model.ScopeOf(ctx)
	switch {
	case f.ContactID > 0:
		return scope.OfContactsOrReps(q, "touches.contact_id", "rep_id")
	case f.SOPID != 0: // as the programme's results count
		return scope.OfWho(q, "touches.contact_id")
	}
	return scope.OfReps(q, "rep_id")
}

// Get returns one touch; model.ErrNotFound when there is none. Its Verdicts
// and its Reason say why it went as it did.
func (l *Log) Get(ctx context.Context, id int64) (Row, error) {
	var t model.Touch
	err := l.db.Read(ctx).Take(&t, id).Error
	switch {
	case errors.Is(err, gorm.ErrRecordNotFound):
		return Row{}, model.NotFound(fmt.Sprintf("touch %d", id))
	case err != nil:
		return Row{}, fmt.Errorf("load touch %d: %w", id, err)
	}
	rows, err := l.furnish(ctx, []model.Touch{t})
	if err != nil {
		return Row{}, err
	}
	return rows[0], nil
}

// furnish finds the names, one query per kind of thing.
func (l *Log) furnish(ctx context.Context, touches []model.Touch) ([]Row, error) {
	contactIDs, groupIDs := map[int64]bool{}, map[int64]bool{}
	repIDs, sopIDs, versionIDs := map[int64]bool{}, map[int64]bool{}, map[int64]bool{}
	for _, t := range touches {
		contactIDs[model.ContactOf(t.ContactID)], groupIDs[model.GroupOf(t.ContactID)] = true, true
		repIDs[t.RepID], sopIDs[t.SOPID], versionIDs[t.VersionID] = true, true, true
	}
	contacts, err := load[model.Contact](ctx, l.db, contactIDs, "id", "name", "external_userid")
	if err != nil {
		return nil, err
	}
	groups, err := load[model.CustomerGroup](ctx, l.db, groupIDs, "id", "name", "chat_id")
	if err != nil {
		return nil, err
	}
	for _, g := range groups {
		contacts = append(contacts, model.Contact{ID: g.Who(), Name: g.Name, ExternalUserID: g.ChatID})
	}
	reps, err := load[model.Rep](ctx, l.db, repIDs, "id", "name", "userid")
	if err != nil {
		return nil, err
	}
	sops, err := load[model.SOP](ctx, l.db, sopIDs, "id", "name")
	if err != nil {
		return nil, err
	}
	versions, err := load[model.SOPVersion](ctx, l.db, versionIDs, "id", "definition")
	if err != nil {
		return nil, err
	}
	people, staff, programmes := byID(contacts, contactID), byID(reps, repID), byID(sops, sopID)
	steps := map[int64]map[string]string{}
	for _, v := range versions {
		if steps[v.ID], err = stepNames(v); err != nil {
			return nil, err
		}
	}
	rows := make([]Row, len(touches))
	for i, t := range touches {
		c, r := people[t.ContactID], staff[t.RepID]
		rows[i] = Row{
			Touch: t, ContactName: c.Name, ExternalUserID: c.ExternalUserID, RepName: r.Name, RepUserID: r.UserID,
			SOPName: programmes[t.SOPID].Name, StepName: steps[t.VersionID][t.StepKey],
		}
	}
	return rows, nil
}

func contactID(c model.Contact) int64 { return c.ID }
func repID(r model.Rep) int64         { return r.ID }
func sopID(s model.SOP) int64         { return s.ID }

func load[T any](ctx context.Context, db *model.DB, ids map[int64]bool, columns ...string) ([]T, error) {
	delete(ids, 0)
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []T
	if err := db.Read(ctx).Select(columns).Find(&rows, "id IN ?", slices.Sorted(maps.Keys(ids))).Error; err != nil {
		return nil, fmt.Errorf("load names for the touch log: %w", err)
	}
	return rows, nil
}

func byID[T any](rows []T, id func(T) int64) map[int64]T {
	m := make(map[int64]T, len(rows))
	for _, r := range rows {
		m[id(r)] = r
	}
	return m
}

// stepNames reads what the log shows of a version; its meaning is the engine's.
func stepNames(v model.SOPVersion) (map[string]string, error) {
	var d struct {
		Steps []struct{ Key, Name string }
	}
	if err := json.Unmarshal(v.Definition.V, &d); err != nil {
		return nil, fmt.Errorf("read step names of SOP version %d: %w", v.ID, err)
	}
	names := make(map[string]string, len(d.Steps))
	for _, s := range d.Steps {
		names[s.Key] = s.Name
	}
	return names, nil
}
