package source

import (
	"fmt"
	"strings"
	"unicode"
)

// suspectRows notes rows that may contain other rows: where one quote is missing
// in a row and another in a later row, all text between them is one cell, and the
// number of cells may be right. By the rules of CSV this is a good row, so it is
// imported, and a notice tells the user.
type suspectRows struct {
	rows int64 // how many are suspect
	line int   // first line of the first of them
}

// look notes rec if one of its cells has line breaks, as many delimiters as a
// whole row, and between two of them something like a phone number.
func (s *suspectRows) look(rec record, delimiter string) {
	for _, cell := range rec.cells {
		if strings.ContainsAny(cell, "\r\n") && strings.Count(cell, delimiter) >= max(1, len(rec.cells)-1) && holdsPhone(cell, delimiter) {
			if s.rows == 0 {
				s.line = rec.line
			}
			s.rows++
			return
		}
	}
}

func holdsPhone(cell, delimiter string) bool {
	for line := range strings.Lines(cell) {
		for piece := range strings.SplitSeq(line, delimiter) {
			if digits(piece) >= phoneDigits && !strings.ContainsFunc(piece, unicode.IsLetter) {
				return true
			}
		}
	}
	return false
}

func (s *suspectRows) notices() []string {
	if s.rows == 0 {
		return nil
	}
	return []string{fmt.Sprintf("%s (the first at line %d) with a cell over several lines that look like rows: if a quote is missing there, those rows are not imported",
		count(s.rows, "row"), s.line)}
}
