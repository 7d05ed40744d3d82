// Package sqlite is the file under the ledger of one machine: one SQLite database, which
// is created whole, checked for damage before anything is written to it, migrated to the
// newest schema, written by one connection and read by several; and beside it the files of
// the jobs' locks. What its tables mean is up to package ledger.
//
// After an error of a write, and after damage of the file that any call has met, nothing
// more is written: see [DB.Failure] and [DB.Explain].
package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"sync/atomic"

	"modernc.org/sqlite"

	"sent-import/importer/ledger/storage"
	"sent-import/importer/printable"
	"sent-import/importer/private"
)

// readers is how many connections read: the guard, two that read pages ahead, and
// two for queries of single rows. Each holds two file handles; hundreds of rows may
// query at once, and take turns. A query is read to its end before its result is
// used, so no query waits for another one while it holds a connection.
const readers = 5

// DB is the open file. Its methods may be called from several goroutines.
type DB struct {
	dir    string
	notice string
	read   *sql.DB   // several connections that can't write
	guard  *sql.Conn // one of them; see closeDamaged
	write  *writer   // the one connection that writes

	damaged atomic.Bool // damage was met: Close leaves the files as they are
}

// Open opens the file in the state directory dir, which it creates (0700) with an
// empty database (0600) if there is none, and applies the migrations that the file
// has not seen yet: migrations[i] takes the schema from version i to i+1.
//
// Errors: [storage.ErrDamaged], [storage.ErrNewer], [storage.ErrDiskFull], [*storage.Error], or the file system's.
func Open(dir string, migrations []string) (*DB, error) {
	path := filepath.Join(dir, FileName)
	if err := private.MakeDir(dir); err != nil {
		return nil, fmt.Errorf("open ledger: %w", Explain(dir, err))
	}
	notice, err := checkAccess(dir)
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", Explain(dir, err))
	}
	sweepNew(dir)
	if err := ensureFile(path, migrations); err != nil {
		return nil, fmt.Errorf("open ledger: %w", Explain(dir, err))
	}
	db := &DB{dir: dir, notice: notice}
	if err := db.connect(path, migrations); err != nil {
		err = Explain(dir, errors.Join(err, db.closeDamaged()))
		return nil, fmt.Errorf("open ledger %s: %w", printable.Path(path), err)
	}
	return db, nil
}

// connect checks the file through connections that can't write before it opens
// the one that can.
func (db *DB) connect(path string, migrations []string) (err error) {
	suspicion := checkWAL(path + walSuffix)
	if db.read, err = openSQL(path, readOnly); err != nil {
		return err
	}
	db.read.SetMaxOpenConns(readers)
	db.read.SetMaxIdleConns(readers)
	if db.guard, err = db.read.Conn(background()); err != nil {
		return err
	}
	version, err := schemaVersion(db.guard, len(migrations))
	if err != nil {
		return err
	}
	if version == 0 {
		return fmt.Errorf("%w: there is nothing in it", storage.ErrDamaged)
	}
	pool, err := openSQL(path, readWrite)
	if err != nil {
		return err
	}
	if suspicion != nil {
		err = checkWALLocked(pool, path+walSuffix)
	}
	if err == nil {
		err = migrate(pool, migrations)
	}
	if err == nil {
		db.write, err = newWriter(pool, db.dir)
	}
	if err != nil {
		return errors.Join(err, pool.Close())
	}
	return nil
}

// Scope is "": the file is one user's, and the names in it are unique.
func (db *DB) Scope() string { return "" }

// FreeBytes is how much of the file is free for what is written next.
func (db *DB) FreeBytes() (int64, error) {
	const query = `SELECT f.freelist_count * s.page_size FROM pragma_freelist_count f, pragma_page_size s`
	found, err := storage.Query(db, query, storage.ScanOne[int64])
	if err != nil {
		return 0, err
	}
	return found[0], nil
}

// Dir is the state directory.
func (db *DB) Dir() string { return db.dir }

// Notice is what people should know about others who can get at the file; "" for
// nothing.
func (db *DB) Notice() string { return db.notice }

// Start hands do over: see [storage.Store].
func (db *DB) Start(do func(storage.Tx) error) <-chan error { return db.write.group.Start(do) }

// StartPatient does the same for a write whose caller does not wait.
func (db *DB) StartPatient(do func(storage.Tx) error) <-chan error {
	return db.write.group.StartPatient(do)
}

// Failure is why nothing more is written; nil while all is well.
func (db *DB) Failure() error { return db.write.group.Failure() }

// Explain turns an error that was met with the database into one of this
// package's. Damage of the file, which SQLite finds, stops all writing. A value that
// can't be right, or a row that is missing, does not: that is damage of the job that it
// belongs to, and other jobs can be written.
func (db *DB) Explain(err error) error {
	err = Explain(db.dir, err)
	if !errors.Is(err, storage.ErrDamaged) {
		return err
	}
	db.damaged.Store(true)
	if found := (*sqlite.Error)(nil); errors.As(err, &found) {
		db.write.group.Fail(err)
	}
	return err
}

// Close commits what is queued and closes the file. It may be called twice.
func (db *DB) Close() error {
	closeAll := db.closeWhole
	if db.damaged.Load() || errors.Is(db.write.group.Failure(), storage.ErrDamaged) {
		closeAll = db.closeDamaged
	}
	if err := closeAll(); err != nil {
		return fmt.Errorf("close ledger: %w", Explain(db.dir, err))
	}
	return nil
}

// closeWhole closes the writer last. If nobody else has the file open, SQLite then
// copies the log into the file and removes the log.
func (db *DB) closeWhole() error {
	return errors.Join(closeConn(db.guard), db.read.Close(), db.write.close())
}

// closeDamaged closes the writer while a reader is open, and then the reader.
// So neither copies the log into the file: the writer is not the last to close,
// and the reader can't write.
func (db *DB) closeDamaged() error {
	var errs []error
	if db.write != nil {
		errs = append(errs, db.write.close())
	}
	if db.guard != nil {
		errs = append(errs, closeConn(db.guard))
	}
	if db.read != nil {
		errs = append(errs, db.read.Close())
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
