package worker

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"sent-import/importer/fleet/pool"
	"sent-import/importer/fleet/queue"
	"sent-import/importer/printable"
)

// work drains a pool for a slice.
func (w *Worker) work(ctx context.Context, drain queue.Drain) error {
	if w.ends.Err() != nil {
		return queue.ErrNotNow
	}
	began := time.Now()
	lease, err := w.db.Take(ctx, drain, w.o.ID)
	if errors.Is(err, pool.ErrLost) {
		return nil // an old drain: somebody else has the pool, or had it
	}
	if err != nil {
		return err
	}
	w.stats.Busy.Add(1)
	defer w.stats.Busy.Add(-1)
	w.stats.Slices.Add(1)
	w.drain(ctx, lease, began)
	return nil // what is left has a drain of its own
}

// drain works on a pool that was taken by a statement which began then.
func (w *Worker) drain(ctx context.Context, lease pool.Lease, began time.Time) {
	slice, lose := context.WithCancelCause(ctx)
	defer lose(nil)
	defer context.AfterFunc(w.ends, func() { lose(context.Cause(w.ends)) })()
	heart := newHeart(w.beats, lease, w.beatEvery, began, lose)
	var beating sync.WaitGroup
	beats, stop := context.WithCancel(context.WithoutCancel(ctx))
	beating.Go(func() { heart.keep(beats) })
	err := w.imports(slice, heart, &lease, began)
	stop()
	beating.Wait()
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
	defer cancel()
	if err == nil {
		err = insist(end, func() error { return w.db.Release(end, lease, lease.Pace) })
	}
	if err != nil {
		w.stats.Lost.Add(1)
		w.o.Say(fmt.Sprintf("%s: %s.", pool.KeyRef(lease.Pool), printable.Line(err.Error())))
	}
}

// imports works on the imports of a pool, the oldest first, until the slice is over, and
// keeps the pace in the lease. Its error says that the lease is lost.
func (w *Worker) imports(ctx context.Context, heart *Heart, lease *pool.Lease, began time.Time) error {
	for ctx.Err() == nil && time.Since(began) < w.o.Slice {
		var next pool.Import
		var ok bool
		err := insist(ctx, func() (err error) { next, ok, err = w.db.Next(ctx, *lease); return err })
		if ctx.Err() != nil {
			return leaseLost(ctx)
		}
		if err != nil || !ok {
			return err
		}
		w.tellBegin(next)
		ending, err := w.one(ctx, heart, Slice{Import: next, Lease: *lease, Began: began, Time: w.o.Slice, Alive: heart.Alive, Watch: heart.watch})
		if ending.Pace != nil {
			lease.Pace = ending.Pace
		}
		if err := w.finish(ctx, heart, next, ending, err); err != nil {
			return err
		}
	}
	return leaseLost(ctx)
}

// leaseLost is the cause of the end of a slice, if that is the loss of its lease. One that
// is only late may be the worker's still: it is released then.
func leaseLost(ctx context.Context) error {
	if cause := context.Cause(ctx); errors.Is(cause, pool.ErrLost) {
		return cause
	}
	return nil
}

// one has the engine work on an import. A panic is an error.
func (w *Worker) one(ctx context.Context, heart *Heart, s Slice) (ending pool.Ending, err error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer heart.follow(s.Import.ID, cancel)()
	defer func() {
		if broken := recover(); broken != nil {
			w.o.Say(fmt.Sprintf("import %d: panic: %v\n%s", s.Import.ID, broken, debug.Stack()))
			err = fmt.Errorf("an internal error of the program (%v): please report it", broken)
		}
	}()
	ending, err = w.o.Engine(ctx, s)
	if err != nil && errors.Is(context.Cause(ctx), errCancelled) {
		return pool.Ending{State: pool.Open, Pace: ending.Pace}, nil // what it says of its end is only that
	}
	return ending, err
}

// finish writes down how an import's part of the slice has ended.
func (w *Worker) finish(ctx context.Context, heart *Heart, i pool.Import, ending pool.Ending, failed error) error {
	var later *Wait
	switch {
	case failed == nil:
	case ctx.Err() != nil:
		ending = pool.Ending{State: pool.Open}
	case errors.As(failed, &later):
		ending = pool.Ending{State: pool.Open, Reason: failed.Error(), Wait: later.After}
	default:
		ending = pool.Ending{State: pool.Open, Reason: failed.Error(), Wait: time.Minute, Failed: true, ExitCode: 1}
	}
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
	defer cancel()
	var state pool.State
	err := insist(end, func() (err error) { state, err = w.db.Finish(end, heart.lease, i.ID, ending); return err })
	if err == nil {
		w.tellEnd(i, state, ending)
	}
	return err
}

// tellBegin tells of the first slice of an import, and of one after a worker that was lost.
func (w *Worker) tellBegin(i pool.Import) {
	switch {
	case i.Takeovers > 0:
		w.o.Say(fmt.Sprintf("import %d (%s): goes on here after its worker was lost.", i.ID, i.KeyRef))
	case i.Job == "" && i.Reason == "":
		w.o.Say(fmt.Sprintf("import %d (%s): begins.", i.ID, i.KeyRef))
	}
}

// tellEnd tells how an import has ended, or once why it waits.
func (w *Worker) tellEnd(i pool.Import, state pool.State, e pool.Ending) {
	reason := printable.Line(e.Reason)
	switch {
	case state != pool.Open && e.Reason != "":
		w.o.Say(fmt.Sprintf("import %d (%s): %s: %s.", i.ID, i.KeyRef, state, reason))
	case state != pool.Open:
		w.o.Say(fmt.Sprintf("import %d (%s): %s.", i.ID, i.KeyRef, state))
	case e.Reason == "" || e.Reason == i.Reason:
	case e.Wait == 0:
		w.o.Say(fmt.Sprintf("import %d (%s): goes on when it is its turn: %s.", i.ID, i.KeyRef, reason))
	default:
		w.o.Say(fmt.Sprintf("import %d (%s): waits, and is tried again every %s: %s.", i.ID, i.KeyRef, printable.Duration(e.Wait), reason))
	}
}

// insistEvery is the pause between tries to reach the database.
const insistEvery = 500 * time.Millisecond

// insist tries to write to the database until it can, the lease is lost, or ctx ends.
func insist(ctx context.Context, write func() error) error {
	for {
		err := write()
		if err == nil || errors.Is(err, pool.ErrLost) || !queue.Away(err) {
			return err
		}
		if wait(ctx, insistEvery) != nil {
			return err
		}
	}
}
