package auth

import (
	"context"
	"fmt"

	"gorm.io/gorm"

	"sixtouch/model"
)

// Object is a kind of thing that a scope shows or hides one by one.
type Object string

// The kinds.
const (
	Contact     Object = "contact"
	Account     Object = "account"
	Handover    Object = "handover"
	Opportunity Object = "opportunity"
	Lead        Object = "lead"
	Decision    Object = "decision" // of the matching, a suggestion too
	Touch       Object = "touch"
	Rep         Object = "rep"
	Absence     Object = "absence"
	Dispatch    Object = "dispatch"
	Enrollment  Object = "enrollment"
)

// Sees tells whether the scope in ctx shows a thing: CodeNotFound where it does
// not, as if there were none, and where there is none.
func (s *Service) Sees(ctx context.Context, what Object, id int64) error {
	scope := model.ScopeOf(ctx)
	if scope.All {
		return nil
	}
	var found []int
	if err := s.seen(ctx, scope, what).Select("1").Where("x.id = ?", id).Limit(1).Scan(&found).Error; err != nil {
		return fmt.Errorf("look whether a %s is in scope: %w", what, err)
	}
	if len(found) == 0 {
		return model.NotFound(string(what))
	}
	return nil
}

func (s *Service) seen(ctx context.Context, scope model.Scope, what Object) *gorm.DB {
	db := s.DB.Read(ctx)
	switch what {
	case Contact:
		return scope.OfContacts(db.Table("contacts x"), "x.id")
	case Account:
		return scope.OfAccountsOfContacts(db.Table("accounts x"), "x")
	case Handover:
		return scope.OfContactsOrReps(db.Table("handovers x"), "x.contact_id", "x.rep_id")
	case Opportunity:
		return scope.OfReps(db.Table("opportunities x").Joins("LEFT JOIN accounts oa ON oa.id = x.account_id"),
			"x.owner_id", "oa.owner_id", "oa.sdr_id", "oa.owner_backup_id", "oa.sdr_backup_id")
	case Lead:
		return scope.OfContactsOrReps(db.Table("lead_routes x"), "x.contact_id", "x.rep_id")
	case Decision:
		return scope.OfContacts(db.Table("match_decisions x"), "x.contact_id")
	case Touch:
		return scope.OfContactsOrReps(db.Table("touches x"), "x.contact_id", "x.rep_id")
	case Rep:
		return scope.OfReps(db.Table("reps x"), "x.id")
	case Absence:
		return scope.OfReps(db.Table("rep_absences x"), "x.rep_id")
	case Dispatch:
		return scope.OfReps(db.Table("dispatches x"), "x.rep_id")
	case Enrollment:
		return scope.OfWho(db.Table("enrollments x"), "x.contact_id")
	}
	return db.Table("reps x").Where("1 = 0")
}
