package source

import "bytes"

// cell reads the cell at pos and returns the position after its delimiter or
// line break.
func (s *scanner) cell(pos int) (int, token) {
	i := pos
	if i < s.w && s.buf[i] != '"' {
		i = s.skipMarks(i)
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
		if s.oneLine {
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
		if s.lines > 0 && s.tooWide() {
			return quote, overWide
		}
		if next < 0 {
			return quote, unclosed
		}
		if s.escapes && escaped(s.buf[i:quote]) {
			s.data[len(s.data)-1] = '"'
			i = quote + 1
			continue
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
			stray, s.stray = true, true
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
	if s.escapes {
		s.data = appendUnescaped(s.data, p)
	} else {
		s.data = append(s.data, p...)
	}
	returns := bytes.Count(p, []byte{'\r'})
	s.lines += bytes.Count(p, []byte{'\n'})
	if returns > 0 {
		s.lines += returns - bytes.Count(p, []byte("\r\n"))
	}
}
