// Package workbook reads the rows of Excel workbooks (.xlsx, ECMA-376) as a person
// sees them in Excel, except that no digit of a number is lost.
//
// # What it promises
//
// A sheet is read as a stream, in the order of its rows, in bounded memory (about 20
// MiB, whatever the size of the workbook): texts that cells share are kept in a
// temporary file where they are many. Whatever cannot be read to its end, bit for bit
// as its checksum says, is an error that wraps [ErrDamaged] (of [Rows.Next] or, for what
// sheets share, of [Book.Finish]), and never a sheet with fewer rows.
//
// # Cells
//
//   - Text is as it stands, without its formatting and the reading aids above Japanese
//     words. Line breaks stay.
//   - A whole number has all its digits, whatever the format of its cell shows of them:
//     447900900123, where the cell shows 4.479E+11 or 447,900,900,123. 15 digits is all
//     that Excel keeps of a number. Its format counts where it adds what belongs to a
//     number: zeros (00000000000), a plus, brackets, spaces, a calling code; that is,
//     where what is seen are digits, spaces and +-()./ alone, and ends with all the
//     digits of the number.
//   - Dates and times are written 2024-01-31, 13:45:00 or 2024-01-31 13:45:00.
//   - A formula counts by the value that was stored with it. One without such a value
//     is a blank cell, and is named ([Row.Unsaved]) and counted ([Rows.Unsaved]).
//   - Of merged cells the first alone has the value; the others are blank, and
//     [Book.Merged] names them.
//   - TRUE and FALSE, and errors such as #N/A, are these words.
//
// # Limits
//
// They bound what a hostile or broken file costs, and are beyond what Excel can make:
// all parts together unpack to at most 200 times the size of the file (or 256 MiB, if
// that is more); a tag or a text has at most 1 MiB; elements are nested 64 deep; a sheet
// has 1,048,576 rows of 16,384 columns, in order; 1,000 sheets. A sheet may give 32
// times its own size of cells (or 64 MiB), so that neither a text that is repeated nor a
// cell far to the right makes a mountain of a molehill. No entity is defined and no
// document type allowed, so nothing can be multiplied there.
package workbook

import (
	"archive/zip"
	"encoding/xml"
	"io"
	"strings"
)

// Options say where things are put. The zero value is useful.
type Options struct {
	// TempDir is the directory for the texts of large workbooks; it is made if it is
	// not there. A file in it has no name for longer than it takes to remove it, so
	// that nothing stays when the process is killed. "": the system's directory for
	// temporary files.
	TempDir string
}

// Sheet is one of the tabs of a workbook.
type Sheet struct {
	Name   string
	Hidden bool
	Chart  bool // a sheet that holds no cells: a chart or a dialog
	part   string
}

// Book is an open workbook. It is not safe for concurrent use, and must be closed.
type Book struct {
	parts    parts
	sheets   []Sheet
	date1904 bool
	styles   *styles
	texts    *texts
}

// Is reports whether an archive is an Excel workbook, and not a binary one (.xlsb).
func Is(archive *zip.Reader) bool {
	is := false
	for _, f := range archive.File {
		name := partName(f.Name)
		if name == "xl/workbook.bin" {
			return false
		}
		is = is || strings.HasPrefix(name, "xl/") && strings.HasSuffix(name, ".xml")
	}
	return is
}

// Open reads what an archive of size bytes says of its sheets and formats. Errors:
// [ErrDamaged], wrapped, or the error of reading.
func Open(archive *zip.Reader, size int64, o Options) (*Book, error) {
	all, err := newParts(archive, size)
	if err != nil {
		return nil, err
	}
	b := &Book{parts: all}
	main := b.parts.mainPart()
	links, err := b.parts.links(main)
	if err != nil {
		return nil, err
	}
	if err := b.readSheets(main, links); err != nil {
		return nil, err
	}
	if b.styles, err = b.readStyles(links.first("styles")); err != nil {
		return nil, err
	}
	b.texts = newTexts(b.parts, links.first("sharedStrings"), o.TempDir)
	return b, nil
}

// Sheets returns the sheets in the order of their tabs.
func (b *Book) Sheets() []Sheet { return b.sheets }

// Finish reads what is left of the texts that cells share, if any was asked for, so that
// their checksum is compared. No rows can be read after it.
func (b *Book) Finish() error { return b.texts.finish() }

// Close gives back what the Book holds. Rows can't be read after it.
func (b *Book) Close() error { return b.texts.close() }

// maxSheets is how many sheets a workbook may have. Excel sets no limit; people have
// dozens.
const maxSheets = 1000

// readSheets reads the workbook's own part, which names the sheets.
func (b *Book) readSheets(main string, links links) error {
	t, err := b.parts.open(main)
	if err != nil {
		return err
	}
	defer t.close()
	for {
		start, err := t.start()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch start.Name.Local {
		case "workbookPr":
			b.date1904 = isTrue(attr(start, "date1904"))
		case "sheet":
			if len(b.sheets) == maxSheets {
				return damaged("it has more than %d sheets", maxSheets)
			}
			b.sheets = append(b.sheets, sheetOf(start, links))
		}
	}
}

func sheetOf(start xml.StartElement, links links) Sheet {
	link, linked := links[attr(start, "id")]
	return Sheet{
		Name:   attr(start, "name"),
		Hidden: strings.EqualFold(attr(start, "state"), "hidden") || strings.EqualFold(attr(start, "state"), "veryHidden"),
		Chart:  linked && link.kind != "worksheet",
		part:   link.target,
	}
}

// Rows begins to read a sheet, by its index in Sheets.
func (b *Book) Rows(sheet int) (*Rows, error) {
	s := b.sheets[sheet]
	if s.Chart {
		return nil, ErrNoCells
	}
	t, err := b.parts.open(s.part)
	if err != nil {
		return nil, err
	}
	r := &Rows{book: b, tokens: t}
	if err := r.begin(); err != nil {
		return nil, err
	}
	return r, nil
}
