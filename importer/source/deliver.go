package source

import "fmt"

// deliver makes a record of what attempt has read. It returns false for a record
// of several lines with the wrong number of cells: the lines after its first may
// be rows that a missing quote has made part of it.
func (s *scanner) deliver(end int) (record, bool) {
	spans := s.linesWithin(end) > 0
	fits := s.fits(spans)
	if !fits && spans {
		return record{}, false
	}
	rec := record{line: s.line, cells: s.cells(), spans: spans}
	if !fits {
		rec.malformed = fmt.Sprintf("it has %s, and %s has %d", count(int64(len(s.ends)), "cell"), s.want.first, s.want.width)
	}
	rec.short = s.lenient && len(rec.cells) < s.want.width && s.inOnePiece(spans)
	s.consume(end-s.r, s.lines)
	rec.end = s.offset
	return rec, true
}

// linesWithin returns the number of line breaks within the record: without the
// one at its end.
func (s *scanner) linesWithin(end int) int {
	if last := s.buf[end-1]; last == '\n' || last == '\r' {
		return s.lines - 1
	}
	return s.lines
}

// cells copies the cells of the current record, with two allocations for all of
// them.
func (s *scanner) cells() []string {
	all := string(s.data)
	cells := make([]string, len(s.ends))
	s.made += int64(len(cells))
	start := 0
	for i, end := range s.ends {
		cells[i] = all[start:end]
		start = end
	}
	return cells
}
