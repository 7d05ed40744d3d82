package source

import (
	"fmt"
	"io"
	"iter"
	"slices"

	"sent-import/importer/feedback"
	"sent-import/importer/outcome"
)

// Row is one record of the file after the header.
type Row struct {
	// Number is 1 for the first row after the header, and counts every row,
	// malformed ones included.
	Number int
	// Line is the record's first physical line as an editor counts: the first
	// line of the file is 1, and blank lines, a "sep=" line and lines within
	// quotes count.
	Line int
	// Record holds the user's cells unchanged, those of report columns and CRLF within
	// quotes included.
	// It belongs to the receiver, who should not keep it for long: its cells may be parts
	// of a text of many rows, 128 KiB of it. If the row is malformed by its quotes or its
	// size, Record holds the cells of its first physical line, cut off at the
	// limits.
	Record []string
	// Phone is the phone cell, without the ' of a report file (see package
	// feedback); "" if there is none, and always "" if the row is malformed,
	// since its cells may be in the wrong columns. Its memory is apart from
	// Record's.
	Phone string
	// Region is the cell of the region column, like Phone.
	Region string
	// Column is the index in [Columns].Phone of the column that Phone is from; 0 if all
	// of them are blank.
	Column int
	// Elsewhere is the index in [Columns].Others of the first column that holds
	// something where Phone is blank; -1 if there is none.
	Elsewhere int
	// NoPhone says that Phone is blank since what the phone columns hold is labelled as
	// numbers of a fax or a pager.
	NoPhone bool
	// OptOut is what the opt-out columns say of the row.
	OptOut OptOut
	// Refused is the cell sent_import_reason of a file that has been a report of ours;
	// "" for any other file.
	Refused outcome.Reason
	// RefusedHint is its cell sent_import_hint, likewise.
	RefusedHint string
	// Contact is the cell sent_import_phone of a file that has been contacts.csv: the number
	// of the contact that an earlier import has found for the row.
	Contact string
	// Malformed says in plain words, without cell content, why the row cannot
	// be used; "" when it can.
	Malformed string
}

// Reader reads the rows of one file. It is not safe for concurrent use.
type Reader struct {
	raw      io.Reader // the file as it stands, to be read to its end
	records  records
	options  Options
	header   []string
	sheet    sheet
	phones   phoneChooser
	wishes   wishes
	notices  []string
	pending  *record // with NoHeader: the first record, which is a row
	started  bool
	closed   bool
	suspects suspectRows
	samples  samples
}

// Header returns the header's cells, without byte order mark; nil with NoHeader.
func (r *Reader) Header() []string { return slices.Clone(r.header) }

// Columns returns the columns in use.
func (r *Reader) Columns() Columns { return r.phones.in.columns.clone() }

// Dialect returns how the file is written. Its Encoding may change from UTF-8 to
// Windows-1252 while rows are read.
func (r *Reader) Dialect() Dialect {
	return r.records.dialect()
}

// Notices tells the user what was decided without an option, and what was
// replaced in the text. They are complete when Rows has ended.
func (r *Reader) Notices() []string {
	said := slices.Clone(r.notices)
	if at := slices.IndexFunc(said, isPhoneNotice); at >= 0 {
		said[at] = r.samples.describe(said[at])
	}
	return slices.Concat(said, r.phones.notices(r.sheet), r.records.notices(), r.suspects.notices(), r.wishes.notices())
}

// Close gives back what the Reader holds, such as the file that a large workbook is
// unpacked to. Rows does so, too, when it ends; no rows can be read after it.
func (r *Reader) Close() error {
	if r.closed {
		return nil
	}
	r.closed = true
	return r.records.close()
}

// Rows yields the rows in file order. It can be used once; a second use panics.
// A bad row is a row with Malformed set. An error comes with a zero Row and ends
// the sequence: [*EncodingError], or the error of the input, wrapped. Without an
// error the input has been read to its end.
func (r *Reader) Rows() iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		if r.started {
			panic("source: Rows used twice")
		}
		r.started = true
		defer r.Close() //nolint:errcheck // its files were only read
		if err := r.findMerged(); err != nil {
			yield(Row{}, r.records.explain(err))
			return
		}
		for n := 1; ; n++ {
			rec, err := r.nextRecord()
			if err == io.EOF {
				err = r.drain()
				if err == nil {
					return
				}
			}
			if err != nil {
				yield(Row{}, r.records.explain(err))
				return
			}
			if !yield(r.row(n, rec), nil) {
				return
			}
		}
	}
}

// findMerged looks for merged cells in the opt-out columns.
func (r *Reader) findMerged() (err error) {
	if len(r.phones.in.columns.OptOutIndex) > 0 && r.options.OptOuts != IgnoreOptOuts {
		r.wishes.merged, err = r.records.merged(r.phones.in.columns.OptOutIndex)
	}
	return err
}

func (r *Reader) nextRecord() (record, error) {
	if r.pending != nil {
		rec := *r.pending
		r.pending = nil
		return rec, nil
	}
	return r.records.next()
}

// use sets the columns that are read.
func (r *Reader) use(header sheet, c choice) {
	r.sheet = header
	r.phones = phoneChooser{in: c, version1: header.version1, optOuts: r.options.OptOuts, kinds: make(map[string]labelKind), rowsIn: make([]int, len(c.others))}
	r.wishes = wishes{columns: c.optOut, known: make(map[string]wish)}
}

func (r *Reader) row(number int, rec record) Row {
	row := Row{Number: number, Line: rec.line, Record: rec.cells, Elsewhere: -1, Malformed: rec.malformed}
	if row.Malformed == "" {
		row.Malformed = r.untrusted(rec.cells)
	}
	if row.Malformed != "" {
		return row
	}
	if i := r.phones.in.columns.RegionIndex; i >= 0 {
		row.Region = at(rec.cells, i)
	}
	if r.phones.in.columns.Ours {
		row.Refused, row.RefusedHint = r.phones.in.ours.refused(rec.cells)
		row.Contact = r.phones.in.ours.contact(rec.cells)
	}
	row.OptOut = r.wishes.of(rec)
	if row.OptOut == OptedIn && row.Refused == outcome.OptOutUnclear && r.wishes.unanswered(rec.cells) {
		row.OptOut = OptOutUnclear
	}
	r.phones.choose(&row)
	r.samples.look(row.Phone)
	if rec.spans {
		r.suspects.look(rec, string(r.records.dialect().Delimiter))
	}
	return row
}

// untrusted says why the cells of a row may be others than they seem to be.
func (r *Reader) untrusted(cells []string) string {
	_, marked := feedback.CutUnrepaired(cells)
	if marked && (!r.phones.version1 || cells[len(cells)-1] == feedback.Unrepaired) {
		return fmt.Sprintf("its last cell says %q: look at the row, repair it, and delete that cell", feedback.Unrepaired)
	}
	if r.phones.in.columns.Ours {
		return r.phones.in.ours.moved(cells)
	}
	return ""
}

// drain reads the rest of the file after the last row: the directory of a zip,
// or padding.
func (r *Reader) drain() error {
	_, err := io.Copy(io.Discard, r.raw)
	return err
}
