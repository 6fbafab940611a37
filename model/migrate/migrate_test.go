package migrate_test

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm/schema"

	"sixtouch/model"
	"sixtouch/model/migrate"
	"sixtouch/model/modeltest"
)

// tables are all structs that map a table.
func tables() []any {
	return []any{
		model.InboxItem{},
		model.Rep{},
		model.Department{},
		model.Contact{},
		model.Relationship{},
		model.TagGroup{},
		model.Tag{},
		model.RelationshipTag{},
		model.CustomerGroup{},
		model.CustomerGroupMember{},
		model.Sync{},
		model.Activity{},
		model.Welcome{},
		model.SOP{},
		model.SOPVersion{},
		model.StepContent{},
		model.Winner{},
		model.Enrollment{},
		model.Touch{},
		model.Dispatch{},
		model.Token{},
		model.CalendarDay{},
		model.Audience{},
		model.DayMark{},
		model.Digest{},
		model.CardUpdate{},
		model.Chase{},
		model.LastActive{},
		model.Erasure{},
		model.ContactDate{},
		model.Sweep{},
		model.SweepMember{},
		model.EnrollmentJob{},
		model.EnrollmentJobContact{},
		model.Holdout{},
		model.SendHours{},
		model.StoredMedia{},
		model.MediaChunk{},
		model.MediaUpload{},
		model.CohortTag{},
		model.CohortMember{},
		model.SOPChange{},
		model.Switch{},
		model.LimitRule{},
		model.LimitTurn{},
		model.OutsideMessage{},
		model.OutsideSend{},
		model.OutsideReading{},
		model.Account{},
		model.AccountAlias{},
		model.AccountDomain{},
		model.AccountMember{},
		model.MatchDecision{},
		model.MatchTask{},
		model.MatchKey{},
		model.MatchAccountTask{},
		model.MatchRejection{},
		model.MatchDomain{},
		model.MatchDomainReview{},
		model.AccountMerge{},
		model.LeadSource{},
		model.RoutingVersion{},
		model.LeadRoute{},
		model.Webhook{},
		model.WebhookDelivery{},
		model.TargetList{},
		model.TargetMember{},
		model.AccountPlan{},
		model.AccountAction{},
		model.AccountEvent{},
		model.AccountNote{},
		model.TierPolicy{},
		model.RepAbsence{},
		model.ScoreEntry{},
		model.ScoreRules{},
		model.ScoreJob{},
		model.Checkup{},
		model.StageDef{},
		model.StageRule{},
		model.StageEvent{},
		model.Handover{},
		model.HandoverRule{},
		model.StageSweep{},
		model.Opportunity{},
		model.OpportunityEvent{},
		model.ContactNeed{},
		model.Import{},
		model.ImportChunk{},
		model.ImportKey{},
		model.ImportNote{},
		model.ImportFate{},
		model.PendingContact{},
		model.ContactCompany{},
		model.User{},
		model.Session{},
		model.AuditEntry{},
	}
}

func TestMigrate_upDownUp(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		ctx := context.Background()
		m, err := migrate.New(ctx, db)
		require.NoError(t, err)
		require.NoError(t, m.Check(ctx))
		status, err := m.Status(ctx)
		require.NoError(t, err)
		for range status {
			require.NoError(t, m.Down(ctx))
		}
		require.ErrorContains(t, m.Check(ctx), "migrate up")
		require.NoError(t, m.Up(ctx))
		require.NoError(t, m.Check(ctx))
		status, err = m.Status(ctx)
		require.NoError(t, err)
		for _, s := range status {
			require.True(t, s.Applied, s.Name)
		}
	})
}

func TestMigrate_schemaEqualsStructs(t *testing.T) {
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, _ *modeltest.Clock) {
		conn := db.Conn(context.Background())
		for _, table := range tables() {
			s, err := schema.Parse(table, &sync.Map{}, conn.NamingStrategy)
			require.NoError(t, err)
			var want []string
			for _, f := range s.Fields {
				want = append(want, f.DBName)
			}
			columns, err := conn.Migrator().ColumnTypes(s.Table)
			require.NoError(t, err)
			var have []string
			for _, c := range columns {
				have = append(have, c.Name())
				field := s.FieldsByDBName[c.Name()]
				require.NotNil(t, field, "%s.%s is in no struct", s.Table, c.Name())
				if nullable, ok := c.Nullable(); ok && !field.PrimaryKey {
					require.Equal(t, field.FieldType.Kind() == reflect.Pointer, nullable, "%s.%s: NULL in one, not in the other", s.Table, c.Name())
				}
				comment, _ := c.Comment()
				if db.Dialect() == model.MySQL {
					require.Equal(t, field.StructField.Tag.Get("personal") != "", comment == "personal", "%s.%s: personal in one, not in the other", s.Table, c.Name())
				}
			}
			slices.Sort(want)
			slices.Sort(have)
			require.Equal(t, want, have, s.Table)
		}
	})
}

func TestMigrate_mysqlIsUTF8MB4Throughout(t *testing.T) {
	t.Parallel()
	db := modeltest.Open(t, modeltest.MySQLDSN(t), modeltest.NewClock())
	var wrong []string
	require.NoError(t, db.Conn(context.Background()).Raw(`SELECT CONCAT(table_name, '.', column_name) FROM information_schema.columns
		WHERE table_schema = DATABASE() AND character_set_name IS NOT NULL AND character_set_name <> 'utf8mb4'
		AND table_name <> 'goose_db_version'`).Scan(&wrong).Error)
	require.Empty(t, strings.Join(wrong, ", "))
}
