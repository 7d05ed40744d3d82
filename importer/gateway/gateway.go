package gateway

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/pace"
	"sent-import/importer/progress"
	"sent-import/importer/retry"
	"sent-import/importer/sent"
	"sent-import/importer/serverclock"
	"sent-import/importer/timeline"
)

// Options says how requests are sent.
type Options struct {
	Client      *sent.Client
	Limiter     *pace.Limiter
	Concurrency int           // requests in flight; 0: what rate and latency need
	Connections int           // that the process has file handles for: the most requests in flight
	Outage      time.Duration // without an answer, after which the run stops
	Drain       time.Duration // that requests in flight are waited for after an interruption; below 0: none
	Deadline    time.Time     // after which no request begins; zero: none
	Overtime    error         // the cause of the context's end at the deadline
	Budget      *Budget       // of requests; nil: as many as it takes
	Progress    *progress.Progress
	Say         func(string) // something a person should know at once
	Note        func(string) // the same, and the report's reader too
}

// Gateway sends the requests of a run. Its methods may be called from several
// goroutines. It must be closed.
type Gateway struct {
	o        Options
	life     lifetime
	breaker  *breaker
	limit    *concurrency
	rate     rate
	handles  starvation
	troubles troubles
	counts   counter
	clock    serverclock.Clock
	history  timeline.Recorder
	lease    func(time.Time) error // asked before each request; nil: none is needed
	reads    atomic.Int64          // numbers them

	mixUpSaid atomic.Bool // people were told that answers came that were not for the request
}

// Permit is the right to send one request: the breaker lets it pass, a place in
// flight is taken, and its time has come. It has to be used.
type Permit struct{ pass pass }

// Caller is who makes a request.
type Caller struct {
	Row      int  // number of the row; 0 for none
	Fresh    bool // over a fresh connection, after a dead one
	NoBlame  bool // the row can't be to blame if there is no answer, see breaker.failed
	aside    bool // that it gets no answer, again and again, does not make an outage by itself
	identity int  // tells the requests of one row or read from all others
}

// New returns a gateway whose requests stop when ctx ends.
func New(ctx context.Context, o Options) *Gateway {
	g := &Gateway{o: o, life: newLifetime(ctx, o), limit: newConcurrency(o.Concurrency, o.Connections)}
	g.breaker = newBreaker(o.Outage, &outageNotices{g: g})
	g.rate = rate{limiter: o.Limiter, outage: o.Outage, stop: g.Stop, progress: o.Progress}
	return g
}

// Close releases the gateway's contexts and connections: the report needs file handles,
// too.
func (g *Gateway) Close() {
	g.life.close()
	g.o.Client.CloseIdle()
}

// UseLease has lease asked before each request from now on: it returns once the
// ledger's disk says that a request may begin then. It is called before the requests
// that need one.
func (g *Gateway) UseLease(lease func(time.Time) error) { g.lease = lease }

// Context ends when no new request may start; its cause says why.
func (g *Gateway) Context() context.Context { return g.life.starting }

// Stop ends the run for a reason. The first reason stands.
func (g *Gateway) Stop(reason error) { g.life.stop(reason) }

// Clock is the server's clock, as the answers have shown it.
func (g *Gateway) Clock() *serverclock.Clock { return &g.clock }

// Requests counts what was sent so far.
func (g *Gateway) Requests() outcome.Requests { return g.counts.sum() }

// Timeline is when the requests were sent.
func (g *Gateway) Timeline() *timeline.Recorder { return &g.history }

// PerMinute is the rate that the limiter allows; +Inf without a limit.
func (g *Gateway) PerMinute() float64 { return g.o.Limiter.PerMinute() }

// Concurrency is how many requests may be in flight at the moment, 1 at least: what the rate and
// the latency need, twice over, as far as the server stands it.
func (g *Gateway) Concurrency() int { return g.limit.most() }

// Answers is how many answers the API has given so far to anybody, but 429s.
func (g *Gateway) Answers() int64 { return g.rate.answers.Load() }

// OutageState is whether there is an outage, and how many there have been.
func (g *Gateway) OutageState() retry.Outage {
	out, count := g.breaker.state()
	return retry.Outage{Now: out, Count: count}
}

// Suspicious reports whether it is time to find out if there is an outage.
func (g *Gateway) Suspicious() bool { return g.breaker.suspicious() }

// AnsweredSince reports whether the API has answered anything since.
func (g *Gateway) AnsweredSince(t time.Time) bool { return g.breaker.answeredSince(t) }

// EveryRowBegan says that every row of the job has had its turn. What fails from now
// on may be rows that the server can't stand, and nothing but them.
func (g *Gateway) EveryRowBegan() { g.breaker.end() }

// WantsLookup reports whether the request of the permit has to be a look-up: it is a
// probe, a creation of a row that has failed before would tell of that row alone, and
// no other row is left to try.
func (g *Gateway) WantsLookup(p Permit) bool { return g.breaker.wantsLookup(p.pass) }

// HasServed reports whether the API has answered anything in this run but errors of
// its own.
func (g *Gateway) HasServed() bool { return g.troubles.hasServed() }

// LastFailure is the request that failed last; its Kind is "" if none did.
func (g *Gateway) LastFailure() sent.Verdict { return g.troubles.lastFailure() }

// outageNotices tells people when an outage begins and ends.
type outageNotices struct {
	g    *Gateway
	said time.Time // when people were told of a beginning last
	open bool      // and not yet of its end
}

// sayOutageEvery is how often people are told of an outage: a server that comes and
// goes would fill their screen.
const sayOutageEvery = time.Minute

// begins is told once for each outage, before it ends.
func (n *outageNotices) begins(since time.Time) {
	n.g.o.Progress.OutageBegins()
	n.g.history.OutageBegins(since)
	if time.Since(n.said) < sayOutageEvery {
		return
	}
	n.said, n.open = time.Now(), true
	n.g.o.Say(fmt.Sprintf("The API has given no answer since %s%s. Asking again with one request at a time, for up to %s; no row is failed for this.",
		since.Local().Format(time.TimeOnly), Because(n.g.troubles.lastFailure()), n.g.o.Outage))
}

func (n *outageNotices) ends() {
	n.g.o.Progress.OutageEnds()
	n.g.history.OutageEnds(time.Now())
	if n.open {
		n.open = false
		n.g.o.Say("The API answers again.")
	}
}
