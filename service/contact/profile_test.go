package contact_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

func TestApply_whatTellsOfTheCompanyOrThePositionIsAnActivityOnceItChanges(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		s, start := newService(db), clock.Now()
		changed := func() []string {
			var rows []model.Activity
			require.NoError(t, db.Read(t.Context()).Order("id").Find(&rows, "kind = ?", model.ActivityProfileChanged).Error)
			var fields []string
			for _, r := range rows {
				fields = append(fields, r.Data.V.Field)
			}
			return fields
		}
		facts := added(clock, start)
		facts.Profile.CorpName, facts.Profile.Position = "蓝天", "采购"
		apply(t, s, facts)
		require.Empty(t, changed(), "the beginning is an activity of its own")

		clock.Advance(time.Minute)
		facts = read(clock, start)
		facts.Profile.CorpName, facts.Profile.Position, facts.Follow.RemarkCompany = "蓝天", "采购总监", "上海蓝天"
		apply(t, s, facts)
		require.Equal(t, []string{model.FieldCompany, model.FieldPosition}, changed())

		clock.Advance(time.Minute)
		facts.ReadAt = clock.Now()
		apply(t, s, facts)
		require.Len(t, changed(), 2, "the same again is no change")

		clock.Advance(time.Minute)
		facts.ReadAt = clock.Now()
		facts.Profile.CorpName = "白云"
		apply(t, s, facts)
		require.Equal(t, []string{model.FieldCompany, model.FieldPosition, model.FieldCompany}, changed())
	})
}
