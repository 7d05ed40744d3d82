package importer

import (
	"context"
	"sync"
	"time"

	"sent-import/importer/sent"
)

// giveUpAfter is how long a run waits for a host name to exist, or for a port to
// take connections, before the API has answered anything: a restart takes less,
// and a slip in the address never ends.
const giveUpAfter = time.Minute

// troubles is what the requests of a run met when they did not get what they
// asked for. The zero value is ready.
type troubles struct {
	mu      sync.Mutex
	heard   bool         // the API has answered something, be it an error
	served  bool         // and something else than an error
	first   time.Time    // when the first request had failed
	last    sent.Verdict // of the request that failed last
	watched bool         // somebody waits for giveUpAfter to pass
}

// answered takes in an answer, of the API's own, and one that is no error.
func (t *troubles) answered(own, served bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.heard = t.heard || own
	t.served = t.served || served
}

// hasServed reports whether the API has answered anything in this run but
// errors of its own.
func (t *troubles) hasServed() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.served
}

// add takes in a request that failed. watch says that it is time to begin to
// wait for until.
func (t *troubles) add(v sent.Verdict, patience time.Duration) (watch bool, until time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last = v; t.first.IsZero() {
		t.first = time.Now()
	}
	watch = !t.watched && !t.heard && v.Persistence == sent.LikelyPermanent
	t.watched = t.watched || watch
	return watch, t.first.Add(min(giveUpAfter, patience))
}

// lastFailure is the request that failed last; its Kind is "" if none did.
func (t *troubles) lastFailure() sent.Verdict {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.last
}

// unreachable returns the Stop of a run that the API has not answered anything,
// for a trouble that waiting does not cure: Permanent, or one that has lasted
// and is LikelyPermanent. nil: it may pass.
func (t *troubles) unreachable(lasted bool) *Stop {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.heard || t.last.Kind != sent.Unknown || t.last.Persistence == sent.Transient:
		return nil
	case t.last.Persistence == sent.LikelyPermanent && !lasted:
		return nil
	}
	return stopUnreachable(t.last)
}

// lastError is the request that failed last in plain words; "" if none did.
func (t *troubles) lastError() string { return t.lastFailure().Message }

// failed reports whether the request did not get what it asked for, for no
// reason that is the row's.
func failed(v sent.Verdict) bool {
	switch v.Kind {
	case sent.Unknown, sent.NotSent, sent.NotExecuted, sent.RateLimited, sent.Burnt, sent.Stop:
		return true
	}
	return false
}

// meet takes in how a request ended. Before the API has answered anything, what
// time cannot cure ends the run: at once, or after giveUpAfter.
func (c *caller) meet(a sent.Answer, v sent.Verdict) {
	c.met.answered(a.FromAPI(), !failed(v))
	if !failed(v) || c.isCutOff(v) {
		c.o.Progress.Failed("")
		return
	}
	c.o.Progress.Failed(v.Message)
	watch, until := c.met.add(v, c.o.Outage)
	if watch {
		timer := time.AfterFunc(time.Until(until), c.giveUp)
		context.AfterFunc(c.ctx, func() { timer.Stop() })
	}
	if stop := c.met.unreachable(!time.Now().Before(until)); stop != nil {
		c.halt(stop)
	}
}

// giveUp ends the run if the API still can't be reached.
func (c *caller) giveUp() {
	if stop := c.met.unreachable(true); stop != nil {
		c.halt(stop)
	}
}

// stopOutage is why the run stops when the API has not answered for as long as
// an outage may last.
func (c *caller) stopOutage() *Stop {
	if stop := c.met.unreachable(true); stop != nil {
		return stop
	}
	return stopOutage(c.o.Outage, c.met.lastFailure())
}
