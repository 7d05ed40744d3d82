package ledger

import (
	"errors"
	"fmt"
	"time"

	"sent-import/importer/ledger/sqlite"
	"sent-import/importer/ledger/storage"
)

// Holder says who has the lock of a job.
type Holder = storage.Holder

// LockedError says that another run has the job. Test for it with errors.As.
type LockedError = storage.LockedError

// Lock is the right to run a job. A dead process holds none: in SQLite it is a lock of the
// operating system's on a file, in PostgreSQL the lease of the pool, which ends by itself.
type Lock struct{ release func() error }

// Lock takes the lock of the job with that id, without waiting.
// Errors: [*LockedError], [ErrLeaseLost].
func (l *Ledger) Lock(id string, now time.Time) (*Lock, error) {
	release, err := l.db.Lock(id, now)
	if err != nil {
		return nil, err
	}
	return &Lock{release}, nil
}

// Locked reports whether somebody holds the lock of the job with that id: false in a
// database that many machines share, which has no locks of jobs. There whoever has the lease
// of a pool runs them, and the fleet's status says who.
func (l *Ledger) Locked(id string) (bool, error) {
	if file, ok := l.db.(*sqlite.DB); ok {
		return file.Locked(id)
	}
	return false, nil
}

// Release gives the lock back. It may be called twice.
func (l *Lock) Release() error {
	if err := l.release(); err != nil {
		return fmt.Errorf("unlock job: %w", err)
	}
	return nil
}

// SweepLocks removes what is left of locks that nobody holds and whose jobs are not in
// the ledger.
func (l *Ledger) SweepLocks() { l.db.SweepLocks(l.mayHave) }

// mayHave reports whether the ledger has a generation of the job, or can't be read.
func (l *Ledger) mayHave(id string) bool {
	_, err := l.Newest(id)
	return !errors.Is(err, ErrNoJob)
}
