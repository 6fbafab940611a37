package contact_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/contact"
)

func TestApply_erasedPersonStaysBlankUntilTheyAddARepAnew(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		s, start := newService(db), clock.Now()
		apply(t, s, added(clock, start, "etHigh"))
		erased := clock.Now().Add(time.Hour)
		clock.Set(erased)
		blank := map[string]any{"name": "", "avatar": "", "gender": 0, "union_id": "", "erased_at": erased, "consent": model.ConsentRefused}
		require.NoError(t, db.Conn(t.Context()).Model(&model.Contact{}).Where("id = 1").Updates(blank).Error)
		none := model.AsJSON([]string(nil))
		require.NoError(t, db.Conn(t.Context()).Model(&model.Relationship{}).Where("id = 1").
			Updates(map[string]any{"remark": "", "remark_mobiles": none, "personal_tags": none}).Error)
		stored := func() contact.Row {
			row, err := s.Contact(t.Context(), 1)
			require.NoError(t, err)
			return row
		}

		clock.Advance(time.Hour)
		for name, f := range map[string]contact.Facts{
			"a read":              read(clock, start, "etHigh", "etNew"),
			"the old event again": added(clock, start, "etHigh", "etNew"),
		} {
			apply(t, s, f)
			row := stored()
			require.Empty(t, row.Name+row.UnionID+row.Relationships[0].Remark, name)
			require.Empty(t, row.Relationships[0].RemarkMobiles.V, name)
			require.Empty(t, row.Relationships[0].PersonalTags.V, name)
			require.Len(t, row.Tags, 2, "%s: tags are no personal data", name)
		}
		handed := read(clock, clock.Now())
		handed.RepUserID, handed.Follow.AddWay = "he.mei", 202
		apply(t, s, handed)
		require.Empty(t, stored().Name, "being handed over is no doing of theirs")

		clock.Advance(time.Minute)
		anew := added(clock, clock.Now())
		anew.RepUserID = "li.na"
		apply(t, s, anew)
		row := stored()
		require.Equal(t, "小陈", row.Name)
		require.Nil(t, row.ErasedAt)
		require.Empty(t, row.Consent, "nobody has asked them yet")
	})
}
