package sqlite

import (
	"database/sql"
	"database/sql/driver"
	"errors"

	"sent-import/importer/ledger/storage"
)

// writer is the one connection that writes, a group of writes in one transaction.
type writer struct {
	db    *sql.DB   // has only this connection
	dir   string    // for the errors
	conn  *sql.Conn // locked while a transaction is under way
	tx    Tx        // only the goroutine of the group uses it
	group *storage.Writer
}

func newWriter(db *sql.DB, dir string) (*writer, error) {
	conn, err := db.Conn(background())
	if err != nil {
		return nil, err
	}
	w := &writer{db: db, dir: dir, conn: conn, tx: Tx{inner: statements{prepared: make(map[string]driver.StmtExecContext)}}}
	w.group = storage.NewWriter(w.commit)
	return w, nil
}

// commit runs the group in one transaction.
func (w *writer) commit(group []storage.Pending) error {
	if err := w.transaction(group); err != nil {
		w.group.Fail(Explain(w.dir, err))
		return w.group.Failure()
	}
	return nil
}

func (w *writer) transaction(group []storage.Pending) error {
	w.tx.endings = w.tx.endings[:0]
	err := w.conn.Raw(func(conn any) error {
		w.tx.inner.conn = conn.(driver.ConnPrepareContext)
		defer func() { w.tx.inner.conn = nil }()
		return w.tx.run(group)
	})
	if err != nil {
		_, _ = w.conn.ExecContext(background(), "ROLLBACK") // if it had begun
		return err
	}
	for _, e := range w.tx.endings {
		e.committed()
	}
	return nil
}

// close commits what is queued and closes the connection.
func (w *writer) close() error {
	if !w.group.Close() {
		return nil
	}
	return errors.Join(w.tx.inner.close(), w.conn.Close(), w.db.Close())
}
