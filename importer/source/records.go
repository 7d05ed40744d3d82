package source

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"sent-import/importer/workbook"
)

// records are the rows of a file as they stand in it, the header included.
type records interface {
	// next returns the next record, io.EOF after the last one, or the error of the
	// input.
	next() (record, error)
	// expect sets what each further record must have.
	expect(shape)
	// ahead returns cells of the records after the first one, as far as they are known
	// without reading on. Those of damaged records are left out.
	ahead() [][]string
	// sample returns those of more records, if more are known.
	sample() [][]string
	// notices are what was decided about the file without an option, so far.
	notices() []string
	dialect() Dialect
	// explain adds to an error where it was met, and what may be behind it.
	explain(err error) error
	// close gives back what is held. It is called when no record will be asked for.
	merged(columns []int) (workbook.Merged, error) // cells of the columns that lie under merged ones
	close() error
}

// openRecords finds out what the file is: text, compressed or not, or a workbook.
func openRecords(raw *bufio.Reader, file io.ReaderAt, size int64, o Options) (records, error) {
	if !isZip(raw) {
		plain, compression, err := decompress(raw, nil)
		if err != nil {
			return nil, err
		}
		return openText(plain, compression, o)
	}
	zipped, err := openArchive(file, size)
	if err != nil {
		return nil, err
	}
	inner, err := zipped.workbook(o.TempDir)
	if err != nil {
		return nil, err
	}
	if inner != nil {
		return openSheet(raw, inner, o)
	}
	plain, compression, err := decompress(raw, zipped)
	if err != nil {
		return nil, err
	}
	return openText(plain, compression, o)
}

// textRecords are the records of delimited text.
type textRecords struct {
	text        *text
	scan        *scanner
	delimiter   rune
	compression string
	windowsFrom int // line of the first row with a byte of Windows-1252; 0: none so far
	headerLine  int // a later line that looks more like the header than the first; 0: none
}

// openText decides the encoding and the delimiter.
func openText(plain *bufio.Reader, compression string, o Options) (*textRecords, error) {
	txt, err := newText(plain, o.Encoding)
	if err != nil {
		return nil, err
	}
	t := &textRecords{text: txt, scan: newScanner(txt), compression: compression}
	t.scan.lenient = !o.firstVersion()
	if t.delimiter, err = decideDialect(t.scan, o); err != nil {
		return nil, t.explain(err)
	}
	t.headerLine = laterHeader(t.scan, t.delimiter, o)
	return t, refuseText(t.scan.buf[t.scan.r:t.scan.w])
}

func (t *textRecords) next() (record, error) {
	rec, err := t.scan.next()
	if err == nil && t.windowsFrom == 0 && t.text.switched >= 0 && rec.end > t.text.switched {
		t.windowsFrom = rec.line
	}
	return rec, err
}

func (t *textRecords) expect(want shape) { t.scan.expect(want) }

// maxAhead is how many records are looked at to see what a column holds.
const maxAhead = 20

// maxSample is how many records are looked at for words that say what a column is about.
const maxSample = 1000

func (t *textRecords) ahead() [][]string { return t.behind(maxAhead) }

func (t *textRecords) sample() [][]string { return t.behind(maxSample) }

// behind returns up to n records.
func (t *textRecords) behind(n int) [][]string {
	var rows [][]string
	part := t.scan.sample(t.delimiter)
	for range n {
		rec, err := part.read()
		if err != nil {
			break
		}
		if rec.malformed == "" {
			rows = append(rows, rec.cells)
		}
	}
	t.scan.work, t.scan.made = t.scan.work+part.work, t.scan.made+part.made
	return rows
}

func (t *textRecords) close() error { return nil }

// merged returns none: a text has no merged cells.
func (t *textRecords) merged([]int) (workbook.Merged, error) { return nil, nil }

func (t *textRecords) dialect() Dialect {
	return Dialect{Delimiter: t.delimiter, Encoding: t.text.encoding(), Compression: t.compression, Mark: t.text.marked, Escapes: t.scan.escapes}
}

func (t *textRecords) notices() []string {
	var said []string
	if t.scan.escapes {
		said = append(said, `quotes within cells are written \" in this file, and read as quotes`)
	}
	if t.windowsFrom > 0 {
		said = append(said, fmt.Sprintf("the file is not valid UTF-8 (first in the row at line %d): read as Windows-1252; if letters come out wrong, name the encoding with "+flagEncoding, t.windowsFrom))
	}
	return append(said, t.text.notices()...)
}

// explain adds the line. An error about the phone column becomes one about the lines
// above the header, if there may be some. To another error about columns it adds that the encoding may be
// wrong: a file of any other code page can be read as Windows-1252, with wrong letters.
func (t *textRecords) explain(err error) error {
	var bad *EncodingError
	var wrong *UsageError
	switch {
	case errors.As(err, &bad):
		return &EncodingError{Line: t.scan.line, Problem: bad.Problem}
	case errors.As(err, &wrong) && wrong.noPhone && t.headerLine > 0:
		return usage("the first line has no phone column, but line %d looks like the header: use "+flagSkipLines+" %d", t.headerLine, t.headerLine-1)
	case errors.As(err, &wrong) && t.windowsFrom > 0:
		return usage("%s. The file is not valid UTF-8 and was read as Windows-1252: if the headers look wrong, name its encoding first, for example with "+flagEncoding+" windows-1251",
			wrong.Message)
	case errors.As(err, &wrong), errors.Is(err, ErrEmpty), errors.Is(err, ErrNotTable):
		return err
	}
	return fmt.Errorf("read input near line %d: %w", t.scan.line, err)
}
