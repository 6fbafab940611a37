package transfer_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"gorm.io/gorm"

	"sixtouch/model"
	"sixtouch/model/modeltest"
)

// Every statement of an import is explained: what a page costs must not grow with
// the people and companies that are there already, nor with the file.
func TestImport_noStatementOfAPageScansATable(t *testing.T) {
	t.Parallel()
	clock := modeltest.NewClock()
	w := newWorld(t, modeltest.Open(t, modeltest.MySQLDSN(t), clock), clock)
	conn := w.db.Conn(w.ctx)
	var contacts []model.Contact
	var waiting []model.PendingContact
	for i := range 3000 {
		contacts = append(contacts, model.Contact{ExternalUserID: fmt.Sprintf("wm%d", i), Mobile: fmt.Sprint(13800000000 + i), Email: fmt.Sprintf("%d@a.cn", i)})
		waiting = append(waiting, model.PendingContact{ImportID: 99, Line: i, ExternalUserID: fmt.Sprintf("wx%d", i), Mobile: fmt.Sprint(13900000000 + i), Email: fmt.Sprintf("%d@b.cn", i)})
	}
	require.NoError(t, conn.CreateInBatches(&contacts, 500).Error)
	require.NoError(t, conn.CreateInBatches(&waiting, 500).Error)
	var file strings.Builder
	file.WriteString("公司,官网\n")
	for i := range 1500 {
		fmt.Fprintf(&file, "第%d号公司,d%d.cn\n", i, i%7)
	}
	w.imports = w.another(200)
	w.run(w.bring(model.ImportAccounts, file.String()))
	grows := []string{"contacts", "pending_contacts", "contact_companies", "accounts", "account_aliases", "account_domains", "import_keys", "import_chunks", "opportunities"}
	for _, table := range grows {
		require.NoError(t, conn.Exec("ANALYZE TABLE "+table).Error)
	}

	statements := record(t, w)
	w.run(w.bring(model.ImportAccounts, "公司,官网\n第1号公司,d1.cn\n新公司,d2.cn\n"))
	w.run(w.bring(model.ImportContacts, "外部联系人ID,手机,邮箱,公司\nwm1,,,甲\n,13800000002,,乙\n,13700000000,7@c.cn,丙\n,13900000001,1@b.cn,\n"))
	w.run(w.bring(model.ImportOpportunities, "公司,商机名称\n第1号公司,首单\n"))
	list := statements()
	require.Greater(t, len(list), 20)
	for _, sql := range list {
		var plan []map[string]any
		require.NoError(t, conn.Session(&gorm.Session{NewDB: true}).Raw("EXPLAIN "+sql).Scan(&plan).Error, sql)
		for _, row := range plan {
			table := fmt.Sprint(row["table"])
			if short := map[string]string{"d": "account_domains", "a": "accounts"}[table]; short != "" {
				table = short
			}
			if slices.Contains(grows, table) {
				require.NotContains(t, []string{"ALL", "index"}, fmt.Sprint(row["type"]), "%s\n%v", sql, row)
			}
		}
	}
}

// record collects the statements run through the world's database, one of each
// shape.
func record(t *testing.T, w *world) func() []string {
	t.Helper()
	var mu sync.Mutex
	seen := map[string]string{}
	keep := func(tx *gorm.DB) {
		sql := tx.Statement.SQL.String()
		if sql == "" || strings.HasPrefix(sql, "INSERT") || strings.HasPrefix(sql, "EXPLAIN") || strings.HasPrefix(sql, "SELECT count(*) FROM `accounts`") {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		seen[sql] = tx.Dialector.Explain(sql, tx.Statement.Vars...)
	}
	callbacks := w.db.Conn(w.ctx).Callback()
	require.NoError(t, callbacks.Query().After("gorm:query").Register("record", keep))
	require.NoError(t, callbacks.Row().After("gorm:row").Register("record", keep))
	require.NoError(t, callbacks.Update().After("gorm:update").Register("record", keep))
	require.NoError(t, callbacks.Delete().After("gorm:delete").Register("record", keep))
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		var list []string
		for _, sql := range seen {
			list = append(list, sql)
		}
		return list
	}
}
