package source

import "bytes"

// skipMarks returns the first position from i on without space, tab or, by the rules
// of version 2, byte order mark.
func (s *scanner) skipMarks(i int) int {
	i = s.skipSpaces(i)
	for s.lenient && s.delim[0] != byteOrderMark[0] && bytes.HasPrefix(s.buf[i:s.w], []byte(byteOrderMark)) {
		i = s.skipSpaces(i + len(byteOrderMark))
	}
	return i
}

// withoutEndMark returns the end of a text without a Ctrl-Z, with which programs of
// CP/M and DOS end one, or fill its last block.
func withoutEndMark(text []byte) []byte {
	kept := bytes.TrimRight(text, "\x1a\r\n\t ")
	if at := bytes.IndexByte(text[len(kept):], 0x1a); at >= 0 {
		return text[:len(kept)+at]
	}
	return text
}
