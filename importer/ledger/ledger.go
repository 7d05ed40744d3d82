// Package ledger is the durable memory of the importer: which jobs there are,
// what each row of a job is, and how far it has come. It is the only package
// that knows SQL.
//
//	plan → rows (pending, invalid, duplicate) → Claim → send → Settle → report
//
// # What it promises
//
// The ledger is the queue. A row is claimed before its request is sent and
// settled after the answer, and both are on the disk before the next step
// relies on them:
//
//   - Claim returns only after the claim is synced. A request that has been
//     sent therefore always has a claim, whatever happens to the process or to
//     the power: a claimed row that is not settled may have reached the API,
//     an unclaimed one can't have.
//   - A settle is committed as a whole or not at all. If it is lost, the row is
//     still claimed, and the next run asks again with the same idempotency key.
//   - A run holds a lease on the disk ([Run.Lease]). No request may start after
//     it ends, so a run that died can have sent its last request no later than
//     that: with this bound a later run can tell its own lost creation from
//     somebody else's.
//
// The order of the syncs is the order of these sentences. SQLite runs with a
// write-ahead log and synchronous=FULL: a commit has reached the disk when it
// returns, as far as the disk tells the truth. Commits of rows that are ready
// at the same time share one sync (group commit).
//
// # Where it ends
//
// One ledger serves many jobs and many processes at once, on one machine: file
// locks and SQLite's shared memory don't work over network file systems. A copy
// of the file is whole only together with its log (ledger.db-wal), or when
// nobody has it open.
//
// The file is created whole and linked into place, so an empty, cut or foreign
// file is damage and never a new ledger. Damage is reported as [ErrDamaged], by
// Open or by whoever meets it first, and from then on neither the file nor its
// log is written to by this Ledger, not even at Close; the shared memory
// (ledger.db-shm) may be, since it holds nothing of its own. What had been
// written before somebody met the damage is written. Three kinds of damage
// can't be seen: other bytes inside a value, since SQLite keeps no checksums of
// pages; a log that is missing, cut, or broken in its last two transactions,
// which is what a power loss leaves; and another whole ledger in its place.
package ledger

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"path/filepath"
	"syscall"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"sent-import/importer/handles"
	"sent-import/importer/printable"
	"sent-import/importer/private"
)

var (
	// ErrDamaged says that the ledger's file can't be read as a ledger. The
	// file is left as it is.
	ErrDamaged = errors.New("the ledger is damaged")
	// ErrNewer says that a newer version of the program wrote the ledger.
	ErrNewer = errors.New("the ledger was written by a newer version of sent-import")
	// ErrDiskFull says that there was no room for a write: on the disk, or within
	// a quota or a file-size limit. Nothing that was
	// reported as done is lost.
	ErrDiskFull = errors.New("the disk is full")

	// ErrBusy says that another process has held the file for a minute: one
	// that is suspended, or another program.
	ErrBusy = errors.New("another process holds the ledger")
	// ErrNoJob says that the ledger has no job of that id.
	ErrNoJob = errors.New("no such job")
)

// logPages is how long the write-ahead log grows before it is folded into the
// file: 16 MiB. SQLite's own default, a quarter of it, folds several times a
// second at a high rate.
const logPages = 4000

// busyTimeout is how long a write waits for another process's write. Plans
// commit every few thousand rows, so a wait is milliseconds; a minute is a
// machine in trouble.
const busyTimeout = time.Minute

// Ledger is an open ledger. Its methods may be called from several goroutines.
type Ledger struct {
	dir    string
	notice string
	read   *sql.DB   // several connections that can't write
	guard  *sql.Conn // one of them; see closeDamaged
	write  *writer   // the one connection that writes
}

// Open opens the ledger in the state directory dir, which it creates (0700)
// with an empty ledger (0600) if there is none.
//
// Errors: [ErrDamaged], [ErrNewer], [ErrDiskFull], [*StorageError], or the file system's.
func Open(dir string) (*Ledger, error) { return open(dir, migrations[:]) }

func open(dir string, schema []string) (*Ledger, error) {
	path := filepath.Join(dir, FileName)
	if err := private.MakeDir(dir); err != nil {
		return nil, fmt.Errorf("open ledger: %w", stored(dir, explain(err)))
	}
	notice, err := checkAccess(dir)
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", stored(dir, err))
	}
	sweepNew(dir)
	if err := ensureFile(path, schema); err != nil {
		return nil, fmt.Errorf("open ledger: %w", stored(dir, explain(err)))
	}
	l := &Ledger{dir: dir, notice: notice}
	if err := l.connect(path, schema); err != nil {
		err = stored(dir, explain(errors.Join(err, l.closeDamaged())))
		return nil, fmt.Errorf("open ledger %s: %w", printable.Path(path), err)
	}
	return l, nil
}

// connect looks at the file with connections that can't write before it opens
// the one that can.
func (l *Ledger) connect(path string, schema []string) (err error) {
	suspicion := checkLog(path + logSuffix)
	if l.read, err = openDB(path, readOnly); err != nil {
		return err
	}
	l.read.SetMaxOpenConns(readers)
	l.read.SetMaxIdleConns(readers)
	if l.guard, err = l.read.Conn(background()); err != nil {
		return err
	}
	version, err := schemaVersion(l.guard, len(schema))
	if err != nil {
		return err
	}
	if version == 0 {
		return fmt.Errorf("%w: there is nothing in it", ErrDamaged)
	}
	db, err := openDB(path, readWrite)
	if err != nil {
		return err
	}
	if suspicion != nil {
		err = lookAgain(db, path+logSuffix)
	}
	if err == nil {
		err = migrate(db, schema)
	}
	if err == nil {
		l.write, err = newWriter(db, l.dir)
	}
	if err != nil {
		return errors.Join(err, db.Close())
	}
	return nil
}

// readers is how many connections read: the guard, two that read pages ahead, and
// two for questions about single rows. Each holds two file handles, and hundreds of
// rows may ask at once; they take turns. A query is read to its end before its
// result is used, so none waits for another while it holds a connection.
const readers = 5

// access is what a connection may do.
type access string

const (
	readOnly  access = "ro"
	readWrite access = "rw" // never creates a file: an empty one would pass for a new ledger
)

// openDB opens connections to the file as they are needed.
func openDB(path string, a access) (*sql.DB, error) {
	q := url.Values{}
	q.Add("mode", string(a))
	q.Add("_pragma", fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()))
	q.Add("_pragma", "cell_size_check(1)") // finds a damaged page when it is read, not when it is used
	q.Add("_pragma", "temp_store(MEMORY)") // what is sorted, and what is undone, is small: no directory for temporary files has to be there
	if a == readOnly {
		q.Add("_pragma", "cache_size(-256)") // KiB: what is read is read once, in order
	} else {
		q.Add("_pragma", "journal_mode(WAL)")
		q.Add("_pragma", "synchronous(FULL)")
		q.Add("_pragma", fmt.Sprintf("wal_autocheckpoint(%d)", logPages))
		q.Add("_pragma", "fullfsync(1)") // macOS: fsync alone leaves it in the drive's cache
	}
	return sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
}

// Close commits what is queued and closes the file.
func (l *Ledger) Close() error {
	closeAll := l.closeWhole
	if errors.Is(l.write.failure(), ErrDamaged) {
		closeAll = l.closeDamaged
	}
	if err := closeAll(); err != nil {
		return fmt.Errorf("close ledger: %w", explain(err))
	}
	return nil
}

// closeWhole closes the writer last. If nobody else has the ledger open, it
// folds the log into the file and removes it.
func (l *Ledger) closeWhole() error {
	return errors.Join(closeConn(l.guard), l.read.Close(), l.write.close())
}

// closeDamaged closes the writer while a reader is there, and then the reader.
// So neither folds the log into the file: the one is not the last, and the
// other can't write.
func (l *Ledger) closeDamaged() error {
	var errs []error
	if l.write != nil {
		errs = append(errs, l.write.close())
	}
	if l.guard != nil {
		errs = append(errs, closeConn(l.guard))
	}
	if l.read != nil {
		errs = append(errs, l.read.Close())
	}
	return errors.Join(errs...)
}

// closeConn closes a connection that may be closed already.
func closeConn(c *sql.Conn) error {
	if err := c.Close(); !errors.Is(err, sql.ErrConnDone) {
		return err
	}
	return nil
}

// Notice is what people should know of who else can get at the ledger; "" for
// nothing.
func (l *Ledger) Notice() string { return l.notice }

// Dir is the state directory.
func (l *Ledger) Dir() string { return l.dir }

// wrap says what was being done. It returns nil for nil. Damage that a reader
// meets stops the writer too.
func (l *Ledger) wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	err = explain(err)
	if errors.Is(err, ErrDamaged) {
		l.write.fail(err)
	}
	return fmt.Errorf("ledger: %s: %w", doing, stored(l.dir, err))
}

// explain turns SQLite's and the system's errors into the package's, keeping
// their words.
func explain(err error) error {
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

// millis and fromMillis are how times are stored: Unix milliseconds, 0 for
// none.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
