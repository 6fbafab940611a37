package main

import (
	"context"
	"fmt"
	"time"

	"sixtouch/model"
	"sixtouch/sop"
)

// pastStep is a week of last quarter's programme.
type pastStep struct{ key, name, channel, text string }

func (cast) pastSteps() []pastStep {
	return []pastStep{
		{"w1-trend", "行业趋势", "group_message", "这份行业趋势摘要只有两页，和您的业务相关的在第二页。"},
		{"w2-case", "客户案例", "group_message", "同行的一个案例：交付周期缩短了三成，做法都写在里面了。"},
		{"w3-call", "案例回访", model.ChannelRepPrompt, "对方收到案例一周了，打个电话问问哪一点最相关。"},
		{"w4-tool", "自测表", "group_message", "五个问题的自测表，两分钟看出流程卡在哪一步。"},
		{"w5-visit", "约开放日", model.ChannelRepPrompt, "邀请对方参加本月开放日，先问哪一天方便。"},
		{"w6-review", "季度小结", "group_message", "这一季度发过的资料汇总在这里，方便转给同事。"},
	}
}

// seedPast gives the demo a quarter that is over: a programme that one in two
// people at a company went through, with what did not arrive and why.
func seedPast(ctx context.Context, a *app, now time.Time) error {
	people, err := demoPeople(ctx, a)
	if err != nil {
		return err
	}
	version, err := pastProgramme(ctx, a)
	if err != nil {
		return err
	}
	var rels []model.Relationship
	if err := a.db.Read(ctx).Select("id", "contact_id", "rep_id").Where("state = ?", model.RelationshipActive).
		Order("id DESC").Limit(2 * demoContacts).Find(&rels).Error; err != nil {
		return fmt.Errorf("look who follows the demo's people: %w", err)
	}
	followed := map[int64]model.Relationship{} // by whom they were added first
	for _, r := range rels {
		followed[r.ContactID] = r
	}
	var enrollments []model.Enrollment
	var numbers []int
	for n := range demoContacts {
		c, ok := people[n]
		heat := cast{}.heat(n)
		if !ok || c.FirstAddedAt == nil || heat == 0 && upTo(n, "past", 3) > 0 {
			continue
		}
		start := later(c.FirstAddedAt.AddDate(0, 0, 1), now.AddDate(0, 0, -80+upTo(n, "since", 30)))
		if start.After(now.AddDate(0, 0, -9)) {
			continue
		}
		rel := followed[c.ID]
		ended := now.AddDate(0, 0, -1)
		enrollments = append(enrollments, model.Enrollment{
			SOPID: version.SOPID, VersionID: version.ID, ContactID: c.ID, RepID: rel.RepID, RelationshipID: rel.ID, Run: 1,
			State: model.EnrollmentCompleted, AnchorAt: start, AnchorKind: "manual", Shard: model.ShardOf(c.ID),
			EnrolledAt: start, EndedAt: &ended, UpdatedAt: ended,
		})
		numbers = append(numbers, n)
	}
	return a.db.InTx(ctx, func(ctx context.Context) error {
		if err := a.db.Conn(ctx).CreateInBatches(&enrollments, 200).Error; err != nil {
			return fmt.Errorf("store who was in last quarter's programme: %w", err)
		}
		var touches []model.Touch
		for i, e := range enrollments {
			touches = append(touches, cast{}.pastTouches(numbers[i], e, now.AddDate(0, 0, -1), a.zone)...)
		}
		if err := a.db.Conn(ctx).CreateInBatches(&touches, 200).Error; err != nil {
			return fmt.Errorf("store last quarter's touches: %w", err)
		}
		return nil
	})
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// pastProgramme makes the programme, which takes nobody in any more.
func pastProgramme(ctx context.Context, a *app) (model.SOPVersion, error) {
	d := sop.Definition{Trigger: sop.Trigger{Kind: sop.TriggerManual}}
	for i, s := range (cast{}).pastSteps() {
		day := 1 + 7*i
		d.Steps = append(d.Steps, sop.Step{
			Key: s.key, Name: s.name, Offset: sop.Offset{Day: &day, At: "10:00"}, Channel: s.channel, Content: &model.Content{Text: s.text},
		})
	}
	made, err := a.engine.Create(ctx, "行业观察（上季度）", d)
	if err != nil {
		return model.SOPVersion{}, err
	}
	version, err := a.engine.Publish(ctx, made.ID, demoAuthor)
	if err != nil {
		return version, err
	}
	return version, a.engine.Archive(ctx, made.ID)
}

// pastTouches are what became of the n-th contact's steps until an instant.
func (c cast) pastTouches(n int, e model.Enrollment, until time.Time, zone *time.Location) []model.Touch {
	var list []model.Touch
	y, m, d := e.AnchorAt.In(zone).Date()
	for i, s := range c.pastSteps() {
		due := time.Date(y, m, d+1+7*i, 10, 0, 0, 0, zone).UTC()
		if due.After(until) {
			break
		}
		over := due.Add(time.Duration(20+upTo(n*7+i, "minutes", 200)) * time.Minute)
		t := model.Touch{
			EnrollmentID: &e.ID, SOPID: e.SOPID, VersionID: e.VersionID, StepKey: s.key, Run: 1, ContactID: e.ContactID, RepID: e.RepID,
			RelationshipID: e.RelationshipID, Channel: s.channel, State: model.TouchDelivered, Verdicts: model.AsJSON([]model.Verdict{}),
			DueAt: due, NotBefore: due, ExpireAt: due.AddDate(0, 0, 2), PlannedAt: due, SentAt: &over, ConfirmedAt: &over, FinalAt: &over,
			LocalDay: due.In(zone).Format(time.DateOnly), UpdatedAt: over,
		}
		switch of := upTo(n*11+i, "became", 40); {
		case of < 2:
			t.State, t.Reason = model.TouchSkipped, "cap_contact_week"
		case of == 2:
			t.State, t.Reason = model.TouchSkipped, "window_closed"
		case of == 3:
			t.State, t.Reason = model.TouchExpired, "unconfirmed"
		case of == 4:
			t.State, t.Reason = model.TouchFailed, "not_friend"
		case s.channel == model.ChannelRepPrompt:
			t.State, t.Reason = model.TouchDone, []string{"done", "positive", "no_interest"}[upTo(n+i, "said", 3)]
		case of > 33:
			at := over.Add(3 * time.Hour)
			t.Response, t.RespondedAt = string(model.ActivityReplied), &at
		}
		if t.State != model.TouchDelivered && t.State != model.TouchDone {
			t.SentAt, t.ConfirmedAt = nil, nil
		}
		list = append(list, t)
	}
	return list
}
