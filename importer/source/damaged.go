package source

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

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
	rec.cells, rec.end = s.firstLine(kept), s.offset
	if rec.malformed = s.blame(why); cut {
		rec.malformed += fmt.Sprintf(" Only its first %d MiB is kept here.", maxRecord>>20)
	}
	return rec, nil
}

// firstLine splits one line, of at most maxRecord, into cells as far as possible.
// Cells are not cut off at maxCell, since their owner is to repair them. The last
// one may be incomplete, by the limit of the line or because its quotes are broken.
func (s *scanner) firstLine(line []byte) []string {
	one := scanner{buf: line, w: len(line), err: io.EOF, delim: s.delim, stop: s.stop, limit: maxRecord, lenient: s.lenient, escapes: s.escapes}
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
			count(int64(s.want.width), "cell"), s.want.first)
	}
	panic(fmt.Sprintf("source: no blame for %d", why))
}
