package pace

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

// bucket is the token bucket of golang.org/x/time/rate, whose level can also be
// read and set: processes that share their pace keep the level in a file. Times
// before the last one count as the last one, so a clock that runs backwards fills
// nothing.
type bucket struct {
	limiter   *rate.Limiter
	at        time.Time // the newest time that a method was called with
	perMinute float64
	burst     int // the size in tokens
}

// slowest is the lowest rate in tokens a minute: 0 would make every wait infinite.
const slowest = 1e-6

// forever is the longest wait: short enough to be added to any time.
const forever = 365 * 24 * time.Hour

// instant is the wait that counts as none, because floating point makes less than
// one of three thirds. A token that is taken that much too soon delays the next.
const instant = time.Microsecond

// newBucket returns a bucket of size 1 that is full.
func newBucket(now time.Time) bucket {
	return bucket{limiter: rate.NewLimiter(slowest/60, 1), at: now, perMinute: slowest, burst: 1}
}

// advance moves the bucket's time on to now, unless that is in the past.
func (b *bucket) advance(now time.Time) time.Time {
	if now.After(b.at) {
		b.at = now
	}
	return b.at
}

// set changes the rate and the size from now on.
func (b *bucket) set(now time.Time, perMinute float64, burst int) {
	t := b.advance(now)
	b.perMinute, b.burst = max(perMinute, slowest), burst
	b.limiter.SetLimitAt(t, rate.Limit(b.perMinute/60))
	b.limiter.SetBurstAt(t, burst)
}

// tokens returns the level at b.at; below 0 if more tokens were taken than there
// were.
func (b *bucket) tokens() float64 { return b.limiter.TokensAt(b.at) }

// put sets the level at time t.
func (b *bucket) put(t time.Time, tokens float64) {
	owed := math.Ceil(max(-tokens, 0))
	since := min(math.Ceil((tokens+owed)/b.perMinute*float64(time.Minute)), float64(forever)) // the time in which they come in
	b.limiter = rate.NewLimiter(rate.Limit(b.perMinute/60), b.burst)
	b.limiter.SetBurstAt(t.Add(-time.Duration(since)), 0) // what exceeds the size is lost
	b.limiter.SetBurstAt(t.Add(-time.Duration(since)), b.burst)
	b.at = t
	for range int(owed) {
		b.limiter.ReserveN(t, 1)
	}
}

// empty sets the level at time t to 0.
func (b *bucket) empty(t time.Time) { b.put(t, 0) }

// wait returns how long it takes from now until there is a token; 0: there is one.
func (b *bucket) wait(now time.Time) time.Duration {
	t := b.advance(now)
	token := b.limiter.ReserveN(t, 1)
	defer token.CancelAt(t)
	d := token.DelayFrom(t)
	if d < instant {
		return 0
	}
	return min(d, forever)
}

// take removes a token; wait has returned 0.
func (b *bucket) take() { b.limiter.ReserveN(b.at, 1) }
