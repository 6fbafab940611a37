package match

import "strings"

// creditDigits are the characters of a unified social credit code (GB 32100-2015).
const creditDigits = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// CreditCode reads a unified social credit code: 18 characters of which the last
// is a check digit, 31 less the sum of value × 3^position modulo 31. It answers
// with the code in capitals, and whether it is sound.
func CreditCode(s string) (string, bool) {
	code := strings.ToUpper(strings.TrimSpace(s))
	if len(code) != 18 {
		return "", false
	}
	sum, weight := 0, 1
	for i := range 17 {
		value := strings.IndexByte(creditDigits, code[i])
		if value < 0 {
			return "", false
		}
		sum += value * weight
		weight = weight * 3 % 31
	}
	if creditDigits[(31-sum%31)%31] != code[17] {
		return "", false
	}
	return code, true
}
