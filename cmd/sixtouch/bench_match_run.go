package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"text/tabwriter"
	"time"

	"sixtouch/service/match"
	"sixtouch/web"
)

// measureMatch answers every string and compares with its label.
func measureMatch(labels match.Labels, name string, texts *web.Catalogue) matchReport {
	x := match.NewIndex(labels.Accounts)
	r := matchReport{Labels: name, Counts: matchCounts{Accounts: len(labels.Accounts), Strings: len(labels.Strings)}}
	tiers := map[[2]string]*tierRow{}
	c := &r.Counts
	for _, s := range labels.Strings {
		got := x.Match(match.Lead{Texts: []match.Text{{Value: s.Text, Source: match.SourceImport}}})
		right := got.AccountID == s.AccountID
		if s.AccountID != 0 {
			c.WithAccount++
		}
		hit := 0
		if right {
			hit = 1
		}
		switch got.Verdict {
		case match.Automatic:
			c.Automatic++
			c.AutomaticCorrect += hit
		case match.Suggested:
			c.Suggestions++
			c.SuggestionsCorrect += hit
		case match.None:
			c.None++
			c.NoneCorrect += hit
		}
		key := [2]string{string(got.Verdict), got.Tier}
		if tiers[key] == nil {
			tiers[key] = &tierRow{Tier: dash(got.Tier), Verdict: string(got.Verdict)}
		}
		tiers[key].Count++
		tiers[key].Correct += hit
		if !right {
			r.Wrong = append(r.Wrong, wrong(labels, s, got, texts))
		}
	}
	c.WithoutAccount = c.Strings - c.WithAccount
	for _, t := range tiers {
		t.Precision = share(t.Correct, t.Count)
		r.Tiers = append(r.Tiers, *t)
	}
	slices.SortFunc(r.Tiers, func(a, b tierRow) int {
		return cmp.Or(cmp.Compare(a.Verdict, b.Verdict), cmp.Compare(b.Count, a.Count), cmp.Compare(a.Tier, b.Tier))
	})
	r.AutomaticPrecision, r.AutomaticRecall = share(c.AutomaticCorrect, c.Automatic), share(c.AutomaticCorrect, c.WithAccount)
	r.RecallWithSuggestions = share(c.AutomaticCorrect+c.SuggestionsCorrect, c.WithAccount)
	r.Methods = []methodRow{
		method("Sixtouch, automatic", c.Automatic, c.AutomaticCorrect, c.WithAccount),
		method("… with suggestions", c.Automatic+c.Suggestions, c.AutomaticCorrect+c.SuggestionsCorrect, c.WithAccount),
		baseline("SQL LIKE, either way", labels, c.WithAccount, byLike),
		baseline("bigram Dice of names ≥ 0.5", labels, c.WithAccount, byBigrams),
	}
	return r
}

func wrong(labels match.Labels, s match.Labelled, got match.Result, texts *web.Catalogue) wrongRow {
	account := func(id int64) string {
		if id == 0 {
			return ""
		}
		return labels.Accounts[id-1].Name
	}
	row := wrongRow{
		Line: s.Line, Text: s.Text, Want: account(s.AccountID), Got: account(got.AccountID),
		Verdict: string(got.Verdict), Tier: got.Tier, Score: got.Score, RunnerUp: account(got.RunnerUp),
	}
	for _, reason := range got.Reasons {
		values := make([]any, len(reason.Values))
		for i, value := range reason.Values {
			values[i] = value
		}
		row.Explanation = append(row.Explanation, texts.Text(web.Chinese, "match.reason."+reason.Code, values...))
	}
	return row
}

// baseline measures a plain method: it answers with an account's number, or 0.
func baseline(name string, labels match.Labels, have int, answer func(text string, accounts []match.Account) int64) methodRow {
	answers, correct := 0, 0
	for _, s := range labels.Strings {
		switch id := answer(s.Text, labels.Accounts); {
		case id == 0:
		case id == s.AccountID:
			correct++
			fallthrough
		default:
			answers++
		}
	}
	return method(name, answers, correct, have)
}

// byLike is what a query with LIKE answers: the first account of which a name
// holds the string, or the string holds a name.
func byLike(text string, accounts []match.Account) int64 {
	text = strings.ToLower(text)
	for _, a := range accounts {
		for _, name := range append([]string{a.Name}, a.Aliases...) {
			if name = strings.ToLower(name); text != "" && (strings.Contains(name, text) || strings.Contains(text, name)) {
				return a.ID
			}
		}
	}
	return 0
}

// byBigrams is the account whose name shares the most pairs of characters, if
// 2·|A∩B| / (|A|+|B|) is at least 0.5.
func byBigrams(text string, accounts []match.Account) int64 {
	const least = 0.5
	best, id := 0.0, int64(0)
	for _, a := range accounts {
		for _, name := range append([]string{a.Name}, a.Aliases...) {
			if d := bigramDice(text, name); d >= least && d > best {
				best, id = d, a.ID
			}
		}
	}
	return id
}

func bigramDice(a, b string) float64 {
	pairs := func(s string) map[string]int {
		out, runes := map[string]int{}, []rune(strings.ToLower(s))
		for i := 0; i+1 < len(runes); i++ {
			out[string(runes[i:i+2])]++
		}
		return out
	}
	x, y := pairs(a), pairs(b)
	shared, all := 0, 0
	for pair, n := range x {
		shared += min(n, y[pair])
		all += n
	}
	for _, n := range y {
		all += n
	}
	return share(2*shared, all)
}

// scaleReport is what `bench match --scale` prints.
type scaleReport struct {
	Workers int        `json:"workers"`
	Rounds  int        `json:"rounds"`
	Sizes   []scaleRow `json:"sizes"`
}

// scaleRow is one size; all figures are the median of the rounds. OfNLogN is how
// the CPU time grew since the size before, divided by how much n·log n grew: 1 is
// just so, less is slower growth. OfFirst is the same since the first size.
type scaleRow struct {
	Contacts     int     `json:"contacts"`
	Accounts     int     `json:"accounts"`
	IndexSeconds float64 `json:"index_seconds"`
	MatchSeconds float64 `json:"match_seconds"`
	Seconds      float64 `json:"seconds"`
	CPUSeconds   float64 `json:"cpu_seconds"`
	MicrosEach   float64 `json:"micros_each"`
	Found        float64 `json:"found"` // share of the contacts of an account that were given it
	OfNLogN      float64 `json:"of_n_log_n"`
	OfFirst      float64 `json:"of_n_log_n_from_first"`
}

func (r scaleReport) print(out io.Writer) error {
	fmt.Fprintf(out, "Index and match n contacts against n accounts, %d workers; median of %d rounds after one to warm up.\n"+
		"In a round each size is done as often as it takes to match as many contacts as the largest has.\n"+
		"Growth is that of CPU time (user and system, of all workers, memory's clean-up with it) since the size before,\n"+
		"divided by the growth of n log n: 1 is just so, less is slower growth.\n\n", r.Workers, r.Rounds)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "contacts × accounts\tindex s\tmatch s\ttogether s\tCPU s\tµs each\tfound\tgrowth of n log n\tsince the first\n")
	for _, row := range r.Sizes {
		fmt.Fprintf(w, "%d × %d\t%.2f\t%.2f\t%.2f\t%.2f\t%.1f\t%.3f\t%s\t%s\n", row.Contacts, row.Accounts, row.IndexSeconds, row.MatchSeconds, row.Seconds, row.CPUSeconds, row.MicrosEach, row.Found, ratio(row.OfNLogN), ratio(row.OfFirst))
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("print table: %w", err)
	}
	return nil
}

// measureScale matches n contacts with n accounts for each size. The sizes take
// turns, so that what else the machine does falls on all of them, and the small
// ones are done more often, so that each is measured as long.
func measureScale(sizes []int, rounds int) scaleReport {
	r := scaleReport{Workers: runtime.GOMAXPROCS(0), Rounds: rounds}
	all := make([][]scaleRow, len(sizes))
	largest := slices.Max(sizes)
	measureSize(largest, 1, r.Workers)
	for range rounds {
		for i, n := range sizes {
			all[i] = append(all[i], measureSize(n, max(1, largest/n), r.Workers))
		}
	}
	nlogn := func(n int) float64 { return float64(n) * math.Log(float64(n)) }
	for i, rows := range all {
		middle := func(of func(scaleRow) float64) float64 {
			values := make([]float64, len(rows))
			for k, row := range rows {
				values[k] = of(row)
			}
			slices.Sort(values)
			return values[len(values)/2]
		}
		row := scaleRow{
			Contacts: sizes[i], Accounts: sizes[i], Found: rows[0].Found,
			IndexSeconds: middle(func(r scaleRow) float64 { return r.IndexSeconds }),
			MatchSeconds: middle(func(r scaleRow) float64 { return r.MatchSeconds }),
			Seconds:      middle(func(r scaleRow) float64 { return r.Seconds }),
			CPUSeconds:   middle(func(r scaleRow) float64 { return r.CPUSeconds }),
			MicrosEach:   middle(func(r scaleRow) float64 { return r.MicrosEach }),
		}
		if i > 0 {
			grown := func(since scaleRow) float64 {
				return row.CPUSeconds / since.CPUSeconds / (nlogn(row.Contacts) / nlogn(since.Contacts))
			}
			row.OfNLogN, row.OfFirst = grown(r.Sizes[i-1]), grown(r.Sizes[0])
		}
		r.Sizes = append(r.Sizes, row)
	}
	return r
}

// measureSize is one round of a size: the mean of so many times.
func measureSize(n, times, workers int) scaleRow {
	accounts, leads, want := madeUp(n)
	runtime.GC()
	used := cpuTime()
	var row scaleRow
	for range times {
		once := matchOnce(accounts, leads, want, workers)
		row.IndexSeconds += once.IndexSeconds / float64(times)
		row.MatchSeconds += once.MatchSeconds / float64(times)
		row.Found = once.Found
	}
	row.CPUSeconds = (cpuTime() - used).Seconds() / float64(times)
	row.Seconds = row.IndexSeconds + row.MatchSeconds
	row.MicrosEach = row.MatchSeconds * 1e6 / float64(n)
	return row
}

// matchOnce builds an index of the accounts and matches the leads with it.
func matchOnce(accounts []match.Account, leads []match.Lead, want []int64, workers int) scaleRow {
	start := time.Now()
	x := match.NewIndex(accounts)
	indexed := time.Since(start)
	start = time.Now()
	found := make([]int, workers)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w; i < len(leads); i += workers {
				if r := x.Match(leads[i]); want[i] != 0 && r.AccountID == want[i] {
					found[w]++
				}
			}
		})
	}
	all.Wait()
	matched := time.Since(start)
	have, right := 0, 0
	for _, id := range want {
		if id != 0 {
			have++
		}
	}
	for _, k := range found {
		right += k
	}
	return scaleRow{IndexSeconds: indexed.Seconds(), MatchSeconds: matched.Seconds(), Found: share(right, have)}
}

// cpuTime is what this process has used of the processors.
func cpuTime() time.Duration {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return 0
	}
	return time.Duration(use.Utime.Nano() + use.Stime.Nano())
}

// madeUp invents n companies and n people, two of three of whom are at one of
// them and write it as people do. The same n gives the same.
func madeUp(n int) (accounts []match.Account, leads []match.Lead, want []int64) {
	rng := rand.New(rand.NewPCG(7, uint64(n))) //nolint:gosec // made-up names are no secret
	pick := func(words []string) string { return words[rng.IntN(len(words))] }
	places := strings.Fields("北京 上海 深圳 广州 杭州 苏州 成都 武汉 南京 青岛 宁波 无锡 佛山 东莞 合肥 郑州 长沙 西安 厦门 重庆")
	trades := strings.Fields("科技 网络科技 信息技术 电子 机械 食品 贸易 文化传媒 新材料 医疗器械 物流 建筑工程 软件 餐饮管理 服饰 环保科技 生物科技 智能装备 教育咨询 新能源")
	signs := strings.Split("瑞恒嘉盛联华鑫宏达泰创智云海天博远信诚佳凯美新金安康德明宇辰星航越飞腾捷顺通利丰汇源润泽浩洋森林峰岳川河江湖雅琪诺迈科奥维伦特斯尔拓卓翔骏麒麟凤凰鹏鸿雁晟昊昌隆兴旺福禄祥瑶琳珂玥翰墨文思睿哲启元初晨曦暮烁炫焕煜熠燊垚淼犇骉羽翎翊竹菊荷莲蓝青紫绿橙朴素简易道德仁义礼乐诗书画琴棋茶禾谷粟麦稻桑麻棉丝绸锦绣绮罗保宝贝北本必碧彬斌冰波伯采彩苍策产超朝承澄驰赤传春纯慈聪翠丹当登迪典鼎定东都敦多恩发帆方芳分奋风枫锋富刚高格根耕冠光贵国果函汉豪合和弘厚虎花桦怀欢环皇惠慧基吉际家坚建健骄杰今津京晶敬静久聚君俊开可宽坤来兰朗雷磊力立励丽连良灵龙陆路满茂蒙民敏名铭纳南能年宁牛鸥派盼沛佩品平普其奇千前乾强巧勤清庆秋全泉群然日荣融儒若三山商上绍深神生圣胜师时实世舒树双水硕四松苏速太唐桃田铁同统图万王威唯未沃武希西熙霞先贤显向晓欣雄秀旭学雪亚延岩阳耀业一伊怡宜亿艺益意英盈永优友雨玉御圆缘月悦跃允运再占展长兆真振正之知至志致中忠众州周珠筑专子宗祖钻尊左佐阁屋轩庭院坊村桥港湾岛石翡", "")
	core := func() string {
		var b strings.Builder
		for range 2 + rng.IntN(3) {
			b.WriteString(pick(signs))
		}
		return b.String()
	}
	type company struct{ place, core, trade string }
	companies := make([]company, n)
	for i := range companies {
		c := company{place: pick(places), core: core(), trade: pick(trades)}
		companies[i] = c
		a := match.Account{ID: int64(i + 1), Name: c.place + c.core + c.trade + "有限公司"}
		if i%5 == 0 {
			a.Aliases = []string{c.core + "集团"}
		}
		accounts = append(accounts, a)
	}
	for i := range n {
		text, id := pick(places)+core()+pick(trades), int64(0)
		if i%3 != 0 {
			at := rng.IntN(n)
			c := companies[at]
			id = int64(at + 1)
			text = []string{
				c.place + c.core + c.trade + "有限公司", c.core + c.trade, c.place + c.core, c.core + c.trade + "（" + c.place + "）有限公司",
				c.place + "市" + c.core + c.trade + "有限责任公司", c.place + c.core + c.trade + "有限公司" + pick(places) + "分公司",
			}[rng.IntN(6)]
		}
		leads = append(leads, match.Lead{Texts: []match.Text{{Value: text, Source: match.SourceRemarkCompany}}})
		want = append(want, id)
	}
	return accounts, leads, want
}
