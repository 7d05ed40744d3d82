package storage

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
	"sent-import/importer/printable"
	"sent-import/importer/room"
)

var (
	// ErrDamaged says that the ledger's file can't be read as a ledger. The
	// file is left as it is.
	ErrDamaged = errors.New("the ledger is damaged")
	// ErrNewer says that a newer version of the program wrote the ledger.
	ErrNewer = errors.New("the ledger was written by a newer version of sent-import")
	// ErrDiskFull says that there was no room for a write: on the disk, or within
	// a quota or a file-size limit. Nothing that was reported as done is lost.
	ErrDiskFull = errors.New("the disk is full")
	// ErrBusy says that another process has held the file for a minute: one
	// that is suspended, or another program.
	ErrBusy = errors.New("another process holds the ledger")
)

// Error says why a directory can't hold a ledger, or no longer. Test for it with
// errors.As.
type Error struct {
	Dir  string
	What string // what is wrong, in plain words
	Fix  string // what to do, in plain words
	// Elsewhere says that Fix asks for another directory: a command adds the
	// option that names one.
	Elsewhere bool
	Err       error // SQLite's, or the system's
}

func (e *Error) Error() string {
	return fmt.Sprintf("the ledger in %s can't be used: %s. %s", printable.Path(e.Dir), e.What, e.Fix)
}

func (e *Error) Unwrap() error { return e.Err }

// Explain turns an error that was met with the file in the directory into one of
// this package's and keeps its text: into an [*Error] if the storage is the reason.
// Where SQLite's error does not tell the reason, a file is written to get the system's.
func Explain(dir string, err error) error {
	err = classify(err)
	var known *Error
	if err == nil || errors.As(err, &known) || errors.Is(err, ErrDamaged) || errors.Is(err, ErrNewer) || errors.Is(err, ErrBusy) || handles.Lacking(err) {
		return err
	}
	err = sized(dir, err)
	why := causeOf(err)
	var e *sqlite.Error
	if errors.As(err, &e) && !errors.Is(err, ErrDiskFull) && why.what != "" {
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
	if room.Lacking(err) && !errors.Is(err, ErrDiskFull) {
		err = fmt.Errorf("%w: %w", ErrDiskFull, err)
	}
	return &Error{Dir: dir, What: why.what, Fix: why.fix, Elsewhere: why.elsewhere, Err: err}
}

// classify marks SQLite's and the system's errors with this package's.
func classify(err error) error {
	if errors.Is(err, ErrDamaged) || errors.Is(err, ErrDiskFull) {
		return err
	}
	if errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("%w: %w", ErrDiskFull, err)
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
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	case sqlite3.SQLITE_IOERR:
		if e.Code() == sqlite3.SQLITE_IOERR_WRITE { // a quota or a file-size limit, where it is not the disk itself
			return fmt.Errorf("%w: %w", ErrDiskFull, err)
		}
	case sqlite3.SQLITE_BUSY:
		return fmt.Errorf("%w: %w", ErrBusy, err)
	case sqlite3.SQLITE_FULL:
		return fmt.Errorf("%w: %w", ErrDiskFull, err)
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
	case errors.Is(err, ErrDiskFull), room.Lacking(err):
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
