package source

import (
	"errors"
	"fmt"
)

// ErrEmpty is returned by [Open] for an empty input: without a byte, or with
// only a byte order mark and blank lines. A file with a header and no rows is
// not empty.
var ErrEmpty = errors.New("the input is empty: there is no header and no row; check that it is the right file")

// ErrNotTable is wrapped by the errors for input that is not delimited text: a
// workbook, a PDF, an archive of several files.
var ErrNotTable = errors.New("not a CSV file")

// UsageError means that the options do not fit the file, or that only the owner
// of the file can decide how to read it. The message names the headers that
// matter and a flag that works.
type UsageError struct {
	Message string // whole sentences for people; no cell content
	noPhone bool   // the header has not the wanted phone column, or none that is recognised
}

func (e *UsageError) Error() string { return e.Message }

func usage(format string, args ...any) *UsageError {
	return &UsageError{Message: fmt.Sprintf(format, args...)}
}

// EncodingError means that the text cannot be decoded from some row on without
// guessing.
type EncodingError struct {
	Line    int    // first physical line of the row with the bad bytes; 0 when it is not known
	Problem string // what is wrong and which flag helps, without cell content
}

func (e *EncodingError) Error() string {
	if e.Line == 0 {
		return e.Problem
	}
	return fmt.Sprintf("row at line %d: %s", e.Line, e.Problem)
}
