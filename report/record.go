package report

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"sent-import/importer/feedback"
)

// appendRecord appends a line of CSV. encoding/csv quotes only what its own delimiter
// requires, and a spreadsheet may use another delimiter.
func appendRecord(line []byte, cells []string, comma rune) []byte {
	for i, cell := range cells {
		if i > 0 {
			line = utf8.AppendRune(line, comma)
		}
		if cell == "" && len(cells) == 1 { // an empty line is no record to any reader
			return append(line, "\"\"\n"...)
		}
		line = appendCell(line, cell, comma)
	}
	return append(line, '\n')
}

// appendCell appends a cell, between quotes if it needs them.
func appendCell(line []byte, cell string, comma rune) []byte {
	if !needsQuotes(cell, comma) {
		return append(line, cell...)
	}
	return appendQuoted(line, cell)
}

func appendQuoted(line []byte, cell string) []byte {
	line = append(line, '"')
	for {
		before, rest, found := strings.Cut(cell, `"`)
		line = append(line, before...)
		if !found {
			return append(line, '"')
		}
		line, cell = append(line, `""`...), rest
	}
}

// appendGuarded appends a line of CSV for people who open it in a spreadsheet: every
// cell between quotes, since some spreadsheets part cells at more than one character,
// and guarded (see [feedback.Guard]).
func appendGuarded(line []byte, cells []string, comma rune) []byte {
	for i, cell := range cells {
		if i > 0 {
			line = utf8.AppendRune(line, comma)
		}
		if feedback.Plain(cell) { // nothing in it is to be guarded or doubled
			line = append(append(append(line, '"'), cell...), '"')
			continue
		}
		line = appendQuoted(line, feedback.Guard(cell))
	}
	return append(line, '\n')
}

// parts reports whether the character can separate cells.
func parts(comma rune) bool {
	return utf8.ValidRune(comma) && !strings.ContainsRune("\"\r\n\x00\ufffd", comma)
}

// needsQuotes reports whether the cell stands between quotes: where it holds a
// delimiter of any spreadsheet, a quote or a line break, begins with a space,
// which readers may drop, or could be run as a formula together with the cells
// before it, which a spreadsheet with another delimiter does not part from it.
func needsQuotes(cell string, comma rune) bool {
	if feedback.Plain(cell) {
		return strings.ContainsRune(cell, comma)
	}
	first, _ := utf8.DecodeRuneInString(cell)
	return unicode.IsSpace(first) || strings.ContainsAny(cell, ",;|\t\"\r\n") || strings.ContainsRune(cell, comma) ||
		cell == `\.` || feedback.ReachesOut(cell)
}
