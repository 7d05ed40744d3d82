package source

import (
	"bytes"
	"io"
)

// Limits of a record. The longest cell of a real contact is a note of a few
// pages; longer ones come from a quote that is never closed.
const (
	maxCell    = 64 << 10 // bytes of text in a cell, quotes included
	maxRecord  = 1 << 20  // bytes of text in a record
	maxColumns = 1 << 14  // columns of a header; no spreadsheet has more

	// patience (bytes) and lookAhead (bytes for each byte of text) bound the
	// text that is read without a result: see scanner.
	patience  = 2 * maxRecord
	lookAhead = 8

	firstBuf = 128 << 10
)

// scanner splits text into records. Its buffer holds the text from the beginning
// of the current record on, at most twice maxRecord.
//
// The time is linear in the size of the text, also where it is damaged. After a
// damaged record the scanner continues at the second physical line of that
// record, so text is read twice only where a record spans several lines. Such a
// record is given up as soon as it has more cells than the header, or when a
// quote that is neither doubled nor at the end of a cell follows a line break.
// That leaves records that read many lines before they turn out to be damaged:
// with thousands of columns the work would grow with rows times columns. So the
// bytes of records that were given up have a budget: patience, and lookAhead
// bytes for each byte of text before the record. When the budget is used up, a
// quote that is open at the end of its line makes its row malformed at once,
// until the budget has recovered.
type scanner struct {
	src   io.Reader
	buf   []byte // text not yet returned is buf[r:w]
	r, w  int
	err   error // from src, after buf[:w]; sticky
	delim []byte
	stop  [256]bool // what may end an unquoted cell

	lenient bool  // by the rules of version 2: see [Version]
	escapes bool  // a quote within quotes is \" and not ""
	line    int   // physical line of buf[r]; 1 for the first
	offset  int64 // bytes of text before buf[r]
	want    shape // what each record must have
	around  shortRows
	plain   plainLines

	limit  int   // bytes of text in a cell, quotes included
	budget int64 // bytes of attempts that may fail, beyond lookAhead times offset
	vain   int64 // bytes of attempts that have failed

	// The record that is being read.
	data    []byte // its cells, one after the other
	ends    []int  // where each cell ends in data
	lines   int    // line breaks in the record so far
	stray   bool   // a quote in it is neither doubled nor at the end of its cell
	oneLine bool   // the record must end on its first line: the budget is used up

	work int64 // bytes looked at since the beginning, each time counted; for tests
	made int64 // cells made since the beginning; for tests
}

func newScanner(src io.Reader) *scanner {
	return &scanner{src: src, buf: make([]byte, firstBuf), line: 1, plain: plainLines{breakAt: -1}, limit: maxCell, budget: patience}
}

func (s *scanner) setDelimiter(delimiter rune) {
	s.delim = []byte(string(delimiter))
	s.stop = [256]bool{'\n': true, '\r': true}
	s.stop[s.delim[0]] = true
}

// expect sets what each further record must have.
func (s *scanner) expect(want shape) { s.want = want }

// token is the result of an attempt to read a cell or a record.
type token int

const (
	cellEnd    token = iota // a cell ended at a delimiter
	recordEnd               // a cell ended at a line break or at the end of the text
	needMore                // the text in the buffer ends before the cell does
	unclosed                // the text ends within quotes
	goesOn                  // text follows the closing quote of a cell of several lines
	cellLong                // over the limit
	recordLong              // over maxRecord
	overWide                // more cells than the header, and several lines
	tooMany                 // a quote is open at the end of the line, and the budget is used up
)

// read returns the next record, or io.EOF, or the error of the source. A
// record that the error cuts off is not returned.
func (s *scanner) read() (record, error) {
	for {
		if rec, ok := s.plainLine(); ok {
			return rec, nil
		}
		if s.skipBlank() {
			continue
		}
		if s.r == s.w && s.err != nil {
			return record{}, s.err
		}
		end, got := s.attempt()
		switch got {
		case recordEnd:
			if rec, ok := s.deliver(end); ok {
				return rec, nil
			}
			s.vain += int64(end - s.r)
			return s.resync(overWide)
		case needMore:
			if s.err != nil {
				return record{}, s.err
			}
			s.fill()
		default:
			s.vain += int64(end - s.r)
			return s.resync(got)
		}
	}
}

// ended reports whether the text ends at w.
func (s *scanner) ended() bool { return s.err == io.EOF }

// fill reads until the buffer is full. Before, it makes room: it moves what is
// left to the front, and doubles the buffer if more than half of it is left. So
// a record is read again only once for each doubling.
func (s *scanner) fill() {
	if s.w-s.r > len(s.buf)/2 {
		bigger := make([]byte, 2*len(s.buf))
		s.w = copy(bigger, s.buf[s.r:s.w])
		s.buf = bigger
	} else {
		s.w = copy(s.buf, s.buf[s.r:s.w])
	}
	s.r = 0
	s.plain.forget()
	for s.w < len(s.buf) && s.err == nil {
		var n int
		n, s.err = s.src.Read(s.buf[s.w:])
		s.w += n
	}
	if s.lenient && s.ended() {
		s.w = s.r + len(withoutEndMark(s.buf[s.r:s.w]))
	}
}

// consume moves past n bytes that hold the given number of line breaks.
func (s *scanner) consume(n, breaks int) {
	s.r += n
	s.offset += int64(n)
	s.line += breaks
}

// skipBlank skips the line at r if it holds nothing but spaces and tabs, and
// reports whether it did. It does not read more text: a line that is not
// complete in the buffer stays, and is checked again after the next fill.
func (s *scanner) skipBlank() bool {
	i := s.skipMarks(s.r)
	if i < s.w {
		n, whole := s.lineBreak(i)
		if n == 0 || !whole {
			return false
		}
		s.consume(i+n-s.r, 1)
		return true
	}
	if s.ended() && i > s.r {
		s.consume(i-s.r, 0)
		return true
	}
	return false
}

// skipSpaces returns the first position from i on without space or tab.
func (s *scanner) skipSpaces(i int) int {
	for i < s.w && (s.buf[i] == ' ' || s.buf[i] == '\t') && s.buf[i] != s.delim[0] {
		i++
	}
	return i
}

// lineBreak returns the size of the line break at i, 0 for none. whole is false
// if the text that follows, which decides between one byte and two, is not in
// the buffer yet.
func (s *scanner) lineBreak(i int) (n int, whole bool) {
	switch {
	case s.buf[i] == '\n':
		return 1, true
	case s.buf[i] != '\r':
		return 0, true
	case i+1 == s.w:
		return 1, s.ended()
	case s.buf[i+1] == '\n':
		return 2, true
	}
	return 1, true
}

// delimiterAt reports whether a delimiter is at i; whole as in lineBreak.
func (s *scanner) delimiterAt(i int) (is, whole bool) {
	if bytes.HasPrefix(s.buf[i:s.w], s.delim) {
		return true, true
	}
	cut := s.w-i < len(s.delim) && bytes.HasPrefix(s.delim, s.buf[i:s.w])
	return false, !cut || s.ended()
}

// attempt reads the record at r into data and ends, without moving r. end is
// the position after the record.
func (s *scanner) attempt() (end int, got token) {
	s.data, s.ends, s.lines, s.stray = s.data[:0], s.ends[:0], 0, false
	s.oneLine = s.vain > s.budget+lookAhead*s.offset
	pos := s.r
	for {
		pos, got = s.cell(pos)
		switch {
		case got == needMore:
			pos = s.w
		case got == cellEnd || got == recordEnd:
			s.ends = append(s.ends, len(s.data))
		}
		if pos-s.r > maxRecord {
			got = recordLong
		}
		if got != cellEnd {
			s.work += int64(pos - s.r)
			return pos, got
		}
	}
}
