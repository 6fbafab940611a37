package channel

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"sixtouch/model"
	"sixtouch/sop"
	"sixtouch/wecom"
)

// RepPrompt tells a rep whom to talk to and about what: one card with buttons
// for everything that is due, whatever programmes it comes from (message/send,
// template_card). A drop-down says for whom of several customers a button is
// pressed; the answer comes back as template_card_event.
type RepPrompt struct {
	api  WeCom
	text Words
}

// What a card shows before WeCom cuts it off, in characters; rows are counted.
const (
	cardTitle    = 36
	cardDesc     = 44
	cardSubTitle = 160
	cardRows     = 6
	cardRowKey   = 8
	cardRowValue = 26
	cardOption   = 16
)

// duplicateCheck is how long WeCom drops a repeated card: its longest.
const duplicateCheck = 4 * time.Hour

// cardUsed is WeCom's refusal of a task id that a card has already.
const cardUsed = 42014

// question is the key of a card's only drop-down.
const question = "who"

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
	card := p.card(b.Payload)
	card.TaskID = model.PromptTask(b.DispatchID, 0)
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
	return sop.Receipt{RemoteID: r.MsgID, CardCode: r.ResponseCode}, nil
}

// card is the card of one prompt, which says everything itself, or the digest of
// several.
func (p RepPrompt) card(load model.DispatchPayload) *wecom.TemplateCard {
	card := &wecom.TemplateCard{
		CardType:  wecom.CardButtonInteraction,
		Source:    p.source(),
		Selection: p.choice(load),
		Buttons:   p.buttons(load.Settled),
	}
	if len(load.Prompts) == 1 {
		only := load.Prompts[0]
		card.Main = &wecom.CardTitle{Title: shorten(p.titled(only), cardTitle), Desc: p.people(p.called(only), cardDesc)}
		card.SubTitle = shorten(only.Text, cardSubTitle)
		return card
	}
	who := slices.Compact(slices.Sorted(slices.Values(load.ExternalUserIDs)))
	card.Main = &wecom.CardTitle{Title: p.text("card.digest", len(who)), Desc: p.text("card.todo", len(load.Prompts))}
	var todo []string
	for i, asked := range load.Prompts {
		todo = append(todo, p.text("card.task", p.titled(asked), asked.Text))
		if i == cardRows-1 && len(load.Prompts) > cardRows {
			card.Rows = append(card.Rows, wecom.CardRow{Key: p.text("card.rest"), Value: p.text("card.rest.todo", len(load.Prompts)-i)})
			break
		}
		card.Rows = append(card.Rows, wecom.CardRow{Key: shorten(p.titled(asked), cardRowKey), Value: p.people(p.called(asked), cardRowValue)})
	}
	card.SubTitle = shorten(strings.Join(todo, "\n"), cardSubTitle)
	return card
}

func (p RepPrompt) source() *wecom.CardTitle { return &wecom.CardTitle{Desc: p.text("card.source")} }

// choice lets the rep say for whom of several customers they press a button: for
// all of them, as long as they choose nobody. Those whom the list has no room for
// are counted; they come up as others are settled.
func (p RepPrompt) choice(load model.DispatchPayload) *wecom.CardSelection {
	var people []wecom.CardOption
	seen := map[string]bool{}
	for i, id := range load.ExternalUserIDs {
		if !seen[id] {
			seen[id] = true
			people = append(people, wecom.CardOption{ID: id, Text: shorten(cmp.Or(load.Lines[i], p.text("card.nameless")), cardOption)})
		}
	}
	if len(people) < 2 {
		return nil
	}
	title := p.text("card.who")
	all := wecom.CardOption{ID: model.AnswerAll, Text: p.text("card.who.all", len(people))}
	if over := len(people) - (wecom.MaxCardOptions - 1); over > 0 {
		people, title = people[:len(people)-over], p.text("card.who.more", over)
	}
	return &wecom.CardSelection{QuestionKey: question, Title: title, Options: append([]wecom.CardOption{all}, people...), SelectedID: all.ID}
}

// titled is a prompt's title, or what stands for one.
func (p RepPrompt) titled(asked model.Prompt) string {
	return cmp.Or(asked.Title, p.text("card.untitled"))
}

// buttons are a card's answers; what cannot be put off again has no such button.
func (p RepPrompt) buttons(settled bool) []wecom.CardButton {
	list := []wecom.CardButton{
		{Text: p.text("card.done"), Style: 1, Key: model.AnswerDone},
		{Text: p.text("card.positive"), Style: 1, Key: model.AnswerPositive},
		{Text: p.text("card.no_interest"), Style: 2, Key: model.AnswerNoInterest},
	}
	if settled {
		return list
	}
	return append(list,
		wecom.CardButton{Text: p.text("card.snooze_hour"), Style: 3, Key: model.AnswerSnoozeHour},
		wecom.CardButton{Text: p.text("card.snooze_tomorrow"), Style: 3, Key: model.AnswerSnoozeTomorrow},
	)
}

// UpdateCard implements sop.CardUpdater (message/update_template_card; a response
// code works once): a card of those who are left takes the place of the old one,
// or else the buttons give way to what was recorded.
func (p RepPrompt) UpdateCard(ctx context.Context, c sop.CardChange) error {
	u := wecom.CardUpdate{UserIDs: []string{c.UserID}, ResponseCode: c.ResponseCode}
	if c.Left == nil {
		u.ButtonText = p.final(c)
	} else {
		u.Card = p.card(*c.Left)
		u.Card.TaskID = model.PromptTask(c.DispatchID, c.Number)
		if c.Answer != "" {
			u.Card.Quote = &wecom.CardQuote{Title: p.text("card.recorded.last"), Text: p.latest(c)}
		}
	}
	if _, err := p.api.UpdateCard(ctx, u); err != nil {
		return failure(err)
	}
	return nil
}

// final is what stands in the place of a card's buttons.
func (p RepPrompt) final(c sop.CardChange) string {
	if c.Number > 1 && c.Answer != model.AnswerLate && c.Answer != model.AnswerStopped {
		return p.text("card.recorded.all") // not one answer, but several
	}
	return p.recorded(c)
}

// latest is what the newest change was.
func (p RepPrompt) latest(c sop.CardChange) string {
	switch {
	case c.Answer == model.AnswerStopped:
		return p.text("card.stopped.part")
	case c.Name == "":
		return p.recorded(c)
	}
	return p.text("card.task", c.Name, p.recorded(c))
}

func (p RepPrompt) recorded(c sop.CardChange) string {
	switch {
	case c.Until != nil:
		return p.text("card.recorded.until", c.Until.Format(p.text("card.time")))
	case c.Answer == model.AnswerDone, c.Answer == model.AnswerPositive, c.Answer == model.AnswerNoInterest, c.Answer == model.AnswerSent:
		return p.text("card.recorded", p.text("card."+c.Answer))
	case c.Answer == model.AnswerLate:
		return p.text("card.recorded.late")
	case c.Answer == model.AnswerStopped:
		return p.text("card.recorded.stopped")
	}
	return p.text("card.recorded.limit")
}

// Cancel implements sop.Canceller: the card goes off the rep's phone
// (message/recall, within 24 hours).
func (p RepPrompt) Cancel(ctx context.Context, b sop.Batch) error {
	if b.RemoteID == "" { // sent by a call whose answer was lost
		return &sop.Failure{Kind: sop.Refused, Reason: "not_stoppable", Err: errors.New("WeCom's id of the card is not known")}
	}
	if err := p.api.RecallAppMessage(ctx, b.RemoteID); err != nil {
		return failure(err)
	}
	return nil
}

// Notify implements sop.Notifier: a card without buttons, which leads to the log.
// WeCom drops a repeat.
func (p RepPrompt) Notify(ctx context.Context, n sop.Notice) error {
	title := p.text("card.notice")
	if n.Manager {
		title = p.text("card.notice.manager")
	}
	whom := wecom.CardRow{Key: p.text("card.notice.people"), Value: p.text("card.notice.count", n.Recipients)}
	if n.Groups {
		whom = wecom.CardRow{Key: p.text("card.notice.groups"), Value: p.text("card.notice.groups.count", n.Recipients)}
	}
	card := &wecom.TemplateCard{
		CardType: wecom.CardTextNotice,
		Source:   p.source(),
		Main:     &wecom.CardTitle{Title: title, Desc: shorten(n.Rep, cardDesc)},
		SubTitle: shorten(n.Task, cardSubTitle),
		Rows: []wecom.CardRow{
			whom,
			{Key: p.text("card.notice.since"), Value: n.Since.Format(p.text("card.time"))},
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

// called are the names of a prompt's contacts, with who asked to hear less marked.
func (p RepPrompt) called(asked model.Prompt) []string {
	out := slices.Clone(asked.Names)
	for i, id := range asked.Touches {
		if slices.Contains(asked.Less, id) {
			out[i] = p.text("card.less", cmp.Or(out[i], p.text("card.nameless")))
		}
	}
	return out
}

// people names as many as fit into n characters; the rest are counted.
func (p RepPrompt) people(names []string, n int) string {
	comma := p.text("card.comma")
	all := strings.Join(names, comma)
	if len([]rune(all)) <= n {
		return all
	}
	more := p.text("card.people", len(names))
	room, line := n-len([]rune(more)), ""
	for i := range names {
		next := strings.Join(names[:i+1], comma)
		if len([]rune(next)) > room {
			break
		}
		line = next
	}
	return cmp.Or(line, shorten(names[0], room)) + more
}

// shorten keeps a text within what a card shows, in characters.
func shorten(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n-1]) + "…"
}
