package gateway

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

// answered learns from an answer whether the API answers, and serves.
func (t *troubles) answered(a sent.Answer, v sent.Verdict) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.heard = t.heard || a.FromAPI()
	t.served = t.served || !v.Failed()
}

// hasServed reports whether the API has answered anything in this run but
// errors of its own.
func (t *troubles) hasServed() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.served
}

// add adds a request that failed. watch says that it is time to begin to wait for
// until.
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

// patience is how long a trouble that seldom passes is waited for.
type patience int

const (
	waiting patience = iota // giveUpAfter is not over yet
	giveUp                  // the wait is over
)

// unreachable returns the StopError of a run that the API has not answered anything,
// for a trouble that waiting does not end: one that never passes, or one that seldom
// passes and has been waited for. nil: it may pass.
func (t *troubles) unreachable(p patience) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.heard || t.last.Kind != sent.Unknown || t.last.Persistence == sent.Transient:
		return nil
	case t.last.Persistence == sent.LikelyPermanent && p == waiting:
		return nil
	}
	return &StopError{Cause: Unreachable, Last: t.last}
}

// meet records how a request ended. Before the API has answered anything, what time
// does not fix ends the run: at once, or after giveUpAfter.
func (g *Gateway) meet(a sent.Answer, v sent.Verdict) {
	g.troubles.answered(a, v)
	if !v.Failed() || g.life.isCutOff(v) {
		g.o.Progress.Failed("")
		return
	}
	g.o.Progress.Failed(v.Message)
	watch, until := g.troubles.add(v, g.o.Outage)
	if watch {
		timer := time.AfterFunc(time.Until(until), func() { g.stopIfUnreachable(giveUp) })
		context.AfterFunc(g.life.starting, func() { timer.Stop() })
	}
	p := waiting
	if !time.Now().Before(until) {
		p = giveUp
	}
	g.stopIfUnreachable(p)
}

func (g *Gateway) stopIfUnreachable(p patience) {
	if stop := g.troubles.unreachable(p); stop != nil {
		g.Stop(stop)
	}
}
