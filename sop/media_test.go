package sop_test

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/png"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/service/media"
	"sixtouch/sop"
	"sixtouch/wecom/sim"
)

const upload = "/cgi-bin/media/upload"

// picture keeps a picture and returns its id.
func (w *world) picture(name string) int64 {
	w.t.Helper()
	var buf bytes.Buffer
	require.NoError(w.t, png.Encode(&buf, image.NewGray(image.Rect(0, 0, 4, 4))))
	row, err := w.media.Store(context.Background(), media.File{Kind: model.MediaImage, Name: name, Data: buf.Bytes()})
	require.NoError(w.t, err)
	return row.ID
}

func withPicture(id int64) string {
	return fmt.Sprintf(`{"trigger":{"kind":"contact_added"},"steps":[
		{"key":"d1","offset":{"day":1,"at":"10:00"},"channel":"group_message","content":{"text":"看","attachments":[{"type":"image","image":{"media_id":%d}}]}},
		{"key":"d5","offset":{"day":5,"at":"10:00"},"channel":"group_message","content":{"text":"再看","attachments":[{"type":"image","image":{"media_id":%d}}]}}]}`, id, id)
}

func TestEngine_mediaIsUploadedJustInTimeAndRenewed(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.rep("zhou")
		w.publish("图", withPicture(w.picture("a.png")))
		w.add("lin", "甲", "")
		w.add("zhou", "乙", "")
		require.Zero(t, w.wecom.Calls(upload))
		w.at("2026-03-03 10:00")
		require.Equal(t, 1, w.wecom.Calls(upload), "one copy for both reps")
		w.wecom.Confirm(map[string]any{"all": true})
		w.at("2026-03-07 10:00")
		require.Equal(t, 2, w.wecom.Calls(upload), "three days have gone by")
		w.wecom.Confirm(map[string]any{"all": true})
		require.ElementsMatch(t, []string{"甲 ← 看", "乙 ← 看", "甲 ← 再看", "乙 ← 再看"}, w.got())
	})
}

func TestEngine_uploadThatFailsForNowIsTriedAgainAndOneThatFailsForGoodSaysWhy(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("图", withPicture(w.picture("a.png")))
		w.add("lin", "甲", "")
		w.wecom.Fault(sim.Fault{Path: upload, N: 3, Status: 502})
		w.at("2026-03-03 10:00")
		require.Equal(t, model.DispatchQueued, w.dispatches()[0].State)
		require.Zero(t, w.wecom.Calls(addTemplate))
		w.clock.Advance(time.Minute)
		w.tick()
		require.Equal(t, model.DispatchSent, w.dispatches()[0].State)

		w.wecom.Fault(sim.Fault{Path: upload, Errcode: 40004})
		w.at("2026-03-07 10:00")
		d := w.dispatches()[1]
		require.Equal(t, model.DispatchFailed, d.State)
		require.Contains(t, d.LastError, "WeCom refuses media")
		require.Equal(t, "media_refused", w.touches("step_key = 'd5'")[0].Reason)
		require.Equal(t, 1, w.wecom.Calls(addTemplate))
	})
}

// WeCom may forget a file early: it is uploaded again, the message goes once.
func TestEngine_mediaThatWeComForgotIsUploadedAgain(t *testing.T) {
	each(t, func(w *world) {
		w.rep("lin")
		w.publish("图", withPicture(w.picture("a.png")))
		w.add("lin", "甲", "")
		w.wecom.Fault(sim.Fault{Path: addTemplate, Errcode: 40007})
		w.at("2026-03-03 10:00")
		w.clock.Advance(time.Minute)
		w.tick()
		require.Equal(t, 2, w.wecom.Calls(upload))
		w.wecom.Confirm(map[string]any{"all": true})
		require.Equal(t, []string{"甲 ← 看"}, w.got())
	})
}

func TestEngine_publishingRefusesMediaThatIsNotThere(t *testing.T) {
	each(t, func(w *world) {
		d, err := sop.ParseDefinition([]byte(withPicture(41)))
		require.NoError(t, err)
		s, err := w.engine.Create(w.ctx, "图", d)
		require.NoError(t, err)
		_, err = w.engine.Publish(w.ctx, s.ID, "test")
		require.Equal(t, model.CodeInvalid, model.CodeOf(err))
		require.ErrorContains(t, err, "there is no media 41")
		id := w.publish("字", one("字"))
		err = w.engine.SetContent(w.ctx, sop.Place{SOPID: id, StepKey: "d1"}, model.Content{Attachments: []model.Attachment{{Type: "file", File: &model.Media{MediaID: 41}}}})
		require.Equal(t, model.CodeInvalid, model.CodeOf(err))
	})
}
