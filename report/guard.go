package report

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Guard returns the cell as it is written to a file that a spreadsheet may
// open: with a ' in front where the spreadsheet would run it as a formula, else
// unchanged. Guarded are cells that begin with
//
//   - = or @, a tab, a carriage return or a line feed;
//   - + or - followed by anything but a digit, a space or a bracket: a phone
//     number stays as it is, and so does a lone + or -;
//   - + or - followed by one of those, where the rest can reach outside the
//     cell: it has a ! (as in "-2+3+cmd|' /C calc'!A0") or calls a function
//     (a letter before an opening parenthesis). A | alone is what people put
//     between two numbers.
//
// The full-width forms of = @ + - count as well: spreadsheets in East Asian
// locales read them alike.
//
// A cell that is guarded already stays as it is, so a file can be fed back any
// number of times: Guard(Guard(x)) = Guard(x). The price is that a user's own
// cell of ' and a formula is the one that [Unguard] does not give back whole.
func Guard(cell string) string {
	if runs(cell) {
		return "'" + cell
	}
	return cell
}

// Unguard takes off what Guard put on, and nothing else: a ' is taken off only
// where the rest would be guarded. Unguard(Guard(x)) = x for every x that is
// not itself a ' and a guarded cell; that one loses its '.
func Unguard(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && runs(rest) {
		return rest
	}
	return cell
}

// runs reports whether a spreadsheet would take the cell for a formula.
func runs(cell string) bool {
	first, size := utf8.DecodeRuneInString(cell)
	switch first {
	case '=', '@', '\t', '\r', '\n', '＝', '＠':
		return true
	case '+', '-', '＋', '－':
		rest := cell[size:]
		return rest != "" && (!numberFollows(rest) || reachesOut(rest))
	}
	return false
}

// numberFollows reports whether what stands behind a sign begins like a number:
// with a digit of any script, a space or a bracket.
func numberFollows(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return unicode.IsDigit(r) || unicode.IsSpace(r) || strings.ContainsRune("()[]", r)
}

// reachesOut reports whether a formula could start a program (its name, | and !)
// or call a function. Without either it can do no more than sums.
func reachesOut(rest string) bool {
	letter := false
	for _, r := range rest {
		switch {
		case r == '!', r == '(' && letter:
			return true
		case unicode.IsSpace(r): // a spreadsheet takes SUM (1) for a call, too
		default:
			letter = unicode.IsLetter(r)
		}
	}
	return false
}
