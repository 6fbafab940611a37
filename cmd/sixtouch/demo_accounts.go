package main

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
)

// Sizes of the demo's list of accounts: 20 reps name 20 each, and seven are
// named twice.
const (
	demoRows  = 400
	demoTwice = 7
)

// accountsFile is the list that the demo's sales people hand in, as a CSV file.
// Its last rows name companies that colleagues have named too, written another
// way: one with full-width letters and brackets, one with blanks, one with the
// traditional 華.
func (c cast) accountsFile() []byte {
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	_ = w.Write([]string{"公司名称", "简称", "官网", "等级", "行业", "地区", "员工人数", "年合同额", "负责人", "SDR", "战略客户"})
	reps := c.reps()
	for row := range demoRows {
		n, name := row, c.company(row)
		if row >= demoRows-demoTwice {
			n = (row - demoRows + demoTwice) * 41
			name = strings.NewReplacer("有限公司", " 有限公司", "华", "華").Replace(c.company(n))
		}
		tier := pick(n, "tier", []string{"A", "B", "B", "C", "C", "C", "C"})
		size := map[string]int{"A": 1800, "B": 420, "C": 90}[tier] * (60 + upTo(n, "size", 90)) / 100
		lighthouse := ""
		if upTo(n, "lighthouse", 25) == 0 {
			lighthouse = "是"
		}
		owner := reps[row*len(reps)/demoRows]
		_ = w.Write([]string{
			name, c.brand(n), fmt.Sprintf("www.demo%03d.cn", n), tier, pick(n, "trade", c.trades()).tag, c.city(n),
			strconv.Itoa(size), strconv.Itoa(size * 260), owner.Name, reps[(row+3)%4].Name, lighthouse,
		})
	}
	w.Flush()
	return file.Bytes()
}

// employerAs is how the n-th contact's company is written where a rep or the
// contact typed it: mostly right, sometimes short, seldom of any use.
func (c cast) employerAs(n int) string {
	of := n % demoCompanies
	full := c.company(of)
	switch upTo(n, "spelling", 20) {
	case 0, 1, 2, 3:
		return strings.TrimPrefix(c.shortName(of), c.city(of))
	case 4, 5, 6:
		return c.city(of) + c.brand(of)
	case 7:
		return full + pick(n, "branch", []string{"苏州分公司", "成都办事处", "深圳分公司"})
	case 8:
		return c.brand(of)
	case 9:
		return strings.NewReplacer("华", "華", "远", "遠", "达", "達").Replace(full)
	case 10:
		return pick(n, "junk", []string{"", "个人", "无", "待补充"})
	}
	return full
}

// titleOf is the n-th contact's job title.
func (cast) titleOf(n int) string {
	return pick(n, "title", strings.Fields("总经理 董事长 副总经理 技术总监 信息中心主任 IT总监 采购总监 采购经理 采购专员 生产总监 运营总监 "+
		"市场部经理 产品经理 研发工程师 实施工程师 信息化主管 行政专员 财务经理 研发工程师 业务专员 工艺工程师 项目经理"))
}
