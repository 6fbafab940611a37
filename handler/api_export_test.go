package handler_test

import (
	"bytes"
	"encoding/csv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/xuri/excelize/v2"

	"sixtouch/handler/handlertest"
	"sixtouch/model"
)

func TestExport_givesListsAsFilesWithoutFormulasAndPeoplesDataToAdminsOnly(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		app.Person(t, "anna", `=HYPERLINK("http://evil","王小明")`)
		app.Person(t, "anna", "李雷")
		app.Person(t, "bert", "韩梅梅")
		require.NoError(t, app.DB.Conn(t.Context()).Model(&model.Contact{}).Where("id = 2").Updates(map[string]any{"mobile": "+8613800000000", "corp_name": "A公司"}).Error)
		for i := range 250 {
			require.NoError(t, app.DB.Conn(t.Context()).Create(&model.Touch{
				ContactID: 2, RepID: 1, SOPID: 1, StepKey: "d1", Run: i, Channel: "group_message", State: model.TouchDelivered, LocalDay: "2026-03-02",
			}).Error)
		}
		file := func(url, as string) [][]string {
			answer := app.Do(t, handlertest.Request{URL: url, As: as})
			require.Equal(t, 200, answer.Code, "%s", answer.Body)
			require.Contains(t, answer.Header().Get("Content-Disposition"), "attachment")
			text, marked := strings.CutPrefix(answer.Body.String(), "\ufeff")
			require.True(t, marked, "Excel knows UTF-8 by its mark")
			rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
			require.NoError(t, err)
			return rows
		}
		rows := file("/api/v1/contacts/export?rep_id=1", handlertest.Admin)
		require.Len(t, rows, 3, "the list's filter holds")
		require.Equal(t, []string{"编号", "外部联系人ID", "姓名", "职位", "部门", "邮箱", "手机", "公司"}, rows[0][:8])
		require.Equal(t, []string{"李雷", "'+8613800000000", "A公司"}, []string{rows[1][2], rows[1][6], rows[1][7]})
		require.Equal(t, `'=HYPERLINK("http://evil","王小明")`, rows[2][2])

		rows = file("/api/v1/contacts/export", handlertest.Reader)
		require.Len(t, rows, 4)
		require.Equal(t, []string{"编号", "外部联系人ID", "公司"}, rows[0][:3], "a reader gets no people's data")
		require.Len(t, file("/api/v1/touches/export?contact_id=2", handlertest.Admin), 251, "page after page")
		require.Contains(t, app.Log.String(), `who="test admin" list=touches format=csv rows=250 personal=true`)
		require.NotContains(t, app.Log.String(), "李雷")

		answer := app.Do(t, handlertest.Request{URL: "/api/v1/touches/export?contact_id=2&format=xlsx", As: handlertest.Admin})
		book, err := excelize.OpenReader(bytes.NewReader(answer.Body.Bytes()))
		require.NoError(t, err)
		defer book.Close()
		sheet, err := book.GetRows("Sheet1")
		require.NoError(t, err)
		require.Len(t, sheet, 251)
		app.Run(t,
			handlertest.Scenario{Name: "no such format", URL: "/api/v1/contacts/export?format=pdf", As: handlertest.Admin, Status: 400, Contains: []string{`"format"`}},
			handlertest.Scenario{Name: "the list's faults", URL: "/api/v1/touches/export?state=failed", As: handlertest.Admin, Status: 400, Contains: []string{`"state"`}},
			handlertest.Scenario{Name: "none yet", URL: "/api/v1/opportunities/export", As: handlertest.Reader, Status: 200, Contains: []string{"公司名称,商机名称,金额"}},
			handlertest.Scenario{Name: "strangers", URL: "/api/v1/contacts/export", Status: 401},
		)
	})
}

func TestExport_ofAccountsComesInAgainUnchanged(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		app.Person(t, "anna", "王小明")
		work := func() {
			for again := true; again; {
				var err error
				again, err = app.Imports.Run(t.Context())
				require.NoError(t, err)
			}
		}
		body, header := form(t, "file", "a.csv", []byte("公司,等级,年合同额,负责人,战略客户\n'=甲公司,A,12万,anna,是\n乙公司,,,,\n"))
		app.Run(t, handlertest.Scenario{Name: "bring", Method: "POST", URL: "/api/v1/imports?kind=accounts", As: handlertest.Admin, Body: body, Header: header, Status: 201})
		work()
		app.Run(t, handlertest.Scenario{Name: "start", Method: "POST", URL: "/api/v1/imports/1/start", As: handlertest.Admin, Status: 200})
		work()
		answer := app.Do(t, handlertest.Request{URL: "/api/v1/accounts/export?format=xlsx", As: handlertest.Reader})
		require.Equal(t, 200, answer.Code)
		body, header = form(t, "file", "a.xlsx", answer.Body.Bytes())
		app.Run(t,
			handlertest.Scenario{Name: "one tier", URL: "/api/v1/accounts/export?tier=A", As: handlertest.Reader, Status: 200, Contains: []string{"'=甲公司", "120000", "anna"}, NotContains: []string{"乙公司"}},
			handlertest.Scenario{Name: "no such list", URL: "/api/v1/accounts/export?list_id=9", As: handlertest.Reader, Status: 200, NotContains: []string{"甲公司"}},
			handlertest.Scenario{Name: "again", Method: "POST", URL: "/api/v1/imports?kind=accounts", As: handlertest.Admin, Body: body, Header: header, Status: 201},
		)
		work()
		app.Run(t, handlertest.Scenario{Name: "nothing is new", URL: "/api/v1/imports/2", As: handlertest.Admin, Status: 200, Contains: []string{`"unchanged":2`, `"new":0`, `"updated":0`}})
	})
}
