package day

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gorm.io/gorm"

	"sixtouch/model"
)

// How much of a contact's past a sidebar shows.
const recentLines = 12

// Line is one thing that happened between us and a contact: a touch of ours, or
// something that they did.
type Line struct {
	At       time.Time
	Touch    bool
	Kind     string // the channel of a touch, or the activity's kind
	Outcome  string // the touch's state
	Detail   string // the touch's reason; the question that an activity answers
	Title    string // the programme's name
	Response string // by which the contact answered the touch
	Side     model.Side
}

// Chat is what a rep should know of a contact in whose chat they are.
type Chat struct {
	model.Contact
	Relationship model.Relationship
	Others       []string // names of colleagues who follow the contact too
	Items        []Item   // what waits for the rep about this contact, the most pressing first
	Lines        []Line   // the newest first
}

// Chat looks a contact up by WeCom's id. To a rep who does not follow them, and
// never did, there is none.
func (s *Service) Chat(ctx context.Context, repID int64, externalUserID string) (Chat, error) {
	var c Chat
	if err := s.db.Read(ctx).Take(&c.Contact, "external_userid = ?", externalUserID).Error; err != nil {
		return c, notFound("contact", err)
	}
	if err := s.db.Read(ctx).Take(&c.Relationship, "contact_id = ? AND rep_id = ?", c.ID, repID).Error; err != nil {
		return c, notFound("contact", err)
	}
	err := s.db.Read(ctx).Table("relationships r").Joins("JOIN reps p ON p.id = r.rep_id").
		Where("r.contact_id = ? AND r.state = ? AND r.rep_id <> ?", c.ID, model.RelationshipActive, repID).
		Order("p.id").Limit(most).Pluck("p.name", &c.Others).Error
	if err != nil {
		return c, fmt.Errorf("load who else follows contact %d: %w", c.ID, err)
	}
	d, err := s.Of(ctx, repID)
	if err != nil {
		return c, err
	}
	for _, i := range d.Items {
		if i.ContactID == c.ID {
			c.Items = append(c.Items, i)
		}
	}
	c.Lines, err = s.lines(ctx, c.ID)
	return c, err
}

// lines are the last touches that reached a contact and the last things that they
// did, together.
func (s *Service) lines(ctx context.Context, contactID int64) ([]Line, error) {
	var touches []reached
	err := s.db.Read(ctx).Table(s.db.Walk("touches t", "ix_touches_contact")).Select("t.*, COALESCE(p.name, '') AS name").
		Joins("LEFT JOIN sops p ON p.id = t.sop_id").
		Where("t.contact_id = ? AND t.state IN ? AND t.channel <> ?", contactID, []model.TouchState{model.TouchDelivered, model.TouchDone}, model.ChannelTag).
		Order("t.id DESC").Limit(recentLines).Scan(&touches).Error
	if err != nil {
		return nil, fmt.Errorf("load touches of contact %d: %w", contactID, err)
	}
	var done []model.Activity
	err = s.db.Read(ctx).Table(s.db.Walk("activities", "ix_activities_contact")).
		Where("contact_id = ? AND kind IN ?", contactID, told()).Order("id DESC").Limit(recentLines).Find(&done).Error
	if err != nil {
		return nil, fmt.Errorf("load activities of contact %d: %w", contactID, err)
	}
	return merge(touches, done), nil
}

// told are the doings that tell a rep something of a contact. Stages and scores
// are shown as they are now, and prompts answered are touches.
func told() []model.ActivityKind {
	return []model.ActivityKind{
		model.ActivityContactAdded, model.ActivityContactLost, model.ActivityTakenOver, model.ActivityReplied, model.ActivityFormSubmitted,
		model.ActivityEventRegistered, model.ActivityEventAttended, model.ActivityContentViewed, model.ActivityMomentLiked, model.ActivityMomentCommented,
		model.ActivityPriceAsked, model.ActivityTrialOpened, model.ActivityTrialActivated, model.ActivityVisitBooked, model.ActivityMeetingHeld,
		model.ActivityConversationLogged, model.ActivityCallAnswered, model.ActivityNeedAnswered, model.ActivityDeclined, model.ActivityOpportunityOpened,
	}
}

// reached is a touch with the name of its programme.
type reached struct {
	model.Touch
	Name string
}

func merge(touches []reached, done []model.Activity) []Line {
	lines := []Line{}
	for _, t := range touches {
		at := t.UpdatedAt
		if t.FinalAt != nil {
			at = *t.FinalAt
		}
		lines = append(lines, Line{
			At: at, Touch: true, Kind: t.Channel, Outcome: string(t.State), Detail: t.Reason, Title: t.Name, Response: t.Response, Side: model.SideOf(t.Channel),
		})
	}
	for _, a := range done {
		lines = append(lines, Line{At: a.OccurredAt, Kind: string(a.Kind), Detail: a.Data.V.Key})
	}
	slices.SortStableFunc(lines, func(a, b Line) int { return b.At.Compare(a.At) })
	return lines[:min(len(lines), recentLines)]
}

func notFound(what string, err error) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return model.NotFound(what)
	}
	return wrap("load "+what, err)
}
