package ledger

import (
	"database/sql"
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
	db    *sql.DB // has only this connection
	conn  *sql.Conn
	stmts map[string]*sql.Stmt
	queue chan write // closed by close, after which nothing is sent

	mu     sync.RWMutex // held for reading while sending to queue
	closed bool
	done   chan struct{} // closed when the loop has ended

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

func newWriter(db *sql.DB) (*writer, error) {
	conn, err := db.Conn(background())
	if err != nil {
		return nil, err
	}
	w := &writer{
		db:      db,
		conn:    conn,
		stmts:   make(map[string]*sql.Stmt),
		touched: make(map[*Run]time.Time),
		queue:   make(chan write, maxGroup), // closed by close
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

func (w *writer) hand(g write) <-chan error {
	result := make(chan error, 1)
	g.result = result
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		result <- errClosed
		return result
	}
	w.queue <- g
	return result
}

func (w *writer) loop() {
	defer close(w.done)
	group := make([]write, 0, maxGroup)
	for first := range w.queue {
		group = append(group[:0], first)
		group = w.gather(group)
		err := w.commit(group)
		for _, g := range group {
			g.result <- err
		}
	}
}

// gather adds what else is ready now. While all of it is patient, it also waits
// for more, a little.
func (w *writer) gather(group []write) []write {
	patient := group[0].patient
	var enough <-chan time.Time
	for len(group) < maxGroup {
		var g write
		open := true
		select {
		case g, open = <-w.queue:
		default:
			if !patient || len(group) >= patientRows {
				return group
			}
			if enough == nil {
				timer := time.NewTimer(patience)
				defer timer.Stop()
				enough = timer.C
			}
			select {
			case g, open = <-w.queue:
			case <-enough:
				return group
			}
		}
		if !open {
			return group
		}
		group = append(group, g)
		patient = patient && g.patient
	}
	return group
}

// commit runs the group in one transaction. After an error nothing more is
// written: what follows would rest on what was lost.
func (w *writer) commit(group []write) error {
	if err := w.failure(); err != nil {
		return err
	}
	err := w.transaction(group)
	if err != nil {
		w.fail(explain(err))
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
	if err := w.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	clear(w.touched)
	err := w.fill(group)
	if err == nil {
		err = w.exec("COMMIT")
	}
	if err != nil {
		_, _ = w.conn.ExecContext(background(), "ROLLBACK")
		return err
	}
	for r, now := range w.touched {
		r.leased(now)
	}
	return nil
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

func (w *writer) execResult(query string, args ...any) (sql.Result, error) {
	if w.fault != nil {
		if err := w.fault(query); err != nil {
			return nil, err
		}
	}
	stmt := w.stmts[query]
	if stmt == nil {
		var err error
		if stmt, err = w.conn.PrepareContext(background(), query); err != nil {
			return nil, err
		}
		w.stmts[query] = stmt
	}
	return stmt.ExecContext(background(), args...)
}

// close commits what is queued and closes the connection.
func (w *writer) close() error {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return nil
	}
	w.closed = true
	close(w.queue)
	w.mu.Unlock()
	<-w.done
	var errs []error
	for _, stmt := range w.stmts {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(append(errs, w.conn.Close(), w.db.Close())...)
}
