package transfer

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"sixtouch/model"
	"sixtouch/service/account"
)

func tiers() map[string][]string {
	return map[string][]string{"A": {"a级", "a类", "一级"}, "B": {"b级", "b类", "二级"}, "C": {"c级", "c类", "三级"}}
}

func lifecycles() map[string][]string {
	return map[string][]string{
		string(model.LifecycleProspect): {"潜在", "潜在客户", "线索"}, string(model.LifecycleCustomer): {"客户", "成交", "成交客户", "老客户"},
		string(model.LifecycleFormer): {"流失", "流失客户", "前客户"}, string(model.LifecyclePartner): {"伙伴", "合作伙伴", "渠道", "代理商"},
		string(model.LifecycleCompetitor): {"竞品", "竞争对手", "友商"},
	}
}

func yesNo() map[string][]string {
	return map[string][]string{"true": {"是", "y", "yes", "1", "√"}, "false": {"否", "n", "no", "0", "×"}}
}

// company is a row about an account.
type company struct {
	*row
	account.Row
}

// readCompany reads a row's cells. What it is known by tells it from other rows;
// a domain does not, because sisters share one.
func readCompany(r *row, reps book) company {
	number := func(field string) *int64 {
		if n, ok := r.number(field); ok {
			return &n
		}
		return nil
	}
	rep := func(field string) int64 { return r.rep(field, reps) }
	c := company{row: r, Row: account.Row{Input: account.Input{
		Name: r.text("name", 120), CreditCode: r.creditCode("credit_code"),
		Tier: model.Tier(r.word("tier", tiers())), Lifecycle: model.Lifecycle(r.word("lifecycle", lifecycles())),
		Strategic: r.word("strategic", yesNo()) == "true", Industry: r.text("industry", 64), Region: r.text("region", 64),
		Employees: number("employees"), TechSpend: number("tech_spend"), ACV: number("acv"),
		OwnerID: rep("owner"), OwnerBackupID: rep("owner_backup"), SDRID: rep("sdr"), SDRBackupID: rep("sdr_backup"),
	}}}
	key := account.NameKey(c.Name)
	if key == "" && r.outcome != faulty {
		r.fault("name", noteMissing, "", "")
	}
	r.claim("name", c.Name, "name:"+key, true)
	if c.CreditCode != "" {
		r.claim("credit_code", c.CreditCode, "code:"+c.CreditCode, true)
	}
	for _, alias := range r.list("aliases") {
		if utf8.RuneCountInString(alias) > 120 {
			r.fault("aliases", noteTooLong, alias, "120")
		} else if other := account.NameKey(alias); other != "" && other != key {
			c.Aliases = append(c.Aliases, alias)
			r.claim("aliases", alias, "name:"+other, true)
		}
	}
	for _, text := range r.list("domains") {
		switch domain, evidence := account.DomainOf(hostOf(text)); {
		case domain == "" || !evidence:
			r.note("domains", noteDomainFree, text, "")
		case !slices.Contains(c.Domains, domain):
			c.Domains = append(c.Domains, domain)
			r.claim("domains", domain, "domain:"+domain, false)
		}
	}
	return c
}

// hostOf is the host of a website's address; anything else stays.
func hostOf(text string) string {
	if u, err := url.Parse(text); err == nil && u.Host != "" {
		return u.Hostname()
	}
	host, _, _ := strings.Cut(text, "/")
	return host
}

// bringAccounts decides what becomes of a page of companies and stores it.
func (s *Service) bringAccounts(ctx context.Context, sh *sheet) error {
	list := make([]company, len(sh.rows))
	for i, r := range sh.rows {
		list[i] = readCompany(r, sh.reps)
	}
	if err := s.settle(ctx, sh); err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(c company) bool { return c.outcome != undecided })
	rows := make([]account.Row, len(list))
	for i, c := range list {
		rows[i] = c.Row
	}
	owners, err := s.owners(ctx, list) // before the rows are
	if err != nil {
		return err
	}
	ensured, err := s.Accounts.EnsureMany(ctx, rows, account.Ensuring{Trial: sh.dry, Update: true, Source: account.SourceImport, Author: sh.im.CreatedBy})
	if err != nil {
		return err
	}
	for i, c := range list {
		c.take(ensured[i], list)
		c.share(ensured[i], owners)
	}
	return nil
}

// take says what became of a row.
func (c company) take(e account.Ensured, list []company) {
	c.ref = e.AccountID
	switch e.Found {
	case account.FoundNothing:
		c.outcome = isNew
	case account.FoundChanged:
		c.outcome = updated
	case account.FoundSame:
		c.outcome = unchanged
	case account.FoundDuplicate:
		c.outcome = duplicate
		c.note("name", noteDuplicate, c.Name, strconv.Itoa(list[e.Of].line))
	case account.FoundFaulty:
		for _, field := range slices.Sorted(maps.Keys(e.Faults)) {
			c.fault(field, NoteRefused, "", e.Faults[field])
		}
	}
}

// owner is the account that has had a domain for the longest.
type owner struct {
	Domain    string
	AccountID int64
	Name      string
}

func (s *Service) owners(ctx context.Context, list []company) (map[string]owner, error) {
	var domains []string
	for _, c := range list {
		domains = append(domains, c.Domains...)
	}
	slices.Sort(domains)
	owners := map[string]owner{}
	err := inSets(slices.Compact(domains), func(part []string) error {
		var found []owner
		// A domain may be many accounts': the index knows the first without reading the others.
		first := s.DB.Conn(ctx).Model(&model.AccountDomain{}).Select("MIN(id) AS id").Where("domain IN ?", part).Group("domain")
		err := s.DB.Conn(ctx).Table("(?) f", first).Joins("JOIN account_domains d ON d.id = f.id").Joins("JOIN accounts a ON a.id = d.account_id AND a.live_slot = 1").
			Select("d.domain, d.account_id, a.name").Scan(&found).Error
		for _, o := range found {
			owners[o.Domain] = o
		}
		return err
	})
	return owners, wrap("look for domains", err)
}

// share notes the domains that an earlier row, or another account, has too:
// sisters, or one company under two names.
func (c company) share(e account.Ensured, owners map[string]owner) {
	for _, cl := range c.claims {
		if cl.field != "domains" {
			continue
		}
		if cl.line != 0 {
			c.note(cl.field, noteSharedLine, cl.value, strconv.Itoa(cl.line))
			continue
		}
		if o, ok := owners[cl.value]; ok && o.AccountID != e.AccountID {
			c.note(cl.field, noteShared, cl.value, o.Name)
		}
	}
}
