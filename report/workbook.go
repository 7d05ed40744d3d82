package report

import (
	"archive/zip"
	"fmt"
	"hash/crc32"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/flate"
)

// The limits of a sheet of Excel. It takes a file that exceeds one for damaged.
// https://support.microsoft.com/office/excel-specifications-and-limits-1672b34d-7043-467e-8e27-269d656771c3
const (
	sheetRows    = 1_048_576
	sheetColumns = 16_384
	sheetCell    = 32_767 // characters, in UTF-16 code units
)

// userWidth is the width of the user's columns, in characters.
const userWidth = 20

// workbook writes a workbook (.xlsx) of one sheet. All cells are text, and so are the
// empty ones beside and below them: a spreadsheet keeps what is typed there, such as the
// + of a phone number, and runs no formula.
//
// It needs no temporary file, in which phone numbers would stay after a kill, and a
// sixth of the time that excelize takes for the same.
type workbook struct {
	zip    *zip.Writer
	sheet  io.Writer
	rows   int    // written, the header included
	closed bool   // there is no room for the header, so that no row goes in
	text   []byte // rows that are not written yet
	number []byte // of the row in hand, reused
}

// textBytes is how much text of rows is written at a time.
const textBytes = 32 << 10

// cellStyle is an index into cellXfs of stylesPart.
type cellStyle int

const (
	textStyle   cellStyle = 1
	headerStyle cellStyle = 2
)

const (
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	spaceMain = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	packages  = "http://schemas.openxmlformats.org/package/2006"
	mimeMain  = "application/vnd.openxmlformats-officedocument.spreadsheetml."

	contentTypesPart = xmlHead + `<Types xmlns="` + packages + `/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="` + mimeMain + `sheet.main+xml"/>` +
		`<Override PartName="/xl/styles.xml" ContentType="` + mimeMain + `styles+xml"/>` +
		`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="` + mimeMain + `worksheet+xml"/></Types>`

	rootRelationsPart = xmlHead + `<Relationships xmlns="` + packages + `/relationships">` +
		`<Relationship Id="rId1" Type="` + relations + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`

	workbookRelationsPart = xmlHead + `<Relationships xmlns="` + packages + `/relationships">` +
		`<Relationship Id="rId1" Type="` + relations + `/worksheet" Target="worksheets/sheet1.xml"/>` +
		`<Relationship Id="rId2" Type="` + relations + `/styles" Target="styles.xml"/></Relationships>`

	// Number format 49 is text (@).
	stylesPart = xmlHead + `<styleSheet ` + spaceMain + `>` +
		`<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
		`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>` +
		`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
		`<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
		`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1"><alignment vertical="top"/></xf>` +
		`<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>` +
		`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`

	// Excel offers, beside each number that is stored as text, to convert it to a number,
	// which is what must not happen. ignoredErrors has it keep quiet.
	sheetTail = `</sheetData><ignoredErrors><ignoredError sqref="A1:XFD1048576" numberStoredAsText="1"/></ignoredErrors></worksheet>`

	frozenHeader = `<sheetViews><sheetView tabSelected="1" workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>`
)

// newWorkbook begins a workbook whose sheet has that name, of letters only, and columns
// of those widths, in characters. header is the first row; nil: there is none.
func newWorkbook(w io.Writer, name string, header []string, widths []int) (*workbook, error) {
	b := &workbook{zip: zip.NewWriter(w)}
	b.zip.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for _, part := range []struct{ name, text string }{
		{"[Content_Types].xml", contentTypesPart},
		{"_rels/.rels", rootRelationsPart},
		{"xl/workbook.xml", xmlHead + `<workbook ` + spaceMain + ` xmlns:r="` + relations + `"><bookViews><workbookView/></bookViews>` +
			`<sheets><sheet name="` + name + `" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", workbookRelationsPart},
		{"xl/styles.xml", stylesPart},
	} {
		if err := b.store(part.name, part.text); err != nil {
			return nil, err
		}
	}
	var err error
	if b.sheet, err = b.zip.Create("xl/worksheets/sheet1.xml"); err != nil {
		return nil, err
	}
	if _, err := io.WriteString(b.sheet, sheetHead(header, widths)); err != nil {
		return nil, err
	}
	if header == nil {
		return b, nil
	}
	written, err := b.row(header, headerStyle)
	b.closed = !written
	return b, err
}

// store writes a part as it stands, with its size before it. Written as a stream, with the
// size behind it, it could not be read from the front: SheetJS, which many web pages read
// workbooks with, refuses such a file.
func (b *workbook) store(name, text string) error {
	to, err := b.zip.CreateRaw(&zip.FileHeader{
		Name: name, Method: zip.Store, CRC32: crc32.ChecksumIEEE([]byte(text)),
		CompressedSize64: uint64(len(text)), UncompressedSize64: uint64(len(text)),
	})
	if err != nil {
		return err
	}
	_, err = io.WriteString(to, text)
	return err
}

// sheetHead is the sheet before its first row: all its columns are formatted as text.
func sheetHead(header []string, widths []int) string {
	var s strings.Builder
	s.WriteString(xmlHead + `<worksheet ` + spaceMain + `>`)
	if header != nil {
		s.WriteString(frozenHeader)
	}
	s.WriteString(`<cols>`)
	column := func(first, last, width int) {
		fmt.Fprintf(&s, `<col min="%d" max="%d" width="%d" customWidth="1" style="%d"/>`, first, last, width, textStyle)
	}
	widths = widths[:min(len(widths), sheetColumns)]
	for i, width := range widths {
		column(i+1, i+1, width)
	}
	if len(widths) < sheetColumns {
		column(len(widths)+1, sheetColumns, userWidth)
	}
	s.WriteString(`</cols><sheetData>`)
	return s.String()
}

// row writes a row, unless the limits of a sheet leave no room for it. Error: also one of a
// row before.
func (b *workbook) row(cells []string, style cellStyle) (written bool, err error) {
	if b.closed || b.rows == sheetRows || len(cells) > sheetColumns {
		return false, nil
	}
	b.number = strconv.AppendInt(b.number[:0], int64(b.rows+1), 10)
	text := append(append(append(b.text, `<row r="`...), b.number...), `">`...)
	for i, cell := range cells {
		if !fits(cell) {
			return false, nil
		}
		text = append(appendColumn(append(text, `<c r="`...), i), b.number...)
		text = append(append(append(text, `" s="`...), byte('0'+style)), '"')
		text = appendSheetCell(text, cell)
	}
	b.text = append(text, `</row>`...)
	b.rows++
	if len(b.text) < textBytes {
		return true, nil
	}
	return true, b.flush()
}

// flush writes the rows.
func (b *workbook) flush() error {
	_, err := b.sheet.Write(b.text)
	b.text = b.text[:0]
	return err
}

// appendSheetCell appends what a cell holds, and the rest of its tag. Spaces at the ends of a
// text are lost without a word about them.
func appendSheetCell(line []byte, cell string) []byte {
	if cell == "" { // it is there for its format
		return append(line, `/>`...)
	}
	var traits sheetTraits
	for i := range len(cell) {
		traits |= traitsOf[cell[i]]
	}
	if cell[0] <= ' ' || cell[len(cell)-1] <= ' ' || traits&foreignByte != 0 {
		line = append(line, ` t="inlineStr"><is><t xml:space="preserve">`...)
	} else {
		line = append(line, ` t="inlineStr"><is><t>`...)
	}
	if traits == 0 {
		return append(append(line, cell...), `</t></is></c>`...)
	}
	return append(appendXMLText(line, cell), `</t></is></c>`...)
}

// sheetTraits are what the bytes of a cell ask for.
type sheetTraits uint8

const (
	markupByte  sheetTraits = 1 << iota // it may be written otherwise in XML
	foreignByte                         // it may be, or be part of, a space of any kind
)

var traitsOf = func() (table [256]sheetTraits) {
	for b := range table {
		if b < ' ' || b >= utf8.RuneSelf {
			table[b] = markupByte | foreignByte
		}
	}
	for _, b := range []byte("&<>_") {
		table[b] = markupByte
	}
	return table
}()

// close completes the file.
func (b *workbook) close() error {
	if err := b.flush(); err != nil {
		return err
	}
	if _, err := io.WriteString(b.sheet, sheetTail); err != nil {
		return err
	}
	return b.zip.Close()
}

// fits reports whether the cell is not too long for a sheet.
func fits(cell string) bool {
	if len(cell) <= sheetCell {
		return true
	}
	units := 0
	for _, r := range cell {
		units++
		if r > 0xffff {
			units++
		}
	}
	return units <= sheetCell
}

// appendColumn appends the name of the column with that index: A for 0, AA for 26.
func appendColumn(b []byte, index int) []byte {
	if index >= 26 {
		b = appendColumn(b, index/26-1)
	}
	return append(b, byte('A'+index%26))
}

// appendXMLText appends a text of a cell. What XML cannot hold is written as _xHHHH_, as
// Excel does (ECMA-376, part 1, 22.9.2.19, ST_Xstring), and the _ of a text that looks
// so is written as _x005F_. A carriage return is, too, since a reader of XML turns it
// into a line feed. NUL and what is not UTF-8 become U+FFFD, as where a list is read.
func appendXMLText(b []byte, text string) []byte {
	from := 0
	for i := 0; i < len(text); {
		r, size := rune(text[i]), 1
		switch {
		case r >= '`' && r < utf8.RuneSelf, r >= '?' && r < '_', r >= ' ' && r < '&': // most characters
			i++
			continue
		case r >= utf8.RuneSelf:
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		if escape := xmlEscape(r, size, text[i+size:]); escape != "" {
			b = append(append(b, text[from:i]...), escape...)
			from = i + size
		}
		i += size
	}
	return append(b, text[from:]...)
}

// xmlEscape is what stands for the character r, of that many bytes, before rest; "" for
// the character itself.
func xmlEscape(r rune, size int, rest string) string {
	switch {
	case r == '&':
		return "&amp;"
	case r == '<':
		return "&lt;"
	case r == '>':
		return "&gt;"
	case r == '_':
		if looksEscaped(rest) {
			return "_x005F_"
		}
	case r == 0, r == utf8.RuneError && size == 1:
		return string(utf8.RuneError)
	case r < ' ' && r != '\t' && r != '\n', r == 0xfffe, r == 0xffff:
		return fmt.Sprintf("_x%04X_", r)
	}
	return ""
}

// looksEscaped reports whether text after a _ looks like the rest of _xHHHH_. The last _
// does not count: it may be the first one of an escape.
func looksEscaped(rest string) bool {
	if len(rest) < 5 || rest[0] != 'x' {
		return false
	}
	return strings.Trim(rest[1:5], "0123456789abcdefABCDEF") == ""
}
