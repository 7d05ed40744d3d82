package outcome

import "strconv"

// MaxE164 is the highest number that 15 digits give, which is as many as an
// E.164 number has (https://www.itu.int/rec/T-REC-E.164, clause 6.1).
const MaxE164 = 999_999_999_999_999

// ParseE164 returns the digits of a number that is written exactly as E.164 has
// it: "+", and up to 15 digits of which the first is not 0. As a uint64 a number
// takes 8 bytes; as text it takes 16 bytes for the string's header alone.
func ParseE164(s string) (uint64, bool) {
	if len(s) < 2 || len(s) > 16 || s[0] != '+' || s[1] == '0' {
		return 0, false
	}
	digits, err := strconv.ParseUint(s[1:], 10, 64)
	return digits, err == nil
}

// FormatE164 returns the text that [ParseE164] reads.
func FormatE164(digits uint64) string {
	return string(strconv.AppendUint(append(make([]byte, 0, 24), '+'), digits, 10))
}
