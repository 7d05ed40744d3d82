package source

import (
	"strings"
	"unicode"
)

// phoneDigits is the fewest digits that a text is taken for a phone number with.
const phoneDigits = 7

// maxPhoneDigits is the most digits of one number: the 15 of E.164 and an
// international prefix. More digits are two numbers.
const maxPhoneDigits = 19

// isNumeric reports whether a text looks like one phone number and nothing else.
func isNumeric(text string) bool {
	n := 0
	for _, r := range strings.TrimSpace(text) {
		switch {
		case '0' <= r && r <= '9':
			n++
		case !strings.ContainsRune("+ -.()/'\u00a0", r):
			return false
		}
	}
	return phoneDigits <= n && n <= maxPhoneDigits
}

func digits(cell string) int {
	n := 0
	for _, r := range cell {
		if unicode.IsDigit(r) {
			n++
		}
	}
	return n
}
