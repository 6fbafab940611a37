package model

import (
	"context"
	"slices"
	"strings"

	"gorm.io/gorm"
)

// Scope says whose customers somebody sees. The zero value sees nobody's.
type Scope struct {
	All  bool
	Reps []int64 // whose contacts and accounts it is, unless All
}

type scopeKey struct{}

// WithScope puts the scope of who is asking into the context.
func WithScope(ctx context.Context, s Scope) context.Context {
	return context.WithValue(ctx, scopeKey{}, s)
}

// ScopeOf is the scope of who is asking. Work that nobody asked for, which has
// none in its context, sees everything.
func ScopeOf(ctx context.Context) Scope {
	if s, ok := ctx.Value(scopeKey{}).(Scope); ok {
		return s
	}
	return Scope{All: true}
}

// Known are the states of a relationship in which the contact is still the
// rep's: not when it was handed to another, or the rep gave it up.
func Known() []RelationshipState {
	return []RelationshipState{RelationshipActive, RelationshipHalf, RelationshipLost}
}

// OfRep tells whether the rep is in scope.
func (s Scope) OfRep(id int64) bool { return s.All || slices.Contains(s.Reps, id) }

// reps are the ids for IN, which must not be empty; no row has the id -1.
func (s Scope) reps() []int64 {
	if len(s.Reps) == 0 {
		return []int64{-1}
	}
	return s.Reps
}

// OfReps leaves the rows whose rep, in any of the columns, is in scope.
func (s Scope) OfReps(q *gorm.DB, columns ...string) *gorm.DB {
	if s.All {
		return q
	}
	var args []any
	for range columns {
		args = append(args, s.reps())
	}
	return q.Where("("+strings.Join(columns, " IN ? OR ")+" IN ?)", args...)
}

// working is who works on account a.
const working = "(a.owner_id IN ? OR a.sdr_id IN ? OR a.owner_backup_id IN ? OR a.sdr_backup_id IN ?)"

// OfAccounts leaves the accounts that somebody in scope works on; alias is the
// table's.
func (s Scope) OfAccounts(q *gorm.DB, alias string) *gorm.DB {
	if s.All {
		return q
	}
	r := s.reps()
	return q.Where(strings.ReplaceAll(working, "a.", alias+"."), r, r, r, r)
}

// WorksOn tells what OfAccounts asks, of an account that is loaded.
func (s Scope) WorksOn(a Account) bool {
	return s.All || slices.ContainsFunc([]int64{a.OwnerID, a.SDRID, a.OwnerBackupID, a.SDRBackupID}, func(id int64) bool { return slices.Contains(s.Reps, id) })
}

// OfContacts leaves the rows whose contact, in that column (with its table, as
// all that is asked within a query), somebody in scope
// follows or has at an account that they work on.
func (s Scope) OfContacts(q *gorm.DB, column string) *gorm.DB {
	if s.All {
		return q
	}
	sql, args := s.contact(column)
	return q.Where(sql, args...)
}

// contact is scalar and not EXISTS: MariaDB would turn that into a join with all
// that it finds.
func (s Scope) contact(column string) (sql string, args []any) {
	r := s.reps()
	return "COALESCE((SELECT 1 FROM relationships sr WHERE sr.contact_id = " + column + " AND sr.rep_id IN ? AND sr.state IN ? LIMIT 1), " +
		"(SELECT 1 FROM contacts sc JOIN accounts a ON a.id = sc.account_id WHERE sc.id = " + column + " AND " + working + " LIMIT 1)) = 1", []any{r, Known(), r, r, r, r}
}

// OfWho leaves the rows whose contact is in scope or whose customer group, by its
// negative id, is owned by somebody in it.
func (s Scope) OfWho(q *gorm.DB, column string) *gorm.DB {
	if s.All {
		return q
	}
	sql, args := s.contact(column)
	return q.Where("(CASE WHEN "+column+" > 0 THEN "+sql+" ELSE "+
		"(SELECT 1 FROM customer_groups sg JOIN reps so ON so.userid = sg.owner_userid WHERE sg.id = -"+column+" AND so.id IN ? LIMIT 1) = 1 END)", append(args, s.reps())...)
}

// Who is the set of those whom OfWho leaves, to begin a query with that costs as
// much as there are of them. It is for a scope that is not All.
func (s Scope) Who(ctx context.Context, db *DB) *gorm.DB {
	r := s.reps()
	return db.Read(ctx).Raw("SELECT sr.contact_id AS id FROM relationships sr WHERE sr.rep_id IN ? AND sr.state IN ? "+
		"UNION SELECT sc.id FROM accounts a "+db.Then()+db.Walk("contacts sc", "ix_contacts_account")+" ON sc.account_id = a.id WHERE "+working+
		" UNION SELECT -sg.id FROM reps so "+db.Then()+"customer_groups sg ON sg.owner_userid = so.userid WHERE so.id IN ?", r, Known(), r, r, r, r, r)
}

// OfContactsOrReps leaves the rows whose contact or whose rep is in scope.
func (s Scope) OfContactsOrReps(q *gorm.DB, contact, rep string) *gorm.DB {
	if s.All {
		return q
	}
	sql, args := s.contact(contact)
	return q.Where("("+rep+" IN ? OR "+sql+")", append([]any{s.reps()}, args...)...)
}

// OfAccountsOfContacts leaves the accounts that somebody in scope works on or
// has a contact at.
func (s Scope) OfAccountsOfContacts(q *gorm.DB, alias string) *gorm.DB {
	if s.All {
		return q
	}
	r := s.reps()
	return q.Where("("+strings.ReplaceAll(working, "a.", alias+".")+" OR (SELECT 1 FROM contacts sc JOIN relationships sr ON sr.contact_id = sc.id "+
		"WHERE sc.account_id = "+alias+".id AND sr.rep_id IN ? AND sr.state IN ? LIMIT 1) = 1)", r, r, r, r, r, Known())
}
