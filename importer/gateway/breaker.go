package gateway

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// outageFailures is how many requests in a row, each for another row and
	// without an answer to any in between, make an outage. Rows that the server
	// can't stand make none where others are between them; and where only they
	// are left, see breaker.ending, it takes a request for something else, see
	// package create, to tell.
	outageFailures = 5
	// outageSilence is how long there must have been no answer: at a high rate
	// five failures in a row are over in milliseconds, and mean bad luck.
	outageSilence = time.Second
	// The waits between probes grow from the first to the last. In the first
	// minute, in which most restarts are over, none is longer than soonProbe.
	firstProbe = time.Second
	soonProbe  = 10 * time.Second
	lastProbe  = 30 * time.Second
)

// errOutage says that an outage has lasted too long.
var errOutage = errors.New("outage")

// notices is told of outages, one call after the other.
type notices interface {
	begins(since time.Time)
	ends()
}

// breaker is a circuit breaker: it tells an outage of the server from the bad luck of a
// row. Closed, it lets every request pass. In an outage it is open, and half-open for one
// request at a time, the probe, in the order in which rows came to wait; the first answer
// closes it for all.
type breaker struct {
	limit time.Duration // of an outage, after which the run stops
	say   notices

	telling  sync.Mutex // keeps notices apart
	mu       sync.Mutex
	failures int          // in a row
	rows     map[int]bool // that they belong to
	since    time.Time    // when the first of them had ended
	last     time.Time    // answer; zero before the first
	outages  int          // so far
	open     bool
	ending   bool          // every row of the job has had its turn: creations that fail tell nothing of the others
	probes   int           // without an answer, in this outage
	next     time.Time     // no probe before
	over     chan struct{} // of this outage; closed when it ends
	turn     chan struct{} // holds one token: the right to probe
}

func newBreaker(limit time.Duration, say notices) *breaker {
	b := &breaker{limit: limit, say: say, rows: make(map[int]bool), turn: make(chan struct{}, 1)}
	b.turn <- struct{}{}
	return b
}

// pass is the right to send one request. It must be given back by answered,
// failed or unused.
type pass struct{ probe bool }

// enter waits until a request may be sent. It returns ctx's error if that ends
// first, and errOutage when the outage has lasted too long.
func (b *breaker) enter(ctx context.Context) (pass, error) {
	for {
		b.mu.Lock()
		out, over := b.open, b.over
		b.mu.Unlock()
		if !out {
			return pass{}, nil
		}
		select {
		case <-over:
		case <-ctx.Done():
			return pass{}, context.Cause(ctx)
		case <-b.turn:
			p, err := b.probe(ctx, over)
			if err != nil || p.probe {
				return p, err
			}
		}
	}
}

// probe waits for the time of the next probe, holding the turn.
func (b *breaker) probe(ctx context.Context, over chan struct{}) (pass, error) {
	b.mu.Lock()
	wait, left := time.Until(b.next), time.Until(b.since.Add(b.limit))
	b.mu.Unlock()
	timer := time.NewTimer(max(0, min(wait, left)))
	defer timer.Stop()
	select {
	case <-over:
		b.turn <- struct{}{}
		return pass{}, nil
	case <-ctx.Done():
		b.turn <- struct{}{}
		return pass{}, context.Cause(ctx)
	case <-timer.C:
	}
	if left <= 0 {
		b.turn <- struct{}{}
		return pass{}, errOutage
	}
	return pass{probe: true}, nil
}

// unused gives a pass back that no request went out with.
func (b *breaker) unused(p pass) {
	if p.probe {
		b.turn <- struct{}{}
	}
}

// answered says that the server has given an answer of its own.
func (b *breaker) answered(p pass) {
	b.mu.Lock()
	b.failures, b.last = 0, time.Now()
	clear(b.rows)
	ended := b.open
	if ended {
		b.open = false
		close(b.over)
	}
	b.mu.Unlock()
	if ended {
		b.tell(b.say.ends)
	}
	b.unused(p)
}

// failed says that a request for a row got no answer, or an error of the
// server's. The outage counts from the end of the first such request: its
// beginning may be long ago, if the process or the computer slept. Where no row can
// be to blame, or nothing else is left to ask, the failures of one are enough to make
// an outage. The next probe of an outage waits for notBefore at least: it is set before
// the turn to probe is given back, or the next one would not heed it.
func (b *breaker) failed(p pass, by Caller, notBefore time.Time) {
	b.mu.Lock()
	if b.failures == 0 {
		b.since = time.Now()
	}
	b.failures++
	b.rows[by.suspect()] = true
	starts := b.seemsOut() && (len(b.rows) >= outageFailures && !b.ending || by.NoBlame)
	if starts {
		b.open, b.outages, b.probes = true, b.outages+1, 0
		b.over = make(chan struct{}) // closed by answered
	}
	if starts || p.probe {
		b.next = time.Now().Add(probeWait(b.probes))
		b.probes++
	}
	if b.open && notBefore.After(b.next) {
		b.next = notBefore
	}
	since := b.since
	b.mu.Unlock()
	if starts {
		b.tell(func() { b.say.begins(since) })
	}
	b.unused(p)
}

// tell tells people of a beginning or an end.
func (b *breaker) tell(notice func()) {
	b.telling.Lock()
	defer b.telling.Unlock()
	notice()
}

// end says that every row of the job has had its turn. What fails from now on
// may be rows that the server can't stand, and nothing but them.
func (b *breaker) end() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ending = true
}

// seemsOut reports whether so many requests have failed, for so long, that it may
// be an outage; not if it is known to be one. mu is held.
func (b *breaker) seemsOut() bool {
	return !b.open && b.failures >= outageFailures && time.Since(b.last) >= outageSilence
}

// suspicious reports whether it is time to find out if there is an outage.
func (b *breaker) suspicious() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.seemsOut()
}

// answeredSince reports whether the server has answered anything since.
func (b *breaker) answeredSince(t time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return !b.last.Before(t)
}

// wantsLookup reports whether a probe has to be a look-up: a creation of a row that
// has failed before would tell of that row, and no other row is left to try.
func (b *breaker) wantsLookup(p pass) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return p.probe && b.ending
}

// state returns whether there is an outage now, and how many there have been.
func (b *breaker) state() (open bool, outages int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.open, b.outages
}

// probeWait is how long to wait before the nth probe, counted from 0.
func probeWait(n int) time.Duration {
	const doublings, soon = 4, 8 // 1, 2, 4, 8 s, then four of soonProbe: 55 s
	switch {
	case n < doublings:
		return firstProbe << n
	case n < soon:
		return soonProbe
	}
	return lastProbe
}

// suspect is what stands for the caller among those whose requests failed.
func (c Caller) suspect() int {
	if c.aside {
		return -1 - c.Row
	}
	return c.Row
}
