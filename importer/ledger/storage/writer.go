package storage

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync"
	"time"
)

// maxGroup is how many writes share one commit at most. Beyond a few hundred
// the sync is no longer what a row costs.
const maxGroup = 1000

// A group of patient writes alone waits up to patience, or until there are
// patientRows of them, so that more share one sync. That is also what a kill can
// cost: rows that were answered this short a time ago are asked about again.
const (
	patience    = 25 * time.Millisecond
	patientRows = 400
)

// writer is the one connection that writes. Callers hand their writes over as
// functions; functions that are ready at the same time run in one transaction and
// share its sync (group commit).
type writer struct {
	db   *sql.DB   // has only this connection
	dir  string    // for the errors
	conn *sql.Conn // locked while a transaction is under way
	tx   Tx        // only the loop uses it

	mu     sync.Mutex // guards the next three
	queue  []write    // what waits for the next commit, in order
	hurry  bool       // somebody waits for a write in the queue
	closed bool       // no further write is accepted

	wake chan struct{} // holds one token, for the loop to look at the queue
	done chan struct{} // closed when the loop has ended

	failing sync.Mutex
	failed  error // why nothing more is written; guarded by failing
}

type write struct {
	do      func(*Tx) error
	patient bool       // nobody waits for it
	result  chan error // buffered, one result
}

// ErrClosed is the error of a write after Close.
var ErrClosed = errors.New("the ledger is closed")

func newWriter(db *sql.DB, dir string) (*writer, error) {
	conn, err := db.Conn(background())
	if err != nil {
		return nil, err
	}
	w := &writer{
		db:   db,
		dir:  dir,
		conn: conn,
		tx:   Tx{inner: statements{prepared: make(map[string]driver.StmtExecContext)}},
		wake: make(chan struct{}, 1),
		done: make(chan struct{}),
	}
	go w.loop()
	return w, nil
}

// hand adds a write to the queue. It wakes the loop for the first write and for
// the first that somebody waits for, not for each: there may be thousands a second.
func (w *writer) hand(g write) <-chan error {
	result := make(chan error, 1)
	g.result = result
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		result <- ErrClosed
		return result
	}
	w.queue = append(w.queue, g)
	hurries := !w.hurry && (!g.patient || len(w.queue) >= patientRows)
	w.hurry = w.hurry || hurries
	if hurries || len(w.queue) == 1 {
		w.stir()
	}
	return result
}

// stir makes the loop look at the queue.
func (w *writer) stir() {
	select {
	case w.wake <- struct{}{}:
	default: // it will anyway: a token is there
	}
}

func (w *writer) loop() {
	defer close(w.done)
	var group []write
	for open := true; open; {
		group, open = w.gather(group)
		if len(group) == 0 {
			continue
		}
		err := w.commit(group)
		for _, g := range group {
			g.result <- err
		}
	}
}

// gather waits for writes and takes a group from the queue; the memory of the
// group that was written before becomes the queue's. While all writes are patient,
// it waits up to patience for more. open is false after the last group.
func (w *writer) gather(written []write) (group []write, open bool) {
	clear(written) // nothing that the writes hold is needed any more
	<-w.wake
	var enough <-chan time.Time
	for over := false; ; {
		w.mu.Lock()
		if w.hurry || w.closed || over || len(w.queue) == 0 {
			break
		}
		w.mu.Unlock()
		if enough == nil {
			timer := time.NewTimer(patience)
			defer timer.Stop()
			enough = timer.C
		}
		select {
		case <-w.wake:
		case <-enough:
			over = true
		}
	}
	defer w.mu.Unlock()
	n := min(len(w.queue), maxGroup)
	group = w.queue[:n:n]
	w.queue = append(written[:0], w.queue[n:]...)
	w.hurry = len(w.queue) > 0 // what is left has waited
	if w.hurry || w.closed {
		w.stir()
	}
	return group, !w.closed || len(w.queue) > 0 || len(group) > 0
}

// commit runs the group in one transaction. After an error nothing more is written:
// later writes would depend on what was lost.
func (w *writer) commit(group []write) error {
	if err := w.failure(); err != nil {
		return err
	}
	if err := w.transaction(group); err != nil {
		w.fail(Explain(w.dir, err))
		return w.failure()
	}
	return nil
}

// failure is why nothing more is written; nil while all is well.
func (w *writer) failure() error {
	w.failing.Lock()
	defer w.failing.Unlock()
	return w.failed
}

// fail ends all writing. The first reason stands.
func (w *writer) fail(err error) {
	w.failing.Lock()
	defer w.failing.Unlock()
	if w.failed == nil {
		w.failed = err
	}
}

func (w *writer) transaction(group []write) error {
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
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return nil
	}
	w.closed = true
	w.stir()
	w.mu.Unlock()
	<-w.done
	return errors.Join(w.tx.inner.close(), w.conn.Close(), w.db.Close())
}
