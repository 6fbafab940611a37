package contact_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/activity"
	"sixtouch/service/contact"
)

const (
	customer = "wmSAMPLE0001"
	rep      = "lin.qiao"
)

func newService(db *model.DB) *contact.Service {
	return contact.New(db, activity.New(db).Record)
}

// read is what a read of a pair that WeCom lists gives.
func read(clock *modeltest.Clock, addedAt time.Time, tags ...string) contact.Facts {
	refs := make([]contact.TagRef, 0, len(tags))
	for _, id := range tags {
		refs = append(refs, contact.TagRef{WeComID: id, Name: id, Kind: model.TagCorp})
	}
	return contact.Facts{
		ExternalUserID: customer, RepUserID: rep, State: model.RelationshipActive, ReadAt: clock.Now(),
		Profile: &contact.Profile{Name: "小陈", Type: 1, Gender: 2, UnionID: "oSAMPLE"},
		Follow: &contact.Follow{
			Remark: "陈同学", RemarkMobiles: []string{"13900000000"}, Tags: refs, PersonalTags: []string{"爱提问"},
			AddWay: 1, ChannelState: "ch_a", AddedAt: addedAt,
		},
	}
}

func added(clock *modeltest.Clock, at time.Time, tags ...string) contact.Facts {
	f := read(clock, at, tags...)
	f.At, f.Added = at, true
	return f
}

func event(state model.RelationshipState, at time.Time) contact.Facts {
	return contact.Facts{ExternalUserID: customer, RepUserID: rep, State: state, At: at}
}

func apply(t *testing.T, s *contact.Service, facts ...contact.Facts) []contact.Change {
	t.Helper()
	changes, err := s.Apply(t.Context(), facts...)
	require.NoError(t, err)
	return changes
}

func kinds(t *testing.T, db *model.DB) []model.ActivityKind {
	t.Helper()
	var out []model.ActivityKind
	require.NoError(t, db.Read(t.Context()).Model(&model.Activity{}).Order("id").Pluck("kind", &out).Error)
	return out
}

func relationship(t *testing.T, db *model.DB) model.Relationship {
	t.Helper()
	var r model.Relationship
	require.NoError(t, db.Read(t.Context()).Take(&r).Error)
	return r
}

func TestApply_newRelationshipIsStoredWithAllThatWeComTells(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		s := newService(db)
		start := clock.Now().Add(-time.Minute)
		changes := apply(t, s, added(clock, start, "etHigh"))
		require.Equal(t, []contact.Change{{ContactID: 1, RepID: 1, RelationshipID: 1, After: model.RelationshipActive}}, changes)

		row, err := s.Contact(t.Context(), 1)
		require.NoError(t, err)
		require.Equal(t, "小陈", row.Name)
		require.True(t, row.FirstAddedAt.Equal(start))
		require.Len(t, row.Relationships, 1)
		r := row.Relationships[0]
		require.Equal(t, rep, r.RepUserID)
		require.Equal(t, "陈同学", r.Remark)
		require.Equal(t, []string{"13900000000"}, r.RemarkMobiles.V)
		require.Equal(t, []string{"爱提问"}, r.PersonalTags.V)
		require.Equal(t, "ch_a", r.ChannelState)
		require.True(t, r.AddedAt.Equal(start))
		require.Len(t, row.Tags, 1)
		require.Equal(t, "etHigh", row.Tags[0].Name)
		require.Equal(t, []model.ActivityKind{model.ActivityContactAdded, model.ActivityTagAdded}, kinds(t, db))
	})
}

func TestApply_sameFactsAgainChangeNothing(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		s := newService(db)
		start := clock.Now()
		apply(t, s, added(clock, start, "etHigh"))
		before := relationship(t, db)
		clock.Advance(time.Hour)
		apply(t, s, added(clock, start, "etHigh"))
		after := relationship(t, db)
		require.True(t, after.SeenAt.Equal(clock.Now()))
		after.SeenAt, before.SeenAt = clock.Now(), clock.Now()
		require.Equal(t, before, after)
		require.Len(t, kinds(t, db), 2)
		row, err := s.Contact(t.Context(), 1)
		require.NoError(t, err)
		require.True(t, row.Tags[0].LastSeenAt.Equal(clock.Now()))
		require.True(t, row.Tags[0].FirstSeenAt.Equal(start))
	})
}

func TestApply_editEventNeverCountsAsNewCustomer(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		s := newService(db)
		start := clock.Now()
		apply(t, s, added(clock, start))
		clock.Advance(time.Hour)
		edited := read(clock, start, "etHigh")
		edited.At, edited.Follow.Remark = clock.Now(), "陈同学-雅思"
		apply(t, s, edited)
		require.Equal(t, "陈同学-雅思", relationship(t, db).Remark)
		require.Equal(t, []model.ActivityKind{model.ActivityContactAdded, model.ActivityTagAdded, model.ActivityProfileChanged}, kinds(t, db))
	})
}

// Each row is a life of one relationship told in the order of arrival.
func TestApply_endsInWeComsTruthWhateverTheOrderOfEvents(t *testing.T) {
	t.Parallel()
	t0 := modeltest.Start()
	at := func(minutes int) time.Time { return t0.Add(time.Duration(minutes) * time.Minute) }
	const (
		active, half  = model.RelationshipActive, model.RelationshipHalf
		lost, removed = model.RelationshipLost, model.RelationshipRemoved
		transferred   = model.RelationshipTransferred
	)
	type step func(clock *modeltest.Clock) contact.Facts
	add := func(m int) step { return func(c *modeltest.Clock) contact.Facts { return added(c, at(m)) } }
	// WeCom may leave createtime as it was when a customer adds the rep again.
	addAgain := func(m, created int) step {
		return func(c *modeltest.Clock) contact.Facts {
			f := added(c, at(created))
			f.At = at(m)
			return f
		}
	}
	see := func(created int) step { return func(c *modeltest.Clock) contact.Facts { return read(c, at(created)) } }
	tell := func(s model.RelationshipState, m int) step {
		return func(*modeltest.Clock) contact.Facts { return event(s, at(m)) }
	}
	for name, tc := range map[string]struct {
		steps []step
		state model.RelationshipState
		kinds []model.ActivityKind
	}{
		"half, then confirmed": {
			[]step{tell(half, 1), add(2)},
			active,
			[]model.ActivityKind{model.ActivityContactHalf, model.ActivityContactAdded},
		},
		"confirmed, then the half event arrives late": {
			[]step{add(2), tell(half, 1)}, active, []model.ActivityKind{model.ActivityContactAdded},
		},
		"customer deletes the rep": {
			[]step{add(1), tell(lost, 2)},
			lost,
			[]model.ActivityKind{model.ActivityContactAdded, model.ActivityContactLost},
		},
		"a read still lists a rep whom the customer deleted": {
			[]step{add(1), tell(lost, 2), see(1)},
			lost,
			[]model.ActivityKind{model.ActivityContactAdded, model.ActivityContactLost},
		},
		"the deletion arrives before the addition": {
			[]step{tell(lost, 2), add(1)}, lost, []model.ActivityKind{model.ActivityContactLost},
		},
		"added again after the deletion": {
			[]step{add(1), tell(lost, 2), add(3)},
			active,
			[]model.ActivityKind{model.ActivityContactAdded, model.ActivityContactLost, model.ActivityContactAdded},
		},
		"added again with the old time of creation": {
			[]step{add(1), tell(lost, 2), addAgain(3, 1), see(1)},
			active,
			[]model.ActivityKind{model.ActivityContactAdded, model.ActivityContactLost, model.ActivityContactAdded},
		},
		"the old deletion arrives after the second addition": {
			[]step{add(1), addAgain(3, 3), tell(lost, 2)}, active, []model.ActivityKind{model.ActivityContactAdded},
		},
		"added again, which only a read shows": {
			[]step{add(1), tell(lost, 2), see(5)},
			active,
			[]model.ActivityKind{model.ActivityContactAdded, model.ActivityContactLost, model.ActivityContactAdded},
		},
		"rep deletes the customer": {
			[]step{add(1), tell(removed, 2)},
			removed,
			[]model.ActivityKind{model.ActivityContactAdded, model.ActivityContactRemoved},
		},
		"rep deletes a customer who had left": {
			[]step{add(1), tell(lost, 2), tell(removed, 3)},
			removed,
			[]model.ActivityKind{model.ActivityContactAdded, model.ActivityContactLost},
		},
		"handed to another rep": {
			[]step{add(1), tell(transferred, 2)},
			transferred,
			[]model.ActivityKind{model.ActivityContactAdded, model.ActivityTransferred},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db, clock := modeltest.New(t)
			s := newService(db)
			for _, next := range tc.steps {
				clock.Advance(10 * time.Minute)
				apply(t, s, next(clock))
			}
			r := relationship(t, db)
			require.Equal(t, tc.state, r.State)
			require.Equal(t, tc.state == active || tc.state == half, r.EndedAt == nil)
			require.Equal(t, tc.kinds, kinds(t, db))
		})
	}
}

func TestApply_readThatBeganBeforeTheLastEventIsStale(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	s := newService(db)
	start := clock.Now()
	apply(t, s, added(clock, start))
	stale := read(clock, start)
	clock.Advance(time.Minute)
	apply(t, s, event(model.RelationshipRemoved, clock.Now()))
	apply(t, s, stale)
	require.Equal(t, model.RelationshipRemoved, relationship(t, db).State)
}

// A page that a synchronisation read before an event, or before a tag of ours,
// and stores after it, takes nothing back.
func TestApply_pageOlderThanTheLastEventTakesNothingBack(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		s := newService(db)
		start := clock.Now()
		apply(t, s, added(clock, start))
		stale := read(clock, start)
		stale.SyncID, stale.Follow.Remark = 7, "旧备注"
		clock.Advance(time.Second)
		edited := read(clock, start, "etHigh")
		edited.Follow.Remark = "新备注"
		apply(t, s, edited)
		apply(t, s, stale)
		r := relationship(t, db)
		require.Equal(t, "新备注", r.Remark)
		require.EqualValues(t, 7, r.SyncID, "it was seen all the same")

		clock.Advance(time.Second)
		stale = read(clock, start)
		stale.SyncID = 8
		clock.Advance(time.Second)
		require.NoError(t, s.TagsMarked(t.Context(), r.ID, []int64{1}, nil))
		apply(t, s, stale)
		require.Equal(t, []model.ActivityKind{model.ActivityContactAdded, model.ActivityTagAdded, model.ActivityProfileChanged}, kinds(t, db))

		later := read(clock, start)
		later.SyncID = 9
		apply(t, s, later)
		require.Contains(t, kinds(t, db), model.ActivityTagRemoved, "a newer page counts")
	})
}

// A customer who deletes rep A ends only (A, customer).
func TestApply_customerDeletesOneRepAndKeepsTheOther(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		s := newService(db)
		other := added(clock, clock.Now(), "etHigh")
		other.RepUserID = "zhou.wei"
		apply(t, s, added(clock, clock.Now(), "etHigh"), other)
		clock.Advance(time.Hour)
		apply(t, s, event(model.RelationshipLost, clock.Now()))
		row, err := s.Contact(t.Context(), 1)
		require.NoError(t, err)
		require.Equal(t, model.RelationshipLost, row.Relationships[0].State)
		require.Equal(t, model.RelationshipActive, row.Relationships[1].State)
		require.Len(t, row.Tags, 2)
	})
}

func TestApply_tagsKeepWhenTheyCameAndWent(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		s := newService(db)
		start := clock.Now()
		apply(t, s, added(clock, start, "etHigh"))
		clock.Advance(time.Hour)
		gone := clock.Now()
		apply(t, s, read(clock, start, "etLow"))
		clock.Advance(time.Hour)
		back := clock.Now()
		apply(t, s, read(clock, start, "etLow", "etHigh"))

		row, err := s.Contact(t.Context(), 1)
		require.NoError(t, err)
		require.Len(t, row.Tags, 2)
		high, low := row.Tags[0], row.Tags[1]
		require.True(t, high.FirstSeenAt.Equal(start))
		require.True(t, high.AddedAt.Equal(back))
		require.Nil(t, high.RemovedAt)
		require.True(t, low.FirstSeenAt.Equal(gone))
		require.Equal(t, []model.ActivityKind{
			model.ActivityContactAdded, model.ActivityTagAdded,
			model.ActivityTagAdded, model.ActivityTagRemoved, model.ActivityTagAdded,
		}, kinds(t, db))
	})
}

func TestApply_synchronisationMakesNoTagActivitiesForWhomItFindsFirst(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	s := newService(db)
	f := read(clock, clock.Now().Add(-240*time.Hour), "etHigh")
	f.SyncID = 7
	apply(t, s, f)
	require.Equal(t, []model.ActivityKind{model.ActivityContactAdded}, kinds(t, db))
	require.EqualValues(t, 7, relationship(t, db).SyncID)
	f = read(clock, clock.Now().Add(-240*time.Hour), "etHigh", "etLow")
	f.SyncID = 8
	apply(t, s, f)
	require.Equal(t, []model.ActivityKind{model.ActivityContactAdded, model.ActivityTagAdded}, kinds(t, db))
}

func TestApply_useridIsMatchedWithoutRegardToCase(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		s := newService(db)
		shouted := added(clock, clock.Now())
		shouted.RepUserID = "LIN.Qiao"
		apply(t, s, added(clock, clock.Now()), shouted)
		reps, err := s.Reps(t.Context(), model.Page{})
		require.NoError(t, err)
		require.Len(t, reps, 1)
	})
}

func TestApply_twoAtOnceMakeOneContactAndOneActivity(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		s := newService(db)
		start := clock.Now()
		errs := make(chan error)
		for range 8 {
			go func() {
				_, err := s.Apply(context.Background(), added(clock, start, "etHigh"))
				errs <- err
			}()
		}
		for range 8 {
			require.NoError(t, <-errs)
		}
		require.Equal(t, []model.ActivityKind{model.ActivityContactAdded, model.ActivityTagAdded}, kinds(t, db))
	})
}

func TestTagsMarked_isRecordedOnce(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		s := newService(db)
		apply(t, s, added(clock, clock.Now(), "etHigh"))
		require.NoError(t, s.SaveTags(t.Context(), []contact.TagGroupFacts{
			{WeComID: "g", Name: "意向", Tags: []contact.TagFacts{{WeComID: "etHigh", Name: "高"}, {WeComID: "etLow", Name: "低"}}},
		}, clock.Now()))
		library, err := s.Tags(t.Context(), model.Page{After: 1})
		require.NoError(t, err)
		low := library[0].ID
		clock.Advance(time.Minute)
		for range 2 {
			require.NoError(t, s.TagsMarked(t.Context(), 1, []int64{low}, []int64{1}))
		}
		require.Equal(t, []model.ActivityKind{
			model.ActivityContactAdded, model.ActivityTagAdded, model.ActivityTagAdded, model.ActivityTagRemoved,
		}, kinds(t, db))
		rows, err := s.Contacts(t.Context(), contact.Filter{TagID: low}, model.Page{})
		require.NoError(t, err)
		require.Len(t, rows, 1)
		require.Equal(t, "低", rows[0].Tags[0].Name)
		require.Equal(t, "意向", rows[0].Tags[0].Group)
		require.ErrorIs(t, s.TagsMarked(t.Context(), 99, []int64{low}, nil), model.ErrNotFound)
	})
}

func TestSaveTags_libraryNamesPlaceholdersAndTakesDeletedTagsOff(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		s := newService(db)
		f := added(clock, clock.Now(), "etHigh", "etGone")
		f.Follow.Tags[0].Name = ""
		apply(t, s, f)
		library := []contact.TagGroupFacts{{WeComID: "g", Name: "意向", Tags: []contact.TagFacts{{WeComID: "etHigh", Name: "高"}}}}
		require.NoError(t, s.SaveTags(t.Context(), library, clock.Now()))
		tags, err := s.Tags(t.Context(), model.Page{})
		require.NoError(t, err)
		require.Len(t, tags, 1)
		require.Equal(t, "高", tags[0].Name)
		require.Equal(t, "意向", tags[0].Group)
		rows, err := s.Contacts(t.Context(), contact.Filter{}, model.Page{})
		require.NoError(t, err)
		require.Len(t, rows[0].Tags, 1)

		require.NoError(t, s.DeleteTagGroup(t.Context(), "g"))
		require.NoError(t, s.DeleteTagGroup(t.Context(), "unknown"))
		tags, err = s.Tags(t.Context(), model.Page{})
		require.NoError(t, err)
		require.Empty(t, tags)
	})
}

func TestContacts_filtersAndPages(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		s := newService(db)
		names := []string{"王一", "王二", "100%纯", "李四"}
		for i, name := range names {
			f := added(clock, clock.Now(), "etHigh")
			f.ExternalUserID, f.Profile.Name = "wm"+name, name
			if i == 3 {
				f.RepUserID, f.Follow.Tags = "zhou.wei", nil
			}
			apply(t, s, f)
		}
		f := event(model.RelationshipLost, clock.Now())
		f.ExternalUserID = "wm王二"
		apply(t, s, f)
		one := int8(1)
		a := model.Account{Name: "华图新材料", NameKey: "华图新材料", LiveSlot: &one, CreatedAt: clock.Now(), UpdatedAt: clock.Now()}
		require.NoError(t, db.Conn(t.Context()).Create(&a).Error)
		for id, values := range map[int64]map[string]any{
			1: {"account_id": a.ID, "stage": "mql", "score": 60.0, "grade": "B", "source": "expo", "first_added_at": clock.Now().AddDate(-2, 0, 0)},
			2: {"stage": "mql", "score": 59.9, "source": "expo"}, 3: {"account_id": a.ID},
		} {
			require.NoError(t, db.Conn(t.Context()).Model(&model.Contact{}).Where("id = ?", id).Updates(values).Error)
		}
		for name, tc := range map[string]struct {
			filter contact.Filter
			page   model.Page
			want   []int64
		}{
			"all, newest first":    {contact.Filter{}, model.Page{}, []int64{4, 3, 2, 1}},
			"a page":               {contact.Filter{}, model.Page{After: 4, Limit: 2}, []int64{3, 2}},
			"of a rep":             {contact.Filter{RepID: 1}, model.Page{}, []int64{3, 2, 1}},
			"of a rep, active":     {contact.Filter{RepID: 1, State: model.RelationshipActive}, model.Page{}, []int64{3, 1}},
			"with a tag":           {contact.Filter{TagID: 1}, model.Page{Limit: 2}, []int64{3, 2}},
			"tag and rep":          {contact.Filter{TagID: 1, RepID: 2}, model.Page{}, nil},
			"by a part of a name":  {contact.Filter{Query: "王"}, model.Page{}, []int64{2, 1}},
			"percent is no joker":  {contact.Filter{Query: "0%"}, model.Page{}, []int64{3}},
			"by external userid":   {contact.Filter{Query: "wm李四"}, model.Page{}, []int64{4}},
			"at a company":         {contact.Filter{AccountID: a.ID}, model.Page{}, []int64{3, 1}},
			"on a rung":            {contact.Filter{Stage: "mql"}, model.Page{}, []int64{2, 1}},
			"on a rung, active":    {contact.Filter{Stage: "mql", State: model.RelationshipActive}, model.Page{}, []int64{1}},
			"on a rung, of a rep":  {contact.Filter{Stage: "mql", RepID: 2}, model.Page{}, nil},
			"score and grade":      {contact.Filter{MinScore: 60, Grade: "B"}, model.Page{}, []int64{1}},
			"score from":           {contact.Filter{MinScore: 59}, model.Page{}, []int64{2, 1}},
			"by a source":          {contact.Filter{Source: "expo"}, model.Page{}, []int64{2, 1}},
			"by a source, lately":  {contact.Filter{Source: "expo", AddedSince: clock.Now().AddDate(-1, 0, 0)}, model.Page{}, []int64{2}},
			"by a source, a rep's": {contact.Filter{Source: "expo", RepID: 2}, model.Page{}, nil},
			"named ones":           {contact.Filter{IDs: []int64{4, 2, 99}}, model.Page{}, []int64{4, 2}},
			"named, with a tag":    {contact.Filter{IDs: []int64{4, 2}, TagID: 1}, model.Page{}, []int64{2}},
			"nobody named":         {contact.Filter{IDs: []int64{}}, model.Page{}, nil},
		} {
			rows, err := s.Contacts(t.Context(), tc.filter, tc.page)
			require.NoError(t, err, name)
			var ids []int64
			for _, r := range rows {
				ids = append(ids, r.ID)
				require.Len(t, r.Relationships, 1, name)
			}
			require.Equal(t, tc.want, ids, name)
		}
		row, err := s.Contact(t.Context(), 3)
		require.NoError(t, err)
		require.Equal(t, "华图新材料", row.AccountName)
		_, err = s.Contact(t.Context(), 99)
		require.ErrorIs(t, err, model.ErrNotFound)
	})
}

func TestContacts_twoRepsWithTheSameTagListTheirContactOnce(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		s := newService(db)
		other := added(clock, clock.Now(), "etHigh")
		other.RepUserID = "zhou.wei"
		apply(t, s, added(clock, clock.Now(), "etHigh"), other)
		for _, f := range []contact.Filter{{TagID: 1}, {State: model.RelationshipActive}, {TagID: 1, RepID: 2}} {
			rows, err := s.Contacts(t.Context(), f, model.Page{})
			require.NoError(t, err)
			require.Len(t, rows, 1)
			require.Len(t, rows[0].Relationships, 2)
		}
	})
}

func TestReps_leaveReturnAndChangeTheirID(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		s := newService(db)
		one := func() model.Rep {
			reps, err := s.Reps(t.Context(), model.Page{})
			require.NoError(t, err)
			require.Len(t, reps, 1)
			return reps[0]
		}
		require.NoError(t, s.SaveReps(t.Context(), contact.RepFacts{UserID: rep, Name: "林乔", DepartmentIDs: []int64{1, 7}, Status: 1}))
		require.NoError(t, s.SetFollowers(t.Context(), []string{"LIN.QIAO"}))
		require.True(t, one().CanFollow)
		require.NoError(t, s.SaveReps(t.Context(), contact.RepFacts{UserID: rep, MainDepartment: 7}))
		require.Equal(t, "林乔", one().Name)
		require.Equal(t, []int64{1, 7}, one().DepartmentIDs.V)
		require.NoError(t, s.RenameRep(t.Context(), rep, "lin.qiao2"))
		require.Equal(t, "lin.qiao2", one().UserID)
		require.NoError(t, s.RepLeft(t.Context(), "lin.qiao2"))
		require.NotNil(t, one().LeftAt)
		require.False(t, one().CanFollow)
		require.NoError(t, s.SaveReps(t.Context(), contact.RepFacts{UserID: "lin.qiao2", Status: 1}))
		require.Nil(t, one().LeftAt)
		require.NoError(t, s.SetFollowers(t.Context(), nil))
		require.False(t, one().CanFollow)
	})
}

func TestSaveDepartments_wholeTreeDeletesTheOthers(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		s := newService(db)
		names := func() (out []string) {
			require.NoError(t, db.Read(t.Context()).Model(&model.Department{}).Where("deleted_at IS NULL").Order("id").Pluck("name", &out).Error)
			return out
		}
		root, course := contact.DepartmentFacts{ID: 1, Name: "总部"}, contact.DepartmentFacts{ID: 9, Name: "雅思组", ParentID: 1}
		require.NoError(t, s.SaveDepartments(t.Context(), []contact.DepartmentFacts{root, course}, true))
		require.NoError(t, s.SaveDepartments(t.Context(), []contact.DepartmentFacts{{ID: 9, SortOrder: 5}}, false))
		require.Equal(t, []string{"总部", "雅思组"}, names())
		require.NoError(t, s.SaveDepartments(t.Context(), []contact.DepartmentFacts{root}, true))
		require.Equal(t, []string{"总部"}, names())
		require.NoError(t, s.DeleteDepartment(t.Context(), 1))
		require.Empty(t, names())
	})
}

// Who leads whom is learned from some calls only; the others leave it as it is.
func TestSaveReps_leadersAreKeptUntilToldOtherwise(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		s := newService(db)
		leaders := func() ([]string, []string) {
			var r model.Rep
			require.NoError(t, db.Read(t.Context()).Take(&r, "userid = ?", rep).Error)
			var d model.Department
			require.NoError(t, db.Read(t.Context()).Take(&d, 9).Error)
			return r.DirectLeaders.V, d.Leaders.V
		}
		require.NoError(t, s.SaveReps(t.Context(), contact.RepFacts{UserID: rep, DirectLeaders: []string{"boss"}}))
		require.NoError(t, s.SaveDepartments(t.Context(), []contact.DepartmentFacts{{ID: 9, Name: "雅思组", Leaders: []string{"chief"}}}, false))
		require.NoError(t, s.SaveReps(t.Context(), contact.RepFacts{UserID: rep, Name: "林乔"}))
		require.NoError(t, s.SaveDepartments(t.Context(), []contact.DepartmentFacts{{ID: 9, Name: "雅思二组"}}, false))
		direct, department := leaders()
		require.Equal(t, []string{"boss"}, direct)
		require.Equal(t, []string{"chief"}, department)
		require.NoError(t, s.SaveReps(t.Context(), contact.RepFacts{UserID: rep, DirectLeaders: []string{}}))
		require.NoError(t, s.SaveDepartments(t.Context(), []contact.DepartmentFacts{{ID: 9, Leaders: []string{}}}, false))
		direct, department = leaders()
		require.Empty(t, direct)
		require.Empty(t, department)
	})
}

func TestSaveGroup_membersWhoLeftAreKeptWithTheirTime(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		s := newService(db)
		g := contact.GroupFacts{ChatID: "wr1", Name: "雅思群", OwnerUserID: rep, FormedAt: clock.Now(), Members: []contact.GroupMemberFacts{
			{ID: rep, Kind: 1, JoinedAt: clock.Now()}, {ID: customer, Kind: 2, JoinScene: 3, JoinedAt: clock.Now()},
		}}
		require.NoError(t, s.SaveGroup(t.Context(), g))
		g.Members = g.Members[:1]
		require.NoError(t, s.SaveGroup(t.Context(), g))
		var m model.CustomerGroupMember
		require.NoError(t, db.Read(t.Context()).Where("member_id = ?", customer).Take(&m).Error)
		require.NotNil(t, m.LeftAt)
		g.Members = append(g.Members, contact.GroupMemberFacts{ID: customer, Kind: 2, JoinedAt: clock.Now().Add(time.Hour)})
		require.NoError(t, s.SaveGroup(t.Context(), g))
		m = model.CustomerGroupMember{}
		require.NoError(t, db.Read(t.Context()).Where("member_id = ?", customer).Take(&m).Error)
		require.Nil(t, m.LeftAt)
		require.NoError(t, s.DismissGroup(t.Context(), "wr1", clock.Now()))
		require.NoError(t, s.DismissGroup(t.Context(), "wr1", clock.Now().Add(time.Hour)))
		var happened []model.ActivityKind
		require.NoError(t, db.Read(t.Context()).Model(&model.Activity{}).Order("id").Pluck("kind", &happened).Error)
		require.Equal(t, []model.ActivityKind{model.ActivityGroupCreated, model.ActivityGroupDismissed}, happened, "each once")
		var row model.CustomerGroup
		require.NoError(t, db.Read(t.Context()).Take(&row).Error)
		require.NotNil(t, row.DismissedAt)
	})
}
