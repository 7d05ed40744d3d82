package source

import (
	"bytes"
	"strings"
)

// plainLines is for plainLine, which reads the records that stand on one line, have as many
// cells as they must, and no quotes but around whole cells: nearly all records of nearly all
// files. It makes one text of many lines, so that their cells are parts of it and cost no
// memory of their own.
type plainLines struct {
	breakAt int      // the first line feed in buf from r on, or w if there is none; below r: not looked for
	text    string   // what is in buf from textAt on, or the beginning of that
	textAt  int      // 0, and no text, where none has been made
	room    []string // for cells
	read    int      // records; for tests
}

// roomCells is for how many cells room is made at a time.
const roomCells = 1024

// forget is called when the text in buf moves.
func (l *plainLines) forget() { l.breakAt, l.text, l.textAt = -1, "", 0 }

// plainLine returns the record at r if it is such a line; false says nothing.
func (s *scanner) plainLine() (record, bool) {
	if s.want.width == 0 || len(s.delim) != 1 || s.escapes {
		return record{}, false
	}
	end := s.lineFeed()
	if end == s.w || end-s.r > s.limit {
		return record{}, false
	}
	line := s.buf[s.r:end]
	s.work += int64(len(line))
	if at := bytes.IndexByte(line, '\r'); at >= 0 {
		if at != len(line)-1 {
			return record{}, false
		}
		line = line[:at]
	}
	if len(line) == 0 || line[0] == ' ' || line[0] == '\t' || line[0] == byteOrderMark[0] { // it may be blank
		return record{}, false
	}
	quotes := bytes.IndexByte(line, '"') >= 0
	cells, ok := s.plainCells(s.textOf(len(line)), quotes)
	if !ok {
		return record{}, false
	}
	rec := record{line: s.line, cells: cells}
	s.made += int64(len(cells))
	s.plain.read++
	s.consume(end+1-s.r, 1)
	rec.end = s.offset
	return rec, true
}

// lineFeed returns the position of the first line feed from r on, or w. It looks at no byte
// twice: in a text whose lines end otherwise it is far away from each of them.
func (s *scanner) lineFeed() int {
	if s.plain.breakAt < s.r {
		s.plain.breakAt = s.w
		if n := bytes.IndexByte(s.buf[s.r:s.w], '\n'); n >= 0 {
			s.plain.breakAt = s.r + n
		}
	}
	return s.plain.breakAt
}

// textOf returns n bytes from r on.
func (s *scanner) textOf(n int) string {
	l := &s.plain
	if from := s.r - l.textAt; from >= 0 && from+n <= len(l.text) {
		return l.text[from : from+n]
	}
	l.text, l.textAt = string(s.buf[s.r:min(s.w, s.r+max(n, firstBuf))]), s.r
	return l.text[:n]
}

// plainCells cuts a line into its cells.
func (s *scanner) plainCells(line string, quotes bool) ([]string, bool) {
	width := s.want.width
	if len(s.plain.room) < width {
		s.plain.room = make([]string, max(width, roomCells))
	}
	cells, cut, ok := s.plain.room[:width:width], cutUnquoted, false
	if quotes {
		cut = cutCell
	}
	for i := range cells {
		if cells[i], line, ok = cut(line, s.delim[0], i == width-1); !ok {
			return nil, false
		}
	}
	s.plain.room = s.plain.room[width:]
	return cells, true
}

// cutUnquoted cuts a line behind its first cell, which must not be its last, or must.
func cutUnquoted(line string, delim byte, last bool) (cell, rest string, ok bool) {
	at := strings.IndexByte(line, delim)
	if at < 0 || last {
		return line, "", at < 0 && last
	}
	return line[:at], line[at+1:], true
}

// cutCell is cutUnquoted for a line with quotes.
func cutCell(line string, delim byte, last bool) (cell, rest string, ok bool) {
	if line == "" || line[0] != '"' {
		cell, rest, ok = cutUnquoted(line, delim, last)
		return cell, rest, ok && strings.IndexByte(cell, '"') < 0
	}
	at := strings.IndexByte(line[1:], '"')
	if at < 0 {
		return "", "", false
	}
	cell, rest = line[1:1+at], line[1+at+1:]
	if last || rest == "" {
		return cell, "", last && rest == ""
	}
	return cell, rest[1:], rest[0] == delim
}
