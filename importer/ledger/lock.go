package ledger

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
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

// Lock is the right to run a job. The operating system takes it back when the
// process ends, however it ends: a lock left by a dead process is no lock.
type Lock struct{ file *flock.Flock }

// Lock takes the lock of the job with that id, without waiting.
// Errors: [*LockedError].
func (l *Ledger) Lock(id string, now time.Time) (*Lock, error) {
	dir := filepath.Join(l.dir, "locks")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("lock job: %w", err)
	}
	path := filepath.Join(dir, id+".lock")
	file := flock.New(path, flock.SetPermissions(0o600))
	got, err := file.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock job: %w", err)
	}
	if !got {
		return nil, &LockedError{readHolder(path)}
	}
	if err := writeHolder(path, now); err != nil {
		return nil, errors.Join(fmt.Errorf("lock job: %w", err), file.Close())
	}
	return &Lock{file}, nil
}

// Locked reports whether somebody holds the lock of the job with that id. A run
// that begins at this very moment may find it taken.
func (l *Ledger) Locked(id string) (bool, error) {
	path := filepath.Join(l.dir, "locks", id+".lock")
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	file := flock.New(path, flock.SetPermissions(0o600))
	free, err := file.TryRLock()
	return !free && err == nil, errors.Join(err, file.Close())
}

// Release gives the lock back. The file stays: removing it would let two runs
// hold two files of one name.
func (l *Lock) Release() error {
	if err := l.file.Close(); err != nil {
		return fmt.Errorf("unlock job: %w", err)
	}
	return nil
}

// readHolder reads what the holder wrote. It is only for people to read, so
// whatever can't be read is left empty.
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
	return os.WriteFile(path, append(data, '\n'), 0o600)
}
