package transfer

import (
	"context"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/service/contact"
)

// origin marks what came in by a file.
const origin = "import"

func roles() map[string][]string {
	return map[string][]string{
		string(model.RoleBoss):           {"老板", "董事长", "总经理", "创始人", "ceo", "总裁"},
		string(model.RoleDecisionMaker):  {"决策者", "决策人", "拍板人"},
		string(model.RoleCTO):            {"技术负责人", "技术总监", "首席技术官"},
		string(model.RoleCIO):            {"信息负责人", "信息总监", "信息中心主任", "首席信息官"},
		string(model.RolePurchasing):     {"采购", "采购员", "采购经理", "采购负责人"},
		string(model.RoleDepartmentHead): {"部门负责人", "业务负责人", "部门经理", "部长"},
		string(model.RoleInfluencer):     {"影响者", "影响人", "顾问"},
		string(model.RolePractitioner):   {"使用者", "使用人", "执行者", "员工"},
		string(model.RoleIntern):         {"实习生"},
		string(model.RoleCompetitor):     {"竞品", "竞争对手", "友商"},
	}
}

// person is a row about a contact.
type person struct {
	*row
	externalUserID string
	facts          model.ContactFacts
	contactID      int64
}

func readPerson(r *row) *person {
	p := &person{row: r, externalUserID: r.text("external_userid", 64), facts: model.ContactFacts{
		Company: r.text("company", 255), Department: r.text("department", 255), Email: r.email("email"), Mobile: r.mobile("mobile"),
		Role: model.Role(r.word("role", roles())), Source: r.text("source", 64),
	}}
	if p.externalUserID+p.facts.Email+p.facts.Mobile == "" && r.outcome != faulty {
		r.fault("", noteNobody, "", "")
	}
	for field, value := range map[string]string{"external_userid": p.externalUserID, "mobile": p.facts.Mobile, "email": p.facts.Email} {
		if value != "" {
			r.claim(field, value, field+":"+value, true)
		}
	}
	slices.SortFunc(r.claims, func(a, b claim) int { return len(a.field) - len(b.field) })
	return p
}

// bringContacts tells people what is known of them, as far as WeCom has shown
// them; the rest waits.
func (s *Service) bringContacts(ctx context.Context, sh *sheet) error {
	list := make([]*person, len(sh.rows))
	for i, r := range sh.rows {
		list[i] = readPerson(r)
	}
	if err := s.settle(ctx, sh); err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(p *person) bool { return p.outcome != undecided })
	if err := s.findPeople(ctx, list); err != nil {
		return err
	}
	var waiting []model.PendingContact
	var telling []contact.Enrichment
	var found []*person
	for _, p := range list {
		p.ref = p.contactID
		switch {
		case p.outcome != undecided:
		case p.contactID == 0:
			p.outcome = pending
			waiting = append(waiting, model.PendingContact{
				ImportID: sh.im.ID, Line: p.line, ExternalUserID: p.externalUserID, Email: p.facts.Email, Mobile: p.facts.Mobile,
				Facts: model.AsJSON(p.facts), CreatedBy: sh.im.CreatedBy, CreatedAt: s.DB.Now(ctx),
			})
		default:
			telling = append(telling, contact.Enrichment{ContactID: p.contactID, Facts: p.facts, Origin: origin, Key: sh.source(p.row)})
			found = append(found, p)
		}
	}
	if err := s.tell(ctx, sh, found, telling); err != nil || sh.dry {
		return err
	}
	return s.wait(ctx, waiting)
}

// tell decides what becomes of the rows about known people and stores it.
func (s *Service) tell(ctx context.Context, sh *sheet, found []*person, telling []contact.Enrichment) error {
	if len(telling) == 0 {
		return nil
	}
	contacts, companies, err := s.Contacts.Known(ctx, telling...)
	if err != nil {
		return err
	}
	changed := telling[:0]
	for i, p := range found {
		change := p.facts.Over(contacts[p.contactID], companies[p.contactID])
		if change.RoleKept {
			p.note("role", noteRoleKept, "", "")
		}
		p.outcome = unchanged
		if contacts[p.contactID].ErasedAt != nil {
			p.fault("", noteErased, "", "")
		} else if len(change.Fields) > 0 {
			p.outcome = updated
			changed = append(changed, telling[i])
		}
		// A row that repeats this contact by another key must see it as it is then.
		contacts[p.contactID], companies[p.contactID] = change.Contact, change.Company
	}
	if sh.dry || len(changed) == 0 {
		return nil
	}
	_, err = s.Contacts.Enrich(ctx, changed...)
	return err
}

// findPeople finds the contacts that rows mean: by external_userid, else by
// mobile and e-mail, which must not mean different people.
func (s *Service) findPeople(ctx context.Context, list []*person) error {
	values := map[string][]string{}
	for _, p := range list {
		for _, c := range p.claims {
			values[c.field] = append(values[c.field], c.value)
		}
	}
	found := map[string]map[string][]int64{}
	for column, of := range values {
		found[column] = map[string][]int64{}
		err := inSets(of, func(part []string) error {
			var rows []struct {
				ID    int64
				Value string
			}
			err := s.DB.Conn(ctx).Model(&model.Contact{}).Select("id, "+column+" AS value").Where(column+" IN ?", part).Scan(&rows).Error
			for _, r := range rows {
				found[column][r.Value] = append(found[column][r.Value], r.ID)
			}
			return err
		})
		if err != nil {
			return fmt.Errorf("look for contacts: %w", err)
		}
	}
	for _, p := range list {
		p.identify(found)
	}
	return nil
}

func (p *person) identify(found map[string]map[string][]int64) {
	if ids := found["external_userid"][p.externalUserID]; len(ids) > 0 {
		p.contactID = ids[0]
		return
	}
	ids := append(slices.Clone(found["mobile"][p.facts.Mobile]), found["email"][p.facts.Email]...)
	slices.Sort(ids)
	switch ids = slices.Compact(ids); {
	case len(ids) > 1:
		p.fault("", noteSeveral, "", "")
	case len(ids) == 1 && p.externalUserID != "":
		// Two people may share a company's telephone or mailbox.
		p.fault("external_userid", noteUnknown, p.externalUserID, "")
	case len(ids) == 1:
		p.contactID = ids[0]
	}
}

// wait keeps what is known of people who have not appeared yet. A later word
// about somebody replaces the earlier.
func (s *Service) wait(ctx context.Context, waiting []model.PendingContact) error {
	if len(waiting) == 0 {
		return nil
	}
	values := map[string][]string{}
	for _, w := range waiting {
		for column, value := range map[string]string{"external_userid": w.ExternalUserID, "email": w.Email, "mobile": w.Mobile} {
			if value != "" {
				values[column] = append(values[column], value)
			}
		}
	}
	for column, of := range values {
		err := inSets(of, func(part []string) error {
			return s.DB.Conn(ctx).Where(column+" IN ?", part).Delete(&model.PendingContact{}).Error
		})
		if err != nil {
			return fmt.Errorf("drop what was known before: %w", err)
		}
	}
	return wrap("keep what is known of people", s.DB.Conn(ctx).CreateInBatches(&waiting, inSet).Error)
}

// Appeared returns the reactor that tells people who have just appeared what
// imports knew of them.
func (s *Service) Appeared() *Appeared { return &Appeared{s} }

// Appeared is the reactor that applies what waits for people to appear.
type Appeared struct{ s *Service }

// Name implements activity.Reactor.
func (a *Appeared) Name() string { return "pending imports" }

// React applies what waits for a contact who has appeared, or whose telephone or
// e-mail has become known.
func (a *Appeared) React(ctx context.Context, happening model.Activity) error {
	field := happening.Data.V.Field
	if happening.Kind != model.ActivityContactAdded && (happening.Kind != model.ActivityProfileChanged || field != "email" && field != "mobile") {
		return nil
	}
	return a.s.apply(ctx, happening.ContactID)
}

func (s *Service) apply(ctx context.Context, contactID int64) error {
	var c model.Contact
	err := s.DB.Conn(ctx).Select("id", "external_userid", "email", "mobile", "erased_at").Take(&c, contactID).Error
	if err != nil {
		return fmt.Errorf("load contact %d: %w", contactID, err)
	}
	mobiles, err := s.mobiles(ctx, c)
	if err != nil {
		return err
	}
	// One query per index: MySQL would not use three in one.
	var waiting []model.PendingContact
	find := func(q *gorm.DB) error {
		var rows []model.PendingContact
		err := q.Order("id").Limit(model.PageLimit).Find(&rows).Error
		for _, r := range rows {
			if !slices.ContainsFunc(waiting, func(w model.PendingContact) bool { return w.ID == r.ID }) {
				waiting = append(waiting, r)
			}
		}
		return wrap("look for what imports know", err)
	}
	if err := find(s.DB.Conn(ctx).Where("external_userid = ?", c.ExternalUserID)); err != nil {
		return err
	}
	if c.Email != "" {
		// Whoever has another external_userid only shares the mailbox.
		if err := find(s.DB.Conn(ctx).Where("email = ? AND external_userid = ''", c.Email)); err != nil {
			return err
		}
	}
	if len(mobiles) > 0 {
		if err := find(s.DB.Conn(ctx).Where("mobile IN ? AND external_userid = ''", mobiles)); err != nil {
			return err
		}
	}
	if len(waiting) == 0 {
		return nil
	}
	var ids []int64
	var list []contact.Enrichment
	for _, w := range waiting {
		ids = append(ids, w.ID)
		list = append(list, contact.Enrichment{ContactID: c.ID, Facts: w.Facts.V, Origin: origin, Key: fmt.Sprintf("import:%d:%d", w.ImportID, w.Line)})
	}
	if err := s.DB.Conn(ctx).Delete(&model.PendingContact{}, ids).Error; err != nil {
		return fmt.Errorf("drop what was known: %w", err)
	}
	_, err = s.Contacts.Enrich(ctx, list...)
	return err
}

// mobiles are the contact's own number and those that reps have noted.
func (s *Service) mobiles(ctx context.Context, c model.Contact) ([]string, error) {
	var noted []model.Relationship
	err := s.DB.Conn(ctx).Select("remark_mobiles").Where("contact_id = ?", c.ID).Limit(model.PageLimit).Find(&noted).Error
	if err != nil {
		return nil, fmt.Errorf("load telephones of contact %d: %w", c.ID, err)
	}
	texts := []string{c.Mobile}
	for _, r := range noted {
		texts = append(texts, r.RemarkMobiles.V...)
	}
	var out []string
	for _, text := range texts {
		if m, ok := Mobile(text); ok && !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out, nil
}
