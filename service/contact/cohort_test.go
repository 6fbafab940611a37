package contact_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/contact"
)

// The engine's own tags say nothing about a person.
func TestTags_theEnginesOwnAreNeitherInTheLibraryNorOnAnybody(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		s := newService(db)
		cohort := model.CohortTag{SOPID: 1, Cohort: "2026-03-02", Serial: 1, Name: "SOP1", WeComID: "etOURS", LookAt: clock.Now()}
		require.NoError(t, db.Conn(t.Context()).Create(&cohort).Error)
		require.NoError(t, s.SaveTags(t.Context(), []contact.TagGroupFacts{
			{WeComID: "etGROUP", Name: "等级", Tags: []contact.TagFacts{{WeComID: "etVIP", Name: "VIP"}}},
			{WeComID: "etENGINE", Name: "六触 SOP 分组", Tags: []contact.TagFacts{{WeComID: "etOURS", Name: "SOP1"}}},
		}, time.Time{}))
		apply(t, s, added(clock, clock.Now(), "etVIP", "etOURS"))
		for range 2 { // deleted at WeCom, but in an answer that is a moment old
			var names []string
			require.NoError(t, db.Read(t.Context()).Model(&model.Tag{}).Pluck("name", &names).Error)
			require.Equal(t, []string{"VIP"}, names)
			var groups, worn int64
			require.NoError(t, db.Read(t.Context()).Model(&model.TagGroup{}).Count(&groups).Error)
			require.NoError(t, db.Read(t.Context()).Model(&model.RelationshipTag{}).Count(&worn).Error)
			require.Equal(t, []int64{1, 1}, []int64{groups, worn})
			require.NotContains(t, kinds(t, db), model.ActivityTagRemoved)
			require.NoError(t, db.Conn(t.Context()).Model(&cohort).Update("deleted_at", clock.Now()).Error)
			clock.Advance(time.Minute)
			apply(t, s, read(clock, clock.Now().Add(-time.Minute), "etVIP", "etOURS"))
		}
	})
}
