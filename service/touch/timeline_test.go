package touch_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/touch"
)

// live stores a contact's life: at one instant a touch, a step up the ladder, its
// activity twin and a tag; a day before that a reply; and a touch that is planned.
func live(t *testing.T, db *model.DB) (contactID int64) {
	t.Helper()
	fill(t, db, 3, 1)
	conn, now := db.Conn(t.Context()), db.Now(t.Context())
	yesterday := now.Add(-24 * time.Hour)
	tag := model.Tag{WeComID: "et1", Name: "高意向", Kind: model.TagCorp}
	require.NoError(t, conn.Create(&tag).Error)
	activity := func(key string, kind model.ActivityKind, at time.Time, data model.ActivityData) {
		require.NoError(t, conn.Create(&model.Activity{
			DedupeKey: key, Kind: kind, ContactID: 2, RepID: 1, OccurredAt: at, RecordedAt: at, Data: model.AsJSON(data),
		}).Error)
	}
	activity("a", model.ActivityReplied, yesterday, model.ActivityData{})
	activity("b", model.ActivityTagAdded, now, model.ActivityData{TagID: tag.ID})
	activity("c", model.ActivityStageEntered, now, model.ActivityData{Stage: "mql"})
	require.NoError(t, conn.Create(&model.StageEvent{ContactID: 2, ToStage: "mql", EnteredAt: now, Reason: "action", Author: model.StageBySystem}).Error)
	later := now.Add(time.Hour)
	require.NoError(t, conn.Create(&model.Touch{
		SOPID: 1, VersionID: 1, StepKey: "b", Run: 1, ContactID: 2, RepID: 1, Channel: "group_message", State: model.TouchPlanned,
		DueAt: later, NotBefore: later, ExpireAt: later, PlannedAt: now, LocalDay: later.Format(time.DateOnly),
	}).Error)
	return 2
}

func TestTimeline_mergesWhatHappenedNewestFirst(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		contact := live(t, db)
		log := touch.New(db)
		rows, err := log.Timeline(t.Context(), contact, "", touch.Moment{}, 50)
		require.NoError(t, err)
		require.Len(t, rows, 5, "the step up the ladder is told once")
		require.Equal(t, model.TouchPlanned, rows[0].Touch.State)
		require.Equal(t, "第二步", rows[0].Touch.StepName)
		require.Equal(t, model.TouchDelivered, rows[1].Touch.State)
		require.Equal(t, "mql", rows[2].Stage.ToStage)
		require.Equal(t, "高意向", rows[3].Activity.TagName)
		require.Equal(t, "销售0", rows[3].Activity.RepName)
		require.Equal(t, model.ActivityReplied, rows[4].Activity.Kind)

		for only, want := range map[touch.Kind]int{touch.KindTouch: 2, touch.KindStage: 1, touch.KindActivity: 2} {
			part, err := log.Timeline(t.Context(), contact, only, touch.Moment{}, 50)
			require.NoError(t, err)
			require.Len(t, part, want, only)
		}
	})
}

func TestTimeline_pagesWithoutGapsThroughOneInstant(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		contact := live(t, db)
		log := touch.New(db)
		whole, err := log.Timeline(t.Context(), contact, "", touch.Moment{}, 50)
		require.NoError(t, err)
		var walked []touch.Happening
		for after := (touch.Moment{}); ; {
			page, err := log.Timeline(t.Context(), contact, "", after, 1)
			require.NoError(t, err)
			if len(page) == 0 {
				break
			}
			walked = append(walked, page...)
			after = touch.Moment{At: page[0].At, Kind: page[0].Kind, ID: page[0].ID}
		}
		require.Equal(t, whole, walked)
	})
}

func TestTimeline_readsOneContactsRowsInAFixedNumberOfQueries(t *testing.T) {
	t.Parallel()
	db := modeltest.Open(t, modeltest.MySQLDSN(t), modeltest.NewClock())
	contact := live(t, db)
	var statements []string
	require.NoError(t, db.Read(t.Context()).Callback().Query().After("gorm:query").Register("record", func(tx *gorm.DB) {
		statements = append(statements, tx.Dialector.Explain(tx.Statement.SQL.String(), tx.Statement.Vars...))
	}))
	log := touch.New(db)
	for _, after := range []touch.Moment{{}, {At: db.Now(t.Context()).Add(2 * time.Hour), Kind: touch.KindStage, ID: 9}} {
		statements = nil
		rows, err := log.Timeline(t.Context(), contact, "", after, 50)
		require.NoError(t, err)
		require.NotEmpty(t, rows)
		require.LessOrEqual(t, len(statements), 9)
		keys := map[string]bool{}
		for _, sql := range statements {
			var plan []map[string]any
			require.NoError(t, db.Conn(t.Context()).Raw("EXPLAIN "+sql).Scan(&plan).Error, sql)
			require.Len(t, plan, 1, sql)
			keys[fmt.Sprint(plan[0]["key"])] = true
		}
		for _, key := range []string{"ix_touches_contact", "ix_stage_events_contact", "ix_activities_contact"} {
			require.True(t, keys[key], "%s is not among %v", key, keys)
		}
	}
}
