package storage

import (
	"errors"
	"fmt"
	"time"

	"sent-import/importer/printable"
)

var (
	// ErrDamaged says that what is stored can't be read as a ledger. It is left as it is.
	ErrDamaged = errors.New("the ledger is damaged")
	// ErrNewer says that a newer version of the program wrote the ledger.
	ErrNewer = errors.New("the ledger was written by a newer version of sent-import")
	// ErrDiskFull says that there was no room for a write: on the disk, or within
	// a quota or a file-size limit. Nothing that was reported as done is lost.
	ErrDiskFull = errors.New("the disk is full")
	// ErrBusy says that another process has held the file for a minute: one
	// that is suspended, or another program.
	ErrBusy = errors.New("another process holds the ledger")
	// ErrClosed is the error of a write after Close.
	ErrClosed = errors.New("the ledger is closed")
	// ErrLeaseLost says that another worker may write the ledger of the pool by now:
	// nothing was written, and nothing will be.
	ErrLeaseLost = errors.New("the lease of the pool is lost: another worker may have taken over")
	// ErrUnreachable says that the database of the ledger gave no answer for as long as
	// a write waits for one.
	ErrUnreachable = errors.New("the database of the ledger can't be reached")
)

// Error says why a directory can't hold a ledger, or no longer. Test for it with
// errors.As.
type Error struct {
	Dir  string
	What string // what is wrong, in plain words
	Fix  string // what to do, in plain words
	// Elsewhere says that Fix asks for another directory: a command adds the
	// option that names one.
	Elsewhere bool
	Err       error // SQLite's, or the system's
}

func (e *Error) Error() string {
	return fmt.Sprintf("the ledger in %s can't be used: %s. %s", printable.Path(e.Dir), e.What, e.Fix)
}

func (e *Error) Unwrap() error { return e.Err }

// Holder says who has the lock of a job.
type Holder struct {
	PID       int       `json:"pid"`
	Host      string    `json:"host"`
	StartedAt time.Time `json:"started_at"`
}

// LockedError says that another run has the job. Test for it with errors.As.
type LockedError struct{ Holder Holder }

func (e *LockedError) Error() string {
	if e.Holder.PID == 0 {
		return "another run of this job is going on (it has only just begun)"
	}
	return fmt.Sprintf("another run of this job is going on: process %d on %s, since %s",
		e.Holder.PID, e.Holder.Host, e.Holder.StartedAt.Local().Format(time.DateTime))
}
