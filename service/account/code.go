package account

import "strings"

// ValidCreditCode tells whether code is a unified social credit code: 18
// characters of 0–9 and A–Z without I, O, S, V and Z, the last of which is the
// check character of GB 32100-2015: with the weights 3^(i-1) mod 31 of the first
// 17 places it is 31 minus the weighted sum mod 31, and 0 where that is 31.
func ValidCreditCode(code string) bool {
	const alphabet, weighted = "0123456789ABCDEFGHJKLMNPQRTUWXY", 17
	if len(code) != weighted+1 {
		return false
	}
	sum, weight := 0, 1
	for i := range weighted {
		value := strings.IndexByte(alphabet, code[i])
		if value < 0 {
			return false
		}
		sum += value * weight
		weight = weight * 3 % 31
	}
	return alphabet[(31-sum%31)%31] == code[weighted]
}
