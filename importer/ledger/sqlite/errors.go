package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"sent-import/importer/handles"
	"sent-import/importer/ledger/storage"
	"sent-import/importer/room"
)

// Explain turns an error that was met with the file in the directory into one of
// this package's and keeps its text: into an [*storage.Error] if the storage is the reason.
// Where SQLite's error does not tell the reason, a file is written to get the system's.
func Explain(dir string, err error) error {
	err = classify(err)
	var known *storage.Error
	if err == nil || errors.As(err, &known) || errors.Is(err, storage.ErrDamaged) || errors.Is(err, storage.ErrNewer) || errors.Is(err, storage.ErrBusy) || handles.Lacking(err) {
		return err
	}
	err = sized(dir, err)
	why := causeOf(err)
	var e *sqlite.Error
	if errors.As(err, &e) && !errors.Is(err, storage.ErrDiskFull) && why.what != "" {
		tried := tryToWrite(dir)
		if room.Lacking(tried) {
			err = fmt.Errorf("%w: %w", tried, err)
		}
		if found := causeOf(tried); found.what != "" {
			why = found
		} else if len(dir)+len("/"+FileName+"-journal") > longestPath {
			why = causeOf(syscall.ENAMETOOLONG)
		}
	}
	if why.what == "" {
		return err
	}
	if room.Lacking(err) && !errors.Is(err, storage.ErrDiskFull) {
		err = fmt.Errorf("%w: %w", storage.ErrDiskFull, err)
	}
	return &storage.Error{Dir: dir, What: why.what, Fix: why.fix, Elsewhere: why.elsewhere, Err: err}
}

// classify marks SQLite's and the system's errors with this package's.
func classify(err error) error {
	if errors.Is(err, storage.ErrDamaged) || errors.Is(err, storage.ErrDiskFull) {
		return err
	}
	if errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("%w: %w", storage.ErrDiskFull, err)
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() & 0xff { // the low byte is the primary result code
	case sqlite3.SQLITE_CANTOPEN:
		if handles.Exhausted() {
			return fmt.Errorf("%w: %w", syscall.EMFILE, err)
		}
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT,
		sqlite3.SQLITE_ERROR: // the schema is not the one that our statements are written for
		return fmt.Errorf("%w: %w", storage.ErrDamaged, err)
	case sqlite3.SQLITE_IOERR:
		if e.Code() == sqlite3.SQLITE_IOERR_WRITE { // a quota or a file-size limit, where it is not the disk itself
			return fmt.Errorf("%w: %w", storage.ErrDiskFull, err)
		}
	case sqlite3.SQLITE_BUSY:
		return fmt.Errorf("%w: %w", storage.ErrBusy, err)
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w: %w", storage.ErrDiskFull, err)
	}
	return err
}

// sized adds EFBIG to SQLite's error of a write if one of the files has reached the
// limit of file sizes: SQLite has one number for all errors of writes.
func sized(dir string, err error) error {
	var e *sqlite.Error
	path := filepath.Join(dir, FileName)
	if errors.As(err, &e) && e.Code() == sqlite3.SQLITE_IOERR_WRITE && room.AtLimit(path, path+walSuffix, path+indexSuffix) {
		return fmt.Errorf("%w: %w", syscall.EFBIG, err)
	}
	return err
}

// longestPath is how many bytes a path may have for SQLite: its MAX_PATHNAME.
const longestPath = 512

// cause is what is wrong with the storage and what to do; the zero value for an
// error that means something else.
type cause struct {
	what, fix string
	elsewhere bool
}

// lacks is the cause where the file system lacks what a ledger needs.
func lacks(what string) cause {
	return cause{what: what, fix: "Give a directory on a local disk", elsewhere: true}
}

func causeOf(err error) cause {
	if c := causeOfSystem(err); c.what != "" {
		return c
	}
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return cause{}
	}
	return causeOfSQLite(e.Code())
}

func causeOfSystem(err error) cause {
	is := func(errnos ...syscall.Errno) bool {
		return slices.ContainsFunc(errnos, func(errno syscall.Errno) bool { return errors.Is(err, errno) })
	}
	switch {
	case errors.Is(err, storage.ErrDiskFull), room.Lacking(err):
		return cause{what: room.What(err), fix: room.Fix(err, "")}
	case is(syscall.EROFS):
		return lacks("its file system is read-only")
	case is(syscall.ENAMETOOLONG):
		return cause{fmt.Sprintf("the path is too long (SQLite opens paths of up to %d bytes)", longestPath), "Give a shorter one", true}
	case is(syscall.ENOLCK, syscall.EOPNOTSUPP, syscall.ENOSYS):
		return lacks("its file system has no file locks")
	case is(syscall.ENODEV):
		return lacks("its file system has no shared memory maps")
	case errors.Is(err, fs.ErrPermission):
		return cause{"this user may not write there", "Give a directory of your own", true}
	case is(syscall.EIO, syscall.ESTALE, syscall.ENXIO):
		return cause{what: "the disk reports an error", fix: "Look at the disk and at the system's log, then run the same command again"}
	}
	return cause{}
}

func causeOfSQLite(code int) cause {
	switch code {
	case sqlite3.SQLITE_IOERR_SHMMAP, sqlite3.SQLITE_IOERR_SHMOPEN, sqlite3.SQLITE_IOERR_SHMSIZE:
		return causeOfSystem(syscall.ENODEV)
	case sqlite3.SQLITE_IOERR_LOCK, sqlite3.SQLITE_IOERR_UNLOCK, sqlite3.SQLITE_IOERR_RDLOCK,
		sqlite3.SQLITE_IOERR_SHMLOCK, sqlite3.SQLITE_IOERR_CHECKRESERVEDLOCK:
		return causeOfSystem(syscall.ENOLCK)
	case sqlite3.SQLITE_IOERR_NOMEM:
		return causeOfSQLite(sqlite3.SQLITE_NOMEM)
	case sqlite3.SQLITE_IOERR_GETTEMPPATH:
		return cause{what: "there is no directory for temporary files", fix: "Give one that can be written to with TMPDIR"}
	}
	switch code & 0xff {
	case sqlite3.SQLITE_IOERR:
		return causeOfSystem(syscall.EIO)
	case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH, sqlite3.SQLITE_CANTOPEN:
		return lacks("its file can't be opened for writing")
	case sqlite3.SQLITE_NOLFS, sqlite3.SQLITE_PROTOCOL:
		return causeOfSystem(syscall.ENOLCK)
	case sqlite3.SQLITE_NOMEM:
		return cause{what: "there is not enough memory", fix: "Raise the limit (ulimit -v), or end other programs"}
	}
	return cause{}
}

// tryToWrite writes a file beside the ledger to get the system's own error. It does
// not open the ledger: closing it would release the locks that SQLite has on it in this
// process.
func tryToWrite(dir string) error {
	f, err := os.CreateTemp(dir, ".sent-import-*.tmp")
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, 64<<10)) // SQLite's largest page
	return errors.Join(err, f.Sync(), f.Close(), os.Remove(f.Name()))
}
