package source

import (
	"fmt"
	"strings"
	"unicode"
)

// suspectRows notes rows that may have been swallowed without a trace: where a
// quote is missing in one row and another in a later row, the cell between the
// two takes the rows between in, and the number of cells may fit. To the rules
// of CSV this is a good row, so it stays one; the user is told.
type suspectRows struct {
	rows int64 // suspicious ones
	line int   // of the first
}

// phoneDigits is how many digits a text needs to be taken for a phone number.
const phoneDigits = 7

// look looks for a cell with a line break that holds as many delimiters as a
// row does, and between two of them something like a phone number.
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
