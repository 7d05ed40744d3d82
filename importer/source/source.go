// Package source turns the bytes of a contact file, as people really have
// them, into rows with a phone cell.
//
//	bytes → decompress → decode → records → columns → Row
//
// It decides nothing about numbers: a phone cell is handed on as it was found.
//
// # What it promises
//
// The same bytes give the same rows, however they arrive. Nothing is guessed
// silently: what was decided without being told stands in [Reader.Notices].
// Memory is bounded by the limits below (a few MiB) and by the window of the
// decompressor (32 MiB for zstd), never by the file. No error and no notice
// holds the content of a cell, but for three masked numbers (+1415•••2671) that show
// which phone column was recognised; headers may be named. The input is read to its
// end before the sequence of [Reader.Rows] ends without an error, so that a
// hash of the input can be taken on the way. A header that could be somebody's
// number, address or story is not named either: see [Shown].
//
// # Compression
//
// gzip, zstd, bzip2 and zip are recognised by content, never by name. A zip must
// hold one file (folders and the __MACOSX twins apart), which may be compressed
// itself; a zip within another archive is refused. Workbooks (.xlsx, .xls, .ods,
// .numbers), PDF, HTML, JSON and vCard are refused with advice.
//
// # Encoding
//
// A byte order mark decides (UTF-8, UTF-16LE, UTF-16BE), even over
// [Options.Encoding]; then Options.Encoding; then text in which every other
// byte is zero is UTF-16. All else is UTF-8 as long as it is valid. At the
// first byte that is not:
//
//   - everything before was ASCII: the rest is read as Windows-1252, which is
//     exact as ASCII is part of both, and a notice says so. If in the end more
//     of its non-ASCII places are valid UTF-8 than not, the file mixes the two
//     and the rows end with an [EncodingError];
//   - non-ASCII UTF-8 came before, or a byte that Windows-1252 does not have:
//     an [EncodingError] that names the line and the flag.
//
// Where Options.Encoding is given, bytes that are not valid in it become
// U+FFFD and a notice counts them. NUL becomes U+FFFD, too: dropping it would
// join the digits on its two sides to a number that nobody wrote. UTF-16 that
// ends within a character is an EncodingError.
//
// # Records
//
// Well-formed text is read as encoding/csv reads it. Beyond that:
//
//   - the delimiter is the one of , ; tab | with which the first records have
//     the same number of cells as the header, not the one seen most often. A
//     first line "sep=;" decides; Options.Delimiter decides over both;
//   - CR, LF and CRLF end a line, in any mixture. An empty line is no row, nor
//     is one of nothing but spaces and tabs; a line of delimiters is a row of
//     empty cells;
//   - a quote within an unquoted cell is a character. Spaces around a quoted
//     cell are dropped. After the closing quote of a cell any text is taken as
//     part of the cell if the cell is closed on the same line;
//   - a row is malformed ([Row.Malformed]) when it has more or fewer cells
//     than the header (strictly: a shifted cell may hold the wrong person's
//     number), a cell over 64 KiB, over 1 MiB in all, or a quote that is not
//     closed. Reading goes on at the next physical line after the first line
//     of such a row, so it swallows no row that follows. All of it takes time
//     in proportion to the text, whatever the number of columns: where quote
//     upon quote is opened in vain, a quote that is not closed on its line is
//     taken for one that is never closed;
//   - a row is malformed, too, whose last cell says that nobody has repaired it
//     yet ([feedback.Unrepaired]);
//   - two quotes missing in different rows can make one good row of many. Where
//     a cell of several lines looks like that, a notice says so.
//
// # Columns
//
// Headers are compared whole, after folding case, accents, spaces and
// punctuation; never by a part of them. A mobile column goes before a general
// one, that before a landline; the best one is used alone. Two of the same
// rank are a [UsageError]. For the country two of the same rank mean none, and
// a notice: a number without region is refused later, one with the wrong
// region would reach the wrong person.
//
// The report's own columns (sent_import_line, sent_import_reason,
// sent_import_hint) are never recognised. The ' that report files put before
// what a spreadsheet would run (see package feedback) is taken off Phone and
// Region again; Record keeps it, as found.
package source

import (
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// Options say what is known about a file. The zero value finds out everything.
type Options struct {
	// PhoneColumns are the columns with the phone number, by header (case,
	// accents, spaces and punctuation do not matter) or by number from 1; the
	// first cell of a row that is not empty is its phone cell. Empty: the
	// column is recognised by its header.
	PhoneColumns []string
	// RegionColumn is the column with the country of the number, by header or
	// number. "" recognises it, "none" has none.
	RegionColumn string
	// NoHeader says that the first record is data. Columns are then named by
	// number, and the phone column must be, unless there is just one column.
	NoHeader bool
	// Delimiter parts the cells: any character but quote, CR, LF, NUL and
	// U+FFFD. 0 decides between comma, semicolon, tab and vertical bar.
	Delimiter rune
	// Encoding is a name of the WHATWG Encoding Standard, such as "utf-8",
	// "windows-1251" or "shift_jis". "" finds out.
	Encoding string
}

// validate reports what is wrong with o before anything is read.
func (o Options) validate() error {
	switch o.Delimiter {
	case 0:
		return nil
	case '"', '\r', '\n', utf8.RuneError:
		return usage("the delimiter %q cannot part cells: use one character such as "+flagDelimiter+" ';'", o.Delimiter)
	}
	if !utf8.ValidRune(o.Delimiter) {
		return usage("the delimiter is not a character: use one such as " + flagDelimiter + " ';'")
	}
	return nil
}

// firstRecord is how texts call the first record of the file.
func (o Options) firstRecord() string {
	if o.NoHeader {
		return "the first row"
	}
	return "the header"
}

// Dialect is how a file is written.
type Dialect struct {
	Delimiter   rune   // parts the cells
	Encoding    string // "UTF-8", "UTF-16LE", "UTF-16BE", "Windows-1252" or the name given
	Compression string // "", "gzip", "zstd", "bzip2" or "zip"; two layers as "zip+gzip"
}

// Open reads the beginning of a file, up to 128 KiB of text, and decides the
// dialect and the columns. stream gives the file's bytes in order and is read
// once, to its end; file gives the same bytes at any place, size of them, and is
// read only where the file is a zip.
//
// Errors: [ErrEmpty] when there is nothing at all (no byte, or only a byte
// order mark and blank lines), [ErrNotTable] (wrapped) for workbooks and other
// formats, [*UsageError] for options that do not fit the file,
// [*EncodingError] for text that cannot be decoded, else what reading returned,
// wrapped.
func Open(stream io.Reader, file io.ReaderAt, size int64, o Options) (*Reader, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	raw := buffered(stream)
	plain, compression, err := decompress(raw, file, size)
	if err != nil {
		return nil, err
	}
	txt, err := newText(plain, o.Encoding)
	if err != nil {
		return nil, err
	}
	rd := &Reader{raw: raw, text: txt, compression: compression, options: o, scan: newScanner(txt)}
	if err := rd.begin(); err != nil {
		return nil, rd.explain(err)
	}
	return rd, nil
}

// begin decides the dialect, reads the header and chooses the columns.
func (r *Reader) begin() error {
	delimiter, err := decideDialect(r.scan, r.options)
	if err != nil {
		return err
	}
	if err := refuseText(r.scan.buf[r.scan.r:r.scan.w]); err != nil {
		return err
	}
	r.delimiter = delimiter
	first, err := r.scan.next()
	if errors.Is(err, io.EOF) {
		return ErrEmpty
	}
	if err != nil {
		return err
	}
	r.mark(first.line)
	if first.malformed != "" {
		return fmt.Errorf("line %d, which says how many columns there are, cannot be read: %s; correct that line", first.line, first.malformed)
	}
	if n := len(first.cells); n > maxColumns {
		return fmt.Errorf("%w: the first row has %d columns, more than %d; give the file as CSV with one contact a line", ErrNotTable, n, maxColumns)
	}
	r.scan.expect(len(first.cells), r.options.firstRecord())
	if r.options.NoHeader {
		r.pending = &first
	} else {
		r.header = first.cells
	}
	r.columns, err = chooseColumns(first.cells, r.options, &r.notices)
	return r.suspectEncoding(err)
}

// suspectEncoding adds to an error about columns that their headers may be
// garbled: a file of another code page reads as Windows-1252 as well.
func (r *Reader) suspectEncoding(err error) error {
	var wrong *UsageError
	if !errors.As(err, &wrong) || !r.marked {
		return err
	}
	return usage("%s. The file is not valid UTF-8 and was read as Windows-1252: if the headers look wrong, name its encoding first, for example with "+flagEncoding+" windows-1251",
		wrong.Message)
}
