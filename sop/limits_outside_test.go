package sop_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/sop"
)

// readAll reads on until nothing is left to do at once.
func (w *world) readAll(e *sop.Engine) {
	w.t.Helper()
	for again, rounds := true, 0; again; rounds++ {
		require.Less(w.t, rounds, 100, "the reading does not end")
		var err error
		again, err = e.ReadOutside(w.ctx)
		require.NoError(w.t, err)
	}
}

func (w *world) outside() []model.OutsideSend {
	w.t.Helper()
	var list []model.OutsideSend
	require.NoError(w.t, w.db.Read(w.ctx).Order("contact_id, remote_id").Find(&list).Error)
	return list
}

// What a rep sent by themselves uses WeCom's quota: it is counted once, however
// many replicas read it, and the step that it leaves no room for waits.
func TestLimits_whatOtherToolsSentIsCounted(t *testing.T) {
	each(t, func(w *world) {
		w.limits(model.LimitRule{QuotaMode: model.QuotaDay})
		w.rep("lin")
		id := w.publish("一", capped(`{"day":1,"at":"10:00"}`, ""))
		c, _ := w.add("lin", "甲", "")
		w.set("2026-03-03 09:00")
		w.wecom.Post("/sim/groupmsgs", map[string]any{"userid": "lin", "external_userid": []string{c.ExternalUserID}, "text": "我自己发的"}, nil)
		w.set("2026-03-03 09:15")
		other := w.newEngine()
		w.readAll(w.engine)
		w.readAll(other)
		got := w.outside()
		require.Len(w.t, got, 1)
		require.Equal(w.t, []any{c.ID, "2026-03-03", false}, []any{got[0].ContactID, got[0].Day, got[0].Refused})
		w.at("2026-03-03 10:00")
		touch := w.touches("sop_id = ?", id)[0]
		require.Equal(w.t, []any{model.TouchPlanned, "2026-03-04", sop.ReasonQuota}, []any{touch.State, touch.LimitDay, last(touch).Reason})
	})
}

// Our own tasks are in WeCom's list too: they are not counted a second time, not
// even one whose call had an unknown outcome when the list was read.
func TestLimits_ourOwnTasksAreNotCountedAsOthers(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("一", one("一"))
		w.add("lin", "甲", "")
		w.at("2026-03-03 10:00")
		w.wecom.Confirm(map[string]any{"all": true})
		own := w.dispatches()[0]
		name := func(remoteID string) {
			require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.Dispatch{}).Where("id = ?", own.ID).Update("remote_id", remoteID).Error)
		}
		name("")
		w.set("2026-03-03 10:30")
		w.readAll(w.engine)
		require.Len(w.t, w.outside(), 1, "nobody knows it as ours yet")
		name(own.RemoteID)
		require.NoError(w.t, w.db.Conn(w.ctx).Model(&model.OutsideMessage{}).Where("1 = 1").Update("next_at", w.db.Now(w.ctx)).Error)
		w.readAll(w.engine)
		require.Empty(w.t, w.outside())
		w.clock.Advance(time.Hour)
		w.readAll(w.engine)
		require.Empty(w.t, w.outside())
	})
}

// A turn that is not due costs no call.
func TestLimits_readingOthersIsBounded(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		const list = "/cgi-bin/externalcontact/get_groupmsg_list_v2"
		w.readAll(w.engine)
		first := w.wecom.Calls(list)
		require.LessOrEqual(w.t, first, 64, "a call for each day of the longest quota period, to people and to groups")
		w.readAll(w.engine)
		require.Equal(w.t, first, w.wecom.Calls(list))
		w.clock.Advance(10 * time.Minute)
		w.readAll(w.engine)
		require.Equal(w.t, first+2, w.wecom.Calls(list))
	})
}
