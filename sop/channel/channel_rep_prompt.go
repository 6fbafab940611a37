package channel

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sixtouch/model"
	"sixtouch/sop"
	"sixtouch/wecom"
)

// RepPrompt tells a rep whom to talk to and about what: one card with buttons
// for everything that is due, whatever programmes it comes from (message/send,
// template_card). The answer comes back as template_card_event.
type RepPrompt struct{ api WeCom }

// What a card shows before WeCom cuts it off, in characters; rows are counted.
const (
	cardTitle    = 36
	cardDesc     = 44
	cardSubTitle = 160
	cardRows     = 6
	cardRowKey   = 8
	cardRowValue = 26
)

// duplicateCheck is how long WeCom drops a repeated card: its longest.
const duplicateCheck = 4 * time.Hour

// cardUsed is WeCom's refusal of a task id that a card has already.
const cardUsed = 42014

// TaskPrefix begins the task id of our cards; the dispatch's id follows.
const TaskPrefix = "sixtouch_"

// Info implements sop.Channel. WeCom drops an identical request within four
// hours, so a repeat after an unknown outcome does no harm.
func (RepPrompt) Info() sop.ChannelInfo {
	const wait = 72 * time.Hour // as long as the card's buttons live
	return sop.ChannelInfo{
		Name: "rep_prompt", MaxRecipients: 1000, Repeatable: true, Digest: true, Variants: true, PollEvery: wait / 18, PollFor: wait - time.Minute,
		Reach: sop.ReachRep,
	}
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

// Send implements sop.Channel. Task ids are ours alone, so one that is used
// already is this card, sent by a call whose answer was lost.
func (p RepPrompt) Send(ctx context.Context, b sop.Batch) (sop.Receipt, error) {
	card := promptCard(b.Payload)
	card.TaskID = fmt.Sprintf("%s%d", TaskPrefix, b.DispatchID)
	r, err := p.api.SendAppMessage(ctx, wecom.AppMessage{
		ToUsers: []string{b.Payload.UserID}, MsgType: wecom.AppTemplateCard, DuplicateCheck: duplicateCheck, TemplateCard: card,
	})
	var refused *wecom.Error
	if errors.As(err, &refused) && refused.Code == cardUsed {
		return sop.Receipt{}, nil
	}
	if err != nil {
		return sop.Receipt{}, failure(err)
	}
	return sop.Receipt{RemoteID: r.MsgID}, nil
}

// promptCard is the card of one prompt, which says everything itself, or the
// digest of several.
func promptCard(load model.DispatchPayload) *wecom.TemplateCard {
	card := &wecom.TemplateCard{
		CardType: wecom.CardButtonInteraction,
		Source:   &wecom.CardTitle{Desc: "六触"},
		Buttons:  buttons(load.Settled),
	}
	if len(load.Prompts) == 1 {
		only := load.Prompts[0]
		card.Main = &wecom.CardTitle{Title: shorten(titled(only), cardTitle), Desc: people(only.Names, cardDesc)}
		card.SubTitle = shorten(only.Text, cardSubTitle)
		return card
	}
	who := slices.Compact(slices.Sorted(slices.Values(load.ExternalUserIDs)))
	card.Main = &wecom.CardTitle{
		Title: fmt.Sprintf("今日待跟进 %d 位客户", len(who)), Desc: fmt.Sprintf("共 %d 项待办，处理后请点下方按钮", len(load.Prompts)),
	}
	var todo []string
	for i, p := range load.Prompts {
		todo = append(todo, titled(p)+"："+p.Text)
		if i == cardRows-1 && len(load.Prompts) > cardRows {
			card.Rows = append(card.Rows, wecom.CardRow{Key: "其他", Value: fmt.Sprintf("另有 %d 项待办", len(load.Prompts)-i)})
			break
		}
		card.Rows = append(card.Rows, wecom.CardRow{Key: shorten(titled(p), cardRowKey), Value: people(p.Names, cardRowValue)})
	}
	card.SubTitle = shorten(strings.Join(todo, "\n"), cardSubTitle)
	return card
}

// titled is a prompt's title, or what stands for one.
func titled(p model.Prompt) string {
	if p.Title == "" {
		return "跟进提醒"
	}
	return p.Title
}

// buttons are a card's answers; what cannot be put off again has no such button.
func buttons(settled bool) []wecom.CardButton {
	list := []wecom.CardButton{
		{Text: "已完成", Style: 1, Key: model.AnswerDone},
		{Text: "客户积极", Style: 1, Key: model.AnswerPositive},
		{Text: "暂无兴趣", Style: 2, Key: model.AnswerNoInterest},
	}
	if settled {
		return list
	}
	return append(list,
		wecom.CardButton{Text: "1 小时后提醒", Style: 3, Key: model.AnswerSnoozeHour},
		wecom.CardButton{Text: "明早提醒", Style: 3, Key: model.AnswerSnoozeTomorrow},
	)
}

// UpdateCard implements sop.CardUpdater: the buttons give way to what was
// recorded (message/update_template_card; a response code works once).
func (p RepPrompt) UpdateCard(ctx context.Context, u model.CardUpdate) error {
	_, err := p.api.UpdateCard(ctx, wecom.CardUpdate{UserIDs: []string{u.UserID}, ResponseCode: u.ResponseCode, ButtonText: recorded(u)})
	if err != nil {
		return failure(err)
	}
	return nil
}

func recorded(u model.CardUpdate) string {
	switch {
	case u.Until != nil:
		return "已推迟到 " + u.Until.Format("1 月 2 日 15:04")
	case u.Answer == model.AnswerDone:
		return "已记录：已完成"
	case u.Answer == model.AnswerPositive:
		return "已记录：客户积极"
	case u.Answer == model.AnswerNoInterest:
		return "已记录：暂无兴趣"
	case u.Answer == model.AnswerLate:
		return "已过期"
	}
	return "已达推迟上限"
}

// Notify implements sop.Notifier: a card without buttons, which leads to the log.
// WeCom drops a repeat.
func (p RepPrompt) Notify(ctx context.Context, n sop.Notice) error {
	title := "有群发任务等你发送"
	if n.Manager {
		title = "成员的群发任务一直没有发送"
	}
	whom := wecom.CardRow{Key: "客户", Value: fmt.Sprintf("%d 位", n.Recipients)}
	if n.Groups {
		whom = wecom.CardRow{Key: "客户群", Value: fmt.Sprintf("%d 个", n.Recipients)}
	}
	card := &wecom.TemplateCard{
		CardType: wecom.CardTextNotice,
		Source:   &wecom.CardTitle{Desc: "六触"},
		Main:     &wecom.CardTitle{Title: title, Desc: shorten(n.Rep, cardDesc)},
		SubTitle: shorten(n.Task, cardSubTitle),
		Rows: []wecom.CardRow{
			whom,
			{Key: "下发时间", Value: n.Since.Format("1 月 2 日 15:04")},
		},
		Action: &wecom.CardJump{Type: 1, URL: n.URL},
	}
	_, err := p.api.SendAppMessage(ctx, wecom.AppMessage{
		ToUsers: n.To, MsgType: wecom.AppTemplateCard, DuplicateCheck: duplicateCheck, TemplateCard: card,
	})
	if err != nil {
		return failure(err)
	}
	return nil
}

// Poll implements sop.Channel: answers arrive as events.
func (RepPrompt) Poll(context.Context, sop.Batch) ([]sop.Outcome, error) { return nil, nil }

// Find implements sop.Channel: nothing to look for, a repeat is harmless.
func (RepPrompt) Find(context.Context, sop.Batch, time.Time) ([]sop.Receipt, error) { return nil, nil }

// people names as many as fit into n characters; the rest are counted.
func people(names []string, n int) string {
	all := strings.Join(names, "、")
	if len([]rune(all)) <= n {
		return all
	}
	more := fmt.Sprintf(" 等 %d 人", len(names))
	room, line := n-len([]rune(more)), ""
	for i, name := range names {
		next := line + name
		if i > 0 {
			next = line + "、" + name
		}
		if len([]rune(next)) > room {
			break
		}
		line = next
	}
	if line == "" {
		line = shorten(names[0], room)
	}
	return line + more
}

// shorten keeps a text within what a card shows, in characters.
func shorten(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
