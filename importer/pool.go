package importer

import (
	"golang.org/x/sync/errgroup"

	"sent-import/importer/ledger"
)

// turn is a row that may go: with a ticket, or to be left as it was.
type turn struct {
	task     ledger.Task
	ticket   ticket
	admitted bool
}

// pool is a bounded group of workers that follow rows, one at a time each. They
// are started as they are needed and stay until the end: a goroutine of its own
// for every row would grow its stack anew for every request.
//
//	enter (a place is free) → take (a worker has the row)
//
// One goroutine enters and takes.
type pool struct {
	group  *errgroup.Group
	follow func(turn) error
	places chan struct{} // one element for each row that is under way
	turns  chan turn     // closed by wait
	size   int           // workers that were started, at most the number of places
}

// newPool returns a pool for as many rows as may be under way at once.
func (c *creator) newPool() *pool {
	return &pool{
		group:  new(errgroup.Group),
		follow: c.follow,
		places: make(chan struct{}, c.places()),
		turns:  make(chan turn), // handed over, never queued
	}
}

// places is how many rows may be under way at once.
func (c *creator) places() int {
	if c.o.Concurrency > 0 {
		return c.o.Concurrency + spare
	}
	return maxSlots + spare
}

// enter waits for a place.
func (p *pool) enter() { p.places <- struct{}{} }

// take gives a row to a worker, in the place that was entered.
func (p *pool) take(t turn) {
	select {
	case p.turns <- t:
		return
	default: // every worker is busy, or has left its place this moment
	}
	if p.size == cap(p.places) {
		p.turns <- t
		return
	}
	p.start(t)
}

// start adds a worker, whose first row is t.
func (p *pool) start(t turn) {
	p.size++
	p.group.Go(func() error { return p.work(t) })
}

// work follows its first row and then those that come. The first error is kept;
// the rows after it are followed all the same, since each has to be settled or
// left.
func (p *pool) work(t turn) (broken error) {
	for open := true; open; t, open = <-p.turns {
		if err := p.follow(t); err != nil && broken == nil {
			broken = err
		}
		<-p.places
	}
	return broken
}

// wait returns when every row that was taken is done with.
func (p *pool) wait() error {
	close(p.turns)
	return p.group.Wait()
}
