package handler_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
	"sixtouch/model"
)

// submit sends a form of a page, as the administrator's browser.
func submit(path string, fields url.Values) handlertest.Scenario {
	return handlertest.Scenario{
		Name: "submit " + path, Method: "POST", URL: path, As: handlertest.Session, Status: http.StatusSeeOther, Body: fields.Encode(),
		Header: http.Header{"Accept": {"text/html"}, "Content-Type": {"application/x-www-form-urlencoded"}},
	}
}

func TestPages_operateTheEngine(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		app.Person(t, "anna", "王小明")
		app.Run(t,
			handlertest.Scenario{Name: "create", Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Body: programme, Status: 201},
			handlertest.Scenario{Name: "publish", Method: "POST", URL: "/api/v1/sops/1/publish", As: handlertest.Admin, Status: 200},
			handlertest.Scenario{Name: "enroll", Method: "POST", URL: "/api/v1/sops/1/enrollments", As: handlertest.Admin, Body: `{"contact_ids":[1]}`, Status: 200},
			page("/sops/1/draft", "草稿与线上版本相同"),
			handlertest.Scenario{Name: "edit", Method: "PUT", URL: "/api/v1/sops/1", As: handlertest.Admin, Body: strings.Replace(programme, `"day":1`, `"day":2`, 1), Status: 200},
			page("/sops/1/draft", "从第 1 天 10:00改到第 2 天 10:00：影响 1 人，0 人已过", "进行中 1 人：0 人不变，1 人有变化", "并迁移进行中的人"),
			submit("/sops/1/publish", url.Values{"move": {"all"}}),
			page("/sops/1", "第 2 版", "03-04 10:00", "紧急停止"),
			submit("/stop", nil),
		)
		for range 2 {
			app.Clock.Advance(24 * time.Hour)
			require.NoError(t, app.Engine.Plan(t.Context()))
		}
		app.Run(t,
			page("/", "已全部紧急停止", "整体顺延", "已计划待下发 1", "最早的 刚刚"),
			submit("/stop/resume", url.Values{"how": {"send"}}),
			page("/", "全部紧急停止"),
			submit("/sops/1/stop", nil),
			page("/sops/1", "已紧急停止"),
			submit("/sops/1/resume", url.Values{"how": {"skip"}}),
		)
		require.NoError(t, app.DB.Conn(t.Context()).Model(&model.Enrollment{}).Where("id = 1").
			Updates(map[string]any{"state": model.EnrollmentParked, "next_due_at": nil, "last_error": "读不出版本"}).Error)
		app.Run(t,
			page("/sops/1", "计划出错，已搁置", "读不出版本", "重新计划"),
			submit("/sops/1/redrive", url.Values{"enrollment": {"1"}}),
			submit("/sops/1/redrive", nil),
		)
	})
}
