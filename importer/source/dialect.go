package source

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// sample is the number of records on which each delimiter is tried, the header
// included. leastConsistent is the share of them that must have as many cells as
// the header; the others may be damaged.
const (
	sample          = 100
	leastConsistent = 0.5
)

// decideDialect fills s with the beginning of the text, skips what stands before the
// header, a line "sep=;" among it, and sets the delimiter, which it returns.
func decideDialect(s *scanner, o Options) (rune, error) {
	delimiter, err := s.skipToHeader(o)
	if err != nil {
		return 0, err
	}
	if o.Delimiter != 0 {
		delimiter = o.Delimiter
	}
	if delimiter == 0 {
		delimiter = sniff(s, o)
	}
	s.escapes = usesEscapes(s, delimiter, o)
	s.setDelimiter(delimiter)
	return delimiter, nil
}

// skipToHeader skips byte order marks, as many lines as an option says, and a line
// "sep=X" before or after them. It returns X, 0 if there is none.
func (s *scanner) skipToHeader(o Options) (rune, error) {
	s.fill()
	if s.err != nil && s.err != io.EOF && s.w == 0 {
		return 0, s.err
	}
	for s.lenient && bytes.HasPrefix(s.buf[s.r:s.w], []byte(byteOrderMark)) {
		s.consume(len(byteOrderMark), 0)
	}
	delimiter := s.skipSep()
	if o.SkipLines == 0 {
		return delimiter, nil
	}
	if err := s.skipLines(o.SkipLines + 1); err != nil {
		return 0, err
	}
	if s.w-s.r <= len(s.buf)/2 {
		s.fill()
	}
	return cmp.Or(s.skipSep(), delimiter), nil
}

// skipLines skips physical lines, whatever they hold, up to the one with this number.
func (s *scanner) skipLines(line int) error {
	for s.line < line {
		i := bytes.IndexAny(s.buf[s.r:s.w], "\r\n")
		if i < 0 {
			s.consume(s.w-s.r, 0)
		} else if n, whole := s.lineBreak(s.r + i); whole {
			s.consume(i+n, 1)
			continue
		} else {
			s.consume(i, 0)
		}
		switch {
		case s.ended():
			return usage("the file has %s, and "+flagSkipLines+" %d leaves none of them for the header", count(int64(s.line), "line"), line-1)
		case s.err != nil:
			return s.err
		}
		s.fill()
	}
	return nil
}

// skipSep skips a first line "sep=X", quoted or not, as Excel writes and reads
// it, and returns X; 0 if there is none.
func (s *scanner) skipSep() rune {
	head := string(s.buf[s.r:min(s.w, s.r+16)])
	end := strings.IndexAny(head, "\r\n")
	if end < 0 {
		return 0
	}
	line := head[:end]
	if len(line) > 1 && line[0] == '"' && line[len(line)-1] == '"' {
		line = line[1 : len(line)-1]
	}
	if len(line) < 5 || !strings.EqualFold(line[:4], "sep=") {
		return 0
	}
	delimiter, size := utf8.DecodeRuneInString(line[4:])
	if len(line) != 4+size || (Options{Delimiter: delimiter}).validate() != nil {
		return 0
	}
	if strings.HasPrefix(head[end:], "\r\n") {
		end++
	}
	s.consume(end+1, 1)
	return delimiter
}

// score is how well a delimiter fits; the first field that differs decides.
type score struct {
	named      bool    // the header has a phone column
	parts      bool    // the header has several cells, and enough records have as many
	consistent float64 // share of the records that have as many cells as the header, 0 to 1
	width      int     // cells of the header
}

func (a score) better(b score) bool {
	switch {
	case a.named != b.named:
		return a.named
	case a.parts != b.parts:
		return a.parts
	case a.consistent != b.consistent:
		return a.consistent > b.consistent
	}
	return a.width > b.width
}

// sniff returns the delimiter that fits the text in the buffer best. If none fits, it
// tries what is less common than whole rows and doubled quotes.
func sniff(s *scanner, o Options) rune {
	delimiter, best := bestOf(s, o, manner{})
	if !s.lenient || best.parts {
		return delimiter
	}
	for _, m := range []manner{{phone: []int{1}}, {phone: []int{1}, escapes: true}} {
		if other, fit := bestOf(s, o, m); fit.parts {
			return other
		}
	}
	return delimiter
}

// manner is how the records of a sample may be written.
type manner struct {
	phone   []int // not empty: blank cells at the end may be missing or too many, but this one must be there
	escapes bool  // a quote within quotes is \"
}

// wholeBuffer is a number of records that no buffer has.
const wholeBuffer = 1 << 30

// bestOf tries the delimiters on the sample.
func bestOf(s *scanner, o Options, m manner) (winner rune, best score) {
	winner = delimiters()[0]
	for _, delimiter := range delimiters() {
		if got := try(s, delimiter, o, m, sample); got.better(best) {
			best, winner = got, delimiter
		}
	}
	return winner, best
}

// try reads up to most records.
func try(s *scanner, delimiter rune, o Options, m manner, most int) score {
	part := s.sample(delimiter)
	part.escapes = m.escapes
	defer func() { s.work, s.made = s.work+part.work, s.made+part.made }()
	header, err := part.read()
	if err != nil || header.malformed != "" {
		return score{}
	}
	part.lenient = len(m.phone) > 0
	part.expect(shape{width: len(header.cells), first: o.firstRecord(), phone: m.phone})
	rows, good := 1, 1 // the header
	for rows < most {
		rec, err := part.read()
		if err != nil {
			break
		}
		rows++
		if rec.malformed == "" {
			good++
		}
	}
	got := score{width: len(header.cells), consistent: float64(good) / float64(rows)}
	got.parts = got.width > 1 && got.consistent >= leastConsistent
	got.named = !o.NoHeader && hasPhoneColumn(header.cells, o)
	return got
}

// sample returns a scanner of the text in the buffer, which has nothing to do with s
// but its text.
func (s *scanner) sample(delimiter rune) *scanner {
	part := scanner{buf: s.buf, r: s.r, w: s.w, err: s.err, line: s.line, limit: maxCell, budget: patience, escapes: s.escapes}
	if part.err == nil {
		part.err = errSample
	}
	part.setDelimiter(delimiter)
	return &part
}

// errSample ends the text of a try at the end of the buffer, so that the record
// that is cut off there does not count.
var errSample = errors.New("source: end of sample")
