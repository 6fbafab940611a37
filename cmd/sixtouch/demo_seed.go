package main

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"sixtouch/model"
	"sixtouch/service/audience"
	"sixtouch/sop"
)

// simulatorControl is the simulator's control API.
type simulatorControl interface {
	Call(ctx context.Context, method, path string, in, out any) error
}

// demoAge is how far back the demo's relationships go.
const demoAge = 60 * 24 * time.Hour

// seedDemo fills an empty simulated corp and an empty product: people and tags
// in WeCom, then the product's own full synchronisation, the list of accounts and
// what their people have done, then welcomes and one live programme. The programme comes last, so that only people who come from
// now on enter it.
func seedDemo(ctx context.Context, a *app, control simulatorControl) error {
	if err := seedCorp(ctx, control, a.clock.Now()); err != nil {
		return fmt.Errorf("make the demo's corp: %w", err)
	}
	done, err := a.sync.Run(ctx)
	if err != nil {
		return fmt.Errorf("synchronise the demo's corp: %w", err)
	}
	if done.State != model.SyncComplete {
		return fmt.Errorf("synchronise the demo's corp: it is %s: %s", done.State, done.LastError)
	}
	if err := seedAccounts(ctx, a); err != nil {
		return fmt.Errorf("bring the demo's accounts in: %w", err)
	}
	if err := seedLife(ctx, a, a.clock.Now()); err != nil {
		return fmt.Errorf("give the demo a past: %w", err)
	}
	if err := seedWelcomes(ctx, a); err != nil {
		return fmt.Errorf("set the demo's welcomes: %w", err)
	}
	if err := seedProgramme(ctx, a); err != nil {
		return fmt.Errorf("publish the demo's SOP: %w", err)
	}
	if err := seedPast(ctx, a, a.clock.Now()); err != nil {
		return fmt.Errorf("give the demo a last quarter: %w", err)
	}
	return nil
}

// seedCorp makes the people. Nothing of it sends a callback: it has always
// been so.
func seedCorp(ctx context.Context, control simulatorControl, now time.Time) error {
	var people cast
	post := func(path string, in, out any) error { return control.Call(ctx, http.MethodPost, path, in, out) }
	for _, d := range people.departments() {
		if err := post("/sim/departments", d, nil); err != nil {
			return err
		}
	}
	for _, r := range people.reps() {
		if err := post("/sim/members", map[string]any{"userid": r.UserID, "name": r.Name, "department": []int{r.Department}}, nil); err != nil {
			return err
		}
	}
	tags := map[string]string{} // group and name → id
	for _, g := range people.tagGroups() {
		var made struct{ Tags []struct{ ID, Name string } }
		if err := post("/sim/tags", map[string]any{"group": g.Group, "tags": g.Tags, "silent": true}, &made); err != nil {
			return err
		}
		for _, t := range made.Tags {
			tags[g.Group+t.Name] = t.ID
		}
	}
	return post("/sim/follows", map[string]any{"items": people.follows(tags, now)}, nil)
}

// demoFollow is one relationship in the simulator's words.
type demoFollow struct {
	UserID         string   `json:"userid"`
	ExternalUserID string   `json:"external_userid"`
	Name           string   `json:"name"`
	CorpName       string   `json:"corp_name,omitempty"`
	CorpFullName   string   `json:"corp_full_name,omitempty"`
	Position       string   `json:"position,omitempty"`
	Type           int      `json:"type"`
	State          string   `json:"state,omitempty"`
	AddWay         int      `json:"add_way"`
	RemarkCompany  string   `json:"remark_company,omitempty"`
	Tags           []string `json:"tags"`
	Silent         bool     `json:"silent"`
	CreateTime     int64    `json:"createtime"`
}

// follows spreads the contacts over the reps; one in twelve knows two of them.
func (c cast) follows(tags map[string]string, now time.Time) []demoFollow {
	const wecomUsers, acquainted = 4, 12
	reps := c.reps()
	list := make([]demoFollow, 0, demoContacts+demoContacts/acquainted)
	for n := range demoContacts {
		company, industry := c.employer(n)
		f := demoFollow{
			Name: c.person(n), Type: 1, RemarkCompany: c.employerAs(n), AddWay: 1, Silent: true,
			UserID: reps[n%len(reps)].UserID, Tags: c.tagsOf(n, industry, tags),
			State:      pick(n, "state", []string{"", "", "expo", "website", "live"}),
			CreateTime: now.Add(-time.Hour - time.Duration(upTo(n, "age", int(demoAge.Seconds())))*time.Second).Unix(),
		}
		if upTo(n, "type", wecomUsers) == 0 {
			f.Type, f.CorpName, f.CorpFullName, f.Position = 2, c.brand(n%demoCompanies), company, c.titleOf(n)
			f.RemarkCompany = ""
		}
		f.ExternalUserID = c.externalUserID(n, f.Type == 2)
		list = append(list, f)
		if upTo(n, "second", acquainted) == 0 {
			f.UserID, f.Tags = reps[(n+7)%len(reps)].UserID, nil
			list = append(list, f)
		}
	}
	return list
}

func (cast) tagsOf(n int, industry string, ids map[string]string) []string {
	tags := []string{ids[groupIndustry+industry], ids[groupSource+pick(n, "source", []string{"展会", "官网", "转介绍", "直播"})]}
	if upTo(n, "has role", 4) > 0 {
		tags = append(tags, ids[groupRole+pick(n, "role", []string{"决策者", "影响者", "使用者", "使用者", "采购"})])
	}
	if upTo(n, "has intent", 3) > 0 {
		tags = append(tags, ids[groupIntent+pick(n, "intent", []string{tagHigh, tagMiddle, tagMiddle, tagLow})])
	}
	return tags
}

func seedWelcomes(ctx context.Context, a *app) error {
	for _, w := range []model.Welcome{
		{Scope: model.WelcomeDefault, Content: model.AsJSON(model.Content{
			Text: "{name|您}好，我是{rep|您的顾问}，很高兴认识您。有任何问题，随时在这里找我。",
		})},
		{Scope: model.WelcomeState, ScopeKey: "expo", Content: model.AsJSON(model.Content{
			Text: "{name|您}好，感谢在展会上停留。我是{rep|您的顾问}，这是您现场要的资料。",
			Attachments: []model.Attachment{{Type: "link", Link: &model.Link{
				Title: "展会资料包", URL: "https://example.com/expo", Desc: "产品手册、价格说明与三个同行案例",
			}}},
		})},
	} {
		w.Enabled = true
		if _, err := a.welcomes.Set(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

func seedProgramme(ctx context.Context, a *app) error {
	tags, err := a.contacts.Tags(ctx, model.Page{Limit: model.PageLimit})
	if err != nil {
		return err
	}
	ids := map[string]int64{}
	for _, t := range tags {
		ids[t.Group+t.Name] = t.ID
	}
	draft, err := demoProgramme(ids)
	if err != nil {
		return err
	}
	// Whatever weekday somebody is added on, the programme's five messages of
	// their first eight days find room.
	rule := sop.DefaultLimits()
	rule.ValidFrom, rule.ContactWeek = "2000-01-01", new(5)
	if err := a.engine.SetLimits(ctx, rule); err != nil {
		return err
	}
	made, err := a.engine.Create(ctx, "新好友 7 天", draft)
	if err != nil {
		return err
	}
	_, err = a.engine.Publish(ctx, made.ID, "demo")
	return err
}

// demoProgramme is the first week of a new contact.
func demoProgramme(tags map[string]int64) (sop.Definition, error) {
	// The keen get an offer that day instead.
	middling, err := audience.Parse(fmt.Appendf(nil, `{"v":1,"op":"and","of":[{"f":"tag","is":"none","v":[%d,%d]}]}`, tags[groupIntent+tagLow], tags[groupIntent+tagHigh]))
	if err != nil {
		return sop.Definition{}, err
	}
	high, err := audience.Parse(fmt.Appendf(nil, `{"v":1,"op":"and","of":[{"f":"tag","is":"any","v":[%d]}]}`, tags[groupIntent+tagHigh]))
	if err != nil {
		return sop.Definition{}, err
	}
	on := func(day int) sop.Offset { return sop.Offset{Day: &day, At: "09:00"} }
	says := func(text string, parts ...model.Attachment) *model.Content {
		return &model.Content{Text: text, Attachments: parts}
	}
	guide := model.Attachment{Type: "link", Link: &model.Link{
		Title: "五分钟看懂：从添加好友到签单", URL: "https://example.com/guide", Desc: "一张图，六次触达",
	}}
	return sop.Definition{
		Trigger: sop.Trigger{Kind: sop.TriggerContactAdded},
		Steps: []sop.Step{
			{Key: "welcome", Name: "欢迎语", Channel: "welcome", Content: says("{name|您}好，我是{rep|您的顾问}。接下来一周，我会分几次把最有用的内容发给您，不打扰，也不刷屏。")},
			{Key: "d1-guide", Name: "入门指南", Offset: on(1), Channel: "group_message", Content: says("早上好，先送上一份入门指南，五分钟就能看完。", guide)},
			{Key: "d2-case", Name: "同行案例", Offset: on(2), Channel: "group_message", Content: says("今天分享一个同行的真实案例：他们用三个月把跟进漏掉的客户从四成降到了一成以内。")},
			{Key: "d3-call", Name: "第三天回访", Offset: on(3), Channel: "rep_prompt", Content: says("对方已收到指南和案例，可以这样问：「{name|您}好，前两天发您的指南和案例看了吗？目前最头疼的是哪个环节？」聊完选一个结果。")},
			{Key: "d5-tips", Name: "三个建议", Offset: on(5), Channel: "group_message", Filter: middling, Content: says("整理了三个马上能用的建议：一、新好友当天必回；二、每次只讲一件事；三、约好下一次再结束。")},
			{Key: "d5-offer", Name: "专属方案", Offset: on(5), Channel: "group_message", Filter: high, Content: says("根据您的情况，我们准备了一份专属方案，方便的话这两天约二十分钟过一遍？")},
			{Key: "d7-review", Name: "一周小结", Offset: on(7), Channel: "group_message", Content: says("一周过去了，有没有哪一条对您有帮助？直接回复我就好。")},
			{Key: "d7-tag", Name: "标记首周完成", Offset: on(7), Channel: "tag", AddTags: []int64{tags[groupProgress+tagFirstWeek]}},
		},
	}, nil
}
