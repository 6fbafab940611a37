package contact

import (
	"context"
	"fmt"
	"strings"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

// Filter narrows the list of contacts; zero fields do not. RepID and State
// speak of the same relationship.
type Filter struct {
	RepID int64
	State model.RelationshipState
	TagID int64
	// Query is a part of the name, or a whole external_userid.
	Query string
	// AccountID is the company that they are at now.
	AccountID int64
	Stage     string
	Grade     string
	MinScore  int // the score's lower bound, 1 to 100
	// Source is the code of the lead source that they came by, AddedSince the
	// earliest instant at which somebody was added first.
	Source     string
	AddedSince time.Time
	// IDs are those who may be listed, at most a page of them; nil is everybody.
	IDs []int64
}

// Row is a contact in a list, with its relationships and the tags that are on.
type Row struct {
	model.Contact
	AccountName   string // empty when they are at none
	Relationships []RelationshipRow
	Tags          []TagRow
}

// RelationshipRow is a relationship with its rep.
type RelationshipRow struct {
	model.Relationship
	RepUserID string
	RepName   string
}

// TagRow is a tag that is or was on a relationship.
type TagRow struct {
	model.RelationshipTag
	Name  string
	Group string
}

// Contacts lists contacts, the newest first, in a fixed number of queries: in a
// scope, those whom somebody in it follows.
func (s *Service) Contacts(ctx context.Context, f Filter, page model.Page) ([]Row, error) {
	var ids []int64
	if err := s.idsQuery(ctx, f, page).Scan(&ids).Error; err != nil {
		return nil, fmt.Errorf("list contacts: %w", err)
	}
	if len(ids) == 0 {
		return []Row{}, nil
	}
	var contacts []model.Contact
	if err := s.db.Read(ctx).Where("id IN ?", ids).Order("id DESC").Find(&contacts).Error; err != nil {
		return nil, fmt.Errorf("list contacts: %w", err)
	}
	rows, err := s.furnish(ctx, contacts, false)
	return rows, wrap("list contacts", err)
}

// idsQuery finds a page of contact ids. It walks the one index that has the
// filter's contacts in the order of their ids and stops when the page is full,
// whether a tag is on ten contacts or on a million.
func (s *Service) idsQuery(ctx context.Context, f Filter, page model.Page) *gorm.DB {
	db := s.db.Read(ctx)
	id, scope := "d.contact_id", model.ScopeOf(ctx)
	var q *gorm.DB
	switch {
	case f.TagID != 0:
		q = db.Table("relationship_tags d").Distinct(id).Where("d.tag_id = ? AND d.removed_at IS NULL", f.TagID)
	case f.RepID != 0:
		q = scope.OfReps(db.Table("relationships d").Where("d.rep_id = ?", f.RepID), "d.rep_id")
		if f.State != "" {
			q = q.Where("d.state = ?", f.State)
		}
	case !scope.All && f.AccountID == 0 && f.IDs == nil:
		states := model.Known()
		if f.State != "" {
			states = []model.RelationshipState{f.State}
		}
		q = scope.OfReps(db.Table("relationships d").Distinct(id).Where("d.state IN ?", states), "d.rep_id")
	case f.State != "" && !f.ofContacts():
		q = db.Table("relationships d").Distinct(id).Where("d.state = ?", f.State)
	default:
		id = "d.id"
		q = db.Table(s.contactsTable(f))
	}
	// Not EXISTS: MariaDB would turn it into a join with all that it finds.
	if f.TagID != 0 && (f.RepID != 0 || f.State != "") || id == "d.id" && f.State != "" {
		q = q.Where("(?) = 1", relationshipOf(db, id, f))
	}
	if f.TagID != 0 || id == "d.id" {
		q = scope.OfContacts(q, id)
	}
	if f.Query != "" || f.ofContacts() {
		if id == "d.id" {
			q = f.about(q, "d")
		} else {
			q = q.Where("(?) = 1", f.about(db.Table(s.db.Walk("contacts c", "PRIMARY")).Select("1").Where("c.id = "+id), "c"))
		}
	}
	if page.After > 0 {
		q = q.Where(id+" < ?", page.After)
	}
	return q.Select(id).Order(id + " DESC").Limit(page.Size())
}

// ofContacts tells whether the filter speaks of the contact's own row, beside
// the name.
func (f Filter) ofContacts() bool {
	return f.AccountID != 0 || f.Stage != "" || f.Grade != "" || f.MinScore > 0 || f.Source != "" || !f.AddedSince.IsZero() || f.IDs != nil
}

// contactsTable is the table of contacts, walked along the index that has the
// fewest of them in the order of their ids.
func (s *Service) contactsTable(f Filter) string {
	switch {
	case f.IDs != nil:
		return "contacts d"
	case f.AccountID != 0:
		return s.db.Walk("contacts d", "ix_contacts_account")
	case f.Stage != "":
		return s.db.Walk("contacts d", "ix_contacts_stage")
	case f.Source != "":
		return s.db.Walk("contacts d", "ix_contacts_source")
	}
	return "contacts d"
}

// about narrows a query to the rows of contacts, called as alias, that the
// filter speaks of.
func (f Filter) about(q *gorm.DB, alias string) *gorm.DB {
	if f.Query != "" {
		q = q.Where(alias+".external_userid = ? OR "+alias+".name LIKE ? ESCAPE '!'", f.Query, "%"+escapeLike(f.Query)+"%")
	}
	if f.AccountID != 0 {
		q = q.Where(alias+".account_id = ?", f.AccountID)
	}
	if f.Stage != "" {
		q = q.Where(alias+".stage = ?", f.Stage)
	}
	if f.Grade != "" {
		q = q.Where(alias+".grade = ?", f.Grade)
	}
	if f.MinScore > 0 {
		q = q.Where(alias+".score >= ?", f.MinScore)
	}
	if f.Source != "" {
		q = q.Where(alias+".source = ?", f.Source)
	}
	if !f.AddedSince.IsZero() {
		q = q.Where(alias+".first_added_at >= ?", f.AddedSince)
	}
	if f.IDs != nil {
		q = q.Where(alias+".id IN ?", f.IDs)
	}
	return q
}

// relationshipOf finds a relationship of the contact in column id that the
// filter speaks of.
func relationshipOf(db *gorm.DB, id string, f Filter) *gorm.DB {
	q := db.Table("relationships r").Select("1").Where("r.contact_id = " + id).Limit(1)
	if f.RepID != 0 {
		q = q.Where("r.rep_id = ?", f.RepID)
	}
	if f.State != "" {
		q = q.Where("r.state = ?", f.State)
	}
	return q
}

// escapeLike takes the special meaning from LIKE's characters. The escape is
// "!", because a backslash means different things to the two databases.
func escapeLike(s string) string {
	return strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(s)
}

// Contact returns one contact with all relationships and every tag that is or
// was on; model.ErrNotFound when there is none.
func (s *Service) Contact(ctx context.Context, id int64) (Row, error) {
	var c model.Contact
	if err := s.db.Read(ctx).Take(&c, id).Error; err != nil {
		return Row{}, notFound("contact", err)
	}
	rows, err := s.furnish(ctx, []model.Contact{c}, true)
	if err != nil {
		return Row{}, fmt.Errorf("load contact %d: %w", id, err)
	}
	return rows[0], nil
}

// furnish loads relationships and tags of all contacts in one query each.
func (s *Service) furnish(ctx context.Context, contacts []model.Contact, history bool) ([]Row, error) {
	rows := make([]Row, len(contacts))
	if len(contacts) == 0 {
		return rows, nil
	}
	ids := make([]int64, len(contacts))
	at := make(map[int64]*Row, len(contacts))
	for i, c := range contacts {
		rows[i] = Row{Contact: c, Relationships: []RelationshipRow{}, Tags: []TagRow{}}
		ids[i], at[c.ID] = c.ID, &rows[i]
	}
	if err := s.nameAccounts(ctx, rows); err != nil {
		return nil, err
	}
	var relationships []RelationshipRow
	if err := s.relationshipsQuery(ctx, ids).Scan(&relationships).Error; err != nil {
		return nil, fmt.Errorf("load relationships: %w", err)
	}
	for _, r := range relationships {
		at[r.ContactID].Relationships = append(at[r.ContactID].Relationships, r)
	}
	var tags []TagRow
	if err := s.tagsQuery(ctx, ids, history).Scan(&tags).Error; err != nil {
		return nil, fmt.Errorf("load tags: %w", err)
	}
	for _, t := range tags {
		at[t.ContactID].Tags = append(at[t.ContactID].Tags, t)
	}
	return rows, nil
}

// relationshipsQuery finds the relationships of contacts. Few reps with many
// customers would tempt MySQL to begin with the reps, and to pass by everybody
// whom they know.
func (s *Service) relationshipsQuery(ctx context.Context, contacts []int64) *gorm.DB {
	return s.db.Read(ctx).Table(s.db.Walk("relationships", "uq_relationships_pair")).
		Select("relationships.*, reps.userid AS rep_user_id, reps.name AS rep_name").
		Joins("JOIN reps ON reps.id = relationships.rep_id").
		Where("relationships.contact_id IN ?", contacts).Order("relationships.id")
}

// tagsQuery finds the tags of contacts, beginning with these for the same reason.
func (s *Service) tagsQuery(ctx context.Context, contacts []int64, history bool) *gorm.DB {
	q := s.db.Read(ctx).Table(s.db.Walk("relationship_tags", "ix_relationship_tags_contact")).
		Select("relationship_tags.*, tags.name AS name, COALESCE(tag_groups.name, '') AS `group`").
		Joins("JOIN tags ON tags.id = relationship_tags.tag_id").
		Joins("LEFT JOIN tag_groups ON tag_groups.id = tags.tag_group_id").
		Where("relationship_tags.contact_id IN ?", contacts).
		Order("relationship_tags.contact_id, relationship_tags.relationship_id, relationship_tags.tag_id")
	if !history {
		q = q.Where("relationship_tags.removed_at IS NULL")
	}
	return q
}

func (s *Service) nameAccounts(ctx context.Context, rows []Row) error {
	var ids []int64
	for _, r := range rows {
		if r.AccountID != nil {
			ids = append(ids, *r.AccountID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	var accounts []model.Account
	if err := s.db.Read(ctx).Select("id", "name").Find(&accounts, "id IN ?", ids).Error; err != nil {
		return fmt.Errorf("load names of accounts: %w", err)
	}
	names := make(map[int64]string, len(accounts))
	for _, a := range accounts {
		names[a.ID] = a.Name
	}
	for i, r := range rows {
		if r.AccountID != nil {
			rows[i].AccountName = names[*r.AccountID]
		}
	}
	return nil
}

// Reps lists reps by id.
func (s *Service) Reps(ctx context.Context, page model.Page) ([]model.Rep, error) {
	var rows []model.Rep
	q := model.ScopeOf(ctx).OfReps(s.db.Read(ctx), "id")
	err := q.Where("id > ?", page.After).Order("id").Limit(page.Size()).Find(&rows).Error
	return rows, wrap("list reps", err)
}

// LibraryTag is a tag with its group's name, empty until the library was read.
type LibraryTag struct {
	model.Tag
	Group string
}

// Tags lists the tags that are not deleted, by id.
func (s *Service) Tags(ctx context.Context, page model.Page) ([]LibraryTag, error) {
	var rows []LibraryTag
	err := s.db.Read(ctx).Model(&model.Tag{}).
		Select("tags.*, COALESCE(tag_groups.name, '') AS `group`").
		Joins("LEFT JOIN tag_groups ON tag_groups.id = tags.tag_group_id").
		Where("tags.id > ? AND tags.deleted_at IS NULL", page.After).
		Order("tags.id").Limit(page.Size()).Scan(&rows).Error
	return rows, wrap("list tags", err)
}

// Lookup names the relationship of a pair, with RelationshipID 0 when they have
// none; model.ErrNotFound when the contact or the rep is not known.
func (s *Service) Lookup(ctx context.Context, externalUserID, repUserID string) (Change, error) {
	var c model.Contact
	if err := s.db.Read(ctx).Where("external_userid = ?", externalUserID).Take(&c).Error; err != nil {
		return Change{}, notFound("contact", err)
	}
	var rep model.Rep
	if err := s.db.Read(ctx).Where("userid = ?", repUserID).Take(&rep).Error; err != nil {
		return Change{}, notFound("rep", err)
	}
	var r model.Relationship
	if err := s.db.Read(ctx).Where("contact_id = ? AND rep_id = ?", c.ID, rep.ID).Limit(1).Find(&r).Error; err != nil {
		return Change{}, fmt.Errorf("look up relationship: %w", err)
	}
	return Change{ContactID: c.ID, RepID: rep.ID, RelationshipID: r.ID, Before: r.State, After: r.State}, nil
}
