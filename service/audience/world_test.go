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
}

// people stores persons in place of all that were there. Ids count from 1.
func people(t require.TestingT, db *model.DB, persons []person) {
	require.NoError(t, db.InTx(context.Background(), func(ctx context.Context) error {
		for _, table := range []string{"contacts", "relationships", "relationship_tags", "touches", "enrollments"} {
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
		}
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
	}}
	for range rapid.IntRange(0, 3).Draw(t, "relationships") {
		p.relationships = append(p.relationships, model.Relationship{
			State: rapid.SampledFrom([]model.RelationshipState{
				model.RelationshipActive, model.RelationshipHalf, model.RelationshipLost,
				model.RelationshipRemoved, model.RelationshipTransferred,
			}).Draw(t, "state"),
			ChannelState: rapid.SampledFrom([]string{"", "expo", "EXPO", "web"}).Draw(t, "channel state"),
			AddedAt:      drawInstant(t, "added"),
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
	return p
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
