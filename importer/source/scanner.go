package source

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// Limits of a record. A contact's longest honest cell is a note of some pages;
// what is longer comes from a quote that is never closed.
const (
	maxCell    = 64 << 10 // bytes of text in a cell, quotes included
	maxRecord  = 1 << 20  // bytes of text in a record
	maxColumns = 1 << 14  // columns of a header; no spreadsheet has more

	// patience and lookAhead bound the text that is read in vain: see scanner.
	patience  = 2 * maxRecord
	lookAhead = 8

	firstBuf = 128 << 10
)

// record is what the scanner delivers: the cells of a row, or what is left of
// a row that is damaged.
type record struct {
	line      int // first physical line
	cells     []string
	malformed string // see Row.Malformed
	spans     bool   // it holds line breaks
}

// scanner parts text into records. It holds the text from the beginning of the
// current record on, at most maxRecord and as much again.
//
// How a damaged record costs no more than its share: reading goes on at its
// second physical line, so text is read again only where a record spans
// several lines. Such a record ends at once when it has more cells than the
// header, or when a quote that belongs neither to a pair nor to the end of a
// cell follows a line break. What is left are records that take in line after
// line and turn out to be damaged, each time anew: with thousands of columns
// the work would grow with rows times columns. So what is read in vain has a
// budget: patience, and lookAhead bytes for each byte of text before the record.
// Where it is used up, row after row opens quotes that lines and lines of other
// quotes seem to close; then a quote that is open at the end of its line makes
// its row malformed at once, until the budget has recovered.
type scanner struct {
	src   io.Reader
	buf   []byte // text not yet delivered is buf[r:w]
	r, w  int
	err   error // from src, after buf[:w]; sticky
	delim []byte
	stop  [256]bool // what may end an unquoted cell

	line   int    // physical line of buf[r]; 1 for the first
	offset int64  // bytes of text before buf[r]
	width  int    // cells that each record must have; 0: any number
	first  string // the record that width comes from: "the header" or "the first row"

	limit  int   // bytes of text in a cell, quotes included
	budget int64 // bytes that may be read in vain, beyond lookAhead times offset
	vain   int64 // bytes of attempts that came to nothing

	// The record that is being read.
	data  []byte // its cells, one after the other
	ends  []int  // where each cell ends in data
	lines int    // line breaks in it so far
	short bool   // it must end on its first line: the budget is used up

	work int64 // bytes looked at since the beginning, repeatedly ones repeatedly; for tests
	made int64 // cells made since the beginning; for tests
}

func newScanner(src io.Reader) *scanner {
	return &scanner{src: src, buf: make([]byte, firstBuf), line: 1, limit: maxCell, budget: patience}
}

// setDelimiter sets the delimiter.
func (s *scanner) setDelimiter(delimiter rune) {
	s.delim = []byte(string(delimiter))
	s.stop = [256]bool{'\n': true, '\r': true}
	s.stop[s.delim[0]] = true
}

// expect sets how many cells each further record must have, and how texts call
// the record that has decided it.
func (s *scanner) expect(width int, first string) { s.width, s.first = width, first }

// token is what an attempt to read a cell or a record has come to.
type token int

const (
	cellEnd    token = iota // a cell ended at a delimiter
	recordEnd               // a cell ended at a line break or at the end of the text
	needMore                // the text in the buffer ends before the cell
	unclosed                // the text ends within quotes
	goesOn                  // text follows the closing quote of a cell, which is not closed on its line
	cellLong                // over the limit
	recordLong              // over maxRecord
	overWide                // more cells than the header, and several lines
	tooMany                 // a quote is open at the end of the line, and the budget is used up
)

// next returns the next record, or io.EOF, or the error of the source. A
// record that the error cuts off is not delivered.
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

// fill reads until the buffer is full, after making room: by moving what is
// left to the front, and by doubling when that is more than half of it. A
// record is thus read again only once for each doubling.
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
// reports whether it did. It asks for no more text: a line that is not all
// there is left alone, and seen again after the next fill.
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

// skipSpaces returns the first place from i on without space or tab.
func (s *scanner) skipSpaces(i int) int {
	for i < s.w && (s.buf[i] == ' ' || s.buf[i] == '\t') && s.buf[i] != s.delim[0] {
		i++
	}
	return i
}

// lineBreak returns the size of the line break at i, 0 for none. whole is false
// when text that is not there yet decides whether it has one byte or two.
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
// the place after it.
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

// cell reads the cell at pos and returns the place after it and its delimiter
// or line break.
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
		i++ // the first byte of a delimiter of several, and not the rest of it
	}
}

// cellStop returns the size of the delimiter or line break at i and which of
// the two it is; size 0 and cellEnd where there is neither.
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

// quoted reads the cell whose opening quote is before pos. Line breaks in it
// count, and CRLF becomes LF as in encoding/csv.
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

// afterQuote looks at the text after a quote within a quoted cell, at i. If the
// quote closes the cell it returns the place after the cell; otherwise 0, or
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

// appendQuoted appends text from within quotes to data.
func (s *scanner) appendQuoted(p []byte) {
	for {
		i := bytes.IndexByte(p, '\r')
		if i < 0 {
			break
		}
		s.data = append(s.data, p[:i]...)
		s.lines += bytes.Count(p[:i], []byte{'\n'})
		p = p[i+1:]
		if len(p) == 0 || p[0] != '\n' {
			s.data = append(s.data, '\r')
			s.lines++
		}
	}
	s.data = append(s.data, p...)
	s.lines += bytes.Count(p, []byte{'\n'})
}

// deliver makes a record of what attempt has read. It refuses a record of
// several lines with the wrong number of cells: the lines after its first may
// be rows that a missing quote has swallowed.
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

// linesWithin returns the line breaks of the record that do not end it.
func (s *scanner) linesWithin(end int) int {
	if last := s.buf[end-1]; last == '\n' || last == '\r' {
		return s.lines - 1
	}
	return s.lines
}

// cells copies the cells of the current record out of the scanner: two
// allocations a record.
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

// resync delivers the first physical line of a damaged record and moves to the
// line after it, however long it is.
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

// firstLine parts one line, of at most maxRecord, into cells as far as that goes:
// whole ones, however long, since they are the user's to repair. The last one
// may be cut off, by that limit or because its quotes are broken.
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
