package account

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	"sixtouch/model"
)

// Found tells what became of a row of EnsureMany.
type Found string

// The outcomes of a row.
const (
	FoundNothing   Found = "created"
	FoundChanged   Found = "updated"
	FoundSame      Found = "unchanged"
	FoundDuplicate Found = "duplicate" // of an earlier row
	FoundFaulty    Found = "faulty"
)

// Row is one account of a set: what is said of it, and its other names.
type Row struct {
	Input
	Aliases []string
	Domains []string
}

// Ensured is what became of a row. AccountID is 0 for one that is faulty, or new in
// a trial. By says what a known account was found by: ByCode, ByName or ByAlias; Of
// is the index of the row that it repeats.
type Ensured struct {
	Found     Found
	AccountID int64
	Name      string // the known account's
	By        string
	Of        int
	Faults    map[string]string // by field
}

// Ensuring says how a set is brought in.
type Ensuring struct {
	Trial  bool // only say what would become of each row
	Update bool // what the row says replaces what a known account has; else that stays
	Source string
	Author string
}

// EnsureMany creates the accounts of a set that are not known yet and finds the
// others, in a number of statements that does not grow with the set but for
// the accounts that change. A row is the same account as a known one or an earlier
// row when they share the credit code, the folded name or an alias, in this order.
// A domain makes nobody the same: sisters share one. A row with a fault stops no
// other. The set has at most 500 rows.
func (s *Service) EnsureMany(ctx context.Context, rows []Row, how Ensuring) ([]Ensured, error) {
	if len(rows) > setSize {
		return nil, model.Invalid("rows", "must be at most 500")
	}
	out := make([]Ensured, len(rows))
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		e := &ensuring{Ensuring: how, s: s, rows: slices.Clone(rows), out: out, known: map[string]owner{}, seen: map[string]int{}}
		if err := e.read(ctx); err != nil {
			return err
		}
		for i := range e.rows {
			e.decide(i)
		}
		if how.Trial {
			return nil
		}
		return e.write(ctx)
	})
	return out, wrap("bring in accounts", err)
}

// ensuring is one set on its way in.
type ensuring struct {
	Ensuring
	s        *Service
	rows     []Row
	out      []Ensured
	able     map[int64]bool
	known    map[string]owner // by what they are known by
	accounts map[int64]model.Account
	seen     map[string]int // the row that was first known by it
}

// mark is a key of known and seen.
func mark(by, key string) string {
	if by == ByAlias {
		by = ByName // a name is a name
	}
	return by + ":" + key
}

// read cleans the rows and loads everything that they are compared with.
func (e *ensuring) read(ctx context.Context) error {
	if !e.Trial {
		if err := e.s.identityTurn(ctx); err != nil {
			return err
		}
	}
	var keys, codes []string
	var staff []int64
	for i := range e.rows {
		r := &e.rows[i]
		r.clean()
		keys, codes = append(keys, nameKey(r.Name)), append(codes, r.CreditCode)
		for _, alias := range r.Aliases {
			keys = append(keys, nameKey(alias))
		}
		for _, id := range reps(e.account(r)) {
			staff = append(staff, id)
		}
	}
	var err error
	if e.able, err = e.s.ableReps(ctx, staff); err != nil {
		return err
	}
	if err := e.readOwners(ctx, keys, codes); err != nil {
		return err
	}
	var ids []int64
	for _, o := range e.known {
		ids = append(ids, o.ID)
	}
	e.accounts = map[int64]model.Account{}
	slices.Sort(ids)
	for some := range slices.Chunk(slices.Compact(ids), setSize) {
		var found []model.Account
		q := e.s.DB.Conn(ctx).Where("id IN ?", some).Order("id")
		if !e.Trial {
			q = q.Clauses(forUpdate())
		}
		if err := q.Find(&found).Error; err != nil {
			return fmt.Errorf("load known accounts: %w", err)
		}
		for _, a := range found {
			e.accounts[a.ID] = a
		}
	}
	return nil
}

// readOwners fills known; a name comes before an alias.
func (e *ensuring) readOwners(ctx context.Context, keys, codes []string) error {
	take := func(list []string, find func(some []string) ([]owner, error)) error {
		slices.Sort(list)
		list = slices.DeleteFunc(slices.Compact(list), func(v string) bool { return v == "" })
		for some := range slices.Chunk(list, setSize) {
			owners, err := find(some)
			if err != nil {
				return err
			}
			for _, o := range owners {
				if _, ok := e.known[mark(o.By, o.Key)]; !ok {
					e.known[mark(o.By, o.Key)] = o
				}
			}
		}
		return nil
	}
	if err := take(keys, func(some []string) ([]owner, error) { return e.s.owners(ctx, some, nil) }); err != nil {
		return err
	}
	return take(codes, func(some []string) ([]owner, error) { return e.s.owners(ctx, nil, some) })
}

func (e *ensuring) account(r *Row) model.Account {
	var a model.Account
	r.write(&a)
	return a
}

// marks are what a row is known by, the surest first.
func marks(r *Row) []string {
	var out []string
	if r.CreditCode != "" {
		out = append(out, mark(ByCode, r.CreditCode))
	}
	out = append(out, mark(ByName, nameKey(r.Name)))
	for _, alias := range r.Aliases {
		if key := nameKey(alias); key != "" {
			out = append(out, mark(ByAlias, key))
		}
	}
	return out
}

// decide says what becomes of row i.
func (e *ensuring) decide(i int) {
	r, o := &e.rows[i], &e.out[i]
	faults := r.faults()
	for field, id := range reps(e.account(r)) {
		if id != 0 && !e.able[id] {
			faults[field] = "is nobody who is here and may follow customers"
		}
	}
	e.otherNames(r, faults)
	if len(faults) > 0 {
		*o = Ensured{Found: FoundFaulty, Faults: faults}
		return
	}
	for _, at := range marks(r) {
		if first, ok := e.seen[at]; ok {
			*o = Ensured{Found: FoundDuplicate, AccountID: e.out[first].AccountID, Name: e.rows[first].Name, Of: first}
			return
		}
	}
	*o = Ensured{Found: FoundNothing}
	for _, at := range marks(r) {
		e.seen[at] = i
		if found := e.known[at]; found.ID != 0 && o.AccountID == 0 {
			*o = Ensured{Found: FoundSame, AccountID: found.ID, Name: found.Name, By: found.By}
		}
	}
	if o.AccountID == 0 {
		return
	}
	known := e.accounts[o.AccountID]
	if known.CreditCode != "" && r.CreditCode != "" && known.CreditCode != r.CreditCode {
		*o = Ensured{Found: FoundFaulty, Faults: map[string]string{"credit_code": "is another than that of the account of this name"}}
		return
	}
	if named := e.known[mark(ByName, nameKey(r.Name))]; named.ID != 0 && named.ID != known.ID {
		*o = Ensured{Found: FoundFaulty, Faults: map[string]string{"name": "is another account's; the credit code is that of a second one"}}
		return
	}
	if o.By == ByAlias {
		r.Name = known.Name // it is called that, too
	}
	if _, changed := fill(known, r.Input); changed && e.Update {
		o.Found = FoundChanged
	}
}

// otherNames brings the row's aliases and domains into form, or adds the fault.
func (e *ensuring) otherNames(r *Row, faults map[string]string) {
	if len(r.Aliases) > maxNames || len(r.Domains) > maxNames {
		faults["aliases"] = "must be at most 200"
		return
	}
	domains := make([]string, 0, len(r.Domains))
	for _, text := range r.Domains {
		domain, evidence := domainOf(text)
		switch {
		case domain == "":
			faults["domain"] = "must look like example.com"
		case !evidence:
			faults["domain"] = "is a domain whose mailboxes anybody can have: say that the account owns it if it does"
		}
		domains = append(domains, domain)
	}
	r.Domains = domains
	for _, alias := range r.Aliases {
		if utf8.RuneCountInString(alias) > maxName {
			faults["alias"] = "must be a name of 1 to 120 characters"
		}
	}
}

// fill returns a with everything that in says; what it does not say stays. It
// tells whether that changes anything.
func fill(a model.Account, in Input) (model.Account, bool) {
	changed := false
	put(&a.Name, in.Name, &changed)
	a.NameKey = nameKey(a.Name)
	put(&a.CreditCode, in.CreditCode, &changed)
	put(&a.Tier, in.Tier, &changed)
	put(&a.Industry, in.Industry, &changed)
	put(&a.Region, in.Region, &changed)
	put(&a.OwnerID, in.OwnerID, &changed)
	put(&a.OwnerBackupID, in.OwnerBackupID, &changed)
	put(&a.SDRID, in.SDRID, &changed)
	put(&a.SDRBackupID, in.SDRBackupID, &changed)
	put(&a.Strategic, in.Strategic, &changed)
	if in.Lifecycle != model.LifecycleProspect {
		put(&a.Lifecycle, in.Lifecycle, &changed)
	}
	for _, n := range []struct {
		to  **int64
		say *int64
	}{{&a.Employees, in.Employees}, {&a.TechSpend, in.TechSpend}, {&a.ACV, in.ACV}} {
		if n.say != nil && (*n.to == nil || **n.to != *n.say) {
			*n.to, changed = n.say, true
		}
	}
	return a, changed
}

// put writes a value that is there and differs.
func put[T comparable](to *T, value T, changed *bool) {
	var nothing T
	if value != nothing && *to != value {
		*to, *changed = value, true
	}
}

// write stores what decide has decided.
func (e *ensuring) write(ctx context.Context) error {
	if err := e.create(ctx); err != nil {
		return err
	}
	for i, o := range e.out {
		if o.Found == FoundDuplicate {
			e.out[i].AccountID = e.out[o.Of].AccountID
		}
		if o.Found != FoundChanged {
			continue
		}
		before := e.accounts[o.AccountID]
		after, _ := fill(before, e.rows[i].Input)
		if err := e.s.saveChanged(ctx, before, &after); err != nil {
			return err
		}
		e.accounts[o.AccountID] = after
	}
	return e.name(ctx)
}

func (e *ensuring) create(ctx context.Context) error {
	var fresh []model.Account
	var at []int
	for i, o := range e.out {
		if o.Found == FoundNothing {
			a := e.account(&e.rows[i])
			a.LiveSlot, a.Version, a.RescoreAt = live(), 1, e.s.scoreNow(ctx)
			fresh, at = append(fresh, a), append(at, i)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	if err := taken(e.s.DB.Conn(ctx).Create(&fresh).Error); err != nil {
		return fmt.Errorf("insert accounts: %w", err)
	}
	// The ids are asked for: those of one statement are in no promised order on a cluster.
	var keys []string
	for _, a := range fresh {
		keys = append(keys, a.NameKey)
	}
	owners, err := e.s.owners(ctx, keys, nil)
	if err != nil {
		return err
	}
	ids := map[string]int64{}
	for _, o := range owners {
		if o.By == ByName {
			ids[o.Key] = o.ID
		}
	}
	made := make([]int64, len(at))
	for n, i := range at {
		e.out[i].AccountID = ids[fresh[n].NameKey]
		made[n] = e.out[i].AccountID
	}
	return e.s.accountChanged(ctx, made...)
}

// name stores the other names of the accounts that are new, or may be changed:
// those aliases that mean nobody yet, and the domains.
func (e *ensuring) name(ctx context.Context) error {
	var aliases []model.AccountAlias
	var domains []model.AccountDomain
	for i, o := range e.out {
		if o.Found != FoundNothing && !(e.Update && (o.Found == FoundChanged || o.Found == FoundSame)) {
			continue
		}
		r := e.rows[i]
		for _, alias := range r.Aliases {
			key := nameKey(alias)
			if _, known := e.known[mark(ByAlias, key)]; key != "" && !known && key != nameKey(r.Name) {
				aliases = append(aliases, model.AccountAlias{AccountID: o.AccountID, Alias: alias, AliasKey: key, Source: e.Source, Author: e.Author})
			}
		}
		for _, domain := range r.Domains {
			domains = append(domains, model.AccountDomain{AccountID: o.AccountID, Domain: domain, Source: e.Source, Author: e.Author})
		}
	}
	more := map[int64]bool{}
	if len(aliases) > 0 {
		if err := e.s.DB.Conn(ctx).Clauses(skipKnown()).CreateInBatches(aliases, setSize).Error; err != nil {
			return fmt.Errorf("insert aliases: %w", err)
		}
		for _, a := range aliases {
			more[a.AccountID] = true
		}
	}
	if len(domains) > 0 {
		if err := e.s.DB.Conn(ctx).Clauses(skipKnown()).CreateInBatches(domains, setSize).Error; err != nil {
			return fmt.Errorf("insert domains: %w", err)
		}
		for _, d := range domains {
			more[d.AccountID] = true
		}
	}
	return e.s.accountChanged(ctx, slices.Sorted(maps.Keys(more))...)
}
