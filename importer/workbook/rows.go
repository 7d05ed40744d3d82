package workbook

import (
	"encoding/xml"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Excel's limits, which no sheet is beyond.
const (
	maxRows    = 1 << 20
	maxColumns = 1 << 14
)

// Limits of a row that is read; see Row.Problem.
const (
	maxCell = 64 << 10 // bytes
	maxRow  = 1 << 20  // bytes
)

// What a sheet may give: freely, and for each byte of the sheet. A blank cell between
// two others counts a byte.
const (
	freely  = 64 << 20
	forEach = 32
)

// Row is a row of a sheet that holds something.
type Row struct {
	Number int      // as the sheet shows it, from 1
	Cells  []string // up to the last that is not blank
	Hidden bool     // by a filter or by hand
	// Unsaved are the columns, from 0 and in order, whose cell is a formula without a
	// stored value, or is filled by one: blank in Cells, or beyond them, though nobody knows whether it is.
	Unsaved []int
	// Problem says in plain words, without cell content, why Cells are not whole: one
	// is longer than 64 KiB, or all of them than 1 MiB. "" if they are.
	Problem string
}

// Rows reads the rows of a sheet.
type Rows struct {
	book    *Book
	tokens  *tokens
	columns int
	ended   bool
	number  int // of the row that was read last
	unsaved int64
	areas   []area // of array formulas without a stored value
	given   int64  // bytes of cells
	buf     []byte
}

// Columns returns how many columns the sheet says that it uses: 0 if it does not say,
// or nonsense.
func (r *Rows) Columns() int { return r.columns }

// Unsaved returns how many formulas without a stored value have been read so far.
func (r *Rows) Unsaved() int64 { return r.unsaved }

// Progress returns how much of the sheet has been read, from 0 to 1.
func (r *Rows) Progress() float64 {
	return min(1, float64(r.tokens.in.read)/float64(max(1, r.tokens.size)))
}

// Close gives back what the Rows hold.
func (r *Rows) Close() { r.tokens.close() }

// begin reads up to the first row.
func (r *Rows) begin() error {
	for {
		start, err := r.tokens.start()
		if err == io.EOF {
			r.ended = true
			return nil
		}
		if err != nil {
			return err
		}
		switch start.Name.Local {
		case "dimension":
			_, last, _ := strings.Cut(attr(start, "ref"), ":")
			r.columns, _, _ = column(last)
		case "sheetData":
			return nil
		}
	}
}

// Next returns the next row that holds anything but blank cells; io.EOF after the last,
// when the sheet has been read to its end. Errors: [ErrDamaged], wrapped, or the error
// of reading.
func (r *Rows) Next() (Row, error) {
	for !r.ended {
		token, err := r.tokens.next()
		if err == io.EOF {
			return Row{}, damaged("the sheet ends in the middle")
		}
		if err != nil {
			return Row{}, err
		}
		switch tag := token.(type) {
		case xml.EndElement: // of sheetData
			r.ended = true
		case xml.StartElement:
			row, err := r.element(tag)
			if err != nil || len(row.Cells) > 0 {
				return row, err
			}
		}
	}
	if err := r.tokens.finish(); err != nil {
		return Row{}, err
	}
	return Row{}, io.EOF
}

func (r *Rows) element(tag xml.StartElement) (Row, error) {
	if tag.Name.Local != "row" {
		return Row{}, r.tokens.skip()
	}
	number := r.number + 1
	if at := attr(tag, "r"); at != "" {
		var err error
		if number, err = strconv.Atoi(at); err != nil || number <= r.number {
			return Row{}, damaged("after row %d there is no row of a higher number", r.number)
		}
	}
	if number > maxRows {
		return Row{}, damaged("it has a row beyond %d, the last one of a sheet", maxRows)
	}
	r.number = number
	return r.readRow(Row{Number: number, Hidden: isTrue(attr(tag, "hidden"))})
}

// readRow reads the cells of a row whose opening tag was read last.
func (r *Rows) readRow(row Row) (Row, error) {
	last, size := 0, 0 // column of the last cell; bytes
	for outside := r.tokens.depth - 1; r.tokens.depth > outside; {
		token, err := r.tokens.next()
		if err != nil {
			return Row{}, err
		}
		tag, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		if tag.Name.Local != "c" {
			if err := r.tokens.skip(); err != nil {
				return Row{}, err
			}
			continue
		}
		if last, err = r.place(attr(tag, "r"), last); err != nil {
			return Row{}, err
		}
		text, unsaved, err := r.cell(tag)
		if err != nil {
			return Row{}, fmt.Errorf("row %d, column %d: %w", r.number, last, err)
		}
		if err := r.spend(len(text)); err != nil {
			return Row{}, err
		}
		if unsaved {
			row.Unsaved = append(row.Unsaved, last-1)
			r.unsaved++
		}
		if room := maxRow - size; len(text) > min(maxCell, room) {
			row.Problem, text = tooLong(text), strings.ToValidUTF8(text[:min(len(text), room)], "")
		}
		size += len(text)
		if text != "" {
			row.Cells = put(row.Cells, last, text)
		}
	}
	if err := r.nameAreas(&row); err != nil {
		return Row{}, err
	}
	return row, r.spend(len(row.Cells))
}

func tooLong(text string) string {
	if len(text) > maxCell {
		return fmt.Sprintf("a cell is longer than %d KiB", maxCell>>10)
	}
	return fmt.Sprintf("it is longer than %d MiB", maxRow>>20)
}

// put sets the cell of a column, counted from 1.
func put(cells []string, column int, text string) []string {
	if blank := column - 1 - len(cells); blank > 0 {
		cells = append(cells, make([]string, blank)...)
	}
	return append(cells, text)
}

// spend counts bytes that the sheet gives.
func (r *Rows) spend(n int) error {
	r.given += int64(n)
	if r.given > freely+forEach*r.tokens.in.read {
		return damaged("up to row %d it holds far more text or blank columns than its size allows", r.number)
	}
	return nil
}

// Widened counts n blank cells that whoever reads the rows adds to one.
func (r *Rows) Widened(n int) error { return r.spend(n) }

// place returns the column of a cell, which stands after column last, by its reference
// such as "C5"; "" if it has none.
func (r *Rows) place(ref string, last int) (int, error) {
	at := last + 1
	if ref != "" {
		var row int
		var ok bool
		if at, row, ok = column(ref); !ok || row != r.number || at <= last {
			return 0, damaged("row %d has a cell that stands somewhere else", r.number)
		}
	}
	if at > maxColumns {
		return 0, damaged("row %d has a cell beyond column %d, the last one of a sheet", r.number, maxColumns)
	}
	return at, nil
}

// column splits a reference such as "C5" into its column and row, both from 1.
func column(ref string) (column, row int, ok bool) {
	i := 0
	for ; i < len(ref) && i < 4; i++ {
		letter := ref[i] &^ 0x20 // in capitals
		if letter < 'A' || letter > 'Z' {
			break
		}
		column = column*26 + int(letter-'A') + 1
	}
	row, err := strconv.Atoi(ref[i:])
	if err != nil || row < 1 || column < 1 || column > maxColumns {
		return 0, 0, false
	}
	return column, row, true
}
