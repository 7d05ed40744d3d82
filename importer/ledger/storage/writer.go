package storage

import (
	"sync"
	"time"
)

// MaxGroup is how many writes share one commit at most. Beyond a few hundred
// the sync is no longer what a row costs.
const MaxGroup = 1000

// A group of patient writes alone waits up to Patience, or until there are
// PatientRows of them, so that more share one sync. That is also what a kill can
// cost: rows that were answered this short a time ago are asked about again.
const (
	Patience    = 25 * time.Millisecond
	PatientRows = 400
)

// Writer brings writes to a database one group after the other. Callers hand their writes
// over as functions; functions that are ready at the same time run in one transaction and
// share its sync (group commit).
type Writer struct {
	commit func([]Pending) error // a group, in one transaction

	mu     sync.Mutex // guards the next three
	queue  []Pending  // what waits for the next commit, in order
	hurry  bool       // somebody waits for a write in the queue
	closed bool       // no further write is accepted

	wake chan struct{} // holds one token, for the loop to look at the queue
	done chan struct{} // closed when the loop has ended

	failing sync.Mutex
	failed  error // why nothing more is written; guarded by failing
}

// Pending is a write that was handed over.
type Pending struct {
	do      func(Tx) error
	patient bool       // nobody waits for it
	result  chan error // buffered, one result
}

// Run makes the write.
func (p Pending) Run(tx Tx) error { return p.do(tx) }

// NewWriter begins a writer, which is closed by Close. commit writes a group in one
// transaction; its error is the one that people see. After an error nothing more is
// written: later writes would depend on what was lost.
func NewWriter(commit func(group []Pending) error) *Writer {
	w := &Writer{commit: commit, wake: make(chan struct{}, 1), done: make(chan struct{})}
	go w.loop()
	return w
}

// Start hands a write over: see [Store].
func (w *Writer) Start(do func(Tx) error) <-chan error { return w.hand(Pending{do: do}) }

// StartPatient hands a patient write over: see [Store].
func (w *Writer) StartPatient(do func(Tx) error) <-chan error {
	return w.hand(Pending{do: do, patient: true})
}

// hand adds a write to the queue. It wakes the loop for the first write and for
// the first that somebody waits for, not for each: there may be thousands a second.
func (w *Writer) hand(g Pending) <-chan error {
	result := make(chan error, 1)
	g.result = result
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		result <- ErrClosed
		return result
	}
	w.queue = append(w.queue, g)
	hurries := !w.hurry && (!g.patient || len(w.queue) >= PatientRows)
	w.hurry = w.hurry || hurries
	if hurries || len(w.queue) == 1 {
		w.stir()
	}
	return result
}

// stir makes the loop look at the queue.
func (w *Writer) stir() {
	select {
	case w.wake <- struct{}{}:
	default: // it will anyway: a token is there
	}
}

func (w *Writer) loop() {
	defer close(w.done)
	var group []Pending
	for open := true; open; {
		group, open = w.gather(group)
		if len(group) == 0 {
			continue
		}
		err := w.Failure()
		if err == nil {
			if err = w.commit(group); err != nil {
				w.Fail(err)
			}
		}
		for _, g := range group {
			g.result <- err
		}
	}
}

// gather waits for writes and takes a group from the queue; the memory of the
// group that was written before becomes the queue's. While all writes are patient,
// it waits up to Patience for more. open is false after the last group.
func (w *Writer) gather(written []Pending) (group []Pending, open bool) {
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
			timer := time.NewTimer(Patience)
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
	n := min(len(w.queue), MaxGroup)
	group = w.queue[:n:n]
	w.queue = append(written[:0], w.queue[n:]...)
	w.hurry = len(w.queue) > 0 // what is left has waited
	if w.hurry || w.closed {
		w.stir()
	}
	return group, !w.closed || len(w.queue) > 0 || len(group) > 0
}

// Failure is why nothing more is written; nil while all is well.
func (w *Writer) Failure() error {
	w.failing.Lock()
	defer w.failing.Unlock()
	return w.failed
}

// Fail ends all writing. The first reason stands.
func (w *Writer) Fail(err error) {
	w.failing.Lock()
	defer w.failing.Unlock()
	if w.failed == nil {
		w.failed = err
	}
}

// IsClosed reports whether the writer refuses more.
func (w *Writer) IsClosed() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.closed
}

// Close commits what is queued and ends the writer. first is false where it was closed
// before.
func (w *Writer) Close() (first bool) {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return false
	}
	w.closed = true
	w.stir()
	w.mu.Unlock()
	<-w.done
	return true
}
