package report

import (
	"cmp"
	"slices"
	"strings"
)

// reasonWidths are the widths of [feedback.Columns] in a workbook, in characters.
func reasonWidths() []int { return []int{16, 28, 100} }

// contactWidths are those of [feedback.ContactColumns].
func contactWidths() []int { return []int{38, 20, 20} }

// back is a table that goes back to the user, twice: as CSV, and as a workbook.
type back struct {
	csv  *table
	file *staged // of the workbook
	book *workbook
	left int // rows that are in the CSV file only, since a sheet has no room for them
}

func openBack(st *stage, csv, book string, in Input) (*back, error) {
	text, err := st.create(csv)
	if err != nil {
		return nil, err
	}
	text.mark = backMark(in)
	file, err := st.create(book)
	if err != nil {
		return nil, err
	}
	return &back{csv: &table{file: text, comma: cmp.Or(in.Comma, ','), append: appendGuarded}, file: file}, nil
}

// begin writes the header, if the user's file has one: the user's columns, and ours, whose
// widths in the workbook are given.
func (b *back) begin(user *userColumns, ours []string, ourWidths []int) (err error) {
	var header []string
	if user.header != nil {
		header = slices.Concat(user.header, ours)
	}
	widths := append(slices.Repeat([]int{userWidth}, user.width), ourWidths...)
	name, _, _ := strings.Cut(b.file.name, ".")
	if b.book, err = newWorkbook(b.file.buf, name, header, widths); err != nil || header == nil {
		return err
	}
	return b.csv.header(header)
}

// bookRow writes a row of the workbook, if there is room for it.
func (b *back) bookRow(cells []string) error {
	written, err := b.book.row(cells, textStyle)
	if written {
		b.file.rows++
	} else {
		b.left++
	}
	return err
}

func (b *back) finish() error {
	if err := b.book.close(); err != nil {
		return err
	}
	if err := b.file.flush(); err != nil {
		return err
	}
	return b.csv.file.flush()
}
