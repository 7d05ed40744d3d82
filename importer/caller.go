package importer

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"sent-import/importer/pace"
	"sent-import/importer/sent"
	"sent-import/importer/serverclock"
)

// noRow stands for a request that belongs to no row.
const noRow = 0

// aside stands for a row in a read that is no last resort: that it gets no
// answer, again and again, does not make an outage by itself.
func aside(row int) int { return -1 - row }

// unaskedPause is how long everybody waits after a 429 that doesn't say how
// long.
const unaskedPause = 10 * time.Second

// caller sends requests to the API, whatever they are for.
//
//	outage? → slot → rate → lease → request → what the answer tells beside its verdict
type caller struct {
	*session
	health   *health
	slots    *slots
	clock    serverclock.Clock
	requests requestCounter
	lease    func(time.Time) error // asked before each request; nil: none is needed

	ctx      context.Context // ends when no new request may start; its cause says why
	settling context.Context // of requests, see untilDrained
	halt     context.CancelCauseFunc
	release  func() // of settling, in the end

	outageSaid time.Time // when people were told of an outage last; guarded by session.mu
	outageOpen bool      // and not yet of its end

	mixUpSaid    atomic.Bool  // people were told that answers came that were not for the request
	reads        atomic.Int64 // numbers them
	answers      atomic.Int64 // of the API, to any request, but 429s
	mu           sync.Mutex
	limitedSince time.Time   // of the 429s since the last other answer
	limitedTimes int         // how many they are
	limitedTimer *time.Timer // ends the run when they are an outage; nil while there are none
	starvedSince time.Time   // that no request has had a file handle; zero: the last one had
	starvedSaid  bool        // that one had none
}

// newCaller returns a caller whose requests stop when ctx ends, or at halt. It has
// to be ended.
func newCaller(ctx context.Context, s *session) *caller {
	c := &caller{session: s, slots: newSlots(s.o.Concurrency, s.conns)}
	c.ctx, c.halt = s.untilTimeIsOver(ctx)
	c.settling, c.release = untilDrained(ctx, s.o.Drain)
	c.health = newHealth(s.o.Outage, c.sayOutage)
	return c
}

// end gives back what the caller's contexts hold, and its connections: the report
// needs file handles, too.
func (c *caller) end() {
	c.halt(nil)
	c.release()
	c.client.CloseIdle()
}

// untilTimeIsOver is a context that ends with ctx, when it is halted, or when
// the run has taken as long as it may. Its cause says which.
func (s *session) untilTimeIsOver(ctx context.Context) (context.Context, context.CancelCauseFunc) {
	if s.o.MaxDuration == 0 {
		return context.WithCancelCause(ctx)
	}
	ctx, release := context.WithDeadlineCause(ctx, s.started.Add(s.o.MaxDuration), stopMaxDuration(s.o.MaxDuration))
	ctx, halt := context.WithCancelCause(ctx)
	return ctx, func(cause error) {
		halt(cause)
		release()
	}
}

// requestCounter counts requests while they are made.
type requestCounter struct {
	create, lookup, list, me, retries, limited atomic.Int64
}

func (r *requestCounter) sum() Requests {
	return Requests{
		Create: int(r.create.Load()), Lookup: int(r.lookup.Load()), List: int(r.list.Load()), Me: int(r.me.Load()),
		Retries: int(r.retries.Load()), RateLimited: int(r.limited.Load()),
	}
}

// ticket is the right to send one request: a pass and a slot.
type ticket struct{ pass pass }

// sender is who makes a request.
type sender struct {
	row  int  // see noRow and aside
	last bool // no row can be to blame, see health.failed
	who  int  // tells the requests of one row or read from all others

	again bool // over a fresh connection, after a dead one
}

// admit waits until a request may be sent: no outage, or this one is the
// probe; a free slot; the rate; the lease. It returns the cause of ctx's end,
// errOutage, or the ledger's error.
func (c *caller) admit(ctx context.Context) (ticket, error) {
	for {
		p, err := c.health.enter(ctx)
		if err != nil {
			return ticket{}, err
		}
		if err := c.queue(ctx); err != nil {
			c.health.unused(p)
			return ticket{}, err
		}
		if out, _ := c.health.state(); !out || p.probe {
			return ticket{p}, nil
		}
		c.slots.release() // an outage has begun while we waited
	}
}

// queue waits for a slot and for the rate. It holds the slot when it returns
// without an error.
func (c *caller) queue(ctx context.Context) error {
	if err := c.slots.acquire(ctx); err != nil {
		return err
	}
	err := c.limiter.Wait(ctx)
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	if err == nil && c.lease != nil {
		err = c.lease(now())
	}
	if err == nil {
		err = context.Cause(ctx) // it may have ended while the lease was written
	}
	if err != nil {
		c.slots.release()
	}
	return err
}

// send makes one request with a ticket. It is not cut off when the run stops, or
// not before it has had time to settle: its outcome would be unknown. A refusal of
// the account stops the run before the slot is free for another request.
func (c *caller) send(t ticket, by sender, request func(context.Context) sent.Answer, verdict func(sent.Answer) sent.Verdict) (a sent.Answer, b blame) {
	c.o.Progress.Sent()
	round := c.slots.round()
	a = request(c.settling)
	v := verdict(a)
	if a.Overloaded() {
		b.load = c.slots.refused(by.who, round)
	}
	c.meet(a, v)
	c.sayMixUp()
	if v.Kind == sent.Stop {
		c.halt(&verdictError{v})
	}
	c.slots.release()
	c.fed(v)
	c.learn(a)
	switch {
	case c.isCutOff(v), v.Kind == sent.NotSent,
		a.DeadConn && !by.again: // the request is made again at once
		c.health.unused(t.pass)
	case v.Kind == sent.RateLimited:
		c.health.unused(t.pass) // it shows neither that the API works for anybody nor that it doesn't
	case v.Kind == sent.Unknown || v.Kind == sent.NotExecuted:
		c.health.failed(t.pass, by.row, by.last)
		c.health.notBefore(a.ReceivedAt.Add(retryAfter(a)))
	default:
		c.health.answered(t.pass)
		c.slots.answered()
	}
	b.answers = c.answers.Load()
	return a, b
}

// sayMixUp tells people, once, that answers came that were not for the request.
func (c *caller) sayMixUp() {
	if c.client.MixedUp() && !c.mixUpSaid.Swap(true) {
		c.note("Something on the way to the API has given an answer that was not for the request, such as a second answer to the request before. No row is settled by an answer that was recognized as such. From then on each request had a connection of its own. Ask whoever runs the proxy on the way.")
	}
}

// learn takes what an answer tells beside its verdict, if it is the API's: a
// proxy on the way has a clock, limits and a latency of its own.
func (c *caller) learn(a sent.Answer) {
	if !a.Envelope {
		return
	}
	c.clock.Observe(exchange(a))
	c.slots.observe(a.ReceivedAt.Sub(a.SentAt), c.limiter.PerMinute())
	c.limiter.Observe(pace.Observation{
		Limit: a.RateLimit.Limit, Remaining: a.RateLimit.Remaining, HasRemaining: a.RateLimit.HasRemaining,
		Reset: a.RateLimit.Reset, Date: a.Date, SentAt: a.SentAt, ReceivedAt: a.ReceivedAt,
	})
	c.showRate()
}

// held takes in a verdict that says that requests have to wait, whoever's they are.
// The error says that they have waited for too long.
func (c *caller) held(v sent.Verdict, a sent.Answer) error {
	switch v.Kind {
	case sent.RateLimited:
		return c.limited(a)
	case sent.NotSent:
		return c.starved()
	}
	return nil
}

// limited takes in a 429: everybody waits. When nothing else has come for as long
// as an outage may last, the run stops: limited returns the Stop, and
// stopIfLimited ends a pause that is under way.
func (c *caller) limited(a sent.Answer) error {
	c.requests.limited.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.limitedSince.IsZero() {
		c.limitedSince, c.limitedTimes = time.Now(), 0
		c.limitedTimer = time.AfterFunc(c.o.Outage, c.stopIfLimited)
	}
	c.limiter.Pause(limitedPause(a, c.limitedTimes))
	c.limitedTimes++
	c.o.Progress.PauseUntil(c.limiter.PausedUntil())
	if time.Since(c.limitedSince) >= c.o.Outage {
		return stopLimited(c.o.Outage)
	}
	return nil
}

// limitedPause is how long everybody waits after a 429, when times others came
// before it with no answer in between. What the server asks for is obeyed, but
// a wait of nothing, or into the past, would only make the next one.
func limitedPause(a sent.Answer, times int) time.Duration {
	d := unaskedPause
	switch {
	case a.HasRetryAfter:
		d = a.RetryAfter
	case !a.RateLimit.Reset.IsZero() && !a.Date.IsZero():
		d = a.RateLimit.Reset.Sub(a.Date)
	}
	return max(d, min(time.Second<<min(times, 5), lastProbe))
}

// unlimited takes in that a request got through: an answer that is no 429, and
// one that is the API's own.
func (c *caller) unlimited() {
	c.answers.Add(1)
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.limitedTimer == nil:
	case c.limiter.PausedUntil().After(time.Now()): // it was under way when the pause began
		c.limitedSince = time.Now()
		c.limitedTimer.Reset(c.o.Outage)
	default:
		c.limitedTimer.Stop()
		c.limitedSince, c.limitedTimer = time.Time{}, nil
	}
}

// stopIfLimited ends the run in the middle of a pause, if nothing but 429s has
// come for as long as an outage may last.
func (c *caller) stopIfLimited() {
	c.mu.Lock()
	defer c.mu.Unlock()
	paused := c.limiter.PausedUntil().After(time.Now())
	if paused && c.limitedTimer != nil && time.Since(c.limitedSince) >= c.o.Outage {
		c.halt(stopLimited(c.o.Outage))
	}
}

// pause waits, unless ctx ends; then it returns the cause.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx) // nil while ctx goes on
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// read makes a request that changes nothing until it gets an answer that is
// understood. It gives up, with an error, when the run stops or the API refuses
// the account, and with errNoAnswer when only this request gets no answer.
func (c *caller) read(row int, counter *atomic.Int64, request func(context.Context) sent.Answer, understood func(sent.Answer) bool) (sent.Answer, error) {
	return c.readTimes(maxLookups, row, counter, request, understood)
}

const (
	// briefTries is how often a question is asked that a run can do without, and
	// briefTime how long it may take to ask it again: a hiccup is over then, and in
	// an outage the first creation is not held up.
	briefTries = 3
	briefTime  = 10 * time.Second
)

// readBriefly is read for a question that a run can do without. errNoAnswer comes
// sooner then, and no outage is made of it.
func (c *caller) readBriefly(row int, counter *atomic.Int64, request func(context.Context) sent.Answer, understood func(sent.Answer) bool) (sent.Answer, error) {
	began := time.Now()
	for n := 1; ; n++ {
		a, err := c.readTimes(1, row, counter, request, understood)
		if !errors.Is(err, errNoAnswer) || n == briefTries || time.Since(began) >= briefTime {
			return a, err
		}
		if err := pause(c.ctx, pace.Backoff(n, rand.Float64())); err != nil {
			return a, err
		}
	}
}

// readTimes is read with a number of tries.
func (c *caller) readTimes(tries, row int, counter *atomic.Int64, request func(context.Context) sent.Answer, understood func(sent.Answer) bool) (sent.Answer, error) {
	wait, patience := time.Duration(0), retryPatience(c.o.Outage)
	var luck spared
	by := sender{row: row, last: row >= 0, who: -int(c.reads.Add(1))}
	for lost := 0; lost < tries; {
		if err := pause(c.ctx, wait); err != nil {
			return sent.Answer{}, err
		}
		t, err := c.admit(c.ctx)
		if err != nil {
			return sent.Answer{}, err
		}
		counter.Add(1)
		verdict := func(a sent.Answer) sent.Verdict {
			if understood(a) {
				return sent.Verdict{Kind: sent.Answered}
			}
			return sent.ClassifyRead(a)
		}
		by.again = luck.again
		a, b := c.send(t, by, request, verdict)
		counter.Add(resent(a))
		switch v := verdict(a); {
		case c.isCutOff(v):
			return a, context.Cause(c.ctx)
		case v.Kind == sent.RateLimited || v.Kind == sent.NotSent:
			if err := c.held(v, a); err != nil {
				return a, err
			}
			wait = 0 // for a 429 everybody waits, see limited
			if v.Kind == sent.NotSent {
				wait = handleWait
			}
			continue
		case v.Kind == sent.Stop:
			return a, &verdictError{v}
		case v.Kind == sent.Answered:
			c.unlimited()
			return a, nil
		}
		out, _ := c.health.state()
		pardon := luck.pardons(a, b)
		if pardon == deadConn {
			c.client.CloseIdle()
			wait = 0
			continue
		}
		if !out && pardon == guilty { // an outage is not this request's fault
			lost++
		}
		wait = patience.wait(a, pace.Backoff(lost+luck.refusals, rand.Float64()))
	}
	return sent.Answer{}, errNoAnswer
}

// askForAnything asks for the shortest page of the list, until that is answered,
// or it alone is not. The error says why the run stops.
func (c *caller) askForAnything() error {
	_, err := c.read(noRow, &c.requests.list,
		func(ctx context.Context) sent.Answer { return c.client.List(ctx, 1, 1) },
		func(a sent.Answer) bool {
			k := sent.ClassifyRead(a).Kind
			return k == sent.Answered || k == sent.Rejected || k == sent.Absent || refusesThis(a)
		})
	if errors.Is(err, errNoAnswer) {
		return nil
	}
	return err
}

// resent is how often net/http has sent a read again, as it does where a
// kept-alive connection broke; -1 where there was no file handle to send it at all.
func resent(a sent.Answer) int64 {
	if a.NoHandle {
		return -1
	}
	return int64(max(a.Sends, 1) - 1)
}

// errNoAnswer says that one request gets no answer, while others do.
var errNoAnswer = errors.New("the API gives no answer that can be understood")

// sayOutageEvery is how often people are told of an outage: a server that comes
// and goes would fill their screen.
const sayOutageEvery = time.Minute

// sayOutage tells people when an outage begins and ends.
func (c *caller) sayOutage(out bool, since time.Time) {
	if out {
		c.o.Progress.OutageBegins()
	} else {
		c.o.Progress.OutageEnds()
	}
	c.session.mu.Lock()
	defer c.session.mu.Unlock()
	switch {
	case out && time.Since(c.outageSaid) >= sayOutageEvery:
		c.outageSaid, c.outageOpen = time.Now(), true
		c.o.Notice(fmt.Sprintf("The API has given no answer since %s%s. Asking again with one request at a time, for up to %s; no row is failed for this.",
			since.Local().Format(time.TimeOnly), because(c.met.lastFailure()), c.o.Outage))
	case !out && c.outageOpen:
		c.outageOpen = false
		c.o.Notice("The API answers again.")
	}
}

// showRate puts the limiter's rate into the progress.
func (c *caller) showRate() {
	c.o.Progress.Allow(c.limiter.PerMinute())
}
