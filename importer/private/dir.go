package private

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// ownerName is the file in a temporary directory whose lock the owning process holds.
const ownerName = "owner.lock"

// Dir is a temporary directory of this process.
type Dir struct {
	Path string
	lock *Lock
}

// TempDir makes a directory in parent whose name begins with the prefix.
func TempDir(parent, prefix string) (*Dir, error) {
	for {
		path, err := os.MkdirTemp(parent, prefix+"*")
		if err != nil {
			return nil, err
		}
		if err := restricted(os.Chmod(path, dirMode)); err != nil {
			return nil, errors.Join(err, os.Remove(path))
		}
		lock, err := TryLock(filepath.Join(path, ownerName))
		if lock != nil {
			return &Dir{path, lock}, nil
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, errors.Join(err, os.RemoveAll(path))
		}
		// A sweep has taken the new directory: try again.
	}
}

// Remove removes the directory with all that is in it.
func (d *Dir) Remove() error {
	return errors.Join(os.RemoveAll(d.Path), d.lock.Release())
}

// SweepDirs removes the directories in parent whose names begin with the prefix
// and whose process has ended. Those of other users stay.
func SweepDirs(parent, prefix string) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return // whoever needs the directory reports the error
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), prefix) { // a look at each of thousands would take milliseconds
			continue
		}
		if info, err := e.Info(); err == nil && info.IsDir() && own(info) {
			sweepDir(filepath.Join(parent, e.Name()))
		}
	}
}

func sweepDir(path string) {
	owner := filepath.Join(path, ownerName)
	if _, err := os.Lstat(owner); errors.Is(err, fs.ErrNotExist) {
		if abandoned(path) {
			_ = os.RemoveAll(path) // the next sweep tries again
		}
		return
	}
	lock, _, err := lockExisting(owner)
	if err != nil || lock == nil {
		return
	}
	_ = (&Dir{path, lock}).Remove() // the next sweep tries again
}

// abandoned reports whether nobody uses a directory of an older version, which had no
// owner's lock: there is a ledger in it, and no process has that ledger open. SQLite
// holds a lock on the shared memory of a ledger as long as it is open.
func abandoned(path string) bool {
	if _, err := os.Lstat(filepath.Join(path, "ledger.db")); err != nil {
		return false // perhaps its process has only just begun
	}
	f, err := openFile(filepath.Join(path, "ledger.db-shm"), os.O_RDWR)
	if errors.Is(err, fs.ErrNotExist) {
		return true
	}
	if err != nil {
		return false
	}
	defer f.Close()
	return unlocked(f)
}
