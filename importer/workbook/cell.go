package workbook

import (
	"bytes"
	"encoding/xml"
	"strconv"
	"strings"
)

// cell returns the text of the cell whose opening tag was read last, and whether it is a
// formula without a stored value.
func (r *Rows) cell(tag xml.StartElement) (text string, unsaved bool, err error) {
	stored := storedCell{kind: attr(tag, "t"), style: attr(tag, "s")}
	r.buf = r.buf[:0]
	var fills area
	several := false
	for outside := r.tokens.depth - 1; r.tokens.depth > outside; {
		token, err := r.tokens.next()
		if err != nil {
			return "", false, err
		}
		inner, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch inner.Name.Local {
		case "v":
			stored.saved = true
			r.buf, err = r.tokens.text(r.buf)
		case "is":
			r.buf, err = r.tokens.richText(r.buf)
		case "f":
			stored.formula = true
			fills, several = areaOf(inner)
			err = r.tokens.skip()
		default:
			err = r.tokens.skip()
		}
		if err != nil {
			return "", false, err
		}
	}
	stored.value = r.buf
	if stored.unsaved() {
		if several {
			err = r.keep(fills)
		}
		return "", true, err
	}
	text, err = r.text(stored)
	return text, false, err
}

// storedCell is a cell as it stands in the sheet.
type storedCell struct {
	kind    string // the attribute t
	style   string // the attribute s
	formula bool
	saved   bool   // there is a <v>
	value   []byte // of <v> or <is>
}

// unsaved reports whether nobody knows the value of the cell until its formula is
// computed. The value of ="" is a text that is stored, and blank.
func (c storedCell) unsaved() bool {
	return c.formula && len(bytes.TrimSpace(c.value)) == 0 && !(c.saved && c.kind == "str")
}

func (r *Rows) text(c storedCell) (string, error) {
	if len(c.value) == 0 {
		return "", nil
	}
	switch c.kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(string(c.value)))
		if err != nil {
			return "", damaged("it names a shared text by no number")
		}
		return r.book.texts.at(i)
	case "inlineStr", "e":
		return string(c.value), nil
	case "str":
		return string(unescaped(c.value)), nil
	case "b":
		if isTrue(strings.TrimSpace(string(c.value))) {
			return "TRUE", nil
		}
		return "FALSE", nil
	case "d":
		return isoText(strings.TrimSpace(string(c.value))), nil
	}
	style, err := strconv.Atoi(c.style)
	if err != nil {
		style = 0
	}
	return r.book.styles.number(strings.TrimSpace(string(c.value)), style, r.book.date1904), nil
}
