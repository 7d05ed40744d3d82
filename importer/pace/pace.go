// Package pace is the one limiter that every request of a run passes, so that
// a run uses the whole allowance of the account and never more.
//
//	Wait → pause over? → fewer than the limit in the last minute? → a token in the bucket? → go
//
// # What it promises
//
// The API allows 200 requests a minute with bursts of 50, for the customer
// account as a whole. Which algorithm counts them is not documented: a token
// bucket, or a fixed or sliding window of a minute. In automatic mode a
// Limiter stays inside all three, as seen by the server:
//
//   - a token bucket spreads the requests evenly at 97.5 % of the limit, with a
//     burst of 2.5 % of it, from 1 to 5;
//   - at most the limit's number of requests leaves in any 61.5 seconds,
//     whatever happened in between: an idle time, or a limit that was lowered.
//
// A window of 60 s at the server can hold requests that left within 60 s plus
// the difference between the slowest and the fastest way to the server. The
// extra 1.5 s pay for that difference: as long as it is below 1.5 s, no window
// of the server's sees more than the limit. They cost nothing, because 97.5 %
// of the limit needs 61.54 s for as many requests as the limit counts.
//
// The bucket starts with one token, not full (unless a burst is asked for): a
// run that begins seconds after another one ended finds the window nearly used.
//
// A rate that the user gives is obeyed exactly: its whole, and at most that
// number (rounded up) in any 60 s. There is no margin in it for the network.
//
// # What a reserve is
//
// Options.Reserve leaves a part of the limit to others. It has two halves:
//
//   - never more than the limit less the reserve in any 61.5 seconds, and 97.5 %
//     of it on average, even if nobody else is there;
//   - and less, by what others use: the answers tell what remains of the pool
//     (X-RateLimit-Remaining), and what is missing of it and did not leave here
//     was taken by others. The rate is 97.5 % of limit - reserve - others.
//
// So the reserve stays free on top of what others use on average, and is what
// their bursts find. They are averaged over three minutes, so that a burst is no
// rate; the first burst after a quiet minute counts as a rate at once, which
// stops us until there is more to go by. A minute in which nothing is seen of
// others, and the pool is taken back.
//
// What Remaining counts is not documented either, and it is found out, from
// the answers alone:
//
//   - A bucket refills all the time and never shows more than its size. What is
//     expected is the level of the last answer, refilled, without ours. Nothing
//     goes unless the reserve remains after it (for a reserve beyond it: 86 % of
//     the bucket). A use so steady that the bucket refills it between two answers
//     is not seen, and does not need to be: the bucket is full all the same.
//   - A fixed window falls by each request and is whole again when a new one
//     begins. What falls between two answers and is not ours is the others'. What
//     they use between our last answer of a window and its end is not seen.
//   - A sliding window shows limit - theirs - ours of the last minute at any
//     time, and we know ours.
//
// A window is known by more remaining than a bucket of 50 (or a quarter of the
// limit) shows, or by a jump; a larger bucket by Remaining that rises without a
// new window and shows less use than ours of the last minute. Each estimate is
// at most the truth for the other kind of window, so the larger one holds. In
// both, nothing goes while our own last minute and what others use leave less
// than half of the reserve, or while less than a quarter of it remains.
//
// Without the headers there is only the first half: a plain smaller share.
//
// # What a reserve guarantees
//
// Nobody is refused while the others together keep to a bucket of the size of
// the reserve which is refilled at limit - reserve a minute or less: bursts of at
// most the reserve at once, and no more than the reserve above their average in
// any minute. For a reserve of 20 % of 200 that is 140 a minute in bursts of 40,
// evenly or at random. Where the server counts a sliding window and the others'
// bursts come at random, half of the reserve is what they may be: theirs and
// ours of the last minute must fit in at every moment, and their average is
// known only afterwards. What is then left is used to 90 % or more.
//
// What no client can guarantee, since it sees others only in its own answers:
// a burst larger than the reserve; more than 45 requests at once, if the API
// allows 50; a neighbour that uses the whole limit (the run goes at a few
// requests a minute then, which look for an end of it); and a neighbour that
// begins with more than the reserve in the minute in which we have used all the
// rest. Then somebody gets a 429, and if it is us, everybody here waits.
//
// A limit that is lowered is learnt from the first answer that names it. The
// requests that are under way at that moment can be refused, and the next one if
// more than the new limit has been used of the window: nobody can know before.
//
// # Where the promise ends
//
// Without a reserve, what others do is not watched: the whole limit is ours.
// That is what Pause is for: whoever meets a 429 calls it, and everybody waits.
// A request that Wait has let go is not called back.
//
// # Several processes with one key
//
// Limiters with the same Options.Shared go at one pace together, whatever their
// jobs and profiles: the API counts the account. A small file holds what they
// have to know of each other: the tokens of the one bucket, the requests of each
// second of the last minute, the limit, the pause, and who is waiting. It is
// locked and looked at when a request wants to go, for some fifty microseconds (measured, on a local disk);
// nobody holds the lock while it waits. Above 60,000 requests a minute, and
// without any rate, it is not used.
//
//   - They are served in turn, so each gets the same share. A process that was
//     killed while it waited loses its turn after two seconds.
//   - A 429 of one makes all wait, and a limit that one has learnt is all theirs.
//     Both are believed for a minute, so nothing that was left behind holds
//     anybody up for longer; whoever got the 429 obeys it to its end.
//   - Whoever begins knows what was sent in the last minute, and how full the
//     bucket is.
//   - A rate of the user's is obeyed exactly, since that is what it is for. Its
//     requests are written down all the same, and automatic mode makes room for
//     them.
//   - With different reserves each follows its own.
//
// The times in the file are those of the wall clock, the only one that two
// processes have in common; within a process the monotonic clock counts, so a
// clock that is set changes nothing for what it has sent itself. A file that was
// written in the future (the clock was set back) is taken to be written now. When
// the clock is set forward, what others sent before is forgotten, and so it is
// while a machine sleeps, rightly. A damaged file is begun anew; while it can't be
// read or written, or its lock is not free for a quarter of a second, the limiter
// goes on alone and tries again after a minute. Notice is told once.
//
// It is for one machine: processes elsewhere are others, and a reserve is what
// helps against them. The file must be on a local disk.
//
// # Order
//
// Waiters are served in the order in which they came. Only the first of them
// talks to the bucket, and it takes its token at the moment it goes: no token
// is held in advance, so a waiter that gives up has nothing to give back, a
// pause holds everybody, and a new rate counts from the next request on.
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
	limit       float64   // requests a minute that were asked for or observed
	reserve     float64   // of it, which is left to others
	others      *others   // nil without a reserve
	shared      *shared   // nil if it is alone
	limitAt     time.Time // when the limit was observed; zero before
	bucket      bucket    // spreads the requests
	recent      window    // keeps count of the last minute
	pausedUntil time.Time // zero before the first pause
	paused      bool      // a pause was asked for and the bucket not emptied since
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
		l.others = new(others)
		l.recent.keep = keepForOthers
	}
	if o.Shared != "" && !o.Unlimited {
		l.shared = newShared(o.Shared, o.Notice)
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
	if l.others != nil {
		l.others.setLimit(l.limit, l.reserve)
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
	if !l.together(now) {
		return l.takeAlone(now)
	}
	defer l.shared.end(now)
	return l.takeShared(now)
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
	if l.others != nil {
		l.bucket.set(now, l.perMinute(now), l.bucket.burst)
		wait = max(wait, l.others.wait(now, &l.recent))
	}
	wait = max(wait, l.bucket.wait(now))
	if l.others != nil {
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
	if l.others != nil {
		l.others.observe(a, &l.recent)
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
	case l.others != nil:
		return share * max(0, l.limit-l.reserve-l.others.perMinute(now))
	case l.options.auto():
		return l.limit * share
	default:
		return l.limit
	}
}
