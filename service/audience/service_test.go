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
	"sixtouch/service/audience"
)

func TestService_savesAudiences(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) {
		ctx, s := t.Context(), audience.New(db, zone())
		hot := parse(t, `{"f":"tag","is":"any","v":[1]}`)
		a, err := s.Create(ctx, " 高意向 ", hot)
		require.NoError(t, err)
		require.Equal(t, "高意向", a.Name)
		_, err = s.Create(ctx, "高意向", hot)
		require.Equal(t, model.CodeConflict, model.CodeOf(err))
		_, err = s.Create(ctx, "  ", hot)
		require.Equal(t, model.CodeInvalid, model.CodeOf(err))
		b, err := s.Create(ctx, "所有人", audience.Filter{})
		require.NoError(t, err)

		clock.Advance(time.Hour)
		_, err = s.Update(ctx, b.ID, "高意向", hot)
		require.Equal(t, model.CodeConflict, model.CodeOf(err))
		changed, err := s.Update(ctx, b.ID, "沉默的", parse(t, `{"f":"last_touch","is":"unknown"}`))
		require.NoError(t, err)
		require.Equal(t, modeltest.Start(), changed.CreatedAt.UTC())
		_, err = s.Update(ctx, 999, "x", hot)
		require.ErrorIs(t, err, model.ErrNotFound)

		list, err := s.List(ctx, model.Page{})
		require.NoError(t, err)
		require.Len(t, list, 2)
		require.Equal(t, "沉默的", list[1].Name)
		require.Equal(t, changed.UpdatedAt.UTC(), list[1].UpdatedAt.UTC())
		require.JSONEq(t, `{"f":"last_touch","is":"unknown"}`, string(list[1].Filter.V))

		free := func(context.Context, int64) error { return nil }
		used := func(context.Context, int64) error { return model.Conflict("somebody uses it") }
		require.Equal(t, model.CodeConflict, model.CodeOf(s.Delete(ctx, a.ID, used)))
		require.NoError(t, s.Delete(ctx, a.ID, free), "it is still there")
		require.ErrorIs(t, s.Delete(ctx, a.ID, free), model.ErrNotFound)
		_, err = s.Get(ctx, a.ID)
		require.ErrorIs(t, err, model.ErrNotFound)
	})
}

func TestService_countsAndListsAmongFriendsUnlessTheFilterSaysWhom(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		ctx, s := t.Context(), audience.New(db, zone())
		reps(t, db, 1, 2)
		people(t, db, cast())
		for doc, want := range map[string][]int64{
			`null`:                                         {2, 3},
			`{"f":"tag","is":"any","v":[2]}`:               {3},
			`{"f":"tag","is":"none","v":[2]}`:              {2},
			`{"f":"friend","is":"in","v":["lost","half"]}`: {4, 5},
			`{"op":"or","of":[{"f":"friend","is":"in","v":["lost"]},{"f":"tag","is":"any","v":[1]}]}`: {2, 3, 4, 5},
		} {
			f := parse(t, doc)
			n, err := s.Count(ctx, f)
			require.NoError(t, err)
			require.EqualValues(t, len(want), n, doc)
			require.Equal(t, want, members(t, s, f), doc)
		}
	})
}

// A part of the company counts and lists its own contacts, also where bitmaps
// could tell of everybody.
func TestService_staysInScope(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		s := audience.New(db, zone())
		reps(t, db, 1, 2)
		people(t, db, cast())
		require.NoError(t, s.Refresh(t.Context()))
		others := `{"f":"friend","is":"in","v":["lost","half"]}`
		for doc, want := range map[string][]int64{
			`null`:                           {3},
			`{"f":"tag","is":"any","v":[2]}`: {3},
			`{"f":"tag","is":"any","v":[1]}`: {3},
			others:                           {},
		} {
			f := parse(t, doc)
			everybody, err := s.Count(t.Context(), f)
			require.NoError(t, err)
			ctx := model.WithScope(t.Context(), model.Scope{Reps: []int64{2}})
			n, err := s.Count(ctx, f)
			require.NoError(t, err)
			list, err := s.Members(ctx, f, model.Page{})
			require.NoError(t, err)
			require.Len(t, list, int(n), doc)
			ids := []int64{}
			for _, c := range list {
				ids = append(ids, c.ID)
			}
			require.Equal(t, want, ids, "%s of %d", doc, everybody)
			n, err = s.Count(model.WithScope(t.Context(), model.Scope{}), f)
			require.NoError(t, err)
			require.Zero(t, n, doc)
		}
	})
}

// members pages through an audience one by one.
func members(t *testing.T, s *audience.Service, f audience.Filter) []int64 {
	ids, page := []int64{}, model.Page{Limit: 1}
	for {
		list, err := s.Members(t.Context(), f, page)
		require.NoError(t, err)
		if len(list) == 0 {
			return ids
		}
		page.After = list[0].ID
		ids = append(ids, list[0].ID)
	}
}

// change is what happens to one contact: its relationship, its tags and the
// activity that says so, as the contact service does it.
func change(ctx context.Context, t require.TestingT, db *model.DB, contact int64, state model.RelationshipState, tags []int64) {
	require.NoError(t, db.InTx(ctx, func(ctx context.Context) error {
		now := db.Now(ctx)
		r := model.Relationship{ID: contact, ContactID: contact, RepID: 1, State: state, AddedAt: now}
		require.NoError(t, db.Conn(ctx).Save(&r).Error)
		require.NoError(t, db.Conn(ctx).Model(&model.RelationshipTag{}).
			Where("contact_id = ?", contact).UpdateColumn("removed_at", now).Error)
		for _, tag := range tags {
			require.NoError(t, db.Conn(ctx).Save(&model.RelationshipTag{RelationshipID: contact, TagID: tag, ContactID: contact, AddedAt: now}).Error)
		}
		return nil
	}))
}

func tell(ctx context.Context, t require.TestingT, db *model.DB, id, contact int64, kind model.ActivityKind) {
	require.NoError(t, db.Conn(ctx).Create(&model.Activity{ID: id, DedupeKey: fmt.Sprint(id), Kind: kind, ContactID: contact}).Error)
}

// The bitmaps follow every kind of change and always count what SQL counts.
func TestService_bitmapsEqualSQL(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		ctx := t.Context()
		rapid.Check(t, func(t *rapid.T) {
			emptyWorld(ctx, t, db)
			plain, fast := audience.New(db, zone()), audience.New(db, zone())
			if rapid.Bool().Draw(t, "built before the people come") {
				require.NoError(t, fast.Refresh(ctx))
			}
			for id := range rapid.Int64Range(1, 8).Draw(t, "steps") {
				require.NoError(t, db.InTx(ctx, func(ctx context.Context) error { step(ctx, t, db, id+1); return nil }))
				if id == 2 {
					require.NoError(t, fast.Refresh(ctx))
				}
				f := parse(t, drawFilter(t, 3, drawTagLeaf))
				want, err := plain.Count(ctx, f)
				require.NoError(t, err)
				got, err := fast.Count(ctx, f)
				require.NoError(t, err)
				require.Equal(t, want, got, text(t, f))
				page := model.Page{After: rapid.Int64Range(0, 2).Draw(t, "after"), Limit: 2}
				listed, err := plain.Members(ctx, f, page)
				require.NoError(t, err)
				found, err := fast.Members(ctx, f, page)
				require.NoError(t, err)
				require.Equal(t, listed, found, text(t, f))
			}
		})
	})
}

// emptyWorld leaves five tags and nobody.
func emptyWorld(ctx context.Context, t *rapid.T, db *model.DB) {
	require.NoError(t, db.InTx(ctx, func(ctx context.Context) error {
		for _, table := range []string{"contacts", "relationships", "relationship_tags", "activities", "tags"} {
			require.NoError(t, db.Conn(ctx).Exec("DELETE FROM "+table).Error)
		}
		for tag := range int64(5) {
			require.NoError(t, db.Conn(ctx).Create(&model.Tag{ID: tag + 1, WeComID: fmt.Sprint(tag)}).Error)
		}
		return nil
	}))
}

// step changes the world as the contact service would.
func step(ctx context.Context, t *rapid.T, db *model.DB, id int64) {
	switch rapid.IntRange(0, 9).Draw(t, "what") {
	case 0: // the library loses a tag, and no activity says so
		tag, at := rapid.Int64Range(1, 5).Draw(t, "dropped"), modeltest.Start().Add(time.Duration(id)*time.Second)
		require.NoError(t, db.Conn(ctx).Model(&model.Tag{}).Where("id = ?", tag).Update("deleted_at", at).Error)
		require.NoError(t, db.Conn(ctx).Model(&model.RelationshipTag{}).Where("tag_id = ?", tag).UpdateColumn("removed_at", at).Error)
	case 1: // and gets all of them back
		require.NoError(t, db.Conn(ctx).Model(&model.Tag{}).Where("1 = 1").Update("deleted_at", nil).Error)
	default:
		contact := rapid.Int64Range(1, 4).Draw(t, "contact")
		require.NoError(t, db.Conn(ctx).Save(&model.Contact{ID: contact, ExternalUserID: fmt.Sprint(contact)}).Error)
		state := rapid.SampledFrom([]model.RelationshipState{model.RelationshipActive, model.RelationshipActive, model.RelationshipLost}).Draw(t, "state")
		tags := rapid.SliceOfNDistinct(rapid.Int64Range(1, 5), 0, 4, rapid.ID[int64]).Draw(t, "tags")
		change(ctx, t, db, contact, state, tags)
		tell(ctx, t, db, id, contact, model.ActivityTagAdded)
	}
}

// seeded is a service with bitmaps over one friend, who wears tag 1.
func seeded(t *testing.T, db *model.DB) (*audience.Service, func() int64) {
	ctx, s, f := t.Context(), audience.New(db, zone()), parse(t, `{"f":"tag","is":"any","v":[1]}`)
	require.NoError(t, db.Conn(ctx).Create(&model.Contact{ID: 1, ExternalUserID: "1"}).Error)
	change(ctx, t, db, 1, model.RelationshipActive, []int64{1})
	tell(ctx, t, db, 100, 1, model.ActivityTagAdded)
	require.NoError(t, s.Refresh(ctx))
	return s, func() int64 {
		n, err := s.Count(ctx, f)
		require.NoError(t, err)
		return n
	}
}

func TestService_bitmapsAreRebuiltEveryHour(t *testing.T) {
	t.Parallel()
	db, clock := modeltest.New(t)
	s, count := seeded(t, db)
	change(t.Context(), t, db, 1, model.RelationshipActive, nil) // and nobody is told
	require.EqualValues(t, 1, count(), "the bitmaps answer, not SQL")
	require.NoError(t, s.Refresh(t.Context()))
	require.EqualValues(t, 1, count(), "a refresh only follows the activities")
	clock.Advance(time.Hour)
	require.NoError(t, s.Refresh(t.Context()))
	require.EqualValues(t, 0, count())
}

func TestService_bitmapsSeeActivitiesThatCommitLate(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	_, count := seeded(t, db)
	change(t.Context(), t, db, 1, model.RelationshipActive, nil)
	tell(t.Context(), t, db, 90, 1, model.ActivityTagRemoved) // an older id than the newest one seen
	require.EqualValues(t, 0, count())
}

func TestService_bitmapsFarBehindLeaveTheAnswerToSQL(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	s, count := seeded(t, db)
	change(t.Context(), t, db, 1, model.RelationshipActive, nil)
	rows := make([]model.Activity, 13_000)
	for i := range rows {
		rows[i] = model.Activity{ID: int64(200 + i), DedupeKey: fmt.Sprint(200 + i), Kind: model.ActivityTagAdded, ContactID: 1}
	}
	require.NoError(t, db.Conn(t.Context()).CreateInBatches(rows, 1000).Error)
	require.EqualValues(t, 0, count(), "SQL's")
	require.NoError(t, s.Refresh(t.Context()))
	require.EqualValues(t, 0, count(), "the new bitmaps'")
	change(t.Context(), t, db, 1, model.RelationshipActive, []int64{1})
	require.EqualValues(t, 0, count(), "nobody has told the new bitmaps")
}

func TestService_bitmapsIgnoreWhatIsNotCommitted(t *testing.T) {
	t.Parallel()
	db, _ := modeltest.New(t)
	s, count := seeded(t, db)
	undo := fmt.Errorf("undo")
	err := db.InTx(t.Context(), func(ctx context.Context) error {
		change(ctx, t, db, 1, model.RelationshipActive, nil)
		tell(ctx, t, db, 101, 1, model.ActivityTagRemoved)
		n, err := s.Count(ctx, parse(t, `{"f":"tag","is":"any","v":[1]}`))
		require.NoError(t, err)
		require.EqualValues(t, 0, n, "the transaction sees its own change")
		return undo
	})
	require.ErrorIs(t, err, undo)
	require.EqualValues(t, 1, count())
}
