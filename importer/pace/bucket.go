package pace

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

// bucket is a token bucket, golang.org/x/time/rate's, whose rate may change at
// any time, and whose level can be read and put: it is kept in a file that
// several processes use. Times that lie before the last one count as that one,
// so a clock that runs backwards fills nothing.
type bucket struct {
	limiter   *rate.Limiter
	at        time.Time // the last time that it was looked at
	perMinute float64
	burst     int // the most tokens that it holds
}

// slowest is the least rate, in tokens a minute: with 0 no time can be reckoned.
const slowest = 1e-6

// forever is longer than any wait that is not cut short, and short enough to be
// added to any time.
const forever = 365 * 24 * time.Hour

// instant is what is not worth waiting for: floating point can't say that three
// thirds are one. A token taken that much too soon is missing from the next.
const instant = time.Microsecond

// newBucket returns a bucket of one token, which holds it.
func newBucket(now time.Time) bucket {
	return bucket{limiter: rate.NewLimiter(slowest/60, 1), at: now, perMinute: slowest, burst: 1}
}

// look moves on to now, unless that is in the past.
func (b *bucket) look(now time.Time) time.Time {
	if now.After(b.at) {
		b.at = now
	}
	return b.at
}

// set changes the rate and the size from now on.
func (b *bucket) set(now time.Time, perMinute float64, burst int) {
	t := b.look(now)
	b.perMinute, b.burst = max(perMinute, slowest), burst
	b.limiter.SetLimitAt(t, rate.Limit(b.perMinute/60))
	b.limiter.SetBurstAt(t, burst)
}

// tokens is how many it held when it was last looked at; less than 0 where more
// were taken than there were.
func (b *bucket) tokens() float64 { return b.limiter.TokensAt(b.at) }

// put makes it hold so many tokens at time t, whatever it held.
func (b *bucket) put(t time.Time, tokens float64) {
	owed := math.Ceil(max(-tokens, 0))
	since := min(math.Ceil((tokens+owed)/b.perMinute*float64(time.Minute)), float64(forever)) // that so many come in
	b.limiter = rate.NewLimiter(rate.Limit(b.perMinute/60), b.burst)
	b.limiter.SetBurstAt(t.Add(-time.Duration(since)), 0) // what is over the size is lost
	b.limiter.SetBurstAt(t.Add(-time.Duration(since)), b.burst)
	b.at = t
	for range int(owed) {
		b.limiter.ReserveN(t, 1)
	}
}

// empty leaves no token in the bucket at time t.
func (b *bucket) empty(t time.Time) { b.put(t, 0) }

// wait returns how long it is at time now until there is a token; 0 when it is
// there.
func (b *bucket) wait(now time.Time) time.Duration {
	t := b.look(now)
	token := b.limiter.ReserveN(t, 1)
	defer token.CancelAt(t)
	d := token.DelayFrom(t)
	if d < instant {
		return 0
	}
	return min(d, forever)
}

// take takes a token that wait has found.
func (b *bucket) take() { b.limiter.ReserveN(b.at, 1) }
