package workbook

import (
	"encoding/xml"
	"io"
	"strconv"
)

// Bounds of what a style sheet may hold; Excel's are 64,000 styles and some hundred
// number formats.
const (
	maxStyles  = 1 << 16
	maxFormats = 1 << 14
)

// styles are the number formats of the cells' styles.
type styles struct {
	formatIDs []int          // of each style
	codes     map[int]string // of the formats that the workbook defines
	formats   map[int]*numberFormat
	shown     int // how many of formats have a formatter
}

// readStyles reads the part with the styles; "" if there is none.
func (b *Book) readStyles(part string) (*styles, error) {
	s := &styles{codes: make(map[int]string), formats: make(map[int]*numberFormat)}
	if b.parts[part] == nil {
		return s, nil
	}
	t, err := b.parts.open(part)
	if err != nil {
		return nil, err
	}
	defer t.close()
	for {
		start, err := t.start()
		switch {
		case err == io.EOF:
			return s, nil
		case err != nil:
			return nil, err
		case start.Name.Local == "numFmt":
			err = s.addFormat(start)
		case start.Name.Local == "cellXfs":
			err = s.readCellStyles(t)
		}
		if err != nil {
			return nil, err
		}
	}
}

// addFormat keeps a format of the workbook. The first of an id counts: differential
// styles have formats, too.
func (s *styles) addFormat(start xml.StartElement) error {
	id, err := strconv.Atoi(attr(start, "numFmtId"))
	if err != nil {
		return damaged("a number format has no number")
	}
	if _, there := s.codes[id]; there {
		return nil
	}
	if len(s.codes) == maxFormats {
		return damaged("it has more than %d number formats", maxFormats)
	}
	s.codes[id] = attr(start, "formatCode")
	return nil
}

func (s *styles) readCellStyles(t *tokens) error {
	for outside := t.depth - 1; t.depth > outside; {
		token, err := t.next()
		if err != nil {
			return err
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "xf" {
			continue
		}
		if len(s.formatIDs) == maxStyles {
			return damaged("it has more than %d cell styles", maxStyles)
		}
		id, err := strconv.Atoi(attr(start, "numFmtId"))
		if err != nil {
			id = 0 // General
		}
		s.formatIDs = append(s.formatIDs, id)
	}
	return nil
}

// format returns the number format of a style.
func (s *styles) format(style int) *numberFormat {
	id := 0
	if style >= 0 && style < len(s.formatIDs) {
		id = s.formatIDs[style]
	}
	f := s.formats[id]
	if f == nil {
		f = newNumberFormat(id, s.codes[id])
		s.formats[id] = f
	}
	return f
}
