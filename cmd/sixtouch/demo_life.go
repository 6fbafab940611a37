package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"sixtouch/model"
	"sixtouch/service/account"
	ladder "sixtouch/service/stage"
	"sixtouch/service/transfer"
)

// demoAuthor signs what the demo's people are said to have done.
const demoAuthor = "demo"

// seedAccounts brings in the list that sales has handed in, as a person would,
// and has the people matched to it.
func seedAccounts(ctx context.Context, a *app) error {
	file := cast{}.accountsFile()
	im, err := a.imports.Create(ctx, transfer.File{
		Kind: model.ImportAccounts, Name: "目标客户名单.csv", Data: bytes.NewReader(file), Size: int64(len(file)), By: demoAuthor,
	})
	if err != nil {
		return fmt.Errorf("read the list of accounts: %w", err)
	}
	run := func() error {
		for {
			if more, err := a.imports.RunOne(ctx, im.ID, func(model.Import) {}); err != nil || !more {
				return err
			}
		}
	}
	if err := run(); err != nil {
		return fmt.Errorf("check the list of accounts: %w", err)
	}
	if _, err := a.imports.Start(ctx, im.ID); err != nil {
		return fmt.Errorf("import the list of accounts: %w", err)
	}
	if err := run(); err != nil {
		return fmt.Errorf("import the list of accounts: %w", err)
	}
	if im, err = a.imports.Get(ctx, im.ID); err != nil {
		return err
	}
	if c := im.Counts.V; im.State != model.ImportDone || c.New != demoRows-demoTwice || c.Duplicate != demoTwice {
		return fmt.Errorf("import the list of accounts: it is %s with %+v", im.State, c)
	}
	for more := true; more; {
		if more, err = a.accounts.MatchDue(ctx); err != nil {
			return fmt.Errorf("match people to accounts: %w", err)
		}
	}
	_, err = a.accounts.CreateTarget(ctx, account.TargetInput{
		Name: "重点客户（A、B 级）", Purposes: []string{"named", "large"}, Filter: []byte(`{"v":1,"op":"and","of":[{"f":"tier","is":"in","v":["A","B"]}]}`),
	}, demoAuthor)
	return err
}

// seedLife gives the accounts a past: one in ten is hot, three are warm, and the
// others have only been added.
func seedLife(ctx context.Context, a *app, now time.Time) error {
	people, err := demoPeople(ctx, a)
	if err != nil {
		return err
	}
	var all []model.Activity
	for n, c := range people {
		all = append(all, cast{}.doings(n, c, now)...)
	}
	slices.SortFunc(all, func(x, y model.Activity) int {
		return cmp.Or(x.OccurredAt.Compare(y.OccurredAt), strings.Compare(x.DedupeKey, y.DedupeKey))
	})
	for page := range slices.Chunk(all, 100) {
		err := a.db.InTx(ctx, func(ctx context.Context) error {
			for _, happening := range page {
				if err := a.record(ctx, happening); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("record the past: %w", err)
		}
	}
	for more := true; more; {
		if more, err = a.scores.Rescore(ctx); err != nil {
			return fmt.Errorf("score the demo's people: %w", err)
		}
	}
	return errors.Join(seedSales(ctx, a), seedPlans(ctx, a))
}

// heat is how much has been done about the n-th contact's company: 2 in one of
// ten, 1 in three of ten, else 0.
func (cast) heat(n int) int {
	switch of := upTo(n%demoCompanies, "heat", 10); {
	case of == 0:
		return 2
	case of <= 3:
		return 1
	}
	return 0
}

// demoPeople are the contacts who are at an account, by their number in the cast.
func demoPeople(ctx context.Context, a *app) (map[int]model.Contact, error) {
	var contacts []model.Contact
	if err := a.db.Read(ctx).Select("id", "external_userid", "account_id", "first_added_at").
		Where("account_id IS NOT NULL").Limit(demoContacts).Find(&contacts).Error; err != nil {
		return nil, fmt.Errorf("look for people at accounts: %w", err)
	}
	people := make(map[int]model.Contact, len(contacts))
	for _, c := range contacts {
		_, digits, _ := strings.Cut(c.ExternalUserID, "DEMO")
		n, err := strconv.Atoi(digits)
		if err != nil {
			return nil, fmt.Errorf("read the number of %s: %w", c.ExternalUserID, err)
		}
		people[n] = c
	}
	return people, nil
}

// doings are what the n-th contact has done since they were added.
func (c cast) doings(n int, who model.Contact, now time.Time) []model.Activity {
	times := []int{0, max(0, upTo(n, "times", 5)-2), 2 + upTo(n, "times", 5)}[c.heat(n)]
	since := now.AddDate(0, 0, -40)
	if who.FirstAddedAt != nil && who.FirstAddedAt.After(since) {
		since = *who.FirstAddedAt
	}
	kinds := []struct {
		kind    model.ActivityKind
		key     string
		seconds int
	}{
		{model.ActivityContentViewed, "case_manufacturing", 150},
		{model.ActivityContentViewed, "solution_overview", 95},
		{model.ActivityContentViewed, "price", 70},
		{model.ActivityReplied, "", 0},
		{model.ActivityReplied, "", 0},
		{model.ActivityEventRegistered, "open_day", 0},
		{model.ActivityEventAttended, "open_day", 0},
		{model.ActivityMomentLiked, "", 0},
		{model.ActivityMomentCommented, "", 0},
		{model.ActivityNeedAnswered, "need", 0},
		{model.ActivityNeedAnswered, "budget", 0},
		{model.ActivityPriceAsked, "", 0},
		{model.ActivityVisitBooked, "", 0},
	}
	list := make([]model.Activity, 0, times)
	for i := range times {
		what := kinds[upTo(n*31+i, "doing", len(kinds))]
		minutes := upTo(n*31+i, "when", int(now.Sub(since).Minutes()))
		list = append(list, model.Activity{
			DedupeKey: fmt.Sprintf("demo:%d:%d", n, i), Kind: what.kind, ContactID: who.ID, OccurredAt: since.Add(time.Duration(minutes) * time.Minute),
			Data: model.AsJSON(model.ActivityData{Key: what.key, Seconds: what.seconds}),
		})
	}
	return list
}

// seedSales has sales take half of what marketing hands over, and opens deals
// with the first of them.
func seedSales(ctx context.Context, a *app) error {
	inbox, err := a.stages.Inbox(ctx, ladder.HandoverFilter{}, model.Page{Limit: 100})
	if err != nil {
		return fmt.Errorf("read what was handed over: %w", err)
	}
	for i, h := range inbox {
		switch {
		case i%2 == 1:
			continue
		case i%10 == 8:
			err = a.stages.Reject(ctx, h.ID, "no_budget", "", demoAuthor)
		default:
			err = a.stages.Accept(ctx, h.ID, demoAuthor)
		}
		if err != nil {
			return fmt.Errorf("decide on hand-over %d: %w", h.ID, err)
		}
		if i%4 != 0 || i%10 == 8 {
			continue
		}
		deal, err := a.stages.Open(ctx, ladder.Deal{
			ContactID: h.ContactID, Name: "年度框架合同", Amount: int64(80_000 + 10_000*upTo(i, "amount", 60)), Kind: model.OpportunityNew, By: demoAuthor,
		})
		if err != nil {
			return fmt.Errorf("open a deal: %w", err)
		}
		if i%12 == 0 {
			if _, err := a.stages.Turn(ctx, deal.ID, ladder.Turn{State: model.OpportunityWon, By: demoAuthor}); err != nil {
				return fmt.Errorf("win a deal: %w", err)
			}
		}
	}
	return nil
}

// seedPlans gives the first accounts of tier A a plan, next actions of both sides
// and a reason to talk now.
func seedPlans(ctx context.Context, a *app) error {
	list, err := a.accounts.List(ctx, account.Filter{Tier: model.TierA}, model.Page{Limit: 12})
	if err != nil {
		return fmt.Errorf("look for accounts to plan: %w", err)
	}
	for i, acc := range list {
		now := a.db.Now(ctx)
		_, err := a.accounts.SetPlan(ctx, acc.ID, 0, account.PlanInput{Goals: "本季度完成方案评审，进入商务阶段；再认识一位采购和一位信息化负责人。", Review: i%3 == 0}, demoAuthor)
		if err != nil {
			return fmt.Errorf("plan account %d: %w", acc.ID, err)
		}
		for _, action := range []account.ActionInput{
			{Title: "发送同行业案例", Side: model.SideMarketing, RepID: acc.SDRID, Due: now.AddDate(0, 0, 1+i%4)},
			{Title: "约技术负责人做半小时演示", Side: model.SideSales, RepID: acc.OwnerID, Due: now.AddDate(0, 0, 2+i%5)},
		} {
			if _, err := a.accounts.AddAction(ctx, acc.ID, action, demoAuthor); err != nil {
				return fmt.Errorf("plan account %d: %w", acc.ID, err)
			}
		}
		event := pick(i, "event", []account.EventInput{
			{Kind: "expansion", Title: "新工厂投产，产能翻倍", Source: "公司公众号"},
			{Kind: "leadership", Title: "新任信息化负责人到岗", Source: "企业官网"},
			{Kind: "tender", Title: "发布数字化升级项目招标预告", Source: "招标平台"},
		})
		event.At = now.AddDate(0, 0, -1-upTo(i, "ago", 40))
		if _, err := a.accounts.AddEvent(ctx, acc.ID, event, demoAuthor); err != nil {
			return fmt.Errorf("note what happened at account %d: %w", acc.ID, err)
		}
	}
	return nil
}
