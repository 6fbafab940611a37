package privacy

import (
	"context"
	"fmt"
	"reflect"
	"sync"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"sixtouch/model"
)

// rule says which rows of a table are about a contact and what erasing does to
// them. Columns that are marked personal are blanked in any case.
type rule struct {
	row any // the table's struct
	by  by
	// also are columns that are not marked and tell of the person all the same.
	also []string
	// drop has the rows go: nobody counts them.
	drop bool
	// keep leaves the marked columns to a phase of their own.
	keep bool
}

// by is a condition on rows, of the contact's id and external_userid.
type by string

const (
	byContact by = "contact_id = @id"
	// Some rows wait for somebody by what identifies them.
	byAddress by = `external_userid = @external OR email <> '' AND email = (SELECT email FROM contacts WHERE id = @id)
		OR mobile <> '' AND mobile = (SELECT mobile FROM contacts WHERE id = @id)`
)

// rules are all tables with rows about a contact but those that hold many people
// in one row, dispatches and callbacks, and notes on the rows of imports, which
// phases.go knows. Where the contact itself is looked at, its turn is last. A test holds the
// list against the schema.
func rules() []rule {
	return []rule{
		{row: model.PendingContact{}, by: byAddress, drop: true},
		{row: model.ContactCompany{}, by: byContact, drop: true},
		{row: model.Relationship{}, by: byContact},
		{row: model.RelationshipTag{}, by: byContact},
		{row: model.ContactDate{}, by: byContact, drop: true},
		{row: model.Activity{}, by: byContact, keep: true},
		{row: model.LastActive{}, by: byContact},
		{row: model.Enrollment{}, by: byContact},
		{row: model.EnrollmentJobContact{}, by: byContact},
		{row: model.SweepMember{}, by: byContact},
		{row: model.Touch{}, by: byContact},
		{row: model.CardUpdate{}, by: byContact},
		{row: model.OutsideSend{}, by: byContact},
		{row: model.CohortMember{}, by: "relationship_id IN (SELECT id FROM relationships WHERE contact_id = @id)"},
		{row: model.CustomerGroupMember{}, by: "member_id = @external"},
		{row: model.AccountMember{}, by: byContact},
		{row: model.AccountAction{}, by: byContact},
		{row: model.MatchDecision{}, by: byContact, also: []string{"reasons"}},
		{row: model.MatchTask{}, by: byContact, drop: true},
		{row: model.MatchKey{}, by: byContact, drop: true},
		{row: model.LeadRoute{}, by: byContact},
		{row: model.ScoreEntry{}, by: byContact},
		{row: model.StageEvent{}, by: byContact},
		{row: model.Handover{}, by: byContact},
		{row: model.ContactNeed{}, by: byContact},
		{row: model.Opportunity{}, by: byContact},
		{row: model.Erasure{}, by: byContact},
		{row: model.Contact{}, by: "id = @id", also: []string{"corp_name", "corp_full_name"}},
	}
}

// table is a rule with what the schema says.
type table struct {
	rule
	name  string
	blank map[string]any // column → its empty value
}

// tableOf reads the marks of a rule's struct.
func tableOf(conn *gorm.DB, r rule) (table, error) {
	s, err := schema.Parse(r.row, &sync.Map{}, conn.NamingStrategy)
	if err != nil {
		return table{}, fmt.Errorf("read columns of %T: %w", r.row, err)
	}
	t := table{rule: r, name: s.Table, blank: map[string]any{}}
	if r.keep {
		return t, nil
	}
	for _, f := range s.Fields {
		if f.StructField.Tag.Get("personal") != "" {
			t.blank[f.DBName] = reflect.Zero(f.FieldType).Interface()
		}
	}
	for _, column := range r.also {
		t.blank[column] = reflect.Zero(s.FieldsByDBName[column].FieldType).Interface()
	}
	return t, nil
}

// of narrows q to the contact's rows.
func (t table) of(q *gorm.DB, who person) *gorm.DB {
	return q.Where(string(t.by), map[string]any{"id": who.id, "external": who.external})
}

// person is whose data are meant.
type person struct {
	id       int64
	external string
}

func (s *Service) person(ctx context.Context, contactID int64) (person, error) {
	var c model.Contact
	err := s.DB.Conn(ctx).Select("id", "external_userid").Take(&c, contactID).Error
	return person{id: c.ID, external: c.ExternalUserID}, wrap("load contact", err)
}
