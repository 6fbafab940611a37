package audience_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/audience"
)

const (
	benchContacts = 1_000_000
	benchTags     = 8 // worn by each contact, out of 200, of which few are common
)

// million fills the database with followed contacts and their tags.
func million(b *testing.B, db *model.DB) {
	conn := db.Conn(b.Context())
	const stamp = "'2026-03-01 00:00:00+00:00'"
	for _, statement := range []string{
		"PRAGMA synchronous = OFF",
		"DROP INDEX ix_relationship_tags_contact",
		"DROP INDEX ix_relationship_tags_tag",
		fmt.Sprintf(`INSERT INTO contacts (id, external_userid, name, first_added_at, created_at, updated_at)
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
			SELECT i, 'wm' || i, '', %[2]s, %[2]s, %[2]s FROM n`, benchContacts, stamp),
		fmt.Sprintf(`INSERT INTO relationships (id, rep_id, contact_id, state, remark_mobiles, personal_tags, added_at, seen_at, created_at, updated_at)
			SELECT id, 1, id, 'active', '[]', '[]', %[1]s, %[1]s, %[1]s, %[1]s FROM contacts`, stamp),
		// The cube of an even spread is a skewed one; a tag drawn twice is worn once.
		fmt.Sprintf(`INSERT OR IGNORE INTO relationship_tags (relationship_id, tag_id, contact_id, first_seen_at, added_at, last_seen_at)
			WITH RECURSIVE k(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM k WHERE i < %d),
			drawn AS (SELECT id, (id * 7919 + i * 611953 + id %% 97 * i * 104729) %% 1000003 / 1000003.0 AS r FROM contacts, k)
			SELECT id, 1 + CAST(200 * r * r * r AS INTEGER), id, %[2]s, %[2]s, %[2]s FROM drawn`, benchTags, stamp),
		"CREATE INDEX ix_relationship_tags_contact ON relationship_tags (contact_id, tag_id)",
		"CREATE INDEX ix_relationship_tags_tag ON relationship_tags (tag_id, contact_id)",
		"ANALYZE",
	} {
		require.NoError(b, conn.Exec(statement).Error, statement)
	}
}

// Counting tag trees over a million contacts: the bitmaps, warm and with their
// look at the database's version, beside the EXISTS that they stand for.
func BenchmarkCount(b *testing.B) {
	db, _ := modeltest.New(b)
	million(b, db)
	plain, fast := audience.New(db, zone()), audience.New(db, zone())
	start := time.Now()
	require.NoError(b, fast.Refresh(b.Context()))
	built := time.Since(start)
	for name, doc := range map[string]string{
		"any of 3":             `{"f":"tag","is":"any","v":[20,50,90]}`,
		"all of 2":             `{"f":"tag","is":"all","v":[10,30]}`,
		"none of 3":            `{"f":"tag","is":"none","v":[20,50,90]}`,
		"any 3 + all 2 - none": `{"op":"and","of":[{"f":"tag","is":"any","v":[20,50,90]},{"f":"tag","is":"all","v":[1,2]},{"op":"not","of":[{"f":"tag","is":"any","v":[5]}]}]}`,
		"exactly 2":            `{"f":"tag","is":"exactly","v":[1,2]}`,
		"empty":                `{"f":"tag","is":"empty"}`,
	} {
		f := parse(b, doc)
		start := time.Now()
		want, err := plain.Count(b.Context(), f)
		require.NoError(b, err)
		exists := time.Since(start)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				got, err := fast.Count(b.Context(), f)
				require.NoError(b, err)
				require.Equal(b, want, got)
			}
			each := b.Elapsed() / time.Duration(b.N)
			b.ReportMetric(float64(want), "people")
			b.ReportMetric(float64(built.Milliseconds()), "build-ms")
			b.ReportMetric(float64(exists.Milliseconds()), "exists-ms")
			b.ReportMetric(float64(exists/max(each, 1)), "times-faster")
			require.Less(b, each, 5*time.Millisecond)
			require.Greater(b, exists/max(each, 1), time.Duration(100))
		})
	}
}
