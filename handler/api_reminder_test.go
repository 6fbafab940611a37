package handler_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/handler/handlertest"
	"sixtouch/model"
)

func TestReminders_sayHowFarADispatchHasBeenChased(t *testing.T) {
	each(t, func(t *testing.T, app *handlertest.App) {
		now := app.Clock.Now()
		require.NoError(t, app.DB.Conn(t.Context()).Create(&model.Chase{
			DispatchID: 7, State: model.ChaseWaiting, Rung: 1, NextAt: now, UpdatedAt: now,
			Log: model.AsJSON([]model.ChaseStep{{At: now, Kind: model.ChaseRemind, To: []string{"lin"}, Outcome: "sent"}}),
		}).Error)
		require.NoError(t, app.DB.Conn(t.Context()).Create(&model.Chase{DispatchID: 8, State: model.ChaseOver, NextAt: now, UpdatedAt: now}).Error)
		const at = "/api/v1/dispatches/"
		app.Run(t,
			handlertest.Scenario{Name: "on its way", URL: at + "7/reminders", As: handlertest.Reader, Status: 200, Contains: []string{`"kind":"remind","to":["lin"],"outcome":"sent"`, `"state":"waiting"`}},
			handlertest.Scenario{Name: "over", URL: at + "8/reminders", As: handlertest.Reader, Status: 200, Contains: []string{`"next_at":null,"reminders":[]`}},
			handlertest.Scenario{Name: "never chased", URL: at + "9/reminders", As: handlertest.Reader, Status: 404, Contains: []string{"没有催办记录"}},
			handlertest.Scenario{Name: "no number", URL: at + "x/reminders", As: handlertest.Reader, Status: 404},
		)
	})
}
