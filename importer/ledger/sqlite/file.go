package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"sent-import/importer/ledger/storage"
	"sent-import/importer/printable"
	"sent-import/importer/private"
)

// ensureFile creates the ledger at path if there is none. It does not open one that
// is there: closing a file releases the locks that SQLite has on it elsewhere in this
// process (https://www.sqlite.org/howtocorrupt.html, 2.2).
func ensureFile(path string, migrations []string) error {
	// The log is looked for first: another process may be creating the ledger,
	// and a log is created after its file.
	_, noLog := os.Stat(path + walSuffix)
	info, err := os.Stat(path)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file: give another state directory", printable.Path(path))
	case err == nil && info.Size() < minPageBytes: // SQLite takes an empty file, or one byte, for a new database, and removes the log
		return fmt.Errorf("%w: %s has only %d bytes", storage.ErrDamaged, printable.Path(path), info.Size())
	case err == nil || !errors.Is(err, fs.ErrNotExist):
		return err
	case noLog == nil:
		return fmt.Errorf("%w: %s is missing, but its companion %s is there", storage.ErrDamaged, printable.Path(path), printable.Path(path+walSuffix))
	}
	return createFile(path, migrations, os.Link)
}

// newPrefix begins the names of the directories in which new ledgers are built.
const newPrefix = FileName + ".new-"

// createFile builds a new ledger in a directory of its own and links it into place,
// so that an incomplete file is never there under the ledger's name. If another
// process is faster, that process's ledger stays. link is [os.Link].
func createFile(path string, migrations []string, link func(from, to string) error) (err error) {
	dir, err := private.TempDir(filepath.Dir(path), newPrefix)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dir.Remove()) }()
	built := filepath.Join(dir.Path, FileName)
	f, err := private.Create(built)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := buildFile(built, migrations); err != nil {
		return err
	}
	err = link(built, path)
	if noLinks(err) {
		err = renameNew(built, path)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return private.SyncDir(filepath.Dir(path))
}

// noLinks reports whether the error says that the file system has no hard links, as
// exFAT and many shared folders.
func noLinks(err error) bool {
	return errors.Is(err, syscall.EPERM) || errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL)
}

// createPatience is how long another process may take to create the ledger.
const createPatience = 10 * time.Second

// renameNew is for file systems without hard links: it renames the new ledger into
// place if there is none, while it holds the lock that every process takes for that.
func renameNew(built, path string) (err error) {
	lock, err := waitForLock(path + ".create")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lock.Remove()) }()
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, fs.ErrExist)
	}
	return os.Rename(built, path)
}

// waitForLock takes a lock that others hold for moments only.
func waitForLock(path string) (*private.Lock, error) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(createPatience); ; <-tick.C {
		lock, err := private.TryLock(path)
		if lock != nil || err != nil {
			return lock, err
		}
		if time.Now().After(end) {
			return nil, fmt.Errorf("%s: %w", printable.Path(path), storage.ErrBusy)
		}
	}
}

// sweepNew removes what a process left that was killed while it built a ledger. Older
// versions left files; such a file may be a link to the ledger itself, so none is
// opened: closing it would release SQLite's locks on the ledger in this process.
func sweepNew(dir string) {
	private.SweepDirs(dir, newPrefix)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), newPrefix) && e.Type().IsRegular() {
			_ = os.Remove(filepath.Join(dir, e.Name())) // the next sweep tries again
		}
	}
}

// buildFile makes an empty ledger of an empty file. The file is in WAL mode when it is
// closed, so that no process has to switch the mode of a file in use.
func buildFile(path string, migrations []string) error {
	db, err := openSQL(path, readWrite)
	if err != nil {
		return err
	}
	return errors.Join(migrate(db, migrations), db.Close())
}
