package pace

import (
	"math"
	"time"
)

// bucket is a token bucket whose rate may change at any time. It is as simple
// as this so that it can be kept in a file which several processes use.
type bucket struct {
	tokens    float64 // at time at
	at        time.Time
	perMinute float64
	burst     int // the most tokens that it holds
}

// whole is how near to a whole token counts as one: floating point can't say
// that three thirds are one.
const whole = 1e-6

// forever is longer than any wait that is not cut short, and short enough to be
// added to any time.
const forever = 365 * 24 * time.Hour

// fill takes in the time up to now. A clock that runs backwards fills nothing.
func (b *bucket) fill(now time.Time) {
	if d := now.Sub(b.at); d > 0 {
		b.tokens = min(b.tokens+d.Minutes()*b.perMinute, float64(b.burst))
		b.at = now
	}
}

// set changes the rate and the size from now on.
func (b *bucket) set(now time.Time, perMinute float64, burst int) {
	b.fill(now)
	b.perMinute, b.burst = perMinute, burst
	b.tokens = min(b.tokens, float64(burst))
}

// empty leaves no token in the bucket at time t, whatever it held.
func (b *bucket) empty(t time.Time) { b.tokens, b.at = 0, t }

// wait returns how long it is at time now until there are n tokens; 0 when they
// are there.
func (b *bucket) wait(now time.Time, n int) time.Duration {
	b.fill(now)
	missing := float64(n) - b.tokens
	if missing <= whole {
		return 0
	}
	d := math.Ceil(missing / b.perMinute * float64(time.Minute))
	if !(d < float64(forever)) { // +Inf and NaN too
		return forever
	}
	return time.Duration(d)
}

// take takes a token that wait has found.
func (b *bucket) take() { b.tokens-- }
