package transfer_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/model/modeltest"
	"sixtouch/service/account"
	"sixtouch/service/activity"
	"sixtouch/service/contact"
	"sixtouch/service/stage"
	"sixtouch/service/transfer"
)

// world is an import service between real neighbours.
type world struct {
	t        *testing.T
	ctx      context.Context
	db       *model.DB
	clock    *modeltest.Clock
	imports  *transfer.Service
	contacts *contact.Service
}

func newWorld(t *testing.T, db *model.DB, clock *modeltest.Clock) *world {
	t.Helper()
	w := &world{t: t, ctx: t.Context(), db: db, clock: clock}
	w.imports = w.another(7)
	return w
}

// another is another replica.
func (w *world) another(page int) *transfer.Service {
	var pipeline *activity.Pipeline
	record := func(ctx context.Context, a model.Activity) error { return pipeline.Record(ctx, a) }
	contacts := contact.New(w.db, record)
	s := transfer.New(transfer.Deps{
		DB: w.db, Accounts: account.New(account.Deps{DB: w.db, Record: record, Zone: time.UTC, Logger: slog.New(slog.DiscardHandler)}),
		Contacts: contacts, Stages: stage.New(stage.Deps{DB: w.db, Zone: time.UTC, Record: record}), Wake: func() {}, Logger: slog.New(slog.DiscardHandler), Page: page,
	})
	pipeline = activity.New(w.db, s.Appeared())
	w.contacts = contacts
	return s
}

func (w *world) rep(userID, name string) {
	w.t.Helper()
	require.NoError(w.t, w.db.Conn(w.ctx).Create(&model.Rep{UserID: userID, Name: name, Status: 1, CanFollow: true}).Error)
}

// bring brings a file as far as its dry run.
func (w *world) bring(kind model.ImportKind, text string) model.Import {
	w.t.Helper()
	im, err := w.imports.Create(w.ctx, transfer.File{Kind: kind, Name: "客户.csv", Data: strings.NewReader(text), Size: int64(len(text)), By: "admin"})
	require.NoError(w.t, err)
	w.work()
	im = w.get(im.ID)
	w.leads(im)
	return im
}

// leads compares each of an import's counts with the rows behind it.
func (w *world) leads(im model.Import) {
	w.t.Helper()
	c, lines := im.Counts.V, map[int]bool{}
	for outcome, n := range map[model.ImportOutcome]int{
		model.RowNew: c.New, model.RowUpdated: c.Updated, model.RowUnchanged: c.Unchanged, model.RowDuplicate: c.Duplicate, model.RowPending: c.Pending, model.RowFaulty: c.Faulty,
	} {
		rows, page := 0, model.Page{Limit: 100}
		for {
			list, err := w.imports.Rows(w.ctx, im.ID, outcome, page)
			require.NoError(w.t, err)
			for _, r := range list {
				require.False(w.t, lines[r.Line], "line %d twice", r.Line)
				require.Greater(w.t, int64(r.Line), page.After, "in the order of lines")
				lines[r.Line], page.After = true, int64(r.Line)
				require.Equal(w.t, im.State == model.ImportChecked, len(r.Cells) > 0, "cells are there as long as the file is")
				if im.State == model.ImportDone && (outcome == model.RowNew || outcome == model.RowUpdated || outcome == model.RowUnchanged) {
					require.NotZero(w.t, r.Ref, "line %d leads to what it is about", r.Line)
				}
				if outcome == model.RowFaulty || outcome == model.RowDuplicate {
					require.NotEmpty(w.t, r.Notes, "line %d says why", r.Line)
				}
			}
			if rows += len(list); len(list) < 100 {
				break
			}
		}
		require.Equal(w.t, n, rows, "%s: %s", im.State, outcome)
	}
}

// work works until nothing is left to do.
func (w *world) work() {
	w.t.Helper()
	for again := true; again; {
		var err error
		again, err = w.imports.Run(w.ctx)
		require.NoError(w.t, err)
	}
}

func (w *world) get(id int64) model.Import {
	w.t.Helper()
	im, err := w.imports.Get(w.ctx, id)
	require.NoError(w.t, err)
	return im
}

// run runs an import whose dry run is through; both must have counted the same.
func (w *world) run(im model.Import) model.Import {
	w.t.Helper()
	require.Equal(w.t, model.ImportChecked, im.State)
	_, err := w.imports.Start(w.ctx, im.ID)
	require.NoError(w.t, err)
	w.work()
	done := w.get(im.ID)
	require.Equal(w.t, model.ImportDone, done.State)
	require.Equal(w.t, im.Counts, done.Counts, "the dry run and the run")
	w.leads(done)
	return done
}

// notes are what is said about an import's rows.
func (w *world) notes(id int64) []string {
	w.t.Helper()
	list, err := w.imports.Notes(w.ctx, id, model.Page{Limit: model.PageLimit})
	require.NoError(w.t, err)
	out := []string{}
	for _, n := range list {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%d %s %s %v", n.Line, n.Field, n.Code, n.Args())))
	}
	return out
}

func (w *world) count(table any, where ...any) int {
	w.t.Helper()
	q, n := w.db.Conn(w.ctx).Model(table), int64(0)
	if len(where) > 0 {
		q = q.Where(where[0], where[1:]...)
	}
	require.NoError(w.t, q.Count(&n).Error)
	return int(n)
}

func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	modeltest.Each(t, func(t *testing.T, db *model.DB, clock *modeltest.Clock) { test(t, newWorld(t, db, clock)) })
}

// twenty is what twenty reps have named, twenty companies each: seven twice.
func twenty() string {
	var b strings.Builder
	b.WriteString("公司名称,负责人\n")
	for rep := range 20 {
		for n := range 20 {
			name := fmt.Sprintf("第%d号科技有限公司", rep*20+n)
			if rep == 19 && n < 7 {
				name = fmt.Sprintf("第%d号 科技有限公司", n*20) // as others have written it
			}
			fmt.Fprintf(&b, "%s,rep%02d\n", name, rep)
		}
	}
	return b.String()
}

func TestImport_twentyTimesTwentyWithSevenDuplicatesAre393(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for i := range 20 {
			w.rep(fmt.Sprintf("rep%02d", i), fmt.Sprintf("销售%d", i))
		}
		im := w.bring(model.ImportAccounts, twenty())
		require.Equal(t, model.ImportCounts{New: 393, Duplicate: 7, Notes: 7}, im.Counts.V)
		require.Zero(t, w.count(&model.Account{}), "the dry run stores nothing")
		w.run(im)
		require.Equal(t, 393, w.count(&model.Account{}))
		require.Equal(t, 13, w.count(&model.Account{}, "owner_id = 20"))
		require.Equal(t, "382 name duplicate [第0号 科技有限公司 2]", w.notes(im.ID)[0])
		require.Zero(t, w.count(&model.ImportChunk{}), "the file is gone")
		require.Zero(t, w.count(&model.ImportKey{}))

		again := w.run(w.bring(model.ImportAccounts, twenty()))
		require.Equal(t, model.ImportCounts{Unchanged: 393, Duplicate: 7, Notes: 7}, again.Counts.V)
	})
}

func TestImport_saysOfEachRowWhatIsWrong(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.rep("wang1", "王伟")
		w.rep("wang2", "王伟")
		w.rep("lin.qiao", "林乔")
		im := w.bring(model.ImportAccounts, `客户名单（2026）
公司名称*,简称,官网,统一社会信用代码,等级,人数,年合同额,负责人
腾讯科技（深圳）有限公司,腾讯;鹅厂,https://tencent.com/zh,,A级,"12,000",120万,LIN.QIAO
,,,,,,,
好公司,,qq.com,,B,,,林乔
,别名而已,,,,,,
坏公司一,,,12345,,,,
坏公司二,,,,特级,很多,-5,
坏公司三,,,,,,,王伟
坏公司四,,,,,,,张三
腾讯,,,,,,,
子公司,,tencent.com,,,,,
`)
		require.Equal(t, model.ImportCounts{New: 3, Duplicate: 1, Faulty: 5, Notes: 10}, im.Counts.V)
		require.Equal(t, []string{
			"5 domains domain_free [qq.com]",
			"6 name missing []",
			"7 credit_code no_credit_code [12345]",
			"8 tier no_such_word [特级]", "8 employees no_number [很多]", "8 acv no_number [-5]",
			"9 owner several_reps [王伟]",
			"10 owner no_such_rep [张三]",
			"11 name duplicate [腾讯 3]",
			"12 domains domain_in_line [tencent.com 3]",
		}, w.notes(im.ID))
		w.run(im)
		var tencent model.Account
		require.NoError(t, w.db.Conn(w.ctx).Take(&tencent, "tier = 'A'").Error)
		require.Equal(t, int64(12000), *tencent.Employees)
		require.Equal(t, int64(1200000), *tencent.ACV)
		require.Equal(t, int64(3), tencent.OwnerID)
		require.Equal(t, 2, w.count(&model.AccountAlias{}, "account_id = ?", tencent.ID))

		// What a row does not say stays; what it says of a known company replaces.
		im = w.bring(model.ImportAccounts, "公司名称,等级,行业\n鹅厂,,互联网\n好公司,B,\n新公司,C,\n")
		require.Equal(t, model.ImportCounts{New: 1, Updated: 1, Unchanged: 1}, im.Counts.V)
	})
}

func TestImport_enrichesPeopleWhomWeComHasShownAndWaitsForTheOthers(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		start := w.clock.Now()
		appear := func(id string, mobiles ...string) {
			_, err := w.contacts.Apply(w.ctx, contact.Facts{
				ExternalUserID: id, RepUserID: "lin.qiao", State: model.RelationshipActive, ReadAt: w.clock.Now(), At: w.clock.Now(), Added: true,
				Profile: &contact.Profile{Name: id, Type: 1}, Follow: &contact.Follow{AddedAt: start, RemarkMobiles: mobiles},
			})
			require.NoError(t, err)
		}
		appear("wmKnown")
		appear("wmBoss")
		require.NoError(t, w.db.Conn(w.ctx).Model(&model.Contact{}).Where("external_userid = 'wmBoss'").
			Updates(map[string]any{"role": model.RoleBoss, "role_source": model.SourcePerson, "email": "boss@a.cn"}).Error)
		const file = `外部联系人ID,手机,邮箱,公司,部门,角色,来源
wmKnown,138 0000 0000,Known@Huawei.com,华为技术有限公司,信息部,信息中心主任,展会
,,boss@a.cn,A公司,,采购,
wmLater,,,后来公司,市场部,,
,+86 139-0000-0000,,电话公司,,,
,,,没人公司,,,
,12345,,,,,
wmKnown,,,,,,
`
		im := w.bring(model.ImportContacts, file)
		require.Equal(t, model.ImportCounts{Updated: 2, Pending: 2, Duplicate: 1, Faulty: 2, Notes: 4}, im.Counts.V)
		require.Equal(t, []string{"3 role role_kept []", "6  nobody []", "7 mobile no_mobile [12345]", "8 external_userid duplicate [wmKnown 2]"}, w.notes(im.ID))
		w.run(im)
		var known model.Contact
		require.NoError(t, w.db.Conn(w.ctx).Take(&known, "external_userid = 'wmKnown'").Error)
		require.Equal(t, []string{"known@huawei.com", "13800000000", "信息部", "展会"}, []string{known.Email, known.Mobile, known.Department, known.Source})
		require.Equal(t, []any{model.RoleCIO, model.SourceImport}, []any{known.Role, known.RoleSource})
		require.Equal(t, 6, w.count(&model.Activity{}, "kind = ? AND contact_id = ?", model.ActivityProfileChanged, known.ID))
		require.Equal(t, 2, w.count(&model.ContactCompany{}))
		require.Equal(t, 1, w.count(&model.Contact{}, "role = ?", model.RoleBoss), "a person's word stays")

		appear("wmLater")
		appear("wmTelephone", "139 0000 0000")
		require.Zero(t, w.count(&model.PendingContact{}))
		require.Equal(t, 1, w.count(&model.Contact{}, "external_userid = 'wmLater' AND department = '市场部'"))
		require.Equal(t, 1, w.count(&model.ContactCompany{}, "company = '电话公司'"))

		again := w.bring(model.ImportContacts, file)
		require.Equal(t, 0, again.Counts.V.Updated+again.Counts.V.New)
	})
}

func TestImport_takesTheMeaningOfColumnsOverFromTheLastFile(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		const file = "甲方,跟单,公司规模\n某某公司,无名,30\n"
		im := w.bring(model.ImportAccounts, file)
		require.Equal(t, model.ImportDraft, im.State)
		_, err := w.imports.Start(w.ctx, im.ID)
		require.ErrorContains(t, err, "what the columns mean")
		for _, wrong := range [][]string{{"name"}, {"name", "name", ""}, {"name", "nonsense", ""}, {"", "owner", "employees"}} {
			_, err = w.imports.Map(w.ctx, im.ID, wrong)
			require.Equal(t, model.CodeInvalid, model.CodeOf(err), "%v", wrong)
		}
		_, err = w.imports.Map(w.ctx, im.ID, []string{"name", "owner", "employees"})
		require.NoError(t, err)
		w.work()
		require.Equal(t, 1, w.get(im.ID).Counts.V.Faulty)
		_, err = w.imports.Map(w.ctx, im.ID, []string{"name", "", "employees"})
		require.NoError(t, err)
		w.work()
		require.Empty(t, w.notes(im.ID), "what the first mapping found is gone")
		w.run(w.get(im.ID))
		_, err = w.imports.Map(w.ctx, im.ID, []string{"name", "", ""})
		require.Equal(t, model.CodeConflict, model.CodeOf(err))

		next := w.bring(model.ImportAccounts, "甲方：,跟单, 公司规模*\n另一家,无名,40\n")
		require.Equal(t, []string{"name", "", "employees"}, next.Mapping.V)
		require.Equal(t, model.ImportChecked, next.State)
	})
}

func TestImport_isCancelledAndForgotten(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		im := w.bring(model.ImportAccounts, twenty())
		_, err := w.imports.Cancel(w.ctx, im.ID)
		require.NoError(t, err)
		require.Zero(t, w.count(&model.ImportChunk{})+w.count(&model.ImportKey{}))
		for _, act := range []func(context.Context, int64) (model.Import, error){w.imports.Cancel, w.imports.Start} {
			_, err = act(w.ctx, im.ID)
			require.Equal(t, model.CodeConflict, model.CodeOf(err))
			_, err = act(w.ctx, 99)
			require.ErrorIs(t, err, model.ErrNotFound)
		}
		old := w.bring(model.ImportAccounts, "公司\n甲公司\n")
		w.clock.Advance(31 * 24 * time.Hour)
		fresh := w.bring(model.ImportAccounts, "公司\n乙公司\n")
		require.NoError(t, w.imports.Forget(w.ctx))
		require.Equal(t, model.ImportCancelled, w.get(old.ID).State)
		require.Equal(t, model.ImportChecked, w.get(fresh.ID).State)
		_, err = w.imports.Create(w.ctx, transfer.File{Kind: model.ImportAccounts, Name: "a.csv", Data: strings.NewReader("公司\n"), Size: 7})
		require.ErrorContains(t, err, "no rows below its header")
		require.Zero(t, w.count(&model.Import{}, "state = ?", model.ImportLoading), "what could not be read is not left lying about")
	})
}

func TestImport_isWorkedOnByOneReplicaAtATimeAndTakenOver(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		im := w.bring(model.ImportAccounts, withoutOwners())
		_, err := w.imports.Start(w.ctx, im.ID)
		require.NoError(t, err)
		// A replica takes it and is never heard of again.
		now := w.clock.Now()
		require.NoError(t, w.db.Conn(w.ctx).Model(&model.Import{}).Where("id = ?", im.ID).
			Updates(map[string]any{"lease_token": "dead", "lease_until": now.Add(time.Minute)}).Error)
		again, err := w.imports.Run(w.ctx)
		require.NoError(t, err)
		require.False(t, again, "it is the other's until the lease ends")
		w.clock.Advance(time.Minute)
		var wg sync.WaitGroup
		for _, s := range []*transfer.Service{w.another(7), w.another(7), w.imports} {
			wg.Go(func() {
				for again := true; again; {
					var err error
					if again, err = s.Run(w.ctx); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		done := w.get(im.ID)
		require.Equal(t, model.ImportDone, done.State)
		require.Equal(t, model.ImportCounts{New: 393, Duplicate: 7, Notes: 7}, done.Counts.V)
		require.Equal(t, 393, w.count(&model.Account{}))
	})
}

func withoutOwners() string {
	var b strings.Builder
	for line := range strings.Lines(twenty()) {
		name, _, _ := strings.Cut(line, ",")
		b.WriteString(name + "\n")
	}
	return b.String()
}

func TestImport_opensAndChangesOpportunities(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.rep("lin.qiao", "林乔")
		w.run(w.bring(model.ImportAccounts, "公司,简称\n腾讯科技有限公司,鹅厂\n"))
		const file = `公司,商机名称,金额,类型,来源,负责人,预计成交日期
鹅厂,企业版 一期,120万,新签,市场,林乔,2026年6月1日
腾讯科技有限公司,企业版一期,1,,,,
腾讯科技有限公司,扩容,,增购,,,2026/7/15
无名公司,商机,1,,,,
鹅厂,,1,,,,
鹅厂,错的,1,租赁,,,某日
`
		im := w.bring(model.ImportOpportunities, file)
		require.Equal(t, model.ImportCounts{New: 2, Duplicate: 1, Faulty: 3, Notes: 5}, im.Counts.V)
		w.run(im)
		var o model.Opportunity
		require.NoError(t, w.db.Conn(w.ctx).Take(&o, "amount = 1200000").Error)
		require.Equal(t, []any{"企业版 一期", model.OpportunityNew, model.DealByMarketing, int64(1), "2026-06-01"}, []any{o.Name, o.Kind, o.Origin, o.OwnerID, o.ExpectedClose})

		im = w.run(w.bring(model.ImportOpportunities, "公司,商机名称,金额\n鹅厂,企业版一期,130万\n鹅厂,扩容,\n"))
		require.Equal(t, model.ImportCounts{Updated: 1, Unchanged: 1}, im.Counts.V)
		require.Equal(t, 2, w.count(&model.Opportunity{}))
	})
}
