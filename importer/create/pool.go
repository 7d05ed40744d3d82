package create

import (
	"golang.org/x/sync/errgroup"

	"sent-import/importer/gateway"
	"sent-import/importer/ledger"
)

// turn is a row that may go.
type turn struct {
	task   ledger.Task
	permit *gateway.Permit // for its first request; nil: the row is to be left as it was
}

// pool is a bounded group of workers that follow rows, one at a time each. They are
// started as they are needed and stay until the end: a goroutine of its own for every row
// would grow its stack anew for every request.
//
//	enter (a place is free) → take (a worker has the row)
//
// One goroutine enters and takes.
type pool struct {
	group  errgroup.Group
	follow func(turn) error
	places chan struct{} // one element for each row that is under way
	turns  chan turn     // closed by wait; handed over, never queued
	size   int           // workers that were started, at most the number of places
}

// newPool returns a pool for as many rows as may be under way at once.
func newPool(places int, follow func(turn) error) *pool {
	return &pool{follow: follow, places: make(chan struct{}, places), turns: make(chan turn)}
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
	if p.size < cap(p.places) {
		p.size++
		p.group.Go(p.work)
	}
	p.turns <- t
}

// work follows the rows that come. The first error is kept; the rows after it are followed
// all the same, since each has to be settled or left.
func (p *pool) work() (broken error) {
	for t := range p.turns {
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
