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
	return len(digits) >= minRoundedDigits && len(strings.TrimRight(digits, "0")) <= maxKeptDigits
}

// hasLostDigits reports whether the text of one number, which is w, is a number that a
// spreadsheet has rounded. In a row that was refused for that before, no other spelling
// of such a number is taken, and no long number that ends in a zero: more digits than
// usual may have been kept.
func (o Options) hasLostDigits(text string, w written) bool {
	whole := allDigits(text) && text[0] != '0' // as a spreadsheet writes a number
	if whole && isRounded(text) {
		return true
	}
	if o.Refused != outcome.PhoneScientificNotation || w.plus {
		return false
	}
	return isRounded(w.digits) || whole && len(text) >= minRoundedDigits && strings.HasSuffix(text, "0")
}
