package phone

import (
	"strings"

	"sent-import/importer/outcome"
)

// A spreadsheet that shows a long number as 4.47E+11 and is told to show its digits,
// or saves it once more, writes 447000000000: at least minRoundedDigits digits, of
// which at most maxKeptDigits come before the zeros. So many are the digits of the
// default formats, 4.47E+11 and 4.47001E+11.
const (
	minRoundedDigits = 11
	maxKeptDigits    = 6
)

// isRounded reports whether the digits are few before many zeros.
func isRounded(digits string) bool {
	return len(digits) >= minRoundedDigits && keepsFew(digits)
}

// keepsFew reports whether no more digits come before the zeros at the end than the
// default formats keep.
func keepsFew(digits string) bool { return len(strings.TrimRight(digits, "0")) <= maxKeptDigits }

// hasLostDigits reports whether the text of one number, which is w, is a number that a
// spreadsheet has rounded. In a row that was refused for that before, no other spelling
// of such a number is taken, and no long number that ends in a zero: more digits than
// usual may have been kept. Nor is a shorter one there whose zeros come after few digits:
// 4.74021E+09 becomes 4740210000.
func (o Options) hasLostDigits(text string, w written) bool {
	whole := allDigits(text) && text[0] != '0' // as a spreadsheet writes a number
	if whole && isRounded(text) {
		return true
	}
	if o.Refused != outcome.PhoneScientificNotation || w.plus {
		return false
	}
	long := len(text) >= minRoundedDigits
	return isRounded(w.digits) || whole && strings.HasSuffix(text, "0") && (long || keepsFew(text))
}
