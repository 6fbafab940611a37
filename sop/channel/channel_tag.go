package channel

import (
	"context"
	"time"

	"sixtouch/model"
	"sixtouch/sop"
	"sixtouch/wecom"
)

// Tag puts tags on a contact and takes them off (externalcontact/mark_tag).
// Adding a present tag is no error, so it may be repeated.
type Tag struct{ api WeCom }

// Info implements sop.Channel.
func (Tag) Info() sop.ChannelInfo {
	return sop.ChannelInfo{Name: "tag", MaxRecipients: 500, Repeatable: true, Immediate: true, Personal: true}
}

// Check implements sop.Channel.
func (Tag) Check(s sop.Step) error {
	if len(s.AddTags)+len(s.RemoveTags) == 0 {
		return model.Invalid("", "name at least one tag to add or to remove")
	}
	if s.Content != nil {
		return model.Invalid("", "a tag step says nothing: leave the content out")
	}
	return nil
}

// Send implements sop.Channel.
func (t Tag) Send(ctx context.Context, b sop.Batch) (sop.Receipt, error) {
	err := t.api.MarkTags(ctx, wecom.MarkTags{
		UserID: b.Payload.UserID, ExternalUserID: b.Payload.ExternalUserIDs[0], Add: b.Payload.AddTags, Remove: b.Payload.RemoveTags,
	})
	if err != nil {
		return sop.Receipt{}, failure(err)
	}
	return sop.Receipt{}, nil
}

// Poll implements sop.Channel: done is done.
func (Tag) Poll(context.Context, sop.Batch) ([]sop.Outcome, error) { return nil, nil }

// Find implements sop.Channel: nothing to look for, a repeat is harmless.
func (Tag) Find(context.Context, sop.Batch, time.Time) ([]sop.Receipt, error) { return nil, nil }
