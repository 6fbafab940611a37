package audience_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

// On MySQL no leaf reads a whole table, or a whole index, for each contact:
// only the contacts themselves are gone through.
func TestFilter_noLeafScansATable(t *testing.T) {
	t.Parallel()
	db := modeltest.Open(t, modeltest.MySQLDSN(t), modeltest.NewClock())
	conn := db.Conn(t.Context())
	reps(t, db, 1, 2)
	var crowd []person
	for i := range 300 {
		p := cast()[1+i%5]
		for tag := range int64(5) {
			p.tags = append(p.tags, model.RelationshipTag{RelationshipID: 0, TagID: 10 + tag, AddedAt: modeltest.Start()})
		}
		crowd = append(crowd, p)
	}
	people(t, db, crowd)
	for _, table := range []string{"contacts", "relationships", "relationship_tags", "enrollments", "touches"} {
		require.NoError(t, conn.Exec("ANALYZE TABLE "+table).Error)
	}
	for _, doc := range []string{
		`{"f":"tag","is":"any","v":[1,10]}`,
		`{"f":"tag","is":"all","v":[1,10]}`,
		`{"f":"tag","is":"none","v":[1,10]}`,
		`{"f":"tag","is":"exactly","v":[1,10]}`,
		`{"f":"tag","is":"empty"}`,
		`{"f":"tag","is":"any","v":[1,10],` + sinceDays("newer_than", 3, "elapsed"),
		`{"f":"owner","is":"in","v":[1]}`,
		`{"f":"department","is":"not_in","v":[1]}`,
		`{"f":"channel_state","is":"in","v":["expo"]}`,
		`{"f":"friend","is":"in","v":["lost"]}`,
		`{"f":"touches","is":"between","v":{"min":1},"opt":{"within":{"n":3,"unit":"day"}}}`,
		`{"f":"last_touch","is":"older_than","v":{"n":3,"unit":"day"}}`,
		`{"f":"sop","is":"exited","v":[7],"opt":{"reason":["left"]}}`,
		`{"f":"sop","is":"never","v":[7]}`,
	} {
		where, args := parse(t, doc).SQL(modeltest.Start().In(zone()))
		var plan []map[string]any
		require.NoError(t, conn.Raw("EXPLAIN SELECT COUNT(*) FROM contacts c WHERE "+where, args...).Scan(&plan).Error, doc)
		require.Greater(t, len(plan), 1, doc)
		for _, row := range plan {
			if table := fmt.Sprint(row["table"]); table != "c" && table != "p" { // p: a handful of reps
				require.NotContains(t, []string{"ALL", "index"}, fmt.Sprint(row["type"]), "%s\n%v", doc, row)
			}
		}
	}
}
