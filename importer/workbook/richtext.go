package workbook

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// richText appends the text of a cell's <is>, or of a shared <si>, whose opening tag was
// read last: its <t>, or those of its runs <r>. Reading aids <rPh> are no part of it.
func (t *tokens) richText(b []byte) ([]byte, error) {
	for outside := t.depth - 1; t.depth > outside; {
		token, err := t.next()
		if err != nil {
			return b, err
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "t":
			from := len(b)
			if b, err = t.text(b); err == nil && attr(start, "space") != "preserve" {
				b = append(b[:from], bytes.Trim(b[from:], " \t\r\n")...)
			}
		case "r":
		default:
			err = t.skip()
		}
		if err != nil {
			return b, err
		}
	}
	return unescaped(b), nil
}

// unescaped replaces _xHHHH_, by which Excel writes what XML can't hold (ECMA-376 part
// 1, 22.9.2.19), among it _x000D_ for a carriage return, and _x005F_ for an underline
// before what is no escape.
func unescaped(b []byte) []byte {
	if !bytes.Contains(b, []byte("_x")) {
		return b
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); {
		r, ok := escapeAt(b, i)
		if !ok {
			out = append(out, b[i])
			i++
			continue
		}
		i += escapeSize
		if low, ok := escapeAt(b, i); ok && utf16.IsSurrogate(r) {
			if both := utf16.DecodeRune(r, low); both != utf8.RuneError {
				r = both
				i += escapeSize
			}
		}
		if r == 0 {
			r = utf8.RuneError // digits before and after it are no number that anybody wrote
		}
		out = utf8.AppendRune(out, r)
	}
	return out
}

// escapeSize is the length of _xHHHH_.
const escapeSize = 7

func escapeAt(b []byte, i int) (rune, bool) {
	if len(b) < i+escapeSize || b[i] != '_' || b[i+1] != 'x' || b[i+escapeSize-1] != '_' {
		return 0, false
	}
	code, err := strconv.ParseUint(string(b[i+2:i+6]), 16, 16)
	return rune(code), err == nil
}
