package account

import (
	"context"
	"fmt"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"gorm.io/gorm"

	"sixtouch/model"
)

// Roles lists the parts in a buying group.
func Roles() []model.Role {
	return []model.Role{
		model.RoleBoss, model.RoleDecisionMaker, model.RoleCTO, model.RoleCIO, model.RolePurchasing, model.RoleDepartmentHead,
		model.RoleInfluencer, model.RolePractitioner, model.RoleIntern, model.RoleCompetitor,
	}
}

// PersonInput is what somebody says about a contact; nil is not said. An empty
// role or seniority takes a person's word back: what the title says holds again.
type PersonInput struct {
	Role       *model.Role
	Seniority  *model.Seniority
	IsKP       *bool
	Awareness  *model.Awareness
	Department *string
	Email      *string
	Mobile     *string
}

func (in PersonInput) fault() error {
	faults := map[string]string{}
	if in.Role != nil && *in.Role != "" && !slices.Contains(Roles(), *in.Role) {
		faults["role"] = "is no role that we know"
	}
	tiers := []model.Seniority{"", model.SeniorityExecutive, model.SeniorityManager, model.SeniorityPractitioner}
	if in.Seniority != nil && !slices.Contains(tiers, *in.Seniority) {
		faults["seniority"] = "must be executive, manager or practitioner, or nothing"
	}
	levels := []model.Awareness{"", model.AwarenessProblem, model.AwarenessSolution, model.AwarenessProduct}
	if in.Awareness != nil && !slices.Contains(levels, *in.Awareness) {
		faults["awareness"] = "must be problem, solution or product, or nothing"
	}
	if in.Department != nil && utf8.RuneCountInString(*in.Department) > maxName {
		faults["department"] = "must have at most 120 characters"
	}
	if in.Email != nil && *in.Email != "" && !validEmail(*in.Email) {
		faults["email"] = "must look like name@example.com"
	}
	if in.Mobile != nil && *in.Mobile != "" && !regexp.MustCompile(`^\+?[0-9][0-9 -]{4,24}$`).MatchString(*in.Mobile) {
		faults["mobile"] = "must be a telephone number"
	}
	if len(faults) == 0 {
		return nil
	}
	return &model.Error{Code: model.CodeInvalid, Message: "what is said of the person has faults", Fields: faults}
}

func validEmail(text string) bool {
	parsed, err := mail.ParseAddress(text)
	return err == nil && parsed.Address == text && len(text) <= 254
}

// SetPerson writes what somebody says about a contact, and what the title says
// where they take their word back. Each field that changes is an activity; saying
// the same again changes nothing. model.ErrNotFound when there is no such contact.
func (s *Service) SetPerson(ctx context.Context, contactID int64, in PersonInput) (model.Contact, error) {
	if err := in.fault(); err != nil {
		return model.Contact{}, err
	}
	var c model.Contact
	err := s.DB.InTx(ctx, func(ctx context.Context) error {
		c = model.Contact{}
		if err := s.DB.Conn(ctx).Clauses(forUpdate()).Take(&c, contactID).Error; err != nil {
			return notFound("contact", err)
		}
		if c.ErasedAt != nil {
			return model.Conflict("what was known of this person was erased: nothing is kept about them any more")
		}
		before := c
		in.write(&c)
		guessRole(&c)
		return s.savePerson(ctx, before, &c)
	})
	return c, wrap(fmt.Sprintf("say what is known of contact %d", contactID), err)
}

func (in PersonInput) write(c *model.Contact) {
	if in.Role != nil {
		c.Role, c.RoleSource, c.RoleConfidence = *in.Role, model.SourcePerson, 1
		if *in.Role == "" {
			c.RoleSource, c.RoleConfidence = "", 0
		}
	}
	if in.Seniority != nil {
		c.Seniority, c.SenioritySource, c.SeniorityConfidence = *in.Seniority, model.SourcePerson, 1
		if *in.Seniority == "" {
			c.SenioritySource, c.SeniorityConfidence = "", 0
		}
	}
	if in.IsKP != nil {
		c.IsKP = *in.IsKP
	}
	if in.Awareness != nil {
		c.Awareness = *in.Awareness
	}
	for _, t := range []struct {
		to  *string
		say *string
	}{{&c.Department, in.Department}, {&c.Email, in.Email}, {&c.Mobile, in.Mobile}} {
		if t.say != nil {
			*t.to = strings.TrimSpace(*t.say)
		}
	}
}

// guessRole brings role and seniority into line with the title, where nobody and
// no import has said otherwise. A guess that is not sure leaves the word open and
// marks the contact as one to ask about.
func guessRole(c *model.Contact) {
	g := GuessTitle(c.Position, c.Department)
	if told := c.RoleSource == model.SourcePerson || c.RoleSource == model.SourceImport; !told {
		c.Role, c.RoleConfidence, c.RoleSource = "", g.RoleConfidence, ""
		switch {
		case g.RoleConfidence >= Sure:
			c.Role, c.RoleSource = g.Role, model.SourceTitle
		case c.Position != "":
			c.RoleSource = model.SourceGuess
		}
	}
	if told := c.SenioritySource == model.SourcePerson || c.SenioritySource == model.SourceImport; !told {
		c.Seniority, c.SeniorityConfidence, c.SenioritySource = "", g.SeniorityConfidence, ""
		if g.SeniorityConfidence >= Sure {
			c.Seniority, c.SenioritySource = g.Seniority, model.SourceTitle
		}
	}
}

// savePerson stores what is different about c and records each field of it.
func (s *Service) savePerson(ctx context.Context, before model.Contact, c *model.Contact) error {
	changed := map[string]any{}
	var fields []string
	note := func(field, key string, differs bool, columns map[string]any) {
		if !differs {
			return
		}
		fields = append(fields, field+":"+key)
		for column, value := range columns {
			changed[column] = value
		}
	}
	note(model.FieldRole, string(c.Role), before.Role != c.Role, nil)
	note(model.FieldSeniority, string(c.Seniority), before.Seniority != c.Seniority, nil)
	note(model.FieldKP, "", before.IsKP != c.IsKP, map[string]any{"is_kp": c.IsKP})
	note(model.FieldAwareness, string(c.Awareness), before.Awareness != c.Awareness, map[string]any{"awareness": c.Awareness})
	note(model.FieldDepartment, "", before.Department != c.Department, map[string]any{"department": c.Department})
	note(model.FieldEmail, "", before.Email != c.Email, map[string]any{"email": c.Email})
	note(model.FieldMobile, "", before.Mobile != c.Mobile, map[string]any{"mobile": c.Mobile})
	if before.Role != c.Role || before.RoleSource != c.RoleSource || before.RoleConfidence != c.RoleConfidence {
		changed["role"], changed["role_source"], changed["role_confidence"] = c.Role, c.RoleSource, c.RoleConfidence
	}
	if before.Seniority != c.Seniority || before.SenioritySource != c.SenioritySource || before.SeniorityConfidence != c.SeniorityConfidence {
		changed["seniority"], changed["seniority_source"], changed["seniority_confidence"] = c.Seniority, c.SenioritySource, c.SeniorityConfidence
	}
	if len(changed) == 0 {
		return nil
	}
	if err := s.DB.Conn(ctx).Model(&model.Contact{ID: c.ID}).Updates(changed).Error; err != nil {
		return fmt.Errorf("update contact %d: %w", c.ID, err)
	}
	now := s.DB.Now(ctx)
	for _, f := range fields {
		field, key, _ := strings.Cut(f, ":")
		err := s.Record(ctx, model.Activity{
			DedupeKey: fmt.Sprintf("%s:%s:%d:%d", model.ActivityProfileChanged, f, c.ID, now.UnixMicro()), Kind: model.ActivityProfileChanged,
			ContactID: c.ID, OccurredAt: now, Data: model.AsJSON(model.ActivityData{Field: field, Key: key}),
		})
		if err != nil {
			return fmt.Errorf("record change of %s: %w", field, err)
		}
	}
	return nil
}

// Guesser returns the reactor that guesses what part a contact has from their
// title, and what they know of from the contents that they view.
func (s *Service) Guesser() Guesser { return Guesser{s} }

// Guesser is a reactor; see Service.Guesser.
type Guesser struct{ s *Service }

// Name implements activity.Reactor.
func (Guesser) Name() string { return "roles" }

// React implements activity.Reactor: a beginning, a new title and a viewed
// content are looked at.
func (g Guesser) React(ctx context.Context, a model.Activity) error {
	switch a.Kind {
	case model.ActivityContactAdded, model.ActivityContactHalf, model.ActivityTakenOver:
	case model.ActivityContentViewed:
		return g.s.viewed(ctx, a)
	case model.ActivityProfileChanged:
		if a.Data.V.Field != model.FieldPosition && a.Data.V.Field != model.FieldDepartment {
			return nil
		}
	default:
		return nil
	}
	if a.ContactID <= 0 {
		return nil // a customer group
	}
	var c model.Contact
	if err := g.s.DB.Conn(ctx).Take(&c, a.ContactID).Error; err != nil {
		return notFound("contact", err)
	}
	before := c
	guessRole(&c)
	return g.s.savePerson(ctx, before, &c)
}

// Unsure is a contact whose part is to be confirmed, with what the title lets us
// guess.
type Unsure struct {
	model.Contact
	Guess Guess
}

// ToConfirm lists the contacts whose title says too little, the newest first; of
// repID, when it is not 0, only those whom the rep follows.
func (s *Service) ToConfirm(ctx context.Context, repID int64, page model.Page) ([]Unsure, error) {
	var rows []model.Contact
	if err := s.unsureQuery(ctx, repID, page).Scan(&rows).Error; err != nil {
		return nil, fmt.Errorf("list contacts to confirm: %w", err)
	}
	out := make([]Unsure, len(rows))
	for i, c := range rows {
		out[i] = Unsure{c, GuessTitle(c.Position, c.Department)}
	}
	return out, nil
}

func (s *Service) unsureQuery(ctx context.Context, repID int64, page model.Page) *gorm.DB {
	q := s.DB.Read(ctx).Table(s.DB.Walk("contacts c", "ix_contacts_role_source")).Where("c.role_source = ?", model.SourceGuess)
	if page.After > 0 {
		q = q.Where("c.id < ?", page.After)
	}
	if repID != 0 {
		// Not EXISTS: MariaDB would turn it into a join with all that it finds.
		q = q.Where("(?) = 1", s.DB.Read(ctx).Table("relationships r").Select("1").Limit(1).
			Where("r.contact_id = c.id AND r.rep_id = ? AND r.state = ?", repID, model.RelationshipActive))
	}
	q = model.ScopeOf(ctx).OfContacts(q, "c.id")
	return q.Select("c.*").Order("c.id DESC").Limit(page.Size())
}
