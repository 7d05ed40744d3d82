package workbook

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/xml"
	"errors"
	"io"
	"slices"
)

// Merged are the cells of some columns that lie under merged ones, whose value stands in
// the first cell of their range alone.
type Merged map[int][]span // by column, from 0; in order, none touches another

// span is rows, from 1, that follow each other.
type span struct{ from, to int }

// maxMerged is how many merged ranges may lie over the columns that are asked for: as
// many as a column of a sheet has room for.
const maxMerged = maxRows / 2

// Covers reports whether the cell of a row, from 1, and a column, from 0, lies under a
// merged one that begins in another cell.
func (m Merged) Covers(row, column int) bool {
	spans := m[column]
	i, _ := slices.BinarySearchFunc(spans, row, func(s span, row int) int { return cmp.Compare(s.to, row) })
	return i < len(spans) && spans[i].from <= row
}

// Merged finds the merged cells that lie over columns, from 0, of a sheet. They stand
// behind all rows, so the sheet is unpacked once more for them; it is searched for them
// and not read. Errors: [ErrDamaged], wrapped, or the error of reading.
func (b *Book) Merged(sheet int, columns []int) (Merged, error) {
	name := b.sheets[sheet].part
	t, err := b.parts.open(name)
	if err != nil {
		return nil, err
	}
	defer t.close()
	found, ranges := make(Merged), 0
	in := bufio.NewReaderSize(t.file, 64<<10)
	for {
		tag, err := nextTag(in)
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, unreadable(name, err)
		}
		a, ok := mergedArea(tag)
		if !ok {
			continue
		}
		if touched := found.add(a, columns); touched {
			ranges++
		}
		if ranges > maxMerged {
			return nil, damaged("more than %d merged ranges lie over one of its columns", maxMerged)
		}
	}
	for column, spans := range found {
		found[column] = joined(spans)
	}
	return found, nil
}

// nextTag returns the text of the next tag, without its brackets, as far as it fits the
// reader. It is valid until the next call.
func nextTag(in *bufio.Reader) ([]byte, error) {
	for {
		_, err := in.ReadSlice('<')
		if err == nil {
			break
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return nil, err
		}
	}
	tag, err := in.ReadSlice('>')
	if errors.Is(err, bufio.ErrBufferFull) { // no tag of a merged range
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return tag[:len(tag)-1], nil
}

// mergedArea reads a tag such as mergeCell ref="B2:B9", with a prefix or without.
func mergedArea(tag []byte) (a area, ok bool) {
	name, _, _ := bytes.Cut(tag, []byte(" "))
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	if string(name) != "mergeCell" {
		return area{}, false
	}
	token, err := xml.NewDecoder(io.MultiReader(bytes.NewReader([]byte("<")), bytes.NewReader(bytes.TrimSuffix(tag, []byte("/"))), bytes.NewReader([]byte("/>")))).RawToken()
	start, isStart := token.(xml.StartElement)
	if err != nil || !isStart {
		return area{}, false
	}
	return rangeOf(attr(start, "ref"))
}

// add keeps what of the columns the area covers, and reports whether that is anything.
func (m Merged) add(a area, columns []int) (touched bool) {
	for _, column := range columns {
		s := span{a.top, a.bottom}
		if column == a.left-1 {
			s.from++ // the first cell of the range holds the value
		}
		if column < a.left-1 || column >= a.right || s.from > s.to {
			continue
		}
		m[column], touched = append(m[column], s), true
	}
	return touched
}

// joined puts spans in order, and makes one of those that touch.
func joined(spans []span) []span {
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	one := spans[:1]
	for _, s := range spans[1:] {
		if last := &one[len(one)-1]; s.from <= last.to+1 {
			last.to = max(last.to, s.to)
		} else {
			one = append(one, s)
		}
	}
	return one
}
