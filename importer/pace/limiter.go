package pace

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	// documentedPerMinute is the limit of the API's standard endpoints: 200
	// requests a minute. Larger accounts learn theirs from the answers.
	documentedPerMinute = 200

	// maxPerMinute bounds what an answer can raise the rate to: 10,000 requests
	// a second are more than one process sends.
	maxPerMinute = 600_000

	// serverBurst is the documented number of requests at once.
	serverBurst = 50

	// maxBurst is the burst where none is asked for: enough to make up for late
	// timers and idle moments, and small beside the 50 that the API allows.
	maxBurst = 5

	// share is the part of the limit that automatic mode uses. The rest is for
	// the burst and for the way to the server.
	share = 0.975

	// autoSpan is the time in which automatic mode sends at most the limit's
	// number of requests: the server's minute and 1.5 s for the network.
	autoSpan = 61_500 * time.Millisecond

	// keepForOthers is how long our own requests are remembered where they are
	// compared with what remains: a minute before the slowest answer.
	keepForOthers = 3 * time.Minute

	// lookAgain is the longest sleep where what others do decides: their use is
	// seen in answers, and forgotten with time.
	lookAgain = 500 * time.Millisecond

	// MaxPause is the longest pause. A server that asks for more is asked
	// again after that time.
	MaxPause = 5 * time.Minute

	// maxJitter is the most that a pause is lengthened at random, so that
	// several programs with one account do not return in the same instant.
	maxJitter = time.Second
)

// Options describes the pace. The zero value is automatic: 200 requests a
// minute until an answer names another limit.
type Options struct {
	// PerMinute is the rate in requests a minute, obeyed exactly. 0, or what is
	// no rate (negative, NaN), is automatic: 97.5 % of the account's limit,
	// which is 200 until Observe learns another. +Inf means Unlimited.
	PerMinute float64

	// Unlimited lifts the rate. Pauses still hold.
	Unlimited bool

	// Burst is the number of requests that may go at once, at the start or
	// after an idle time.
	// 0 is automatic: 2.5 % of the limit, from 1 to 5. Automatic mode takes no
	// more than 50, which is what the API allows.
	Burst int

	// Rested says that nothing has been sent for a minute or more: the automatic
	// burst is there from the start. Otherwise the bucket starts with one token,
	// since a run before may have used the last minute's allowance.
	Rested bool

	// Reserve is left to others; see the package comment. It is for automatic
	// mode: a rate that the user gives is obeyed, whatever others do.
	Reserve Reserve

	// Shared is the path of a file in which processes with one key share one
	// pace. "": this limiter is alone. Its directory is made if need be.
	Shared string

	// Notice is told once if that file can't be used or was damaged; nil: nobody
	// is. It must not call the limiter.
	Notice func(string)

	// Rand gives numbers from [0, 1) for the jitter. nil is math/rand/v2.
	Rand func() float64
}

func (o Options) withDefaults() Options {
	if math.IsInf(o.PerMinute, 1) {
		o.Unlimited = true
	}
	if math.IsNaN(o.PerMinute) || o.PerMinute < 0 {
		o.PerMinute = 0
	}
	if o.auto() {
		o.Burst = min(o.Burst, serverBurst)
	} else {
		o.Reserve = Reserve{}
	}
	if o.Rand == nil {
		o.Rand = rand.Float64
	}
	return o
}

// auto reports whether the rate follows the limits that answers name.
func (o Options) auto() bool { return o.PerMinute == 0 && !o.Unlimited }

// Limiter is the pace of a run. All its methods may be called from any number
// of goroutines. Make one with New.
type Limiter struct {
	options Options
	turn    chan struct{} // holds the waiter whose turn it is; sending waits in order
	faster  chan struct{} // wakes that waiter when the limit has changed

	mu          sync.Mutex
	limit       float64     // requests a minute that were asked for or observed
	reserve     float64     // of it, which is left to others
	neighbours  *neighbours // nil without a reserve
	file        *sharedFile // nil if it is alone
	limitAt     time.Time   // when the limit was observed; zero before
	bucket      bucket      // spreads the requests
	recent      window      // keeps count of the last minute
	pausedUntil time.Time   // zero before the first pause
	paused      bool        // a pause was asked for and the bucket not emptied since
}

// New returns a Limiter that is ready to use.
func New(o Options) *Limiter {
	o = o.withDefaults()
	l := &Limiter{
		options: o,
		turn:    make(chan struct{}, 1),
		faster:  make(chan struct{}, 1),
		recent:  window{span: time.Minute, keep: time.Minute},
		limit:   o.PerMinute,
	}
	if o.auto() {
		l.limit = documentedPerMinute
		l.recent.span, l.recent.keep = autoSpan, autoSpan
	}
	if !o.Reserve.IsZero() {
		l.neighbours = new(neighbours)
		l.recent.keep = keepForOthers
	}
	if o.Shared != "" && !o.Unlimited {
		l.file = newSharedFile(o.Shared, o.Notice)
	}
	now := time.Now()
	l.bucket = newBucket(now) // apply makes it what it is
	l.apply(now)
	if o.Burst > 0 || o.Rested {
		l.bucket.put(now, float64(l.bucket.burst))
	}
	return l
}

// apply makes l.limit the rate in force from now on. l.mu is held, or l is not
// shared yet.
func (l *Limiter) apply(now time.Time) {
	l.reserve = l.options.Reserve.Of(l.limit)
	burst := l.options.Burst
	if burst <= 0 {
		burst = burstFor(l.limit)
	}
	if l.neighbours != nil {
		l.neighbours.setLimit(l.limit, l.reserve)
	}
	l.bucket.set(now, l.perMinute(now), burst)
	l.recent.limit = max(1, int(math.Ceil(min(l.limit-l.reserve, math.MaxInt32))))
}

// burstFor returns the burst that a limit of perMinute leaves room for: what
// the rate does not use of it, from 1 to maxBurst.
func burstFor(perMinute float64) int {
	unused := perMinute / 40 // 2.5 %, without the rounding of 1 - share
	return int(min(max(unused, 1), maxBurst))
}

// Wait returns nil when the next request may go, in the order of the calls.
// When ctx ends first it returns ctx.Err() and has used up nothing. A deadline
// that the wait would pass is no reason to return before it.
func (l *Limiter) Wait(ctx context.Context) error {
	select {
	case l.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-l.turn }()
	for ctx.Err() == nil {
		wait := l.take(time.Now())
		if wait <= 0 {
			return nil
		}
		l.sit(ctx, wait)
	}
	l.leave(time.Now())
	return ctx.Err()
}

// take lets a request go at time now and returns 0, or returns how long to
// wait before it is worth asking again.
func (l *Limiter) take(now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	var wait time.Duration
	if !l.shared(now, func(s *state) { wait = l.takeShared(s, now) }) {
		wait = l.takeAlone(now)
	}
	return wait
}

// takeAlone is take for what this limiter knows by itself. l.mu is held.
func (l *Limiter) takeAlone(now time.Time) time.Duration {
	if wait := l.pausedUntil.Sub(now); wait > 0 {
		return wait
	}
	if l.options.Unlimited {
		return 0
	}
	if l.paused {
		l.paused = false
		l.bucket.empty(l.pausedUntil)
	}
	if wait := l.room(now); wait > 0 {
		return wait
	}
	l.bucket.take()
	l.recent.add(now)
	return 0
}

// room returns how long at time now there is no room for a request. l.mu is
// held.
func (l *Limiter) room(now time.Time) time.Duration {
	wait := l.recent.wait(now)
	if l.neighbours != nil {
		l.bucket.set(now, l.perMinute(now), l.bucket.burst)
		wait = max(wait, l.neighbours.wait(now, &l.recent))
	}
	wait = max(wait, l.bucket.wait(now))
	if l.neighbours != nil {
		wait = min(wait, lookAgain)
	}
	return wait
}

// sit waits for d, for a change of the limit, or for the end of ctx.
func (l *Limiter) sit(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.faster:
	case <-ctx.Done():
	}
}

// Pause holds all waiters for d from now on, at most MaxPause, plus a random
// part of d of at most a second. A pause that ends later than the one in force
// extends it; one that ends sooner changes nothing, and neither does a d of 0
// or less. Requests start again at the rate, without a burst.
func (l *Limiter) Pause(d time.Duration) {
	if d <= 0 {
		return
	}
	d = min(d, MaxPause)
	d += time.Duration(l.options.Rand() * float64(min(d, maxJitter)))
	l.mu.Lock()
	defer l.mu.Unlock()
	if until := time.Now().Add(d); until.After(l.pausedUntil) {
		l.pausedUntil = until
		l.paused = true
		l.sharePause(time.Now())
	}
}

// PausedUntil returns when the last pause ends or ended; zero where there has
// been none.
func (l *Limiter) PausedUntil() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pausedUntil
}

// Observe takes in what an answer told about the pool. Automatic mode follows
// the limit up and down, between 1 and 600,000; after a lower limit, requests
// wait until the last minute has room for them. A limit of 0 and less is not
// told. With a reserve, what remains shows what others use. Nothing changes
// where the user has given a rate.
func (l *Limiter) Observe(a Observation) {
	if !l.options.auto() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if a.Limit > 0 {
		l.limitAt = time.Now()
		l.setLimit(float64(min(a.Limit, maxPerMinute)), l.limitAt)
	}
	if l.neighbours != nil {
		l.neighbours.observe(a, &l.recent)
	}
}

// setLimit follows a limit from now on. l.mu is held.
func (l *Limiter) setLimit(limit float64, now time.Time) {
	if limit == l.limit {
		return
	}
	l.limit = limit
	l.apply(now)
	l.wake()
}

// wake has the waiter look again.
func (l *Limiter) wake() {
	select {
	case l.faster <- struct{}{}:
	default: // it has a call to look again already
	}
}

// PerMinute returns the rate in force in requests a minute: 97.5 % of the
// limit in automatic mode, the user's rate otherwise, +Inf when unlimited.
func (l *Limiter) PerMinute() float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.perMinute(time.Now())
}

// perMinute is PerMinute at time now, with l.mu held.
func (l *Limiter) perMinute(now time.Time) float64 {
	switch {
	case l.options.Unlimited:
		return math.Inf(1)
	case l.neighbours != nil:
		return share * max(0, l.limit-l.reserve-l.neighbours.perMinute(now))
	case l.options.auto():
		return l.limit * share
	default:
		return l.limit
	}
}
