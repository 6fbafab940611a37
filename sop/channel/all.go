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
	GroupMessages(ctx context.Context, chat wecom.ChatType, from, to time.Time, cursor string) (wecom.GroupMessagePage, error)
	CancelGroupMessage(ctx context.Context, msgID string) error
	GroupMessageTasks(ctx context.Context, msgID string) ([]wecom.GroupMessageTask, error)
	GroupMessageResults(ctx context.Context, msgID, userID string) ([]wecom.SendResult, error)
	RemindGroupMessage(ctx context.Context, msgID string) error
	SendAppMessage(ctx context.Context, m wecom.AppMessage) (wecom.AppReceipt, error)
	RecallAppMessage(ctx context.Context, msgID string) error
	UpdateCard(ctx context.Context, u wecom.CardUpdate) ([]string, error)
	MarkTags(ctx context.Context, m wecom.MarkTags) error
	AddTag(ctx context.Context, group, name string) (wecom.TagGroup, error)
	DeleteTags(ctx context.Context, ids []string) error
	CreateMoment(ctx context.Context, m wecom.MomentTask) (jobID string, err error)
	MomentJob(ctx context.Context, jobID string) (wecom.MomentJob, error)
	Moments(ctx context.Context, from, to time.Time, cursor string) (wecom.MomentPage, error)
	MomentParts(ctx context.Context, momentID string) ([]wecom.MomentPart, error)
	MomentAudience(ctx context.Context, momentID, userID string) ([]string, error)
	MomentShown(ctx context.Context, momentID, userID string) ([]string, error)
	CancelMoment(ctx context.Context, momentID string) error
	MomentReactions(ctx context.Context, momentID, userID string) (wecom.MomentReactions, error)
}

// Words is a text of the catalogue in the corp's language, with args filled in
// as fmt does. Nothing that customers read is among them.
type Words func(key string, args ...any) string

// All lists every channel. text is what reps' cards are written with.
func All(api WeCom, media Media, clock model.Clock, text Words) []sop.Channel {
	return []sop.Channel{
		Welcome{},
		GroupMessage{api, media, clock},
		GroupChat{GroupMessage{api, media, clock}},
		Moment{api, media, clock},
		RepPrompt{api, text},
		Tag{api},
	}
}

// failure says what a gateway error means for a batch.
func failure(err error) error {
	var e *wecom.Error
	if !errors.As(err, &e) {
		return &sop.Failure{Kind: sop.Unknown, Reason: "unknown", Err: err}
	}
	f := &sop.Failure{Kind: sop.Refused, Reason: "wecom_" + string(e.Class()), After: e.RetryAfter, Slow: e.Slow(), Err: err}
	switch {
	case e.Unknown():
		f.Kind = sop.Unknown
	case e.Retryable():
		f.Kind = sop.Later
	}
	return f
}

// Media turns a content into WeCom's message, with ids of media that WeCom
// knows, uploading what it has to; *media.Service does. Forget says that WeCom
// did not know them.
type Media interface {
	Message(ctx context.Context, c model.Content, use model.MediaUse) (wecom.Message, error)
	Forget(ctx context.Context, c model.Content, use model.MediaUse) error
}

// mediaFailure says what a message that could not be made means for a batch:
// nothing was sent, and only what is wrong with a file is for good.
func mediaFailure(err error) error {
	if model.CodeOf(err) == model.CodeInvalid {
		return &sop.Failure{Kind: sop.Refused, Reason: "media_refused", Err: err}
	}
	f := &sop.Failure{Kind: sop.Later, Reason: "media_unavailable", Err: err}
	var e *wecom.Error
	if errors.As(err, &e) {
		f.After = e.RetryAfter
	}
	return f
}

// WeCom's word for media that it does not know, or does not know any more.
const (
	codeMediaUnknown = 40007
	codeMediaExpired = 40145
)

// sent says what a gateway error of a call with media means: WeCom may have
// forgotten a file early, which a new upload mends.
func sent(ctx context.Context, media Media, c model.Content, use model.MediaUse, err error) error {
	code := wecom.CodeOf(err)
	if code != codeMediaUnknown && code != codeMediaExpired || len(c.Media()) == 0 {
		return failure(err)
	}
	if err := media.Forget(ctx, c, use); err != nil {
		return &sop.Failure{Kind: sop.Later, Reason: "media_unavailable", Err: err}
	}
	return &sop.Failure{Kind: sop.Later, Reason: "media_expired", Err: err}
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
