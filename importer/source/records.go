package source

import (
	"bufio"
	"errors"
	"fmt"
)

// records are the rows of a file as they stand in it, the header included.
type records interface {
	// next returns the next record, io.EOF after the last one, or the error of the
	// input.
	next() (record, error)
	// expect sets how many cells each further record must have, and how texts call the
	// record that has decided it.
	expect(width int, first string)
	// notices are what was decided about the file without an option, so far.
	notices() []string
	dialect() Dialect
	// explain adds to an error where it was met, and what may be behind it.
	explain(err error) error
}

// textRecords are the records of delimited text.
type textRecords struct {
	text        *text
	scan        *scanner
	delimiter   rune
	compression string
	windowsFrom int // line of the first row with a byte of Windows-1252; 0: none so far
}

// openText decides the encoding and the delimiter.
func openText(plain *bufio.Reader, compression string, o Options) (*textRecords, error) {
	txt, err := newText(plain, o.Encoding)
	if err != nil {
		return nil, err
	}
	t := &textRecords{text: txt, scan: newScanner(txt), compression: compression}
	if t.delimiter, err = decideDialect(t.scan, o); err != nil {
		return nil, t.explain(err)
	}
	return t, refuseText(t.scan.buf[t.scan.r:t.scan.w])
}

func (t *textRecords) next() (record, error) {
	rec, err := t.scan.next()
	if err == nil && t.windowsFrom == 0 && t.text.switched >= 0 && t.scan.offset > t.text.switched {
		t.windowsFrom = rec.line
	}
	return rec, err
}

func (t *textRecords) expect(width int, first string) { t.scan.expect(width, first) }

func (t *textRecords) dialect() Dialect {
	return Dialect{Delimiter: t.delimiter, Encoding: t.text.encoding(), Compression: t.compression, Mark: t.text.marked}
}

func (t *textRecords) notices() []string {
	if t.windowsFrom == 0 {
		return t.text.notices()
	}
	windows := fmt.Sprintf("the file is not valid UTF-8 (first in the row at line %d): read as Windows-1252; if letters come out wrong, name the encoding with "+flagEncoding, t.windowsFrom)
	return append([]string{windows}, t.text.notices()...)
}

// explain adds the line. To an error about columns it adds that the encoding may be
// wrong: a file of any other code page can be read as Windows-1252, with wrong letters.
func (t *textRecords) explain(err error) error {
	var bad *EncodingError
	var wrong *UsageError
	switch {
	case errors.As(err, &bad):
		return &EncodingError{Line: t.scan.line, Problem: bad.Problem}
	case errors.As(err, &wrong) && t.windowsFrom > 0:
		return usage("%s. The file is not valid UTF-8 and was read as Windows-1252: if the headers look wrong, name its encoding first, for example with "+flagEncoding+" windows-1251",
			wrong.Message)
	case errors.As(err, &wrong), errors.Is(err, ErrEmpty), errors.Is(err, ErrNotTable):
		return err
	}
	return fmt.Errorf("read input near line %d: %w", t.scan.line, err)
}
