package plan

import (
	"context"
	"errors"
	"syscall"

	"sent-import/importer/source"
)

// InputError says that the file can't be read as a list, for what it holds: the same bytes give
// the same error again.
type InputError struct{ Err error }

func (e *InputError) Error() string { return e.Err.Error() }
func (e *InputError) Unwrap() error { return e.Err }

// sourceError tells the errors of a file that was opened for reading: those of the options are
// UsageErrors, and others InputErrors unless the system gave them, or ctx has ended.
func sourceError(ctx context.Context, err error) error {
	var usage *source.UsageError
	if errors.As(err, &usage) {
		return &UsageError{Message: usage.Error()}
	}
	if system := syscall.Errno(0); ctx.Err() != nil || errors.As(err, &system) {
		return err
	}
	return &InputError{err}
}
