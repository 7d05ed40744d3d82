package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	sqlite3 "modernc.org/sqlite/lib"
)

// Each error of the storage is one sentence of what is wrong and what to do, and
// no number of SQLite's.
func TestAttack28CausesOfStorage(t *testing.T) {
	for _, c := range []struct {
		name string
		errs []error
		code int
		want string
	}{
		{name: "full", errs: []error{syscall.ENOSPC, syscall.EDQUOT, ErrDiskFull}, want: "no room left"},
		{name: "large", errs: []error{syscall.EFBIG}, want: "its file system takes no file as large as that"},
		{name: "read-only", errs: []error{syscall.EROFS}, want: "read-only"},
		{name: "long", errs: []error{syscall.ENAMETOOLONG}, want: "path is too long"},
		{name: "no locks", errs: []error{syscall.ENOLCK, syscall.EOPNOTSUPP}, code: sqlite3.SQLITE_IOERR_LOCK, want: "no file locks"},
		{name: "no locks in memory", code: sqlite3.SQLITE_IOERR_SHMLOCK, want: "no file locks"},
		{name: "no maps", code: sqlite3.SQLITE_IOERR_SHMMAP, want: "no shared memory maps"},
		{name: "no rights", errs: []error{fs.ErrPermission, syscall.EACCES, syscall.EPERM}, want: "may not write"},
		{name: "broken", errs: []error{syscall.EIO}, code: sqlite3.SQLITE_IOERR_READ, want: "the disk reports an error"},
		{name: "no temporary directory", code: sqlite3.SQLITE_IOERR_GETTEMPPATH, want: "temporary files"},
		{name: "no memory", code: sqlite3.SQLITE_NOMEM, want: "not enough memory"},
		{name: "not opened", code: sqlite3.SQLITE_CANTOPEN, want: "can't be opened"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, err := range c.errs {
				if errors.Is(err, fs.ErrPermission) {
					err = &fs.PathError{Op: "open", Path: "x", Err: syscall.EACCES}
				}
				got := stored("/state", fmt.Errorf("open: %w", err))
				var storage *StorageError
				if !errors.As(got, &storage) || !strings.Contains(got.Error(), c.want) || !strings.Contains(got.Error(), "/state") || !errors.Is(got, err) {
					t.Errorf("%v: got %v, want %q in it", err, got, c.want)
				}
			}
			if what, cure := causeOfSQLite(c.code); c.code != 0 && (!strings.Contains(what, c.want) || cure == "") {
				t.Errorf("code %d: got %q and %q, want %q in it", c.code, what, cure, c.want)
			}
		})
	}
}

// Whatever else an error is stays what it is.
func TestStoredLeavesOthers(t *testing.T) {
	for _, err := range []error{nil, ErrDamaged, ErrBusy, ErrNewer, syscall.EMFILE, errDisk} {
		if got := stored("/state", err); got != err {
			t.Errorf("got %v, want %v as it is", got, err)
		}
	}
}

// A path that the system takes and SQLite does not is named for what it is.
func TestAttack28LongPath(t *testing.T) {
	dir := t.TempDir()
	for len(dir) < longestPath {
		dir = filepath.Join(dir, strings.Repeat("d", 100))
	}
	_, err := Open(dir)
	if err == nil || !strings.Contains(err.Error(), "the path is too long") || strings.Contains(err.Error(), "(14)") {
		t.Errorf("got %v, want that the path is too long", err)
	}
	_, err = Open(filepath.Join(t.TempDir(), strings.Repeat("d", 300)))
	if err == nil || !strings.Contains(err.Error(), "the path is too long") {
		t.Errorf("got %v, want that the path is too long", err)
	}
}

// Where there are no hard links the ledger is renamed into place, and never over
// another one.
func TestAttack28NoHardLinks(t *testing.T) {
	for _, errno := range []error{syscall.EPERM, syscall.EOPNOTSUPP, syscall.ENOSYS, syscall.EINVAL} {
		dir := t.TempDir()
		path := filepath.Join(dir, FileName)
		noLink := func(from, to string) error { return &os.LinkError{Op: "link", Old: from, New: to, Err: errno} }
		must(t, "createFile", createFile(path, migrations[:], noLink))
		l := openTest(t, dir)
		planTest(t, l, "job", pendingRows(2))
		closeTest(t, l)
		must(t, "createFile again", createFile(path, migrations[:], noLink))
		l = openTest(t, dir)
		if jobs, err := l.Jobs(); err != nil || len(jobs) != 1 {
			t.Errorf("%v: got %v, %v, want the ledger that was there", errno, jobs, err)
		}
		closeTest(t, l)
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
			t.Errorf("%v: got %v, %v, want %s alone", errno, entries, err, FileName)
		}
	}
}

// Sorting and undoing need no directory for temporary files.
func TestAttack28NoTemporaryDirectory(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", filepath.Join(dir, "missing"))
	t.Setenv("SQLITE_TMPDIR", filepath.Join(dir, "missing"))
	l := openTest(t, filepath.Join(dir, "state"))
	for _, pool := range []string{"read", "write"} {
		var mode int
		if pool == "read" {
			must(t, "temp_store", l.read.QueryRowContext(background(), "PRAGMA temp_store").Scan(&mode))
		} else {
			must(t, "temp_store", l.write.conn.QueryRowContext(background(), "PRAGMA temp_store").Scan(&mode))
		}
		if mode != 2 {
			t.Errorf("%s: got temp_store %d, want 2 (memory)", pool, mode)
		}
	}
	finishTest(t, l, "job", 2000)
}
