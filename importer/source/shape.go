package source

import (
	"bytes"
	"slices"
)

// shape is what the first record says of the records after it.
type shape struct {
	width   int    // cells of a whole record; 0: any number
	first   string // how texts call the first record: "the header" or "the first row"
	phone   []int  // the columns of the phone number; a record must have one of them
	numbers []bool // for each column: its cells may look like phone numbers
}

// hasPhone reports whether a record of so many cells has a phone cell.
func (w shape) hasPhone(cells int) bool {
	return len(w.phone) > 0 && cells > slices.Min(w.phone)
}

// fits reports whether the record that has been read is a row. By the rules of version
// 2, programs leave out blank cells at the end of a row, or write one too many. A
// shorter row must be in one piece: quotes that are out of place can make several
// cells one, and rows too, so that a number stands under another header.
func (s *scanner) fits(spans bool) bool {
	cells := len(s.ends)
	switch {
	case s.want.width == 0 || cells == s.want.width:
		return true
	case !s.lenient:
		return false
	case cells > s.want.width:
		return blank(s.data[s.ends[s.want.width-1]:])
	}
	return s.want.hasPhone(cells) && s.inOnePiece(spans)
}

func (s *scanner) inOnePiece(spans bool) bool {
	return !s.stray && !(spans && s.linesHoldCells())
}

// linesHoldCells reports whether a cell of several lines holds delimiters.
func (s *scanner) linesHoldCells() bool {
	start := 0
	for _, end := range s.ends {
		cell := s.data[start:end]
		if bytes.ContainsAny(cell, "\r\n") && bytes.Contains(cell, s.delim) {
			return true
		}
		start = end
	}
	return false
}

// tooWide reports whether the cell that is being read is one too many.
func (s *scanner) tooWide() bool {
	if s.want.width == 0 || len(s.ends) < s.want.width {
		return false
	}
	return !s.lenient || !blank(s.data[s.ends[len(s.ends)-1]:])
}

func blank(text []byte) bool { return len(bytes.TrimSpace(text)) == 0 }
