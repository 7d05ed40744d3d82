package source

import "bytes"

// MySQL and others write a quote within quotes as \", where most programs double it, and
// a backslash and a line break with a backslash before them. Where a file does so is
// decided by reading the text in the buffer in both ways, as for the delimiter.

// escaped reports whether a quote behind this text is part of the cell: an odd number of
// backslashes is before it.
func escaped(text []byte) bool {
	return (len(text)-len(bytes.TrimRight(text, `\`)))%2 == 1
}

// appendUnescaped appends text without the backslashes that stand before a backslash or
// a line break. One at the end stays.
func appendUnescaped(dst, text []byte) []byte {
	for {
		i := bytes.IndexByte(text, '\\')
		if i < 0 || i+1 == len(text) {
			return append(dst, text...)
		}
		dst = append(dst, text[:i]...)
		switch text[i+1] {
		case '\\', '\r', '\n':
			dst = append(dst, text[i+1])
		default:
			dst = append(dst, text[i], text[i+1])
		}
		text = text[i+2:]
	}
}

// usesEscapes reports whether the text in the buffer is whole if \" is a quote within a
// cell, and damaged if it is not. In doubt it is not.
func usesEscapes(s *scanner, delimiter rune, o Options) bool {
	if !s.lenient || !bytes.Contains(s.buf[s.r:s.w], []byte(`\"`)) {
		return false
	}
	escapes, plain := manner{escapes: true, phone: []int{1}}, manner{phone: []int{1}}
	return try(s, delimiter, o, escapes, wholeBuffer).consistent == 1 && try(s, delimiter, o, plain, wholeBuffer).consistent < 1
}
