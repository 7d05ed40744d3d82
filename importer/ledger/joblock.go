package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sent-import/importer/ledger/storage"
	"sent-import/importer/private"
)

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

// Lock is the right to run a job. The operating system releases it when the process
// ends, however it ends: a dead process holds no lock.
type Lock struct{ file *private.Lock }

// Lock takes the lock of the job with that id, without waiting.
// Errors: [*LockedError].
func (l *Ledger) Lock(id string, now time.Time) (*Lock, error) {
	path := l.lockPath(id)
	if err := private.MakeSub(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("lock job: %w", storage.Explain(l.Dir(), err))
	}
	lock, err := private.TryLock(path)
	if err != nil {
		return nil, fmt.Errorf("lock job: %w", storage.Explain(l.Dir(), err))
	}
	if lock == nil {
		return nil, &LockedError{readHolder(path)}
	}
	if err := writeHolder(path, now); err != nil {
		return nil, errors.Join(fmt.Errorf("lock job: %w", storage.Explain(l.Dir(), err)), lock.Release())
	}
	return &Lock{lock}, nil
}

func (l *Ledger) lockPath(id string) string { return filepath.Join(l.Dir(), "locks", id+lockSuffix) }

const lockSuffix = ".lock"

// Locked reports whether somebody holds the lock of the job with that id. While it
// looks, it holds the lock for a moment itself: a run that begins just then is told
// that the job is locked.
func (l *Ledger) Locked(id string) (bool, error) {
	return private.Held(l.lockPath(id))
}

// Release gives the lock back. Its file stays until SweepLocks.
func (l *Lock) Release() error {
	if err := l.file.Release(); err != nil {
		return fmt.Errorf("unlock job: %w", err)
	}
	return nil
}

// SweepLocks removes the files of locks that nobody holds and whose jobs are not in
// the ledger. A run that is about to create its job holds the lock.
func (l *Ledger) SweepLocks() {
	entries, err := os.ReadDir(filepath.Join(l.Dir(), "locks"))
	if err != nil {
		return
	}
	for _, e := range entries {
		id, ok := strings.CutSuffix(e.Name(), lockSuffix)
		if !ok || l.mayHave(id) {
			continue
		}
		private.SweepFile(l.lockPath(id), func() bool { return l.mayHave(id) })
	}
}

// mayHave reports whether the ledger has a generation of the job, or can't be read.
func (l *Ledger) mayHave(id string) bool {
	_, err := l.Newest(id)
	return !errors.Is(err, ErrNoJob)
}

// readHolder reads what the holder wrote. People read it and nothing depends on it, so
// what can't be read is left empty.
func readHolder(path string) Holder {
	var h Holder
	if data, err := os.ReadFile(path); err == nil {
		_ = json.Unmarshal(data, &h)
	}
	return h
}

func writeHolder(path string, now time.Time) error {
	host, err := os.Hostname()
	if err != nil {
		host = "an unknown host"
	}
	data, err := json.Marshal(Holder{os.Getpid(), host, now.UTC()})
	if err != nil {
		return err
	}
	f, err := private.Create(path)
	if err != nil {
		return err
	}
	_, err = f.WriteAt(append(data, '\n'), 0)
	return errors.Join(err, f.Truncate(int64(len(data)+1)), f.Close())
}
