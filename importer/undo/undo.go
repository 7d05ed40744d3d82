// Package undo deletes the contacts that a job has created, exactly those: each by the id
// that the API gave when the job created it.
//
//	ledger.UndoRows → newer job's? → GET: changed since? → intent on the disk → DELETE → settle → ledger
//
// # What is kept
//
// A contact is not deleted, and its result is changed, where
//
//   - a newer job of the ledger has created it again: it is that job's now;
//   - its dates are not those that the API showed when the job created it, nor those after
//     a mark of this ledger (see evidence.go): somebody has changed it since, or has deleted
//     it and made it anew;
//   - only the date of its last change shows that the job has created it.
//
// The first is always kept. The others are deleted with [Delete], which then costs one
// request for each contact, and not two.
//
// # Kills and lost answers
//
// That a deletion is going to be sent is on the disk before. A deletion may be sent again
// without harm: a contact that is gone, after an intent or a lost answer, was deleted by
// us, and the message says so; one that is gone without either had been deleted before.
// A contact that is there after an intent is looked at again: if somebody has made it anew
// meanwhile, its dates show it.
package undo

import (
	"context"
	"errors"
	"time"

	"sent-import/importer/gateway"
	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/progress"
)

// Policy says what becomes of contacts that somebody has changed since.
type Policy string

// The policies.
const (
	Keep   Policy = "keep"
	Delete Policy = "delete"
)

// Options say what is deleted.
type Options struct {
	Ledger   *ledger.Ledger
	Job      ledger.Job
	Run      *ledger.Run // that the undo is a part of
	Gateway  *gateway.Gateway
	Progress *progress.Progress
	Changed  Policy

	// Ahead is how far the clock that dates contacts can have been ahead of ours, as the
	// job's runs have known it; AheadKnown is false where none did.
	Ahead      time.Duration
	AheadKnown bool
	// LastMark is until when, on our clock, a mark of the job whose answer was lost can have
	// been carried out.
	LastMark time.Time
}

// Undoer deletes contacts.
type Undoer struct {
	o     Options
	g     *gateway.Gateway
	again map[int]string // rows whose contacts a newer job has created again, and its id
}

// New returns an Undoer that has done nothing yet.
func New(o Options) *Undoer { return &Undoer{o: o, g: o.Gateway} }

// IsLeft reports whether an undo with the policy has something to do for the row.
func IsLeft(r ledger.UndoRow, changed Policy) bool {
	switch r.Row.Result {
	case outcome.UndoPending, outcome.UndoFailed:
		return r.Made
	case outcome.UndoChanged:
		return changed == Delete
	}
	return false
}

// Requests is how many requests a contact costs if nothing goes wrong.
func (p Policy) Requests() int {
	if p == Delete {
		return 1
	}
	return 2
}

// Run deletes what is left. stopped is why it has ended early; the error is one after which
// it can't go on.
func (u *Undoer) Run() (stopped, broken error) {
	if u.again, broken = u.o.Ledger.CreatedSince(u.o.Job); broken != nil {
		return nil, broken
	}
	w := underway{done: make(chan error)}
	alone := true // the first one, as the first request of a run
	for row, err := range u.o.Ledger.UndoRows(u.o.Job) {
		if err != nil {
			return nil, errors.Join(err, w.wait(0))
		}
		if !IsLeft(row, u.o.Changed) {
			continue
		}
		if broken = errors.Join(broken, w.wait(u.g.Concurrency()-1)); broken != nil || u.g.Context().Err() != nil {
			break
		}
		w.begin(func() error { return u.follow(row) })
		if alone {
			alone = false
			broken = w.wait(0)
		}
	}
	if broken = errors.Join(broken, w.wait(0), u.o.Run.Save(now())); broken != nil {
		return nil, broken
	}
	return context.Cause(u.g.Context()), nil
}

// underway are the contacts that are being asked for and deleted. There are no more of them
// than requests may be in flight, which is enough for the whole rate: else all would be asked
// for before the first is deleted, and an undo that is killed would have done nothing.
type underway struct {
	count int
	done  chan error // a value of each that has ended
}

// begin starts one.
func (w *underway) begin(follow func() error) {
	w.count++
	go func() { w.done <- follow() }()
}

// wait returns once no more than that many are under way, with the errors of those that have
// ended meanwhile.
func (w *underway) wait(most int) (broken error) {
	for ; w.count > most; w.count-- {
		broken = errors.Join(broken, <-w.done)
	}
	return broken
}

// follow takes one row to its result. Its error is a reason why the undo can't go on.
func (u *Undoer) follow(row ledger.UndoRow) error {
	end, err := u.decide(row)
	switch {
	case err != nil && (u.g.Context().Err() != nil || gateway.Stops(err)):
		u.g.Stop(err)
		return nil
	case err != nil:
		u.g.Stop(errBroken)
		return err
	case end.result != outcome.UndoPending:
		u.o.Run.SettleDelete(row.Number, end.result, end.message, now())
	}
	u.o.Progress.Undone()
	return nil
}

// errBroken ends the undo when the ledger can't be written.
var errBroken = errors.New("stopped")

// now is the time that is written down: without the monotonic part, which stands still
// while a computer sleeps.
func now() time.Time { return time.Now().Round(0) }
