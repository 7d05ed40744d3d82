package sqlite

import (
	"database/sql/driver"
	"fmt"

	"sent-import/importer/ledger/storage"
)

// Tx is the transaction in which a write is made: see [storage.Tx]. Each statement runs
// when it is given.
type Tx struct {
	// BeforeStep, when set by a test, is called before every statement and every
	// commit, and its error counts as the disk's. It stays set.
	BeforeStep func(step string) error

	inner   statements
	endings []ending // of this transaction
}

type ending struct {
	last      func(storage.Tx) error
	committed func()
}

// AtEnd has last called when all writes of the transaction are made, and committed
// when it is on the disk.
func (tx *Tx) AtEnd(last func(storage.Tx) error, committed func()) {
	tx.endings = append(tx.endings, ending{last, committed})
}

// run makes all writes of a group.
func (tx *Tx) run(group []storage.Pending) error {
	if err := tx.Exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	for _, g := range group {
		if err := g.Run(tx); err != nil {
			return err
		}
	}
	for _, e := range tx.endings {
		if err := e.last(tx); err != nil {
			return err
		}
	}
	return tx.Exec("COMMIT")
}

// Exec runs one statement, which is prepared once. The arguments are int, int64,
// string, bool or nil.
func (tx *Tx) Exec(query string, args ...any) error {
	_, err := tx.exec(query, args)
	return err
}

// ExecRows runs one statement that has to change exactly n rows; otherwise the
// error is [storage.ErrDamaged].
func (tx *Tx) ExecRows(n int, query string, args ...any) error {
	res, err := tx.exec(query, args)
	if err != nil {
		return err
	}
	changed, err := res.RowsAffected()
	if err == nil && changed != int64(n) {
		err = fmt.Errorf("%w: %d rows were to be changed, and %d were there to be changed", storage.ErrDamaged, n, changed)
	}
	return err
}

// ExecRow is ExecRows for one row.
func (tx *Tx) ExecRow(query string, args ...any) error { return tx.ExecRows(1, query, args...) }

// Gathers is false: a statement costs microseconds here.
func (tx *Tx) Gathers() bool { return false }

// Insert runs one statement that inserts a row, and sets id to the row's.
func (tx *Tx) Insert(id *int64, query string, args ...any) error {
	res, err := tx.exec(query, args)
	if err == nil {
		*id, err = res.LastInsertId()
	}
	return err
}

func (tx *Tx) exec(query string, args []any) (driver.Result, error) {
	if tx.BeforeStep != nil {
		if err := tx.BeforeStep(query); err != nil {
			return nil, err
		}
	}
	return tx.inner.exec(query, args)
}
