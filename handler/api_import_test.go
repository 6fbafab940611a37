package handler_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
)

func TestImports_areLookedThroughThenRunAndSayWhatIsWrong(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		work := func(t *testing.T) {
			for again := true; again; {
				var err error
				again, err = app.Imports.Run(t.Context())
				require.NoError(t, err)
			}
		}
		body, header := form(t, "file", `C:\desk\客户.csv`, []byte("公司名称,负责人,规模\n腾讯科技,没有这个人,10\n阿里巴巴,,二十\n=HYPERLINK(1),,30\n"))
		other, otherHeader := form(t, "file", "a.csv", []byte("甲,乙\n1,2\n"))
		large, largeHeader := form(t, "file", "a.csv", make([]byte, 51<<20))
		app.Run(t,
			handlertest.Scenario{Name: "a reader brings none", Method: "POST", URL: "/api/v1/imports?kind=accounts", As: handlertest.Reader, Body: body, Header: header, Status: 403},
			handlertest.Scenario{Name: "nor sees people's data", URL: "/api/v1/imports", As: handlertest.Reader, Status: 403},
			handlertest.Scenario{Name: "of no kind", Method: "POST", URL: "/api/v1/imports?kind=files", As: handlertest.Admin, Body: body, Header: header, Status: 400, Contains: []string{`"kind"`}},
			handlertest.Scenario{Name: "too large", Method: "POST", URL: "/api/v1/imports?kind=accounts", As: handlertest.Admin, Body: large, Header: largeHeader, Status: 413, Contains: []string{"50 MiB"}},
			handlertest.Scenario{Name: "bring", Method: "POST", URL: "/api/v1/imports?kind=accounts", As: handlertest.Admin, Body: body, Header: header, Status: 201, Contains: []string{`"state":"checking"`, `"name":"客户.csv"`, `"mapping":["name","owner","employees"]`}},
			handlertest.Scenario{Name: "not before it was looked through", Method: "POST", URL: "/api/v1/imports/1/start", As: handlertest.Admin, Status: 409, Contains: []string{"试运行"}},
			handlertest.Scenario{Name: "what columns may mean", URL: "/api/v1/imports/fields?kind=contacts", As: handlertest.Reader, Status: 200, Contains: []string{`{"key":"mobile","label":"手机"}`}},
			handlertest.Scenario{Name: "nobody knows these columns", Method: "POST", URL: "/api/v1/imports?kind=accounts", As: handlertest.Admin, Body: other, Header: otherHeader, Status: 201, Contains: []string{`"state":"draft"`}},
			handlertest.Scenario{Name: "a person does", Method: "PUT", URL: "/api/v1/imports/2/mapping", As: handlertest.Admin, Body: `{"mapping":["name",""]}`, Status: 200, Contains: []string{`"state":"checking"`}},
			handlertest.Scenario{Name: "wrongly", Method: "PUT", URL: "/api/v1/imports/2/mapping", As: handlertest.Admin, Body: `{"mapping":["name","nam"]}`, Status: 400, Contains: []string{"没有字段"}},
			handlertest.Scenario{Name: "and thinks better of it", Method: "POST", URL: "/api/v1/imports/2/cancel", As: handlertest.Admin, Status: 200, Contains: []string{`"state":"cancelled"`}},
		)
		work(t)
		app.Run(t,
			handlertest.Scenario{Name: "looked through", URL: "/api/v1/imports/1", As: handlertest.Admin, Status: 200, Contains: []string{`"state":"checked"`, `"new":1`, `"faulty":2`, `"sample":[["腾讯科技"`}},
			handlertest.Scenario{Name: "which are new", URL: "/api/v1/imports/1/rows?outcome=new", As: handlertest.Admin, Status: 200, Contains: []string{`"line":4,"ref":0`, `"cells":["=HYPERLINK(1)"`}},
			handlertest.Scenario{Name: "which are faulty, and why", URL: "/api/v1/imports/1/rows?outcome=faulty&limit=1", As: handlertest.Admin, Status: 200, Contains: []string{`"line":2`, `没有叫“没有这个人”的在职员工`, "next_cursor"}},
			handlertest.Scenario{Name: "of no outcome", URL: "/api/v1/imports/1/rows", As: handlertest.Admin, Status: 400, Contains: []string{`"outcome"`}},
			handlertest.Scenario{Name: "not for readers either", URL: "/api/v1/imports/1/rows?outcome=new", As: handlertest.Reader, Status: 403},
			handlertest.Scenario{Name: "what is wrong", URL: "/api/v1/imports/1/notes?limit=1", As: handlertest.Admin, Status: 200, Contains: []string{`"line":2`, `没有叫“没有这个人”的在职员工`, "next_cursor"}},
			handlertest.Scenario{Name: "in English", URL: "/api/v1/imports/1/notes", As: handlertest.Admin, Header: map[string][]string{"Accept-Language": {"en"}}, Status: 200, Contains: []string{`“二十” is no number`}},
			handlertest.Scenario{Name: "as a file", URL: "/api/v1/imports/1/notes/file", As: handlertest.Admin, Status: 200, Contains: []string{"\ufeff行号,列,说明", "\n3,员工数,"}},
			handlertest.Scenario{Name: "not for readers", URL: "/api/v1/imports/1/notes/file", As: handlertest.Reader, Status: 403},
			handlertest.Scenario{Name: "start", Method: "POST", URL: "/api/v1/imports/1/start", As: handlertest.Admin, Status: 200, Contains: []string{`"state":"running"`}},
			handlertest.Scenario{Name: "start again", Method: "POST", URL: "/api/v1/imports/1/start", As: handlertest.Admin, Status: 200, Contains: []string{`"state":"running"`}},
		)
		work(t)
		app.Run(t,
			handlertest.Scenario{Name: "done", URL: "/api/v1/imports/1", As: handlertest.Admin, Status: 200, Contains: []string{`"state":"done"`, `"new":1`, `"done":3`, `"sample":[]`}},
			handlertest.Scenario{Name: "what the new one has become", URL: "/api/v1/imports/1/rows?outcome=new", As: handlertest.Admin, Status: 200, Contains: []string{`"ref":1`, `"name":"=HYPERLINK(1)"`, `"cells":[]`}},
			handlertest.Scenario{Name: "all", URL: "/api/v1/imports", As: handlertest.Admin, Status: 200, Contains: []string{`"id":2`, `"id":1`}},
			handlertest.Scenario{Name: "none of that number", URL: "/api/v1/imports/9", As: handlertest.Admin, Status: 404},
			handlertest.Scenario{Name: "nor its notes", URL: "/api/v1/imports/9/notes", As: handlertest.Admin, Status: 404},
		)
		require.NotContains(t, app.Log.String(), "腾讯")
	})
}
