package importer

import (
	"context"
	"errors"

	"sent-import/importer/ledger"
	"sent-import/importer/room"
)

// everywhereError is an error that is not about the file.
type everywhereError struct{ err error }

func (e *everywhereError) Error() string { return e.err.Error() }
func (e *everywhereError) Unwrap() error { return e.err }

// everywhere marks an error as one that any other file would meet as well; nil for nil.
func everywhere(err error) error {
	if err == nil {
		return nil
	}
	return &everywhereError{err}
}

// Everywhere reports whether the error, which is of Run or Check, or the [*Stop] of their
// Result, is one that any other file would meet as well: the options, the key, the
// account, an outage, the time or the requests that the command may take, the ledger, a
// full disk, an interruption. What is left is about the file alone, such as one that is
// not there, has no phone column, or is locked by another run.
func Everywhere(err error) bool {
	var stop *Stop
	var storage *StorageError
	var wrong *everywhereError
	switch {
	case err == nil:
		return false
	case errors.As(err, &stop):
		return stop.Cause != StopMaxInvalid && stop.Cause != StopMaxFailed
	case errors.As(err, &storage), errors.As(err, &wrong), errors.Is(err, context.Canceled),
		errors.Is(err, ErrDamaged), errors.Is(err, ledger.ErrDiskFull), errors.Is(err, ledger.ErrBusy):
		return true
	}
	return room.Lacking(err)
}
