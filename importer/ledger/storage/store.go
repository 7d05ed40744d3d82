// Package storage is what the ledger asks of a database: statements in transactions that
// share one sync, queries, and the right to run a job. Package ledger writes its tables
// through it; package sqlite is one file on this machine, package postgres a database that
// many machines share.
//
//	Start, StartPatient (one transaction and one sync for all that is ready) and
//	Query → Close
//
// The statements are SQLite's where the two differ: its parameters (?, ?1), its names of
// functions. What PostgreSQL says otherwise is in package postgres, in one table.
//
// After an error of a write nothing more is written: see [Store.Failure].
package storage

import "time"

// Store is an open database. Its methods may be called from several goroutines.
type Store interface {
	// Start hands a write over and returns at once; the channel gives the result when it
	// is on the disk. The channel is buffered: nobody has to read it.
	Start(do func(Tx) error) <-chan error
	// StartPatient does the same for a write whose caller does not wait: it may be
	// delayed a little so that more writes share one sync.
	StartPatient(do func(Tx) error) <-chan error
	// Each gives the rows that a query finds, one after the other, to do. A Row is valid
	// until do returns.
	Each(query string, args []any, do func(*Row) error) error
	// Failure is why nothing more is written, and no request may begin; nil while all is
	// well.
	Failure() error
	// Explain turns an error that was met with the database into one of this package's.
	Explain(err error) error

	// Lock takes the right to run the job with that id, without waiting, and returns how
	// it is given back. Errors: [*LockedError], [ErrLeaseLost].
	Lock(id string, now time.Time) (release func() error, err error)
	// SweepLocks removes what is left of locks that nobody holds, and whose jobs mayHave
	// does not know.
	SweepLocks(mayHave func(id string) bool)

	// Scope begins the names that people give, where one database has those of several
	// accounts; "" where it has not.
	Scope() string
	// Dir is the directory of what belongs to the ledger on this machine.
	Dir() string
	// Notice is what people should know about others who can get at the database; ""
	// for nothing.
	Notice() string
	// FreeBytes is how much of the database's file is free for what is written next; 0
	// where that is the database's own business.
	FreeBytes() (int64, error)
	// Close commits what is queued and closes the database. It may be called twice.
	Close() error
}

// Tx is the transaction in which a write is made. It is valid until the function that was
// handed to Start returns.
//
// The arguments of statements are int, int64, string, bool or nil. A store may run a
// statement later than the call, in the order of the calls, and not each on its own: the
// error of a call then comes as that of the whole write.
type Tx interface {
	// Exec runs one statement.
	Exec(query string, args ...any) error
	// ExecRows runs one statement that has to change exactly n rows; otherwise the
	// error is [ErrDamaged].
	ExecRows(n int, query string, args ...any) error
	// ExecRow runs one statement for one row that it has to change or to insert;
	// otherwise the error is [ErrDamaged]. A store may gather those with the same text and
	// run them as one, before the next statement of another kind: no two of a transaction
	// may be for the same row. The text is UPDATE … SET … WHERE …, or INSERT INTO … VALUES (…).
	ExecRow(query string, args ...any) error
	// Gathers reports whether ExecRow gathers.
	Gathers() bool
	// Insert runs one statement that inserts a row into jobs. id is the row's when the
	// write is on the disk.
	Insert(id *int64, query string, args ...any) error
	// AtEnd has last called when all writes of the transaction are made, and committed
	// when it is on the disk.
	AtEnd(last func(Tx) error, committed func())
}

// Write runs do in a transaction and returns when that is on the disk.
func Write(s Store, do func(Tx) error) error { return <-s.Start(do) }

// Query reads all rows that a query finds. scan fills in an item, which is zero.
// A value that does not fit is [ErrDamaged].
func Query[T any](s Store, query string, scan func(*Row, *T) error, args ...any) ([]T, error) {
	return QueryPage(s, 0, query, scan, args...)
}

// QueryPage does the same where so many rows are expected: there is room for them at once.
func QueryPage[T any](s Store, size int, query string, scan func(*Row, *T) error, args ...any) (items []T, err error) {
	if size > 0 {
		items = make([]T, 0, size)
	}
	err = s.Each(query, args, func(row *Row) error {
		var none T
		items = append(items, none)
		return scan(row, &items[len(items)-1])
	})
	if err != nil {
		return nil, err
	}
	return items, nil
}

// ScanOne reads the only column of a row.
func ScanOne[T any](r *Row, value *T) error { return r.Scan(value) }
