package ledger

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"
	"time"
)

// maxGroup is how many writes share one commit at most. Beyond a few hundred
// the sync is no longer what a row costs.
const maxGroup = 1000

// A commit of nothing but patient writes, for which nobody waits, waits this
// long for company, or until it has enough. It is what a kill can cost: rows
// that were answered this short a time ago are asked about again.
const (
	patience    = 25 * time.Millisecond
	patientRows = 400
)

// writer is the one connection that writes. Whoever has something to write
// hands it over as a function; functions that are ready at the same time run
// in one transaction and share its sync.
type writer struct {
	db    *sql.DB    // has only this connection
	dir   string     // of the ledger
	conn  *sql.Conn  // locked while a transaction is under way
	inner statements // of a transaction

	mu     sync.Mutex // guards the next three
	queue  []write    // what waits for the next commit, in order
	hurry  bool       // it doesn't wait for company
	closed bool       // nothing is added to it any more

	wake chan struct{} // holds one token, for the loop to look at the queue
	done chan struct{} // closed when the loop has ended

	failing sync.Mutex
	failed  error // why nothing more is written; guarded by failing

	touched map[*Run]time.Time // the runs that have a part in the commit under way; only the loop touches it

	// fault, when set by a test, is asked before every statement and every
	// commit, and its error is taken for the disk's.
	fault func(step string) error
}

type write struct {
	do      func(*writer) error
	patient bool       // nobody waits for it
	result  chan error // buffered, one result
}

var errClosed = errors.New("the ledger is closed")

func newWriter(db *sql.DB, dir string) (*writer, error) {
	conn, err := db.Conn(background())
	if err != nil {
		return nil, err
	}
	w := &writer{
		db:      db,
		dir:     dir,
		conn:    conn,
		inner:   statements{prepared: make(map[string]driver.StmtExecContext)},
		touched: make(map[*Run]time.Time),
		wake:    make(chan struct{}, 1),
		done:    make(chan struct{}),
	}
	go w.loop()
	return w, nil
}

// run has do executed in a transaction and returns when it is on the disk.
func (w *writer) run(do func(*writer) error) error {
	return <-w.start(do)
}

// start hands do over and returns at once; the result comes when it is on the
// disk. The channel is buffered: nobody has to read it.
func (w *writer) start(do func(*writer) error) <-chan error { return w.hand(write{do: do}) }

// startPatient does the same for a write that nobody waits for.
func (w *writer) startPatient(do func(*writer) error) <-chan error {
	return w.hand(write{do: do, patient: true})
}

// hand adds to the queue. It wakes the loop for the first write and for one
// that is in a hurry, and not for each: there may be thousands a second.
func (w *writer) hand(g write) <-chan error {
	result := make(chan error, 1)
	g.result = result
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		result <- errClosed
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

// stir has the loop look at the queue.
func (w *writer) stir() {
	select {
	case w.wake <- struct{}{}:
	default: // it is about to
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

// gather waits for something to write and takes it from the queue, for which it
// leaves the group that was written before. While all of it is patient, it
// waits for more, a little. open is false when nothing will come any more.
func (w *writer) gather(written []write) (group []write, open bool) {
	clear(written) // what the writes hold is done with
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

// commit runs the group in one transaction. After an error nothing more is
// written: what follows would rest on what was lost.
func (w *writer) commit(group []write) error {
	if err := w.failure(); err != nil {
		return err
	}
	err := w.transaction(group)
	if err != nil {
		w.fail(stored(w.dir, explain(err)))
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
	clear(w.touched)
	err := w.conn.Raw(func(conn any) error {
		w.inner.conn = conn.(driver.ConnPrepareContext)
		defer func() { w.inner.conn = nil }()
		return w.steps(group)
	})
	if err != nil {
		_, _ = w.conn.ExecContext(background(), "ROLLBACK") // if it had begun
		return err
	}
	for r, now := range w.touched {
		r.leased(now)
	}
	return nil
}

func (w *writer) steps(group []write) error {
	if err := w.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := w.fill(group); err != nil {
		return err
	}
	return w.exec("COMMIT")
}

// fill makes all writes of the group, and those of the runs behind them.
func (w *writer) fill(group []write) error {
	for _, g := range group {
		if err := g.do(w); err != nil {
			return err
		}
	}
	for r, now := range w.touched {
		if err := r.flush(w, now); err != nil {
			return err
		}
	}
	return nil
}

// exec runs one statement, prepared once.
func (w *writer) exec(query string, args ...any) error {
	_, err := w.execResult(query, args...)
	return err
}

// execRows runs one statement that changes n rows, no more and no fewer.
func (w *writer) execRows(n int, query string, args ...any) error {
	res, err := w.execResult(query, args...)
	if err != nil {
		return err
	}
	changed, err := res.RowsAffected()
	if err == nil && changed != int64(n) {
		err = fmt.Errorf("%w: %d rows were to be changed, and %d were there to be changed", ErrDamaged, n, changed)
	}
	return err
}

func (w *writer) execResult(query string, args ...any) (driver.Result, error) {
	if w.fault != nil {
		if err := w.fault(query); err != nil {
			return nil, err
		}
	}
	return w.inner.exec(query, args)
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
	return errors.Join(w.inner.close(), w.conn.Close(), w.db.Close())
}
