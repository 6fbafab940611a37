package match

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// FromRemark finds what may be companies in what a rep calls a contact, such as
// 华为-王总, 张三（比亚迪采购）or 阿里云 李经理 13800000000, and the e-mail addresses
// in it. It is careful: a word counts if it looks like a company (a legal form,
// a word of trade, a well-known name), or if it stands beside a person and is no
// person itself.
func FromRemark(remark string) []Text {
	var out []Text
	var words, people []string
	for _, word := range remarkWords(remark) {
		if strings.Contains(word, "@") {
			if domain, _ := Domain(word); domain != "" {
				out = append(out, Text{Value: word, Source: SourceEmail})
			}
			continue
		}
		word = cutPerson(word)
		switch {
		case word == "" || strings.Trim(word, "0123456789") == "":
		case looksLikePerson(word):
			people = append(people, word)
		default:
			words = append(words, word)
		}
	}
	for _, word := range words {
		if n := newName(word, Parse(word)); isCompany(n, len(people) == 1 && len(words) == 1) {
			out = append(out, Text{Value: word, Source: SourceRemark})
		}
	}
	return out
}

// remarkWords splits a remark where people put something between two words. What
// a bracket marks as a place stays with the name before it.
func remarkWords(remark string) []string {
	const most = 8
	var b strings.Builder
	runes := []rune(strings.TrimSpace(remark))
	for i, r := range runes {
		switch {
		case unicode.Is(unicode.Cf, r):
		case unicode.IsSpace(r), strings.ContainsRune("-—–_|/\\、,，;；:：·•~+()（）[]【】<>《》“”\"'#*", r):
			if between := i > 0 && i+1 < len(runes) && isLatin(runes[i-1]) && isLatin(runes[i+1]); between && (r == '-' || r == '_' || r == '+' || r == '\'' || r == ' ') {
				b.WriteRune(r)
				continue
			}
			b.WriteByte('\n')
		default:
			b.WriteRune(r)
		}
	}
	words := strings.FieldsFunc(b.String(), func(r rune) bool { return r == '\n' })
	return words[:min(most, len(words))]
}

func isLatin(r rune) bool { return r < unicode.MaxASCII && unicode.IsLetter(r) }

// titles are what stands behind a family name, or alone, when a person is meant.
func titles() []string {
	return []string{
		"董事长", "总经理", "副总裁", "总裁", "副总", "经理", "主任", "总监", "主管", "老师", "先生", "女士", "小姐", "工程师", "会计", "院长", "校长", "局长", "处长", "科长",
		"部长", "厂长", "店长", "教授", "博士", "医生", "律师", "老板", "秘书", "助理", "顾问", "专员", "总", "工", "哥", "姐", "董", "老师傅", "师傅", "叔", "姨", "老弟", "同学",
	}
}

// surnames are the family names that most Chinese have.
const surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于余叶蒋杜苏魏程吕丁任沈姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎闫薛尹段雷黎史龙陶贺顾毛郝龚邵万钱严覃武戚莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戈苟"

// cutPerson cuts a person off the end of a word: 比亚迪采购王总 → 比亚迪采购, and
// 李经理 → nothing left but the person, which stays.
func cutPerson(word string) string {
	for _, title := range titles() {
		head, ok := strings.CutSuffix(word, title)
		if !ok {
			continue
		}
		name, size := utf8.DecodeLastRuneInString(head)
		rest := strings.TrimSuffix(head[:len(head)-size], " ")
		if strings.ContainsRune(surnames, name) && utf8.RuneCountInString(rest) >= 2 && rest != "" {
			return rest
		}
		break
	}
	return word
}

// withoutPeople is a text without the people that stand behind a company in it:
// 朗和科技 李工, 朗和科技王总.
func withoutPeople(text string) string {
	var kept []string
	for _, word := range strings.Fields(text) {
		if len(kept) == 0 || !looksLikePerson(word) {
			kept = append(kept, cutPerson(word))
		}
	}
	return strings.Join(kept, " ")
}

// looksLikePerson tells whether the word is a name or a title: 王伟, 王总, 小李.
func looksLikePerson(word string) bool {
	runes := []rune(word)
	if !han(runes[0]) {
		return false
	}
	for _, title := range titles() {
		if head, ok := strings.CutSuffix(word, title); ok && utf8.RuneCountInString(head) <= 3 {
			first, _ := utf8.DecodeRuneInString(head)
			if head == "" || strings.ContainsRune(surnames, first) {
				return true
			}
		}
	}
	if len(runes) == 2 && strings.ContainsRune("小老阿", runes[0]) {
		return true
	}
	if n := newName(word, Parse(word)); n.loose > 0 || len(n.Hard) > 0 || n.Legal != "" || len(n.softs) > 0 {
		return false
	}
	if len(runes) == 4 && slices.Contains([]string{"欧阳", "上官", "司马", "诸葛", "皇甫", "司徒", "夏侯", "令狐", "慕容", "尉迟", "东方", "公孙"}, string(runes[:2])) {
		return true
	}
	return len(runes) >= 2 && len(runes) <= 3 && strings.ContainsRune(surnames, runes[0])
}

// isCompany tells whether a word of a remark is taken for a company.
func isCompany(n *name, besidePerson bool) bool {
	switch {
	case n.Junk:
		return false
	case n.loose > 0 || n.Legal != "" || len(n.Hard) > 0 || len(n.Trade) > 0 && n.count >= 2:
		return true
	}
	return besidePerson && n.count >= 2 && n.count <= 12
}
