package sqlite

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

	"sent-import/importer/ledger/storage"
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
		{name: "full", errs: []error{syscall.ENOSPC, syscall.EDQUOT, storage.ErrDiskFull}, want: "no room left"},
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
				got := Explain("/state", fmt.Errorf("open: %w", err))
				var storage *storage.Error
				if !errors.As(got, &storage) || !strings.Contains(got.Error(), c.want) || !strings.Contains(got.Error(), "/state") || !errors.Is(got, err) {
					t.Errorf("%v: got %v, want %q in it", err, got, c.want)
				}
			}
			if got := causeOfSQLite(c.code); c.code != 0 && (!strings.Contains(got.what, c.want) || got.fix == "") {
				t.Errorf("code %d: got %+v, want %q in it", c.code, got, c.want)
			}
		})
	}
}

// Whatever else an error is stays what it is.
func TestExplainLeavesOthers(t *testing.T) {
	for _, err := range []error{nil, storage.ErrDamaged, storage.ErrBusy, storage.ErrNewer, syscall.EMFILE, errDisk} {
		if got := Explain("/state", err); got != err {
			t.Errorf("got %v, want %v as it is", got, err)
		}
	}
}

func TestClassify(t *testing.T) {
	full := &os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}
	if err := classify(full); !errors.Is(err, storage.ErrDiskFull) || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v, want %v", err, storage.ErrDiskFull)
	}
	again := classify(classify(full))
	if got := strings.Count(again.Error(), storage.ErrDiskFull.Error()); got != 1 {
		t.Errorf("got %q, want it said once", again)
	}
	if err := classify(errDisk); err != errDisk {
		t.Errorf("got %v, want %v as it is", err, errDisk)
	}
	if err := classify(nil); err != nil {
		t.Errorf("got %v, want nil", err)
	}
}

// A path that the system takes and SQLite does not is named for what it is.
func TestAttack28LongPath(t *testing.T) {
	dir := t.TempDir()
	for len(dir) < longestPath {
		dir = filepath.Join(dir, strings.Repeat("d", 100))
	}
	_, err := Open(dir, testSchema)
	if err == nil || !strings.Contains(err.Error(), "the path is too long") || strings.Contains(err.Error(), "(14)") {
		t.Errorf("got %v, want that the path is too long", err)
	}
	_, err = Open(filepath.Join(t.TempDir(), strings.Repeat("d", 300)), testSchema)
	if err == nil || !strings.Contains(err.Error(), "the path is too long") {
		t.Errorf("got %v, want that the path is too long", err)
	}
}
