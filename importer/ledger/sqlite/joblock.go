package sqlite

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

// Lock takes the lock of the job with that id: see [storage.Store]. The operating system
// releases it when the process ends, however it ends: a dead process holds no lock. The
// lock's file stays until SweepLocks.
func (db *DB) Lock(id string, now time.Time) (release func() error, err error) {
	path := db.lockPath(id)
	if err := private.MakeSub(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("lock job: %w", Explain(db.dir, err))
	}
	lock, err := private.TryLock(path)
	if err != nil {
		return nil, fmt.Errorf("lock job: %w", Explain(db.dir, err))
	}
	if lock == nil {
		return nil, &storage.LockedError{Holder: readHolder(path)}
	}
	if err := writeHolder(path, now); err != nil {
		return nil, errors.Join(fmt.Errorf("lock job: %w", Explain(db.dir, err)), lock.Release())
	}
	return lock.Release, nil
}

func (db *DB) lockPath(id string) string { return filepath.Join(db.dir, "locks", id+lockSuffix) }

const lockSuffix = ".lock"

// Locked reports whether somebody holds the lock of the job with that id. While it
// looks, it holds the lock for a moment itself: a run that begins just then is told
// that the job is locked.
func (db *DB) Locked(id string) (bool, error) { return private.Held(db.lockPath(id)) }

// SweepLocks removes the files of locks that nobody holds and whose jobs are not in
// the ledger. A run that is about to create its job holds the lock.
func (db *DB) SweepLocks(mayHave func(id string) bool) {
	entries, err := os.ReadDir(filepath.Join(db.dir, "locks"))
	if err != nil {
		return
	}
	for _, e := range entries {
		id, ok := strings.CutSuffix(e.Name(), lockSuffix)
		if !ok || mayHave(id) {
			continue
		}
		private.SweepFile(db.lockPath(id), func() bool { return mayHave(id) })
	}
}

// readHolder reads what the holder wrote. People read it and nothing depends on it, so
// what can't be read is left empty.
func readHolder(path string) storage.Holder {
	var h storage.Holder
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
	data, err := json.Marshal(storage.Holder{PID: os.Getpid(), Host: host, StartedAt: now.UTC()})
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
