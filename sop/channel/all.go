// Package channel holds the ways out: one file each, turning an engine's batch
// into a WeCom call and back. Adding one is a file here and a line in All.
package channel

import (
	"context"
	"errors"
	"time"

	"sixtouch/model"
	"sixtouch/sop"
	"sixtouch/wecom"
)

// WeCom is what the channels need of the gateway.
type WeCom interface {
	SendGroupMessage(ctx context.Context, m wecom.GroupMessage) (wecom.GroupMessageReceipt, error)
	GroupMessages(ctx context.Context, from, to time.Time, cursor string) (wecom.GroupMessagePage, error)
	GroupMessageTasks(ctx context.Context, msgID string) ([]wecom.GroupMessageTask, error)
	GroupMessageResults(ctx context.Context, msgID, userID string) ([]wecom.SendResult, error)
	SendAppMessage(ctx context.Context, m wecom.AppMessage) (wecom.AppReceipt, error)
	UpdateCard(ctx context.Context, u wecom.CardUpdate) ([]string, error)
	MarkTags(ctx context.Context, m wecom.MarkTags) error
}

// All lists every channel.
func All(api WeCom, clock model.Clock) []sop.Channel {
	return []sop.Channel{
		Welcome{},
		GroupMessage{api, clock},
		RepPrompt{api},
		Tag{api},
	}
}

// failure says what a gateway error means for a batch.
func failure(err error) error {
	var e *wecom.Error
	if !errors.As(err, &e) {
		return &sop.Failure{Kind: sop.Unknown, Reason: "unknown", Err: err}
	}
	f := &sop.Failure{Kind: sop.Refused, Reason: "wecom_" + string(e.Class()), After: e.RetryAfter, Err: err}
	switch {
	case e.Unknown():
		f.Kind = sop.Unknown
	case e.Retryable():
		f.Kind = sop.Later
	}
	return f
}

// message turns our content into WeCom's message.
func message(c model.Content) wecom.Message {
	m := wecom.Message{Text: c.Text}
	for _, a := range c.Attachments {
		w := wecom.Attachment{MsgType: a.Type}
		switch {
		case a.Image != nil:
			w.Image = &wecom.Image{MediaID: a.Image.MediaID, PicURL: a.Image.PicURL}
		case a.Link != nil:
			w.Link = &wecom.Link{Title: a.Link.Title, URL: a.Link.URL, Desc: a.Link.Desc, PicURL: a.Link.PicURL}
		case a.MiniProgram != nil:
			w.MiniProgram = &wecom.MiniProgram{Title: a.MiniProgram.Title, PicMediaID: a.MiniProgram.PicMediaID, AppID: a.MiniProgram.AppID, Page: a.MiniProgram.Page}
		case a.Video != nil:
			w.Video = &wecom.MediaRef{MediaID: a.Video.MediaID}
		case a.File != nil:
			w.File = &wecom.MediaRef{MediaID: a.File.MediaID}
		}
		m.Attachments = append(m.Attachments, w)
	}
	return m
}

// checkContent demands a content within WeCom's limits and no tags.
func checkContent(s sop.Step) error {
	switch {
	case len(s.AddTags)+len(s.RemoveTags) > 0:
		return model.Invalid("", "tags belong to steps of the channel tag")
	case s.Content == nil:
		return model.Invalid("", "the step says nothing: give it a content")
	}
	return s.Content.Validate()
}
