package account_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/service/account"
)

// Huawei's and Tencent's codes are public.
const (
	codeOne = "914403001922038216"
	codeTwo = "9144030071526726XG"
)

func TestValidCreditCode_checksTheLastCharacter(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]bool{
		codeOne: true, codeTwo: true,
		"914403001922038217": false, "914403001922038261": false, "91440300192203821": false, "9144030019220382160": false,
		"91440300I922038216": false, "": false, "91440300192203821好": false,
	} {
		require.Equal(t, want, account.ValidCreditCode(code), code)
	}
}

func fields(t *testing.T, err error) map[string]string {
	t.Helper()
	var e *model.Error
	require.True(t, errors.As(err, &e), "%v", err)
	require.Equal(t, model.CodeInvalid, e.Code)
	return e.Fields
}

func TestAccount_createdReadAndChangedByOneEditorAtATime(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, lin := t.Context(), w.rep("林乔")
		_, err := w.Create(ctx, account.Input{
			Name: "  ", CreditCode: "91", Tier: "D", Lifecycle: "friend", Employees: number(-1), ACV: number(-5), OwnerID: 99, SDRID: lin, SDRBackupID: lin,
		})
		require.ElementsMatch(t, []string{"name", "credit_code", "tier", "lifecycle", "employees", "acv", "owner_id", "sdr_backup_id"}, keys(fields(t, err)))

		a, err := w.Create(ctx, account.Input{Name: " 星辰  科技有限公司 ", CreditCode: " " + codeOne, Tier: model.TierA, Industry: "软件", Employees: number(300), OwnerID: lin})
		require.NoError(t, err)
		require.Equal(t, "星辰 科技有限公司", a.Name)
		stored, err := w.Get(ctx, a.ID)
		require.NoError(t, err)
		require.Equal(t, model.LifecycleProspect, stored.Lifecycle)
		require.EqualValues(t, 300, *stored.Employees)
		require.EqualValues(t, 1, stored.Version)
		require.NotNil(t, stored.RescoreAt, "it is due to be scored")

		_, err = w.Create(ctx, account.Input{Name: "星辰科技有限公司"})
		require.Equal(t, model.CodeConflict, model.CodeOf(err))
		require.ErrorContains(t, err, "[星辰 科技有限公司], account 1")
		_, err = w.Create(ctx, account.Input{Name: "别的公司", CreditCode: codeOne})
		require.ErrorContains(t, err, "the credit code belongs to [星辰 科技有限公司], account 1")

		changed, err := w.Update(ctx, a.ID, 1, account.Input{Name: "星辰科技", CreditCode: codeOne, OwnerID: lin})
		require.NoError(t, err)
		require.EqualValues(t, 2, changed.Version)
		require.Empty(t, changed.Tier)
		require.Nil(t, changed.Employees)
		_, err = w.Update(ctx, a.ID, 1, account.Input{Name: "慢了一步"})
		require.Equal(t, model.CodeConflict, model.CodeOf(err))
		_, err = w.Update(ctx, 99, 1, account.Input{Name: "没有"})
		require.ErrorIs(t, err, model.ErrNotFound)

		// Who has left is no new owner, but does not block other edits.
		require.NoError(t, w.db.Conn(ctx).Model(&model.Rep{ID: lin}).Update("can_follow", false).Error)
		_, err = w.Update(ctx, a.ID, 2, account.Input{Name: "星辰科技", OwnerID: lin, Region: "深圳"})
		require.NoError(t, err)
		_, err = w.Create(ctx, account.Input{Name: "新公司", OwnerID: lin})
		require.Contains(t, fields(t, err), "owner_id")
	})
}

func keys(m map[string]string) (out []string) {
	for k := range m {
		out = append(out, k)
	}
	return out
}

func TestNames_meanOneAccount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		a, b := w.account("星辰科技有限公司"), w.account("北辰科技有限公司")
		alias, err := w.AddAlias(ctx, a.ID, " 星辰 ", account.SourceManual, "admin")
		require.NoError(t, err)
		again, err := w.AddAlias(ctx, a.ID, "星辰", account.SourceManual, "somebody else")
		require.NoError(t, err)
		require.Equal(t, alias.ID, again.ID)
		_, err = w.AddAlias(ctx, b.ID, "星辰", account.SourceManual, "admin")
		require.ErrorContains(t, err, "that name means [星辰科技有限公司] already, account 1")
		_, err = w.AddAlias(ctx, b.ID, "星辰科技有限公司", account.SourceManual, "admin")
		require.Equal(t, model.CodeConflict, model.CodeOf(err))
		_, err = w.AddAlias(ctx, b.ID, "  ", account.SourceManual, "admin")
		require.Contains(t, fields(t, err), "alias")
		_, err = w.Create(ctx, account.Input{Name: "星辰"})
		require.ErrorContains(t, err, "there is an account of this name already: [星辰科技有限公司]")

		domain, err := w.AddDomain(ctx, a.ID, "wang@mail.xingchen.com.cn", account.SourceManual, "admin", false)
		require.NoError(t, err)
		require.Equal(t, "xingchen.com.cn", domain.Domain)
		_, err = w.AddDomain(ctx, a.ID, "qq.com", account.SourceManual, "admin", false)
		require.Contains(t, fields(t, err), "domain")
		_, err = w.AddDomain(ctx, a.ID, "qq.com", account.SourceManual, "admin", true)
		require.NoError(t, err)
		_, err = w.AddDomain(ctx, a.ID, "no domain", account.SourceManual, "admin", true)
		require.Contains(t, fields(t, err), "domain")
		_, err = w.AddDomain(ctx, 99, "x.com", account.SourceManual, "admin", false)
		require.ErrorIs(t, err, model.ErrNotFound)

		require.ErrorIs(t, w.RemoveAlias(ctx, b.ID, alias.ID), model.ErrNotFound, "another account's")
		require.NoError(t, w.RemoveAlias(ctx, a.ID, alias.ID))
		require.NoError(t, w.RemoveDomain(ctx, a.ID, domain.ID))
		aliases, domains, err := w.Names(ctx, a.ID)
		require.NoError(t, err)
		require.Empty(t, aliases)
		require.Len(t, domains, 1)
	})
}

func TestEnsureMany_createsFindsAndChangesInOneGo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx := t.Context()
		known, err := w.Create(ctx, account.Input{Name: "星辰科技有限公司", CreditCode: codeOne, Industry: "软件"})
		require.NoError(t, err)
		_, err = w.AddAlias(ctx, known.ID, "星辰", account.SourceManual, "admin")
		require.NoError(t, err)
		other := w.account("北辰科技有限公司")
		rows := []account.Row{
			{Input: account.Input{Name: "新月 集团"}, Aliases: []string{"新月"}, Domains: []string{"hr@newmoon.com"}},
			{Input: account.Input{Name: "新月集团"}},                                               // of row 0
			{Input: account.Input{Name: "新月"}},                                                 // of row 0, by its alias
			{Input: account.Input{Name: "星辰", Region: "深圳"}, Aliases: []string{"Star"}},        // by alias
			{Input: account.Input{Name: "北辰科技有限公司"}},                                           // nothing new
			{Input: account.Input{Name: "坏公司", Tier: "Z"}, Domains: []string{"a@qq.com"}},      // faulty
			{Input: account.Input{Name: "星辰股份", CreditCode: codeOne}},                          // row 3's account, under a new name
			{Input: account.Input{Name: "北辰科技有限公司", CreditCode: codeOne}},                      // of row 4, whatever its code says
			{Input: account.Input{Name: "同域公司"}, Domains: []string{"newmoon.com"}},             // a sister
			{Input: account.Input{Name: "星辰科技有限公司", CreditCode: codeTwo}, Aliases: []string{}}, // contradicts
		}
		want := []account.Found{
			account.FoundNothing, account.FoundDuplicate, account.FoundDuplicate, account.FoundChanged, account.FoundSame, account.FoundFaulty,
			account.FoundChanged, account.FoundDuplicate, account.FoundNothing, account.FoundFaulty,
		}
		found := func(out []account.Ensured) (list []account.Found) {
			for _, o := range out {
				list = append(list, o.Found)
			}
			return list
		}
		how := account.Ensuring{Trial: true, Update: true, Source: account.SourceImport, Author: "admin"}
		trial, err := w.EnsureMany(ctx, rows, how)
		require.NoError(t, err)
		require.Equal(t, want, found(trial))
		list, err := w.List(ctx, account.Filter{}, model.Page{})
		require.NoError(t, err)
		require.Len(t, list, 2, "a trial writes nothing")

		how.Trial = false
		out, err := w.EnsureMany(ctx, rows, how)
		require.NoError(t, err)
		require.Equal(t, want, found(out))
		require.Equal(t, out[0].AccountID, out[1].AccountID)
		require.Equal(t, 0, out[2].Of)
		require.Equal(t, account.ByAlias, out[3].By)
		require.Equal(t, known.ID, out[3].AccountID)
		require.Equal(t, other.ID, out[4].AccountID)
		require.ElementsMatch(t, []string{"tier", "domain"}, keys(out[5].Faults))
		changed, err := w.Get(ctx, known.ID)
		require.NoError(t, err)
		require.Equal(t, "深圳", changed.Region)
		require.Equal(t, "软件", changed.Industry, "what a row does not say stays")
		require.Equal(t, "星辰股份", changed.Name)

		again, err := w.EnsureMany(ctx, rows[:9], how)
		require.NoError(t, err)
		for i, o := range again {
			require.NotEqual(t, account.FoundNothing, o.Found, "row %d", i)
		}
		list, err = w.List(ctx, account.Filter{Query: "newmoon.com"}, model.Page{})
		require.NoError(t, err)
		require.Len(t, list, 2)
	})
}

func TestList_filtersSearchesAndPages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w *world) {
		ctx, lin, zhou := t.Context(), w.rep("林乔"), w.rep("周伟")
		for _, in := range []account.Input{
			{Name: "星辰科技", OwnerID: lin, Tier: model.TierA},
			{Name: "北辰银行", OwnerID: lin, SDRID: zhou, Lifecycle: model.LifecycleCustomer},
			{Name: "100%纯果汁", OwnerID: zhou, SDRID: lin, SDRBackupID: zhou, OwnerBackupID: lin, Tier: model.TierB},
		} {
			_, err := w.Create(ctx, in)
			require.NoError(t, err)
		}
		_, err := w.AddAlias(ctx, 3, "Pure Juice", account.SourceManual, "")
		require.NoError(t, err)
		w.person(1, model.Contact{Name: "王总"})
		for name, tc := range map[string]struct {
			filter account.Filter
			page   model.Page
			want   []int64
		}{
			"all, newest first":   {account.Filter{}, model.Page{}, []int64{3, 2, 1}},
			"a page":              {account.Filter{}, model.Page{After: 3, Limit: 1}, []int64{2}},
			"by owner":            {account.Filter{OwnerID: lin}, model.Page{}, []int64{2, 1}},
			"by SDR":              {account.Filter{SDRID: zhou}, model.Page{}, []int64{2}},
			"owner and tier":      {account.Filter{OwnerID: lin, Tier: model.TierA}, model.Page{}, []int64{1}},
			"by lifecycle":        {account.Filter{Lifecycle: model.LifecycleCustomer}, model.Page{}, []int64{2}},
			"by a part of a name": {account.Filter{Query: "辰"}, model.Page{}, []int64{2, 1}},
			"percent is no joker": {account.Filter{Query: "0%"}, model.Page{}, []int64{3}},
			"by an alias":         {account.Filter{Query: "pure j"}, model.Page{}, []int64{3}},
			"lacks an SDR":        {account.Filter{Lacks: account.LacksSDR}, model.Page{}, []int64{1}},
			"lacks a backup":      {account.Filter{Lacks: account.LacksBackup}, model.Page{}, []int64{2, 1}},
			"lacks a tier":        {account.Filter{Lacks: account.LacksTier}, model.Page{}, []int64{2}},
			"lacks people":        {account.Filter{Lacks: account.LacksPeople}, model.Page{}, []int64{3, 2}},
			"no targets":          {account.Filter{Target: true}, model.Page{}, nil},
		} {
			rows, err := w.List(ctx, tc.filter, tc.page)
			require.NoError(t, err, name)
			var ids []int64
			for _, a := range rows {
				ids = append(ids, a.ID)
			}
			require.Equal(t, tc.want, ids, name)
		}
		counts, err := w.Quality(ctx)
		require.NoError(t, err)
		require.Equal(t, map[string]int64{"owner": 0, "sdr": 1, "backup": 2, "tier": 1, "people": 2}, counts)
	})
}
