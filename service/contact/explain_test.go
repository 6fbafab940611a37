package contact

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

// plan is a line of EXPLAIN.
type plan struct {
	Table string
	Type  string
	Key   string
}

func explain(t *testing.T, db *model.DB, q *gorm.DB) []plan {
	t.Helper()
	statement := q.Session(&gorm.Session{DryRun: true}).Find(&[]map[string]any{}).Statement
	var rows []map[string]any
	err := db.Conn(context.Background()).Raw("EXPLAIN "+statement.SQL.String(), statement.Vars...).Scan(&rows).Error
	require.NoError(t, err, statement.SQL.String())
	out := make([]plan, 0, len(rows))
	for _, r := range rows {
		text := func(k string) string {
			if b, ok := r[k].([]byte); ok {
				return string(b)
			}
			return fmt.Sprint(r[k])
		}
		out = append(out, plan{text("table"), text("type"), text("key")})
	}
	return out
}

func TestQueries_useTheirIndexes(t *testing.T) {
	t.Parallel()
	clock := modeltest.NewClock()
	db := modeltest.Open(t, modeltest.MySQLDSN(t), clock)
	s := New(db, func(context.Context, model.Activity) error { return nil })
	fill(t, s, clock)
	ctx := t.Context()
	conn := db.Conn(ctx)
	list := func(f Filter) *gorm.DB { return s.idsQuery(ctx, f, model.Page{After: 3000}) }
	for name, tc := range map[string]struct {
		query *gorm.DB
		want  map[string]string // table → key
	}{
		"list: all":        {list(Filter{}), map[string]string{"d": "PRIMARY"}},
		"list: of a rep":   {list(Filter{RepID: 1}), map[string]string{"d": "ix_relationships_rep"}},
		"list: rep active": {list(Filter{RepID: 1, State: model.RelationshipActive}), map[string]string{"d": "ix_relationships_rep"}},
		"list: with a tag": {list(Filter{TagID: 1}), map[string]string{"d": "ix_relationship_tags_tag"}},
		"list: tag of rep": {list(Filter{TagID: 1, RepID: 1}), map[string]string{"d": "ix_relationship_tags_tag", "r": "uq_relationships_pair"}},
		"list: active":     {list(Filter{State: model.RelationshipActive}), map[string]string{"d": "ix_relationships_state"}},
		"list: name":       {list(Filter{Query: "王"}), map[string]string{"d": "PRIMARY"}},
		"list: at account": {list(Filter{AccountID: 1}), map[string]string{"d": "ix_contacts_account"}},
		"list: on a rung":  {list(Filter{Stage: "mql"}), map[string]string{"d": "ix_contacts_stage"}},
		"list: source":     {list(Filter{Source: "expo", AddedSince: clock.Now()}), map[string]string{"d": "ix_contacts_source"}},
		"list: score":      {list(Filter{MinScore: 60, Grade: "A"}), map[string]string{"d": "PRIMARY"}},
		"list: named ones": {list(Filter{IDs: []int64{1, 2, 3}}), map[string]string{"d": "PRIMARY"}},
		"list: rung of rep": {
			list(Filter{Stage: "mql", RepID: 1, State: model.RelationshipActive}),
			map[string]string{"d": "ix_relationships_rep", "c": "PRIMARY"},
		},
		"list: rung of active ones": {
			list(Filter{Stage: "mql", State: model.RelationshipActive}),
			map[string]string{"d": "ix_contacts_stage", "r": "ix_relationships_state"},
		},
		"relationships of a page": {s.relationshipsQuery(ctx, someIDs(100)), map[string]string{"relationships": "uq_relationships_pair", "reps": "PRIMARY"}},
		"tags of a page":          {s.tagsQuery(ctx, someIDs(100), false), map[string]string{"relationship_tags": "ix_relationship_tags_contact", "tags": "PRIMARY"}},
		"lock contacts": {
			conn.Model(&model.Contact{}).Where("external_userid IN ?", []string{"wm1", "wm2"}),
			map[string]string{"contacts": "uq_contacts_external"},
		},
		"relationships of contacts": {
			conn.Model(&model.Relationship{}).Where("contact_id IN ? AND rep_id IN ?", []int64{1, 2, 3}, []int64{1, 2}),
			map[string]string{"relationships": "uq_relationships_pair"},
		},
		"tags of relationships": {
			conn.Model(&model.RelationshipTag{}).Where("relationship_id IN ?", []int64{1, 2, 3}),
			map[string]string{"relationship_tags": "PRIMARY"},
		},
		"tags of contacts": {
			conn.Model(&model.RelationshipTag{}).Where("contact_id IN ? AND removed_at IS NULL", []int64{1, 2, 3}),
			map[string]string{"relationship_tags": "ix_relationship_tags_contact"},
		},
		"unseen by a synchronisation": {
			conn.Model(&model.Relationship{}).Where("rep_id = ? AND state = ? AND sync_id <> ?", 1, model.RelationshipActive, 1),
			map[string]string{"relationships": "ix_relationships_rep"},
		},
		"a deleted tag's wearers": {
			conn.Model(&model.RelationshipTag{}).Where("tag_id IN ? AND removed_at IS NULL", []int64{3}),
			map[string]string{"relationship_tags": "ix_relationship_tags_tag"},
		},
	} {
		for _, p := range explain(t, db, tc.query) {
			require.NotEqual(t, "ALL", p.Type, "%s: full scan of %s", name, p.Table)
			if want := tc.want[p.Table]; want != "" {
				require.Equal(t, want, p.Key, "%s: %s", name, p.Table)
			}
		}
	}
}

func someIDs(n int64) (ids []int64) {
	for id := range n {
		ids = append(ids, id+1)
	}
	return ids
}

// fill stores 3 000 contacts of 20 reps with 2 of 30 tags each.
func fill(t *testing.T, s *Service, clock *modeltest.Clock) {
	t.Helper()
	ctx := context.Background()
	for from := 0; from < 3000; from += 500 {
		var facts []Facts
		for i := from; i < from+500; i++ {
			facts = append(facts, Facts{
				ExternalUserID: fmt.Sprint("wm", i), RepUserID: fmt.Sprint("rep", i%20), State: model.RelationshipActive,
				ReadAt: clock.Now(), SyncID: 1,
				Profile: &Profile{Name: fmt.Sprint("客户", i), Type: 1},
				Follow:  &Follow{AddedAt: clock.Now(), Tags: []TagRef{{WeComID: fmt.Sprint("et", i%30)}, {WeComID: fmt.Sprint("et", (i+7)%30)}}},
			})
		}
		_, err := s.Apply(ctx, facts...)
		require.NoError(t, err)
	}
	for _, table := range []string{"contacts", "relationships", "relationship_tags", "reps", "tags"} {
		require.NoError(t, s.db.Conn(ctx).Exec("ANALYZE TABLE "+table).Error)
	}
}
