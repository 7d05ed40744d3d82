package source

import (
	"bytes"
	"fmt"
	"io"
	"strings"
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

// record is what the scanner returns: the cells of a row, or of a damaged row
// its first line.
type record struct {
	line      int // first physical line
	cells     []string
	malformed string // see Row.Malformed
	spans     bool   // a cell of it holds a line break
}

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

	line   int    // physical line of buf[r]; 1 for the first
	offset int64  // bytes of text before buf[r]
	width  int    // cells that each record must have; 0: any number
	first  string // the record that width comes from: "the header" or "the first row"

	limit  int   // bytes of text in a cell, quotes included
	budget int64 // bytes of attempts that may fail, beyond lookAhead times offset
	vain   int64 // bytes of attempts that have failed

	// The record that is being read.
	data  []byte // its cells, one after the other
	ends  []int  // where each cell ends in data
	lines int    // line breaks in the record so far
	short bool   // the record must end on its first line: the budget is used up

	work int64 // bytes looked at since the beginning, each time counted; for tests
	made int64 // cells made since the beginning; for tests
}

func newScanner(src io.Reader) *scanner {
	return &scanner{src: src, buf: make([]byte, firstBuf), line: 1, limit: maxCell, budget: patience}
}

func (s *scanner) setDelimiter(delimiter rune) {
	s.delim = []byte(string(delimiter))
	s.stop = [256]bool{'\n': true, '\r': true}
	s.stop[s.delim[0]] = true
}

// expect sets how many cells each further record must have, and how texts call
// the record that has decided it.
func (s *scanner) expect(width int, first string) { s.width, s.first = width, first }

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

// next returns the next record, or io.EOF, or the error of the source. A
// record that the error cuts off is not returned.
func (s *scanner) next() (record, error) {
	for {
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
	for s.w < len(s.buf) && s.err == nil {
		var n int
		n, s.err = s.src.Read(s.buf[s.w:])
		s.w += n
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
	i := s.skipSpaces(s.r)
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
	s.data, s.ends, s.lines = s.data[:0], s.ends[:0], 0
	s.short = s.vain > s.budget+lookAhead*s.offset
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

// cell reads the cell at pos and returns the position after its delimiter or
// line break.
func (s *scanner) cell(pos int) (int, token) {
	i := pos
	if i < s.w && (s.buf[i] == ' ' || s.buf[i] == '\t') {
		i = s.skipSpaces(i)
	}
	if i < s.w && s.buf[i] == '"' {
		return s.quoted(i + 1)
	}
	return s.unquoted(pos)
}

func (s *scanner) unquoted(pos int) (int, token) {
	i := pos
	last := min(s.w, pos+s.limit+1) // beyond it the cell is too long
	for {
		for i < last && !s.stop[s.buf[i]] {
			i++
		}
		if i-pos > s.limit {
			s.data = append(s.data, s.buf[pos:pos+s.limit]...)
			return pos + s.limit + 1, cellLong
		}
		if i == s.w {
			if !s.ended() {
				return i, needMore
			}
			s.data = append(s.data, s.buf[pos:i]...)
			return i, recordEnd
		}
		n, got := s.cellStop(i)
		if n > 0 {
			s.data = append(s.data, s.buf[pos:i]...)
			return i + n, got
		}
		if got == needMore {
			return i, got
		}
		i++ // the first byte of a delimiter of several bytes, without the others
	}
}

// cellStop returns the size of the delimiter (cellEnd) or line break (recordEnd)
// at i; size 0 if there is neither.
func (s *scanner) cellStop(i int) (size int, got token) {
	if s.buf[i] == s.delim[0] {
		if len(s.delim) == 1 {
			return 1, cellEnd
		}
		is, whole := s.delimiterAt(i)
		if is {
			return len(s.delim), cellEnd
		}
		if !whole {
			return 0, needMore
		}
		return 0, cellEnd
	}
	n, whole := s.lineBreak(i)
	if !whole {
		return 0, needMore
	}
	if n > 0 {
		s.lines++
		return n, recordEnd
	}
	return 0, cellEnd
}

// quoted reads the cell whose opening quote is before pos. Line breaks in it count,
// and stay as they are.
func (s *scanner) quoted(pos int) (int, token) {
	linesBefore, stray := s.lines, false
	for i := pos; ; {
		last := max(i, min(s.w, pos+s.limit+1)) // beyond it the cell is too long
		next := bytes.IndexByte(s.buf[i:last], '"')
		quote := i + next
		if next < 0 {
			quote = last
		}
		if s.short {
			if end := bytes.IndexAny(s.buf[i:quote], "\r\n"); end >= 0 {
				return i + end, tooMany
			}
		}
		if quote-pos > s.limit {
			s.appendQuoted(s.buf[i:max(i, pos+s.limit)])
			return pos + s.limit + 1, cellLong
		}
		if next < 0 && !s.ended() {
			return s.w, needMore
		}
		s.appendQuoted(s.buf[i:quote])
		if s.lines > linesBefore && stray {
			return quote, goesOn
		}
		if s.lines > 0 && s.width > 0 && len(s.ends) >= s.width {
			return quote, overWide
		}
		if next < 0 {
			return quote, unclosed
		}
		after, got := s.afterQuote(quote + 1)
		switch {
		case got == needMore || after > 0:
			return after, got
		case s.buf[quote+1] == '"':
			s.data = append(s.data, '"')
			i = quote + 2
		case s.lines > linesBefore:
			return quote, goesOn
		default:
			s.data = append(s.data, '"')
			stray = true
			i = quote + 1
		}
	}
}

// afterQuote looks at the text at i, after a quote within a quoted cell. If the
// quote closes the cell, it returns the position after the cell; otherwise 0, or
// needMore.
func (s *scanner) afterQuote(i int) (after int, got token) {
	i = s.skipSpaces(i)
	if i == s.w {
		if s.ended() {
			return i, recordEnd
		}
		return i, needMore
	}
	n, got := s.cellStop(i)
	if n > 0 {
		return i + n, got
	}
	return 0, got
}

// appendQuoted appends text from within quotes to data, and counts its line breaks.
func (s *scanner) appendQuoted(p []byte) {
	s.data = append(s.data, p...)
	returns := bytes.Count(p, []byte{'\r'})
	s.lines += bytes.Count(p, []byte{'\n'})
	if returns > 0 {
		s.lines += returns - bytes.Count(p, []byte("\r\n"))
	}
}

// deliver makes a record of what attempt has read. It returns false for a record
// of several lines with the wrong number of cells: the lines after its first may
// be rows that a missing quote has made part of it.
func (s *scanner) deliver(end int) (record, bool) {
	wrong := s.width > 0 && len(s.ends) != s.width
	spans := s.linesWithin(end) > 0
	if wrong && spans {
		return record{}, false
	}
	rec := record{line: s.line, cells: s.cells(), spans: spans}
	if wrong {
		rec.malformed = fmt.Sprintf("it has %s, and %s has %d", count(int64(len(s.ends)), "cell"), s.first, s.width)
	}
	s.consume(end-s.r, s.lines)
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

// resync returns the first physical line of a damaged record, cut off at
// maxRecord, and moves to the line after it.
func (s *scanner) resync(why token) (record, error) {
	rec := record{line: s.line}
	var kept []byte
	cut := false
	for {
		i := bytes.IndexAny(s.buf[s.r:s.w], "\r\n")
		end, whole, n := s.w, false, 0
		if i >= 0 {
			end = s.r + i
			n, whole = s.lineBreak(end)
		}
		room := min(end, s.r+maxRecord-len(kept))
		kept, cut = append(kept, s.buf[s.r:room]...), cut || room < end
		s.work += int64(end - s.r)
		s.consume(end-s.r, 0)
		if whole {
			s.consume(n, 1)
			break
		}
		if s.ended() {
			break
		}
		if s.err != nil {
			return record{}, s.err
		}
		s.fill()
	}
	rec.cells = s.firstLine(kept)
	if rec.malformed = s.blame(why); cut {
		rec.malformed += fmt.Sprintf(" Only its first %d MiB is kept here.", maxRecord>>20)
	}
	return rec, nil
}

// firstLine splits one line, of at most maxRecord, into cells as far as possible.
// Cells are not cut off at maxCell, since their owner is to repair them. The last
// one may be incomplete, by the limit of the line or because its quotes are broken.
func (s *scanner) firstLine(line []byte) []string {
	one := scanner{buf: line, w: len(line), err: io.EOF, delim: s.delim, stop: s.stop, limit: maxRecord}
	_, got := one.attempt()
	s.work += one.work
	if got != recordEnd {
		one.ends = append(one.ends, len(one.data))
	}
	cells := one.cells()
	s.made += one.made
	last := &cells[len(cells)-1]
	*last = strings.ToValidUTF8(*last, "")
	return cells
}

func (s *scanner) blame(why token) string {
	switch why {
	case unclosed:
		return "a quote is opened and never closed"
	case tooMany:
		return "a quote is open at the end of its line, and too many before it in the file were never closed"
	case goesOn:
		return "text follows the closing quote of a cell: is a quote missing, or one too many?"
	case cellLong:
		return fmt.Sprintf("a cell is longer than %d KiB: is a closing quote missing?", maxCell>>10)
	case recordLong:
		return fmt.Sprintf("it is longer than %d MiB: is a closing quote missing?", maxRecord>>20)
	case overWide:
		return fmt.Sprintf("with the lines that its quotes take in it has not the %s of %s: is a closing quote missing?",
			count(int64(s.width), "cell"), s.first)
	}
	panic(fmt.Sprintf("source: no blame for %d", why))
}
