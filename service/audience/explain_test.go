package audience_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

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
		p.contact.AccountID, p.contact.Role, p.inbound = ptr(int64(i/3+1)), model.RoleBoss, ptr(modeltest.Start())
		p.doings = []model.Activity{{Kind: model.ActivityReplied, OccurredAt: modeltest.Start()}, {Kind: model.ActivityPriceAsked, OccurredAt: modeltest.Start()}}
		crowd = append(crowd, p)
	}
	people(t, db, crowd)
	firm := make([]model.Account, 100)
	for i := range firm {
		firm[i] = model.Account{LiveSlot: ptr(int8(1)), Tier: model.TierA, Lifecycle: model.LifecycleProspect}
	}
	companies(t, db, firm)
	var deals []model.Opportunity
	var members []model.TargetMember
	for i := range int64(100) {
		deals = append(deals, model.Opportunity{AccountID: i + 1, State: model.OpportunityOpen, Kind: model.OpportunityNew})
		members = append(members, model.TargetMember{ListID: 1, AccountID: i + 1, OpenSlot: ptr(int8(1)), FromAt: modeltest.Start()})
	}
	require.NoError(t, conn.Create(&model.TargetList{Name: "一"}).Error)
	require.NoError(t, conn.Create(&deals).Error)
	require.NoError(t, conn.Create(&members).Error)
	for _, table := range []string{"opportunities", "target_members", "target_lists", "contacts", "relationships", "relationship_tags", "enrollments", "touches", "last_actives", "accounts", "activities"} {
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
		`{"f":"last_inbound","is":"older_than","v":{"n":3,"unit":"day"}}`,
		`{"f":"phone","is":"known"}`,
		`{"f":"activity","is":"in","v":["price_asked"],"opt":{"within":{"n":3,"unit":"day"}}}`,
		`{"f":"activity","is":"not_in","v":["price_asked","replied"],"opt":{"times":3}}`,
		`{"f":"account.tier","is":"in","v":["A"]}`,
		`{"f":"account.people","is":"at_least","v":3}`,
		`{"f":"account.roles","is":"all","v":["boss","cio"]}`,
		`{"f":"account.list","is":"in","v":[1]}`,
		`{"f":"account.opportunity","is":"none","v":["won"]}`,
		`{"f":"account.any","v":{"filter":` + boss + `}}`,
		`{"f":"account.all","v":{"filter":{"f":"tag","is":"any","v":[1,10]}}}`,
		`{"f":"account.at_least","v":{"filter":{"f":"score","is":"at_least","v":50},"n":2}}`,
		`{"f":"account.at_least","v":{"filter":{"f":"activity","is":"in","v":["meeting_held"]},"n":2}}`,
	} {
		where, args := parse(t, doc).SQL(modeltest.Start().In(zone()))
		looksUp(t, db, doc, "SELECT COUNT(*) FROM contacts c WHERE "+where, args...)
		part := model.Scope{Reps: []int64{1}}.OfContacts(db.Read(t.Context()).Table("contacts c").Where(where, args...), "c.id")
		scoped := part.Session(&gorm.Session{DryRun: true}).Find(&[]map[string]any{}).Statement
		looksUp(t, db, doc, scoped.SQL.String(), scoped.Vars...)
	}
	for _, doc := range []string{
		`{"f":"people","is":"at_most","v":3}`,
		`{"f":"roles","is":"any","v":["boss"]}`,
		`{"f":"any","v":{"filter":{"f":"is_kp","is":"yes"}}}`,
		`{"f":"all","v":{"filter":{"f":"stage","is":"known"}}}`,
		`{"f":"at_least","v":{"filter":{"f":"tag","is":"none","v":[1,10]},"n":2}}`,
	} {
		where, args := parseAccounts(t, doc).SQL(modeltest.Start().In(zone()))
		looksUp(t, db, doc, "SELECT COUNT(*) FROM accounts a WHERE "+where, args...)
	}
}

// looksUp checks that only the first table of a query is gone through, and a
// handful of reps (p).
func looksUp(t *testing.T, db *model.DB, doc, query string, args ...any) {
	t.Helper()
	var plan []map[string]any
	require.NoError(t, db.Conn(t.Context()).Raw("EXPLAIN "+query, args...).Scan(&plan).Error, doc)
	require.Greater(t, len(plan), 1, doc)
	for _, row := range plan[1:] {
		if fmt.Sprint(row["table"]) != "p" {
			require.NotContains(t, []string{"ALL", "index"}, fmt.Sprint(row["type"]), "%s\n%v", doc, row)
		}
	}
}

// Among 100,000 doings each contact's are found by their index, on both databases.
func TestFilter_findsDoingsByTheContact(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		conn := db.Conn(t.Context())
		crowd := make([]person, 1000)
		for i := range crowd {
			crowd[i] = cast()[1]
		}
		people(t, db, crowd)
		const digits = "(SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9)"
		require.NoError(t, conn.Exec(`INSERT INTO activities (dedupe_key, kind, contact_id, occurred_at, recorded_at, data)
			SELECT c.id * 100 + x.d * 10 + y.d + 1000000, 'replied', c.id, ?, ?, '{}' FROM contacts c, `+digits+` x, `+digits+` y`,
			modeltest.Start(), modeltest.Start()).Error)
		if db.Dialect() == model.SQLite {
			require.NoError(t, conn.Exec("ANALYZE").Error)
		} else {
			require.NoError(t, conn.Exec("ANALYZE TABLE activities, contacts").Error)
		}
		for _, opt := range []string{`{"within":{"n":30,"unit":"day"}}`, `{"times":3}`} {
			doc := `{"f":"activity","is":"not_in","v":["price_asked"],"opt":` + opt + `}`
			where, args := parse(t, doc).SQL(modeltest.Start().In(zone()))
			query := "SELECT COUNT(*) FROM contacts c WHERE " + where
			if db.Dialect() == model.MySQL {
				looksUp(t, db, doc, query, args...)
				continue
			}
			var plan []struct{ Detail string }
			require.NoError(t, conn.Raw("EXPLAIN QUERY PLAN "+query, args...).Scan(&plan).Error)
			require.Contains(t, fmt.Sprint(plan), "SEARCH h USING INDEX ix_activities_contact (contact_id=?)")
		}
	})
}
