package account_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"sixtouch/model"
	"sixtouch/service/account"
)

func TestGuessTitle_readsRankAndField(t *testing.T) {
	t.Parallel()
	const exec, manager, staff = model.SeniorityExecutive, model.SeniorityManager, model.SeniorityPractitioner
	for _, tc := range []struct {
		title, department string
		role              model.Role
		seniority         model.Seniority
		sure              bool
	}{
		{"董事长", "", model.RoleBoss, exec, true},
		{"总经理", "", model.RoleBoss, exec, true},
		{"CEO", "", model.RoleBoss, exec, true},
		{"创始人 & CEO", "", model.RoleBoss, exec, true},
		{"Co-Founder", "", model.RoleBoss, exec, true},
		{"老板", "采购部", model.RoleBoss, exec, true},
		{"Managing Director", "", model.RoleBoss, exec, true},
		{"CTO", "", model.RoleCTO, exec, true},
		{"技术总监", "", model.RoleCTO, manager, true},
		{"研发VP", "", model.RoleCTO, exec, true},
		{"VP of Engineering", "", model.RoleCTO, exec, true},
		{"总工程师", "", model.RoleCTO, exec, true},
		{"总监", "研发中心", model.RoleCTO, manager, true},
		{"CIO", "", model.RoleCIO, exec, true},
		{"信息中心主任", "", model.RoleCIO, manager, true},
		{"IT总监", "", model.RoleCIO, manager, true},
		{"IT Director", "", model.RoleCIO, manager, true},
		{"主任", "信息中心", model.RoleCIO, manager, true},
		{"采购经理", "", model.RolePurchasing, manager, true},
		{"采购专员", "", model.RolePurchasing, staff, true},
		{"经理", "采购部", model.RolePurchasing, manager, true},
		{"Senior Buyer", "", model.RolePurchasing, "", true},
		{"副总经理", "", model.RoleDecisionMaker, exec, true},
		{"分公司总经理", "", model.RoleDecisionMaker, exec, true},
		{"首席财务官", "", model.RoleDecisionMaker, exec, true},
		{"市场总监", "", model.RoleDepartmentHead, manager, true},
		{"Director of Marketing", "", model.RoleDepartmentHead, manager, true},
		{"生产部部长", "", model.RoleDepartmentHead, manager, true},
		{"人事经理", "", model.RoleDepartmentHead, manager, true},
		{"办公室主任", "", model.RoleDepartmentHead, manager, true},
		{"软件工程师", "", model.RolePractitioner, staff, true},
		{"信息化专员", "", model.RolePractitioner, staff, true},
		{"Software Engineer", "", model.RolePractitioner, staff, true},
		{"实习生", "", model.RoleIntern, staff, true},
		{"总经理实习助理", "", model.RoleIntern, staff, true},
		{"董事长秘书", "", model.RolePractitioner, staff, false},
		{"CEO Assistant", "", model.RolePractitioner, staff, false},
		{"产品经理", "", model.RoleInfluencer, staff, false},
		{"信息化", "", model.RoleCIO, "", false},
		{"研发", "", model.RolePractitioner, "", false},
		{"爱生活", "", "", "", false},
		{"Victor", "", "", "", false}, // holds the letters of cto
		{"", "采购部", "", "", false},
	} {
		g := account.GuessTitle(tc.title, tc.department)
		require.Equal(t, tc.role, g.Role, tc.title)
		require.Equal(t, tc.seniority, g.Seniority, tc.title)
		require.Equal(t, tc.sure, g.RoleConfidence >= account.Sure, tc.title)
	}
}
