package source

import "strings"

// unguard takes off the ' that report files put before a cell which a
// spreadsheet would run as a formula, and nothing else: a cell that begins
// with =, @, tab or CR, or with + or - followed by anything but a digit, a
// space or a bracket. So '+14155552671, which is not our guard, stays as found.
func unguard(cell string) string {
	if len(cell) > 1 && cell[0] == '\'' && runs(cell[1:]) {
		return cell[1:]
	}
	return cell
}

// runs reports whether a spreadsheet would run the cell. A lone + or - is text.
func runs(cell string) bool {
	switch cell[0] {
	case '=', '@', '\t', '\r':
		return true
	case '+', '-':
		return len(cell) > 1 && !strings.ContainsRune("0123456789 ()[]", rune(cell[1]))
	}
	return false
}
