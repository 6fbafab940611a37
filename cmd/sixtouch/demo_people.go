package main

import (
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"strings"

	"sixtouch/handler"
)

// cast makes up the demo's people and companies. Everything follows from a
// number, so that every demo shows the same company.
type cast struct{}

// Sizes of the demo.
const (
	demoCompanies = 400
	demoContacts  = 2000
)

// pick chooses from list by the number n; salt tells one choice from another.
func pick[T any](n int, salt string, list []T) T {
	h := fnv.New64a()
	h.Write(binary.LittleEndian.AppendUint64([]byte(salt), uint64(n)))
	sum := h.Sum64()
	sum ^= sum >> 32 // FNV's low bits are its weak ones
	return list[sum%uint64(len(list))]
}

// upTo is a number from 0 to limit-1.
func upTo(n int, salt string, limit int) int {
	h := fnv.New64a()
	h.Write(binary.LittleEndian.AppendUint64([]byte(salt), uint64(n)))
	sum := h.Sum64()
	return int((sum ^ sum>>32) % uint64(limit))
}

// company is the n-th company: place, name, trade and legal form.
func (c cast) company(n int) string {
	return c.shortName(n) + pick(n, "form", []string{"有限公司", "有限公司", "有限公司", "股份有限公司", "集团有限公司"})
}

// shortName is a company without its legal form.
func (c cast) shortName(n int) string {
	return c.city(n) + c.brand(n) + pick(n, "trade", c.trades()).name
}

func (cast) city(n int) string {
	return pick(n, "city", strings.Fields("上海 北京 深圳 广州 杭州 苏州 南京 成都 武汉 西安 宁波 青岛 天津 长沙 合肥 无锡 东莞 佛山 厦门 济南"))
}

// brand alone is different for each of the first 400 companies.
func (cast) brand(n int) string {
	first := []rune("华瑞恒鼎盛博科远航信诚宏泰安达嘉联众凯锐")
	second := []rune("图云川岳泽源森翔腾驰智维创景辰星拓域朗宇")
	return string(first[n%len(first)]) + string(second[(n/len(first)+n)%len(second)])
}

type trade struct{ name, tag string }

func (cast) trades() []trade {
	return []trade{
		{"智能装备", "制造"},
		{"精密机械", "制造"},
		{"新材料科技", "制造"},
		{"电子", "制造"},
		{"汽车零部件", "制造"},
		{"软件", "软件与信息"},
		{"信息技术", "软件与信息"},
		{"数据科技", "软件与信息"},
		{"医疗器械", "医疗健康"},
		{"生物医药", "医疗健康"},
		{"供应链管理", "物流"},
		{"国际物流", "物流"},
		{"商贸", "零售消费"},
		{"食品", "零售消费"},
		{"家居用品", "零售消费"},
		{"环保工程", "能源环保"},
		{"新能源", "能源环保"},
		{"教育科技", "教育"},
		{"建筑设计", "建筑"},
	}
}

// person is the n-th contact's name.
func (cast) person(n int) string {
	families := []rune("王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余")
	given := strings.Fields("建国 志强 海燕 晓明 丽华 俊杰 雪梅 文博 思远 佳怡 浩然 梓涵 宇轩 雅婷 国栋 秀英 明辉 春梅 立新 静怡 伟 芳 敏 磊 洋 涛 静 鹏 琳 超 晨 颖 凯 倩 峰 娜 嘉豪 一鸣 若曦 子墨 振华 玉兰 永康 慧敏 天宇 诗涵 文静 家明")
	return string(pick(n, "family", families)) + pick(n, "given", given)
}

// employer is the company of the n-th contact: 5 people each.
func (c cast) employer(n int) (company, industry string) {
	of := n % demoCompanies
	return c.company(of), pick(of, "trade", c.trades()).tag
}

// customer is the n-th customer for the button "a customer adds a rep"; every
// third one is keen, so that a step's filter has somebody to let through.
func (c cast) customer(n int) handler.NewCustomer {
	company, _ := c.employer(n)
	who := handler.NewCustomer{Name: c.person(n), Company: company}
	if n%3 == 0 {
		who.Tag = tagHigh
	}
	return who
}

// externalUserID has WeCom's shape: wm for WeChat users, wo for WeCom users.
func (cast) externalUserID(n int, wecomUser bool) string {
	prefix := "wm"
	if wecomUser {
		prefix = "wo"
	}
	return fmt.Sprintf("%sDEMO%026d", prefix, n)
}

type demoRep struct {
	UserID, Name string
	Department   int
}

type demoDepartment struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

func (cast) departments() []demoDepartment {
	return []demoDepartment{{11, "华东销售部"}, {12, "华南销售部"}, {13, "北方销售部"}}
}

// reps are the 20 sales people.
func (c cast) reps() []demoRep {
	names := strings.Fields("ZhouYu:周瑜 LinXiaoman:林小满 ChenJiahao:陈嘉豪 GuMingzhe:顾明哲 ShenRuo:沈若 XuQinglan:许清岚 TangYifan:唐一凡 HeWenjing:何文静 LuChen:陆晨 QianSiyuan:钱思远 " +
		"FangLei:方磊 JiangNan:江楠 SuMingyue:苏明月 YeZhiqiu:叶知秋 ZhaoTianyu:赵天宇 MengFanrui:孟凡睿 QinMuyang:秦牧阳 BaiLu:白露 DongHaoran:董浩然 WeiZiqi:魏子琪")
	departments := c.departments()
	reps := make([]demoRep, len(names))
	for i, pair := range names {
		userID, name, _ := strings.Cut(pair, ":")
		reps[i] = demoRep{userID, name, departments[i%len(departments)].ID}
	}
	return reps
}

type demoTagGroup struct {
	Group string   `json:"group"`
	Tags  []string `json:"tags"`
}

// Tag groups that the demo's programme speaks of.
const (
	groupIntent   = "意向"
	groupRole     = "角色"
	groupSource   = "来源"
	groupIndustry = "行业"
	groupProgress = "跟进"
	tagHigh       = "高意向"
	tagMiddle     = "中意向"
	tagLow        = "低意向"
	tagFirstWeek  = "首周已跟进"
)

func (c cast) tagGroups() []demoTagGroup {
	var industries []string
	known := map[string]bool{}
	for _, t := range c.trades() {
		if !known[t.tag] {
			known[t.tag] = true
			industries = append(industries, t.tag)
		}
	}
	return []demoTagGroup{
		{groupIntent, []string{tagHigh, tagMiddle, tagLow}},
		{groupRole, []string{"决策者", "影响者", "使用者", "采购"}},
		{groupSource, []string{"展会", "官网", "转介绍", "直播"}},
		{groupIndustry, industries},
		{groupProgress, []string{tagFirstWeek}},
	}
}
