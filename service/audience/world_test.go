package audience_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

// zone is the corp's: for eight hours of each day it is on another date than
// the databases' UTC.
func zone() *time.Location { return time.FixedZone("Asia/Shanghai", 8*3600) }

// person is one contact with all that filters look at, to be stored.
type person struct {
	contact       model.Contact
	relationships []model.Relationship
	tags          []model.RelationshipTag
	touches       []model.Touch
	enrollments   []model.Enrollment
	inbound       *time.Time
	doings        []model.Activity
}

// people stores persons in place of all that were there. Ids count from 1.
func people(t require.TestingT, db *model.DB, persons []person) {
	require.NoError(t, db.InTx(context.Background(), func(ctx context.Context) error {
		for _, table := range []string{"contacts", "relationships", "relationship_tags", "touches", "enrollments", "last_actives", "activities"} {
			require.NoError(t, db.Conn(ctx).Exec("DELETE FROM "+table).Error)
		}
		for i, p := range persons {
			id := int64(i + 1)
			p.contact.ID, p.contact.ExternalUserID = id, fmt.Sprintf("wm%d", id)
			require.NoError(t, db.Conn(ctx).Create(&p.contact).Error)
			for j := range p.relationships {
				r := &p.relationships[j]
				r.ID, r.ContactID, r.RepID = id*10+int64(j), id, int64(j+1)
			}
			for j := range p.tags {
				p.tags[j].ContactID = id
				p.tags[j].RelationshipID += id * 10
			}
			for j := range p.touches {
				p.touches[j].ContactID = id
			}
			for j := range p.enrollments {
				p.enrollments[j].ContactID, p.enrollments[j].Run = id, j+1
			}
			create(ctx, t, db, p.relationships)
			create(ctx, t, db, p.tags)
			create(ctx, t, db, p.touches)
			create(ctx, t, db, p.enrollments)
			for j := range p.doings {
				p.doings[j].ContactID, p.doings[j].DedupeKey = id, fmt.Sprintf("%d:%d", id, j)
			}
			create(ctx, t, db, p.doings)
			if p.inbound != nil {
				create(ctx, t, db, []model.LastActive{{ContactID: id, At: *p.inbound}})
			}
		}
		return nil
	}))
}

// companies stores accounts in place of all that were there. Ids count from 1.
func companies(t require.TestingT, db *model.DB, accounts []model.Account) {
	require.NoError(t, db.InTx(context.Background(), func(ctx context.Context) error {
		require.NoError(t, db.Conn(ctx).Exec("DELETE FROM accounts").Error)
		for i := range accounts {
			a := &accounts[i]
			a.ID, a.Name, a.NameKey = int64(i+1), fmt.Sprintf("公司%d", i+1), fmt.Sprintf("公司%d", i+1)
		}
		create(ctx, t, db, accounts)
		return nil
	}))
}

func create[T any](ctx context.Context, t require.TestingT, db *model.DB, rows []T) {
	if len(rows) > 0 {
		require.NoError(t, db.Conn(ctx).Create(&rows).Error)
	}
}

// reps stores the reps 1, 2, … with these main departments.
func reps(t *testing.T, db *model.DB, departments ...int64) {
	for i, d := range departments {
		require.NoError(t, db.Conn(t.Context()).Create(&model.Rep{
			ID: int64(i + 1), UserID: fmt.Sprintf("rep%d", i+1), MainDepartment: d,
		}).Error)
	}
}

func drawPerson(t *rapid.T) person {
	p := person{contact: model.Contact{
		Type:         rapid.IntRange(0, 2).Draw(t, "type"),
		CorpName:     rapid.SampledFrom([]string{"", " ", "光年科技"}).Draw(t, "corp"),
		FirstAddedAt: drawMaybe(t, "first added"),
	}, inbound: drawMaybe(t, "inbound")}
	drawLead(t, &p.contact)
	for range rapid.IntRange(0, 3).Draw(t, "relationships") {
		p.relationships = append(p.relationships, model.Relationship{
			State: rapid.SampledFrom([]model.RelationshipState{
				model.RelationshipActive, model.RelationshipHalf, model.RelationshipLost,
				model.RelationshipRemoved, model.RelationshipTransferred,
			}).Draw(t, "state"),
			ChannelState:  rapid.SampledFrom([]string{"", "expo", "EXPO", "web"}).Draw(t, "channel state"),
			AddedAt:       drawInstant(t, "added"),
			RemarkMobiles: model.AsJSON(rapid.SampledFrom([][]string{nil, {}, {"13800000000"}}).Draw(t, "mobiles")),
		})
	}
	type key struct{ r, tag int64 }
	keys := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) key {
		return key{rapid.Int64Range(0, 1).Draw(t, "tag's rep"), rapid.Int64Range(1, 4).Draw(t, "tag")}
	}), 0, 4, rapid.ID[key]).Draw(t, "tags")
	for _, k := range keys {
		p.tags = append(p.tags, model.RelationshipTag{
			RelationshipID: k.r, TagID: k.tag, AddedAt: drawInstant(t, "tagged"), RemovedAt: drawMaybe(t, "untagged"),
		})
	}
	for range rapid.IntRange(0, 3).Draw(t, "touches") {
		p.touches = append(p.touches, model.Touch{
			Channel: rapid.SampledFrom([]string{"group_message", "welcome", "rep_prompt"}).Draw(t, "channel"),
			State: rapid.SampledFrom([]model.TouchState{
				model.TouchPlanned, model.TouchAccepted, model.TouchDelivered, model.TouchFailed, model.TouchDone,
			}).Draw(t, "touch state"),
			SentAt: drawMaybe(t, "sent"), LocalDay: "2026-03-02",
		})
	}
	for _, sop := range rapid.SliceOfNDistinct(rapid.Int64Range(1, 3), 0, 2, rapid.ID[int64]).Draw(t, "sops") {
		e := model.Enrollment{SOPID: sop, AnchorKind: "contact_added"}
		e.State = rapid.SampledFrom([]model.EnrollmentState{
			model.EnrollmentActive, model.EnrollmentPaused, model.EnrollmentCompleted, model.EnrollmentExited,
		}).Draw(t, "enrollment")
		if slot := int8(1); e.State == model.EnrollmentActive || e.State == model.EnrollmentPaused {
			e.ActiveSlot = &slot
		}
		if e.State == model.EnrollmentExited {
			e.ExitReason = rapid.SampledFrom([]string{"replied", "left"}).Draw(t, "reason")
		}
		p.enrollments = append(p.enrollments, e)
	}
	for range rapid.IntRange(0, 4).Draw(t, "doings") {
		p.doings = append(p.doings, model.Activity{
			Kind:       rapid.SampledFrom([]model.ActivityKind{model.ActivityReplied, model.ActivityPriceAsked, model.ActivityTagAdded}).Draw(t, "doing"),
			OccurredAt: drawInstant(t, "done"),
		})
	}
	return p
}

// drawLead draws what is known of a person beyond what WeCom says; accounts 1 to
// 3 may be there.
func drawLead(t *rapid.T, c *model.Contact) {
	if at := rapid.Int64Range(0, 4).Draw(t, "account"); at > 0 {
		c.AccountID = &at
	}
	c.Role = rapid.SampledFrom([]model.Role{"", model.RoleBoss, model.RoleCIO}).Draw(t, "role")
	c.Seniority = rapid.SampledFrom([]model.Seniority{"", model.SeniorityExecutive}).Draw(t, "seniority")
	c.IsKP, c.ContactLess = rapid.Bool().Draw(t, "kp"), rapid.Bool().Draw(t, "less")
	c.Awareness = rapid.SampledFrom([]model.Awareness{"", model.AwarenessProblem}).Draw(t, "awareness")
	c.Source, c.Email = drawWord(t, "source", "expo"), drawWord(t, "email", "a@example.com")
	c.Mobile, c.Grade = drawWord(t, "mobile", "13800000000"), rapid.SampledFrom([]string{"", "A", "C"}).Draw(t, "grade")
	c.Stage, c.StageAt = rapid.SampledFrom([]string{"", "mql", "won"}).Draw(t, "rung"), drawMaybe(t, "stage")
	c.Consent = rapid.SampledFrom([]model.Consent{"", model.ConsentGranted, model.ConsentRefused}).Draw(t, "consent")
	c.Score, c.Fit, c.Engagement, c.Intent = drawPoints(t), drawPoints(t), drawPoints(t), drawPoints(t)
}

func drawWord(t *rapid.T, label, word string) string {
	return rapid.SampledFrom([]string{"", word, "other"}).Draw(t, label)
}

func drawPoints(t *rapid.T) *float64 {
	return rapid.SampledFrom([]*float64{nil, ptr(0.0), ptr(49.99), ptr(50.0), ptr(60.0)}).Draw(t, "points")
}

func drawCompany(t *rapid.T) model.Account {
	money := func(label string) *int64 {
		return rapid.SampledFrom([]*int64{nil, ptr(int64(0)), ptr(int64(100)), ptr(int64(101))}).Draw(t, label)
	}
	a := model.Account{
		Tier: rapid.SampledFrom([]model.Tier{"", model.TierA, model.TierB}).Draw(t, "tier"), Lifecycle: model.LifecycleProspect,
		IsTarget: rapid.Bool().Draw(t, "target"), Strategic: rapid.Bool().Draw(t, "strategic"), Engaged: rapid.Bool().Draw(t, "engaged"),
		Industry: drawWord(t, "industry", "IT"), Region: drawWord(t, "region", "深圳"), EngagementLevel: drawWord(t, "level", "aware"),
		Employees: money("employees"), TechSpend: money("tech spend"), ACV: money("acv"), Engagement: drawPoints(t),
		OwnerID: rapid.Int64Range(0, 2).Draw(t, "owner"), SDRID: rapid.Int64Range(0, 2).Draw(t, "sdr"),
	}
	if rapid.IntRange(0, 3).Draw(t, "live") > 0 {
		a.LiveSlot = ptr(int8(1))
	}
	return a
}

// drawInstant prefers the edges: whole hours and days before the start, local
// midnights, and a microsecond beside them.
func drawInstant(t *rapid.T, label string) time.Time {
	at := modeltest.Start()
	if rapid.Bool().Draw(t, label+" from midnight") {
		at = at.Add(-10 * time.Hour)
	}
	at = at.Add(-time.Duration(rapid.IntRange(-1, 6).Draw(t, label+" days")) * 24 * time.Hour)
	at = at.Add(-time.Duration(rapid.IntRange(0, 2).Draw(t, label+" hours")) * time.Hour)
	return at.Add(time.Duration(rapid.IntRange(-1, 1).Draw(t, label+" beside")) * time.Microsecond)
}

func drawMaybe(t *rapid.T, label string) *time.Time {
	if !rapid.Bool().Draw(t, label+" at all") {
		return nil
	}
	at := drawInstant(t, label)
	return &at
}
