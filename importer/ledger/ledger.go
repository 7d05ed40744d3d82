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
// locks and SQLite's shared memory don't work over network file systems. The
// file is created whole and renamed into place, so an empty or cut file is
// damage and never a new ledger. Damage is reported as [ErrDamaged] and
// nothing is overwritten.
package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// FileName is the name of the ledger's file inside the state directory.
const FileName = "ledger.db"

var (
	// ErrDamaged says that the ledger's file can't be read as a ledger. The
	// file is left as it is.
	ErrDamaged = errors.New("the ledger is damaged")
	// ErrNewer says that a newer version of the program wrote the ledger.
	ErrNewer = errors.New("the ledger was written by a newer version of sent-import")
	// ErrDiskFull says that there was no room for a write. Nothing that was
	// reported as done is lost.
	ErrDiskFull = errors.New("the disk is full")
	// ErrNoJob says that the ledger has no job of that id.
	ErrNoJob = errors.New("no such job")
)

// busyTimeout is how long a write waits for another process's write. Plans
// commit every few thousand rows, so a wait is milliseconds; a minute is a
// machine in trouble.
const busyTimeout = time.Minute

// Ledger is an open ledger. Its methods may be called from several goroutines.
type Ledger struct {
	dir   string
	read  *sql.DB // several connections, read only by habit
	write *writer // the one connection that writes
}

// Open opens the ledger in the state directory dir, which it creates (0700)
// with an empty ledger (0600) if there is none.
//
// Errors: [ErrDamaged], [ErrNewer], [ErrDiskFull], or the file system's.
func Open(dir string) (*Ledger, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	path := filepath.Join(dir, FileName)
	if err := ensureFile(path); err != nil {
		return nil, fmt.Errorf("open ledger: %w", explain(err))
	}
	l, err := connect(dir, path)
	if err != nil {
		return nil, fmt.Errorf("open ledger %s: %w", path, explain(err))
	}
	return l, nil
}

// SetAside renames a damaged ledger in dir, with its companions, so that Open
// starts a new one and the damaged one can still be looked at. It returns the
// new name of the main file.
func SetAside(dir string, now time.Time) (string, error) {
	path := filepath.Join(dir, FileName)
	aside := path + ".damaged-" + now.UTC().Format("20060102T150405Z")
	for _, suffix := range []string{"-wal", "-shm", ""} {
		err := os.Rename(path+suffix, aside+suffix)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("set the damaged ledger aside: %w", err)
		}
	}
	return aside, nil
}

// ensureFile makes sure that there is a whole ledger at path. A new one is
// built under another name and linked into place, so that no moment exists at
// which a cut file could pass for a new ledger.
func ensureFile(path string) error {
	info, err := os.Stat(path)
	if err == nil {
		return checkHead(path, info.Size())
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, err := os.Stat(path + "-wal"); err == nil {
		return fmt.Errorf("%w: %s is missing, but its companion %s-wal is there", ErrDamaged, path, path)
	}
	return createFile(path)
}

func createFile(path string) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), FileName+".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	if err := tmp.Close(); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", dsn(tmp.Name(), "DELETE"))
	if err != nil {
		return err
	}
	if err := migrate(db); err != nil {
		return errors.Join(err, db.Close())
	}
	if err := db.Close(); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return syncDir(filepath.Dir(path))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// fileHead is what every SQLite database starts with
// (https://www.sqlite.org/fileformat.html).
const fileHead = "SQLite format 3\x00"

// checkHead refuses files that SQLite would take for an empty database.
func checkHead(path string, size int64) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	head := make([]byte, len(fileHead))
	if n, _ := f.Read(head); n < len(head) || string(head) != fileHead {
		return fmt.Errorf("%w: %s (%d bytes) is not a database", ErrDamaged, path, size)
	}
	return nil
}

func dsn(path, journal string) string {
	q := url.Values{}
	q.Add("_pragma", fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()))
	q.Add("_pragma", "journal_mode("+journal+")")
	q.Add("_pragma", "synchronous(FULL)")
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func connect(dir, path string) (*Ledger, error) {
	db, err := sql.Open("sqlite", dsn(path, "WAL"))
	if err != nil {
		return nil, err
	}
	if err := migrate(db); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	w, err := newWriter(db)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &Ledger{dir: dir, read: db, write: w}, nil
}

// Close commits what is queued and closes the file.
func (l *Ledger) Close() error {
	if err := errors.Join(l.write.close(), l.read.Close()); err != nil {
		return fmt.Errorf("close ledger: %w", explain(err))
	}
	return nil
}

// Dir is the state directory.
func (l *Ledger) Dir() string { return l.dir }

// explain turns SQLite's own errors into the package's, keeping SQLite's words.
func explain(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) || errors.Is(err, ErrDamaged) || errors.Is(err, ErrDiskFull) {
		return err
	}
	switch e.Code() & 0xff { // the low byte is the primary result code
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		return fmt.Errorf("%w: %w", ErrDamaged, err)
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

// background is the context of all statements: a write that has begun is
// finished, and who wants to stop stops before the next one.
func background() context.Context { return context.Background() }
