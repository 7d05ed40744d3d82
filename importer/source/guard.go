package source

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// unguard takes off the ' that report files put before a cell which a
// spreadsheet would run as a formula, and nothing else. So '+14155552671, which
// is not our guard, stays as found. The rule is the one by which reports guard,
// written a second time as the parts do not know each other; a test of the
// command holds the two together.
func unguard(cell string) string {
	if rest, ok := strings.CutPrefix(cell, "'"); ok && runs(rest) {
		return rest
	}
	return cell
}

// runs reports whether a spreadsheet would run the cell: it begins with =, @ or
// a line break or tab, or with + or - and what follows is no number, or can
// reach outside the cell. A lone + or - is text.
func runs(cell string) bool {
	first, size := utf8.DecodeRuneInString(cell)
	switch first {
	case '=', '@', '\t', '\r', '\n', '＝', '＠':
		return true
	case '+', '-', '＋', '－':
		rest := cell[size:]
		next, _ := utf8.DecodeRuneInString(rest)
		number := unicode.IsDigit(next) || unicode.IsSpace(next) || strings.ContainsRune("()[]", next)
		return rest != "" && (!number || reachesOut(rest))
	}
	return false
}

// reachesOut reports whether a formula names another program or sheet (!), or
// calls a function: a letter, and an opening bracket after it.
func reachesOut(formula string) bool {
	named := false
	for _, r := range formula {
		switch {
		case r == '!', named && r == '(':
			return true
		case !unicode.IsSpace(r):
			named = unicode.IsLetter(r)
		}
	}
	return false
}
