package source

import "strings"

// mysqlNull is how MySQL writes a value that does not exist.
const mysqlNull = `\N`

// isNothing reports whether a cell is blank, or holds what programs write for a value
// that does not exist: NULL, \N (MySQL), #N/A (spreadsheets), <NA> (pandas), nil,
// undefined.
func isNothing(cell string) bool {
	cell = strings.TrimSpace(cell)
	if cell == "" || cell == mysqlNull {
		return true
	}
	if first := cell[0]; len(cell) > len("(undefined)") || '0' <= first && first <= '9' {
		return false
	}
	switch fold(cell) {
	case "": // a dash, dots
		return true
	case "null", "nil", "na", "nan", "none", "undefined":
		return true
	}
	return false
}
