package pace

import (
	"context"
	"math"
	"sync"
	"time"
)

const (
	// maxBurst is the automatic burst's maximum: enough to make up for late
	// timers and idle moments, and small beside the 50 that the API allows.
	maxBurst = 5

	// share is the part of the limit that automatic mode uses. The rest is for
	// the burst and for differences on the way to the server.
	share = 0.975

	// autoSpan is the time in which automatic mode sends at most the limit's
	// number of requests: the server's minute and 1.5 s for the network.
	autoSpan = 61_500 * time.Millisecond

	// keepForNeighbours is how long our own requests are remembered to compare
	// them with what remains: a minute before the slowest answer.
	keepForNeighbours = 3 * time.Minute

	// pollNeighbours is the longest sleep with a reserve: what others use is seen
	// in answers, and forgotten with time.
	pollNeighbours = 500 * time.Millisecond

	// MaxPause is the longest pause. A server that asks for more is asked
	// again after that time.
	MaxPause = 5 * time.Minute

	// maxJitter is the longest random part of a pause. It keeps programs with
	// one account from returning in the same instant.
	maxJitter = time.Second
)

// Limiter is the pace of a run. All its methods may be called from any number
// of goroutines. Make one with New.
type Limiter struct {
	options Options
	turn    chan struct{} // full while somebody has the turn; senders wait in order
	changed chan struct{} // wakes that waiter when the limit has changed

	mu          sync.Mutex
	limit       float64     // requests a minute, asked for or observed
	reserve     float64     // the part of the limit that is left to others
	neighbours  *neighbours // nil without a reserve
	file        *sharedFile // nil if the pace is not shared
	saidClosed  bool        // that the timetable leaves nothing to this program now
	changedAt   time.Time   // when the timetable changed the reserve last; zero before
	limitAt     time.Time   // when the limit was observed; zero before
	bucket      bucket      // spreads the requests
	recent      window      // counts the requests of the last minute
	pausedUntil time.Time   // zero before the first pause
	paused      bool        // the bucket has to be emptied after the pause
}

// New returns a Limiter that is ready to use.
func New(o Options) *Limiter {
	o = o.withDefaults()
	if !o.Timetable.IsZero() {
		o.Reserve = o.Timetable.At(o.Clock())
	}
	l := &Limiter{
		options: o,
		turn:    make(chan struct{}, 1),
		changed: make(chan struct{}, 1),
		recent:  window{span: time.Minute, keep: time.Minute},
		limit:   o.PerMinute,
	}
	if o.auto() {
		l.limit = documentedPerMinute
		l.recent.span, l.recent.keep = autoSpan, autoSpan
	}
	if !o.Reserve.IsZero() || !o.Timetable.IsZero() {
		l.neighbours = new(neighbours)
		l.recent.keep = keepForNeighbours
	}
	if o.Shared != "" && !o.Unlimited {
		l.file = newSharedFile(o.Shared, o.Notice)
	}
	now := time.Now()
	l.bucket = newBucket(now) // apply sets its rate and size
	l.apply(now)
	if o.Burst > 0 || o.Rested {
		l.bucket.put(now, float64(l.bucket.burst))
	}
	return l
}

// apply makes l.limit the limit in force from now on. l.mu is held, or New has
// not returned yet.
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

// burstFor returns the automatic burst: what the rate leaves of a limit of
// perMinute, from 1 to maxBurst.
func burstFor(perMinute float64) int {
	unused := perMinute / 40 // 2.5 %, without the rounding of 1 - share
	return int(min(max(unused, 1), maxBurst))
}

// Wait returns nil when the next request may go, in the order of the calls.
// If ctx ends first, Wait returns ctx.Err() and takes no token. It does not return
// before ctx's deadline, even if the wait would pass the deadline.
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
		l.sleep(ctx, wait)
	}
	l.leave(time.Now())
	return ctx.Err()
}

// take lets a request go at time now and returns 0, or returns how long to wait
// before the next try.
func (l *Limiter) take(now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	wait := l.follow(now)
	if wait > 0 {
		return wait
	}
	if !l.shared(now, func(s *state) { wait = l.takeShared(s, now) }) {
		wait = l.takeAlone(now)
	}
	return wait
}

// takeAlone is take without the shared file. l.mu is held.
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

// room returns how long it takes from now until there is room for a request; 0:
// there is. l.mu is held.
func (l *Limiter) room(now time.Time) time.Duration {
	wait := l.recent.wait(now)
	if l.watches() {
		l.bucket.set(now, l.perMinute(now), l.bucket.burst)
		wait = max(wait, l.neighbours.wait(now, &l.recent))
	}
	wait = max(wait, l.bucket.wait(now))
	if l.watches() {
		wait = min(wait, pollNeighbours)
	}
	return wait
}

// watches reports whether something is left to others at the moment. l.mu is held.
func (l *Limiter) watches() bool { return l.neighbours != nil && l.reserve > 0 }

// sleep waits for d, for a change of the limit, or for the end of ctx.
func (l *Limiter) sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.changed:
	case <-ctx.Done():
	}
}

// Pause holds all waiters for d from now on, at most MaxPause, plus a random part
// of d of at most a second. A pause that ends later than the one in force extends
// it; one that ends sooner changes nothing, and neither does a d of 0 or less.
// Requests start again at the rate, without a burst.
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
		now := time.Now()
		l.shared(now, func(s *state) { s.pause(until, now) })
	}
}

// PausedUntil returns when the last pause ends or ended; zero before the first
// pause.
func (l *Limiter) PausedUntil() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.pausedUntil
}

// Observe updates the pace from the headers of an answer. Automatic mode follows
// the limit up and down, between 1 and 600,000; after a lower limit, requests wait
// until the last minute has room for them. With a reserve, what remains shows what
// others use. Nothing changes if the user has given a rate.
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

// setLimit changes the limit from now on. l.mu is held.
func (l *Limiter) setLimit(limit float64, now time.Time) {
	if limit == l.limit {
		return
	}
	l.limit = limit
	l.apply(now)
	l.wake()
}

// wake makes the waiter that has the turn try again.
func (l *Limiter) wake() {
	select {
	case l.changed <- struct{}{}:
	default: // it will try again already
	}
}

// PerMinute returns the rate in force in requests a minute: in automatic mode
// 97.5 % of the limit less what is left to others, otherwise the user's rate, +Inf
// if unlimited.
func (l *Limiter) PerMinute() float64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.perMinute(time.Now())
}

// Reserved returns the reserve in force, and the limit in requests a minute that it is of: the
// account's, as far as it is known, or the rate that was given.
func (l *Limiter) Reserved() (r Reserve, limit float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.options.Reserve, l.limit
}

// perMinute is PerMinute at time now, with l.mu held.
func (l *Limiter) perMinute(now time.Time) float64 {
	switch {
	case l.options.Unlimited:
		return math.Inf(1)
	case l.watches():
		return share * max(0, l.limit-l.reserve-l.neighbours.perMinute(now))
	case l.options.auto():
		return l.limit * share
	default:
		return l.limit
	}
}
