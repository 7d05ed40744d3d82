package pace

import (
	"math"
	"time"
)

const (
	// pollClock is the longest sleep while the timetable leaves everything to others: the
	// time in which a clock that is set is noticed.
	pollClock = 10 * time.Second

	// settling is how long after a change of the reserve the rate that is measured over a
	// minute says more of the time before.
	settling = 75 * time.Second

	// mostChanges is how many changes of the reserve a forecast looks at: some years.
	mostChanges = 5000
)

// Change is a reserve of a timetable and the next one.
type Change struct {
	Now, Then Reserve
	At        time.Time // when Then begins; zero: never
}

// Scheduled is what the timetable says now; ok is false where there is none.
func (l *Limiter) Scheduled() (c Change, ok bool) {
	if l.options.Timetable.IsZero() {
		return c, false
	}
	now := l.options.Clock()
	c.Now = l.options.Timetable.At(now)
	if at, changes := l.options.Timetable.Next(now); changes {
		c.At, c.Then = at, l.options.Timetable.At(at)
	}
	return c, true
}

// ClosedUntil is when the timetable leaves something to this program again; zero if it
// does now.
func (l *Limiter) ClosedUntil() time.Time {
	if c, ok := l.Scheduled(); ok && c.Now.IsAll() {
		return c.At
	}
	return time.Time{}
}

// follow puts the timetable's reserve in force, and returns how long nothing may be sent
// as it leaves everything to others; 0: something may. l.mu is held.
func (l *Limiter) follow(now time.Time) time.Duration {
	t := l.options.Timetable
	if t.IsZero() {
		return 0
	}
	clock := l.options.Clock()
	if r := t.At(clock); r != l.options.Reserve {
		l.options.Reserve, l.changedAt = r, now
		l.apply(now)
	}
	said := l.saidClosed
	l.saidClosed = l.options.Reserve.IsAll()
	if !l.saidClosed {
		return 0
	}
	until, _ := t.Next(clock)
	if !said {
		l.options.Closed(until)
	}
	return min(max(until.Sub(clock.Round(0)), time.Millisecond), pollClock)
}

// Settling reports whether the timetable has changed the reserve within the last minute or
// so: the rate of that minute says nothing of the time to come.
func (l *Limiter) Settling() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Since(l.changedAt) <= settling
}

// TimeFor is how long n requests take from now on, as the timetable says; real is the rate
// of the last minute, in requests a minute, 0 where it is not known, or Settling. Where
// less goes out than may, that is expected to stay so. The result is at most 146 years.
func (l *Limiter) TimeFor(n int, real float64) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, t := time.Now(), l.options.Timetable
	clock := l.options.Clock().Round(0)
	most := math.Inf(1)
	if real > 0 && real < 0.9*l.rateWith(l.options.Reserve, now) {
		most = real
	}
	left, at := float64(n), clock
	for range mostChanges {
		rate, next := min(most, l.rateWith(t.At(at), now)), t.boundary(at)
		can := rate * next.Sub(at).Minutes()
		if can >= left {
			return at.Sub(clock) + time.Duration(left/max(rate, slowest)*float64(time.Minute))
		}
		left, at = left-can, next
	}
	return math.MaxInt64 / 2
}

// rateWith is the rate of automatic mode with a reserve. l.mu is held.
func (l *Limiter) rateWith(r Reserve, now time.Time) float64 {
	reserve := r.Of(l.limit)
	if reserve == 0 {
		return share * l.limit
	}
	return share * max(0, l.limit-reserve-l.neighbours.perMinute(now))
}
