package channel

import (
	"context"
	"fmt"
	"strings"
	"time"

	"sixtouch/model"
	"sixtouch/sop"
	"sixtouch/wecom"
)

// RepPrompt tells a rep whom to talk to and about what: one card with buttons
// for all contacts of a step (message/send, template_card). The answer comes
// back as template_card_event.
type RepPrompt struct{ api WeCom }

// maxNamed is how many contacts a card names; the rest are counted.
const maxNamed = 20

// duplicateCheck is how long WeCom drops a repeated card: its longest.
const duplicateCheck = 4 * time.Hour

// TaskPrefix begins the task id of our cards; the dispatch's id follows.
const TaskPrefix = "sixtouch_"

// Info implements sop.Channel. WeCom drops an identical request within four
// hours, so a repeat after an unknown outcome does no harm.
func (RepPrompt) Info() sop.ChannelInfo {
	const wait = 72 * time.Hour // as long as the card's buttons live
	return sop.ChannelInfo{Name: "rep_prompt", MaxRecipients: 200, Variants: true, Repeatable: true, PollEvery: wait, PollFor: wait - time.Minute}
}

// Check implements sop.Channel.
func (RepPrompt) Check(s sop.Step) error {
	if err := checkContent(s); err != nil {
		return err
	}
	if len(s.Content.Attachments) > 0 {
		return model.Invalid("", "a prompt is text for the rep; attachments cannot be put on a card")
	}
	return nil
}

// Send implements sop.Channel.
func (p RepPrompt) Send(ctx context.Context, b sop.Batch) (sop.Receipt, error) {
	names := b.Payload.Lines
	who := strings.Join(names[:min(len(names), maxNamed)], "、")
	if len(names) > maxNamed {
		who += fmt.Sprintf(" 等 %d 人", len(names))
	}
	title := b.Payload.Title
	if title == "" {
		title = "跟进提醒"
	}
	r, err := p.api.SendAppMessage(ctx, wecom.AppMessage{
		ToUsers: []string{b.Payload.UserID}, MsgType: wecom.AppTemplateCard, DuplicateCheck: duplicateCheck,
		TemplateCard: &wecom.TemplateCard{
			CardType: wecom.CardButtonInteraction,
			Source:   &wecom.CardTitle{Desc: "六触"},
			Main:     &wecom.CardTitle{Title: shorten(title, 36), Desc: shorten(who, 44)},
			SubTitle: shorten(b.Payload.Content.Text, 160),
			TaskID:   fmt.Sprintf("%s%d", TaskPrefix, b.DispatchID),
			Buttons: []wecom.CardButton{
				{Text: "已完成", Style: 1, Key: "done"},
				{Text: "客户积极", Style: 1, Key: "positive"},
				{Text: "暂无兴趣", Style: 2, Key: "no_interest"},
			},
		},
	})
	if err != nil {
		return sop.Receipt{}, failure(err)
	}
	return sop.Receipt{RemoteID: r.MsgID}, nil
}

// Poll implements sop.Channel: answers arrive as events.
func (RepPrompt) Poll(context.Context, sop.Batch) ([]sop.Outcome, error) { return nil, nil }

// Find implements sop.Channel: nothing to look for, a repeat is harmless.
func (RepPrompt) Find(context.Context, sop.Batch, time.Time) ([]sop.Receipt, error) { return nil, nil }

// shorten keeps a text within what a card shows, in characters.
func shorten(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
