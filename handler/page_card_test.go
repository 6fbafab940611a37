package handler_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
	"sixtouch/model"
)

// A rep's phone shows the card with its drop-down, and what has taken its place.
func TestPhones_answerForOneCustomerOfACard(t *testing.T) {
	t.Parallel()
	app, _ := demo(t)
	app.WeCom.Member("anna", "安娜")
	for i, name := range []string{"李雷", "韩梅梅"} {
		customer := app.WeCom.Follow("anna", name, map[string]any{"silent": true})
		app.Person(t, "anna", name)
		require.NoError(t, app.DB.Conn(t.Context()).Model(&model.Contact{}).Where("id = ?", i+1).Update("external_userid", customer).Error)
	}
	for _, r := range []handlertest.Request{
		{Method: "POST", URL: "/api/v1/sops", As: handlertest.Admin, Body: `{"name":"回访","definition":{"trigger":{"kind":"manual"},"steps":[{"key":"call","name":"回访","offset":{"day":1,"at":"10:00"},"channel":"rep_prompt","content":{"text":"打个电话"}}]}}`},
		{Method: "POST", URL: "/api/v1/sops/1/publish", As: handlertest.Admin},
		{Method: "POST", URL: "/api/v1/sops/1/enrollments", As: handlertest.Admin, Body: `{"contact_ids":[1,2]}`},
	} {
		require.Less(t, app.Do(t, r).Code, 300)
	}
	app.Clock.Advance(24 * time.Hour)
	require.NoError(t, app.Engine.Plan(t.Context()))
	require.NoError(t, app.Engine.Group(t.Context()))
	_, err := app.Engine.Dispatch(t.Context())
	require.NoError(t, err)

	phones := app.Do(t, handlertest.Request{URL: "/phones", As: handlertest.Session}).Body.String()
	for _, part := range []string{"回访", "全部 2 位客户", `<option value="all">`, "韩梅梅</option>"} {
		require.Contains(t, phones, part)
	}
	first := app.WeCom.Ledger()[0]
	var one model.Contact
	require.NoError(t, app.DB.Read(t.Context()).Take(&one, 1).Error)
	pressed := press(t, app, "/phones/answer", url.Values{"userid": {"anna"}, "task_id": {model.PromptTask(1, 0)}, "key": {model.AnswerDone}, "option": {one.ExternalUserID}})
	require.Equal(t, http.StatusSeeOther, pressed.Code)
	_, err = app.Engine.Answered(t.Context(), model.PromptAnswer{
		DispatchID: 1, UserID: "anna", ExternalUserID: one.ExternalUserID, Answer: model.AnswerDone, ResponseCode: lastCode(t, app, first.MsgID),
	})
	require.NoError(t, err)
	_, err = app.Engine.UpdateCards(t.Context())
	require.NoError(t, err)
	phones = app.Do(t, handlertest.Request{URL: "/phones", As: handlertest.Session}).Body.String()
	require.Contains(t, phones, "李雷：已记录：已完成")
	require.NotContains(t, phones, "全部 2 位客户")
}

// lastCode is the right to change a card that one more press of it gives.
func lastCode(t *testing.T, app *handlertest.App, msgID string) string {
	t.Helper()
	var out struct {
		Code string `json:"response_code"`
	}
	app.WeCom.Post("/sim/clicks", map[string]any{"userid": "anna", "msgid": msgID, "key": model.AnswerDone}, &out)
	return out.Code
}
