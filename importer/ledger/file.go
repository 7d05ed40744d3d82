package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"sent-import/importer/printable"
	"sent-import/importer/private"
)

// FileName is the name of the ledger's file inside the state directory.
const FileName = "ledger.db"

// logSuffix names the write-ahead log beside the file, indexSuffix the memory
// that the processes share, which holds nothing that the other two don't.
const (
	logSuffix   = "-wal"
	indexSuffix = "-shm"
)

// ensureFile makes sure that there is a ledger at path. It does not look into
// one that is there: closing a file would give up the locks that SQLite has on
// it elsewhere in this process (https://www.sqlite.org/howtocorrupt.html, 2.2).
func ensureFile(path string, schema []string) error {
	// The log is looked for first: another process may be creating the ledger,
	// and a log appears after its file.
	_, noLog := os.Stat(path + logSuffix)
	info, err := os.Stat(path)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return fmt.Errorf("%s is not a regular file: give another state directory", printable.Path(path))
	case err == nil && info.Size() < minPageBytes: // SQLite takes an empty file, or one byte, for a new database, and removes the log
		return fmt.Errorf("%w: %s has only %d bytes", ErrDamaged, printable.Path(path), info.Size())
	case err == nil || !errors.Is(err, fs.ErrNotExist):
		return err
	case noLog == nil:
		return fmt.Errorf("%w: %s is missing, but its companion %s is there", ErrDamaged, printable.Path(path), printable.Path(path+logSuffix))
	}
	return createFile(path, schema, os.Link)
}

// newPrefix begins the names of the directories in which new ledgers are built.
const newPrefix = FileName + ".new-"

// createFile builds a new ledger in a directory of its own and links it into
// place, so that no moment exists at which a cut file could pass for a new
// ledger. If another process is faster, its ledger stays. link is [os.Link].
func createFile(path string, schema []string, link func(from, to string) error) (err error) {
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
	if err := buildFile(built, schema); err != nil {
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

// noLinks reports whether the file system has no hard links, as exFAT and many
// shared folders.
func noLinks(err error) bool {
	return errors.Is(err, syscall.EPERM) || errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.EINVAL)
}

// createPatience is how long another process may take to create the ledger.
const createPatience = 10 * time.Second

// renameNew does without hard links: it renames the new ledger into place while
// it holds the lock under which every process does so, and only if there is none.
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

// waitForLock takes a lock that is held for a moment at a time.
func waitForLock(path string) (*private.Lock, error) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(createPatience); ; <-tick.C {
		lock, err := private.TryLock(path)
		if lock != nil || err != nil {
			return lock, err
		}
		if time.Now().After(end) {
			return nil, fmt.Errorf("%s: %w", printable.Path(path), ErrBusy)
		}
	}
}

// sweepNew removes what a process left that was killed while it built a ledger.
// Files are those of older versions; one may be a link to the ledger itself, so
// none is opened: SQLite's locks on it in this process would go.
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

// buildFile makes an empty ledger of an empty file. It is in WAL mode when it
// is closed, so that no process has to switch the mode of a file in use.
func buildFile(path string, schema []string) error {
	db, err := openDB(path, readWrite)
	if err != nil {
		return err
	}
	return errors.Join(migrate(db, schema), db.Close())
}

// SetAside renames a damaged ledger in dir, with its companions, so that Open
// starts a new one and the damaged one can still be looked at. It returns the
// new name of the main file. Nobody may have the ledger open.
func SetAside(dir string, now time.Time) (string, error) {
	path := filepath.Join(dir, FileName)
	aside, err := unusedName(path + ".damaged-" + now.UTC().Format("20060102T150405Z"))
	if err != nil {
		return "", fmt.Errorf("set the damaged ledger aside: %w", err)
	}
	// The file goes first: a kill in between then leaves a log without its
	// file, which is damage, and not a file without what its log says.
	for _, suffix := range []string{"", indexSuffix, logSuffix} {
		err := os.Rename(path+suffix, aside+suffix)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("set the damaged ledger aside: %w", err)
		}
	}
	if err := private.SyncDir(dir); err != nil {
		return "", fmt.Errorf("set the damaged ledger aside: %w", err)
	}
	return aside, nil
}

// unusedName returns name, or name with a number behind it, such that neither
// the file nor its log would be renamed over another.
func unusedName(name string) (string, error) {
	for n, unused := 2, name; ; n, unused = n+1, name+"-"+strconv.Itoa(n) {
		_, file := os.Lstat(unused)
		_, log := os.Lstat(unused + logSuffix)
		if errors.Is(file, fs.ErrNotExist) && errors.Is(log, fs.ErrNotExist) {
			return unused, nil
		}
		if err := errors.Join(file, log); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
}

// lookAgain checks the log while no process can write to it. What looked like
// damage may have been another process in the middle of a write.
func lookAgain(db *sql.DB, log string) (err error) {
	conn, err := db.Conn(background())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if _, err := conn.ExecContext(background(), "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	err = checkLog(log)
	_, rollback := conn.ExecContext(background(), "ROLLBACK")
	return errors.Join(err, rollback)
}

// background is the context of all statements: a write that has begun is
// finished, and who wants to stop stops before the next one.
func background() context.Context { return context.Background() }
