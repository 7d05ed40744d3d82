// Package source turns the bytes of a contact file, as people really have
// them, into rows with a phone cell.
//
//	bytes → decompress → decode → records → columns → Row
//	bytes → workbook, sheet  →      records → columns → Row
//
// The package does not interpret phone numbers: it returns phone cells unchanged.
//
// # What it promises
//
// The same bytes give the same rows, whatever the sizes of the reads. Nothing is
// guessed silently: [Reader.Notices] says what was decided without an option.
// Memory is bounded by the limits below (a few MiB) and by the window of the
// decompressor (32 MiB for zstd), never by the file. Errors and notices contain
// no content of cells, except for three masked numbers (+1415•••2671) that show
// which phone column was recognised. They name headers, unless a header could be
// somebody's number, address or story: see [Shown]. The input is read to its end
// before [Reader.Rows] ends without an error, so that the caller can compute its
// hash on the way.
//
// # Compression
//
// gzip, zstd, bzip2 and zip are recognised by content, never by name. A zip must
// hold one file (folders and the __MACOSX twins apart), which may be compressed
// itself; a zip within another archive is refused. Binary and OpenDocument workbooks
// (.xls, .xlsb, .ods, .numbers), PDF, HTML, JSON and vCard are refused with advice.
//
// # Workbooks
//
// A zip that is an Excel workbook (.xlsx), or holds just one, is read as package
// workbook says. Without [Options.Sheet] the only visible sheet with a phone column is
// the list, or the only one that holds anything; several are a [UsageError] that lists
// them. A sheet is named, or numbered among the tabs that are visible, since those are
// what people can count; a name comes before a number. Hidden sheets count only where
// they are named, hidden rows always; both is said.
//
// Row.Line is the row's number in the sheet, and Options.SkipLines counts such rows.
// Blank rows are no rows. All rows have as many cells as the header, or as the sheet
// says that it uses columns: what is missing is blank, and what stands beyond it makes
// the row malformed, as in the CSV that a spreadsheet would write of it.
//
// # Encoding
//
// A byte order mark decides (UTF-8, UTF-16LE, UTF-16BE), even over
// [Options.Encoding]; then Options.Encoding; then text in which every other
// byte is zero is UTF-16. All else is UTF-8 as long as it is valid. At the
// first byte that is not:
//
//   - if everything before was ASCII, the rest is read as Windows-1252, and a
//     notice says so. The rows before stay right, since ASCII is part of both.
//     If at the end more of its non-ASCII bytes form valid UTF-8 than not, the
//     file mixes the two encodings and the rows end with an [EncodingError];
//   - if non-ASCII UTF-8 came before, or the byte is not in Windows-1252, the
//     rows end with an [EncodingError] that names the line and the flag.
//
// Where Options.Encoding is given, bytes that are not valid in it become
// U+FFFD and a notice counts them. NUL becomes U+FFFD, too: without it the
// digits before and after would form a number that nobody wrote. UTF-16 that
// ends within a character is an EncodingError.
//
// # Records
//
// Well-formed text is read as encoding/csv reads it, but for a CRLF within quotes, which
// stays one in Record. Beyond that:
//
//   - the delimiter is the one of , ; tab | with which the first records have
//     the same number of cells as the header, not the most frequent one. A first
//     line "sep=;" has precedence, and Options.Delimiter over both;
//   - CR, LF and CRLF end a line, in any mixture. Lines that are empty or hold
//     only spaces and tabs are no rows; a line of delimiters is a row of empty
//     cells. [Options.SkipLines] are skipped before, whatever they hold;
//   - a quote within an unquoted cell is a character. Spaces and byte order marks
//     before a quoted cell are dropped, and spaces behind it. Text after the
//     closing quote of a cell is part of the cell if the cell is on one line;
//   - \" within quotes is a quote if the beginning of the text is whole when it is
//     read so and damaged when it is not ([Dialect.Escapes], and a notice);
//   - a Ctrl-Z at the end of the text is none of it;
//   - a row may be longer than the header by blank cells, and shorter if it has
//     one of the phone columns: programs leave out blank cells at the end. The
//     width is that of the first record where there is no header;
//   - two short rows that together have the cells of one, or one more, are
//     malformed, both, as a line break without quotes may have cut one row in two,
//     and the number in the second may be of another column. They are rows all the
//     same if the second has a number in the phone column and the column from which
//     it would have been moved there holds no numbers, or if it has no number and as
//     many cells as the first;
//   - a row is malformed ([Row.Malformed]) if it has more or fewer cells than that
//     (strictly, since a shifted cell may hold another person's number), a
//     cell over 64 KiB, more than 1 MiB in all, or a quote that is not closed.
//     Reading continues at the second physical line of such a row, so that no
//     row after it is lost. The time stays linear in the size of the text,
//     whatever the number of columns: after too many quotes that are not closed,
//     a quote that is open at the end of its line makes its row malformed;
//   - a row is malformed, too, if its last cell says that nobody has repaired it
//     yet ([feedback.Unrepaired]), or if the file has the columns of invalid.csv
//     and there is no line number or no reason of a report in them: then cells
//     have moved, and a number may be another person's;
//   - two quotes missing in different rows can turn many rows into one good row.
//     A notice says where a cell of several lines looks like that.
//
// # Columns
//
// Headers are compared whole, never in part, without regard to case, accents,
// spaces and punctuation. A mobile column has precedence over a general one, and
// that over a landline; only the best one is used, or the best numbered series
// ("Phone 1", "Phone 2"), whose next column counts where one is empty. Two of the
// same rank are a [UsageError]. Rows that have no number there but something in a
// column that is not used are counted (see [Row.Elsewhere]), and a notice names the
// flag that takes the columns in turn. A column beside it that says what a number is
// ("Phone 1 - Label", "Phone Type") decides in each row: a fax or a pager is no
// phone, and a mobile comes before others, unless an option gives the order. A notice
// says in how many rows that made a difference.
//
// Two region columns of the same rank mean that none is used, and a
// notice says so: a number without a region is refused later, while one with the
// wrong region would reach the wrong person.
//
// Columns that say who opted out, or who agreed, are recognised, all of them, and a
// notice names them; those about e-mail are not. Their headers are compared by words:
// what is left of "Customer opted out of SMS (Y/N)" without words that say nothing is
// "opted out". A word that may mean something else ("STOP") counts with one about
// messages, or if the first cells of the column say it in words ("unsubscribed"). A
// column that is not used, and may be one by its header or by its first cells, is named
// by a notice. One that an option names says who agreed if its header has a word of
// consent, else who opted out. What [Row.OptOut] makes of the cells: opted out in one column is opted out; what is not understood is unclear, and
// so is a blank below a header about consent. Words such as "unsubscribed" mean what
// they say below either kind.
//
// If no phone column is found, the error names a later line that looks like the header,
// what was done to the file (another encoding, another separator), or a column whose
// cells look like numbers. It suggests no column that does not.
//
// The columns that reports add (sent_import_line, sent_import_reason, sent_import_hint;
// sent_import_contact_id, sent_import_phone, sent_import_status) are never recognised.
// Those of contacts.csv may be blank or changed, since a CRM keeps them for years. The ' that report files put before
// what a spreadsheet would run (see package feedback) is removed from Phone and
// Region again; Record keeps the cells unchanged.
//
// # Versions
//
// A job's report is written from its file again. So a file that was planned by the
// rules of an earlier version can be read by them ([Options.Version]): rows, cells and
// columns are as they were then.
package source

import (
	"errors"
	"fmt"
	"io"
)

// Open reads the beginning of a file, up to 128 KiB of text, and decides the
// dialect and the columns. stream gives the file's bytes in order and is read
// once, to its end; file gives the same bytes at any place, size of them, and is
// read only where the file is a zip.
//
// Errors: [ErrEmpty] if the file is empty (no byte, or only a byte order mark and
// blank lines), [ErrNotTable] (wrapped) for workbooks and other formats,
// [*UsageError] for options that do not fit the file, [*EncodingError] for text
// that cannot be decoded, else the error of reading, wrapped.
func Open(stream io.Reader, file io.ReaderAt, size int64, o Options) (*Reader, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	raw := buffered(stream)
	from, err := openRecords(raw, file, size, o)
	if err != nil {
		return nil, err
	}
	rd := &Reader{raw: raw, records: from, options: o}
	if err := rd.begin(); err != nil {
		return nil, errors.Join(from.explain(err), from.close())
	}
	return rd, nil
}

// begin reads the header and chooses the columns.
func (r *Reader) begin() error {
	first, err := r.records.next()
	if errors.Is(err, io.EOF) {
		return ErrEmpty
	}
	if err != nil {
		return err
	}
	if first.malformed != "" {
		return fmt.Errorf("line %d, which says how many columns there are, cannot be read: %s; correct that line", first.line, first.malformed)
	}
	if n := len(first.cells); n > maxColumns {
		return fmt.Errorf("%w: the first row has %d columns, more than %d; give the file as CSV with one contact a line", ErrNotTable, n, maxColumns)
	}
	if r.options.NoHeader {
		r.pending = &first
	} else {
		r.header = first.cells
	}
	at := newSheet(first.cells, r.records.ahead(), r.options, &r.notices)
	at.sample = r.records.sample
	chosen, err := at.choose(r.options)
	if err != nil {
		return err
	}
	r.use(at, chosen)
	r.records.expect(shape{width: len(first.cells), first: r.options.firstRecord(), phone: chosen.columns.PhoneIndex, numbers: at.numbers()})
	return nil
}
