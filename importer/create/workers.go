package create

import (
	"golang.org/x/sync/errgroup"

	"sent-import/importer/gateway"
)

// workers take rows to their outcomes, one at a time each. They stay until the last row,
// because a new goroutine for each row would grow its stack anew for each request. One
// goroutine enters and takes, a row at a time.
type workers struct {
	group  errgroup.Group
	follow func(turn) error
	places chan struct{} // one element for each row that is under way
	turns  chan turn     // closed by wait
	size   int           // workers that were started, at most one for each place
}

func (c *Creator) newWorkers() *workers {
	return &workers{follow: c.follow, places: make(chan struct{}, c.places()), turns: make(chan turn)}
}

// enter waits until there is a place for one more row.
func (w *workers) enter() { w.places <- struct{}{} }

// take gives a row that has entered to a worker, a new one if all are busy.
func (w *workers) take(t turn) {
	select {
	case w.turns <- t:
		return
	default:
	}
	if w.size == cap(w.places) { // one of them has given its place back and comes for a row
		w.turns <- t
		return
	}
	w.size++
	first := t // of its own: a captured t would be on the heap for each row
	w.group.Go(func() error { return w.work(first) })
}

// work follows its first row and then those that come. After an error it goes on, since
// each row has to be settled or left; the first error is returned.
func (w *workers) work(t turn) (broken error) {
	for open := true; open; t, open = <-w.turns {
		if err := w.follow(t); err != nil && broken == nil {
			broken = err
		}
		<-w.places
	}
	return broken
}

// wait returns once every row that was taken has been followed, with an error of theirs.
func (w *workers) wait() error {
	close(w.turns)
	return w.group.Wait()
}

// places is how many rows may be under way at once.
func (c *Creator) places() int {
	if c.o.Concurrency > 0 {
		return c.o.Concurrency + spare
	}
	return gateway.MaxConcurrency + spare
}

// spare is how many rows may be between two requests while the places in flight are all
// taken. It lets other rows through while some wait to be tried again, which is how a
// row's own trouble is told from an outage: so many rows that follow each other and that
// the server can't stand are no outage.
const spare = 12
