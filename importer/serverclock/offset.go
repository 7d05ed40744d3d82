package serverclock

import (
	"slices"
	"sync"
	"time"
)

// Skew is how far apart two clocks of the API may be without counting as
// different: the one that dates an answer, and the one that dates a contact.
// Machines that follow network time stay well within it.
const Skew = 100 * time.Millisecond

// unknown is assumed while no answer has shown the server's time: both clocks are
// then believed to be set by the network.
var unknown = Offset{Low: -2 * time.Second, High: 2 * time.Second}

// maxOffsets is how many offsets are kept. Clocks that drift for days add one now
// and then; when there are too many, the two nearest are joined.
const maxOffsets = 16

// Offset is the server's clock minus ours. The true value lies between Low and
// High.
type Offset struct{ Low, High time.Duration }

// Offsets are all values that the server's clock minus ours has had: one interval
// that answers narrow down, and another one for each time that an answer
// contradicted them all, because a clock was set or several servers answer. They
// are disjoint and ascending, and never changed in place.
type Offsets []Offset

// with returns the offsets after an answer that allows seen. Where several
// intervals allow it, the answer says nothing.
func (set Offsets) with(seen Offset) Offsets {
	i, n := set.overlapping(seen)
	switch n {
	case 0:
		at := 0
		for at < len(set) && set[at].Low < seen.Low {
			at++
		}
		return slices.Insert(slices.Clone(set), at, seen).bounded()
	case 1:
		narrowed := Offset{Low: max(seen.Low, set[i].Low), High: min(seen.High, set[i].High)}
		if set[i] == narrowed {
			return set
		}
		set = slices.Clone(set)
		set[i] = narrowed
	}
	return set
}

// overlapping returns how many of the offsets have a moment in common with seen,
// and the index of the last of them.
func (set Offsets) overlapping(seen Offset) (last, n int) {
	for i, o := range set {
		if seen.Low <= o.High && o.Low <= seen.High {
			last = i
			n++
		}
	}
	return last, n
}

// bounded joins the two nearest offsets where there are too many. It changes the
// set in place.
func (set Offsets) bounded() Offsets {
	if len(set) <= maxOffsets {
		return set
	}
	nearest := 0
	for i := range set[1:] {
		if set[i+1].Low-set[i].High < set[nearest+1].Low-set[nearest].High {
			nearest = i
		}
	}
	set[nearest].High = set[nearest+1].High
	return slices.Delete(set, nearest+1, nearest+2)
}

// Hull is the interval from the lowest offset to the highest.
func (set Offsets) Hull() Offset {
	if len(set) == 0 {
		return unknown
	}
	return Offset{Low: set[0].Low, High: set[len(set)-1].High}
}

// Exchange is a request and its answer: when they were sent and received on our
// clock, and what the answer says of the server's clock at a moment in between.
type Exchange struct {
	SentAt, ReceivedAt time.Time
	Timestamp          time.Time     // from the answer's body; zero: it has none
	TimestampUnit      time.Duration // of the last digit of Timestamp, which is cut off there
	Date               time.Time     // the Date header, in whole seconds; zero: there is none
}

// offset is what a stamp of the exchange, cut off at a unit, shows of the server's
// clock. ok is false where it shows nothing: there is no stamp, or our clock was
// set meanwhile.
func (x Exchange) offset(stamp time.Time, unit time.Duration) (o Offset, ok bool) {
	if stamp.IsZero() || x.SentAt.IsZero() || x.ReceivedAt.Before(x.SentAt) || wasSet(x.SentAt, x.ReceivedAt) {
		return o, false
	}
	return Offset{Low: stamp.Sub(x.ReceivedAt.Round(0)), High: stamp.Add(unit).Sub(x.SentAt.Round(0))}, true
}

// wasSet reports whether our clock was set, or stood still while the machine slept,
// between two times that it has told.
func wasSet(from, to time.Time) bool {
	return (to.Round(0).Sub(from.Round(0)) - to.Sub(from)).Abs() > Skew
}

// Clock learns from answers how far the server's clock is from ours. The zero
// Clock is ready. Several goroutines may use it.
type Clock struct {
	mu  sync.Mutex
	set Offsets
}

// Restore begins with the offsets that an earlier run has left.
func (c *Clock) Restore(set Offsets) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set = set
}

// Observe learns from an answer of the API.
func (c *Clock) Observe(x Exchange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if seen, ok := x.offset(x.Timestamp, x.TimestampUnit); ok {
		c.set = c.set.with(seen)
	}
	if seen, ok := x.offset(x.Date, time.Second); ok {
		c.set = c.set.with(seen)
	}
}

// Offsets returns what is known; nil before the first answer.
func (c *Clock) Offsets() Offsets {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.set
}

// Of returns the offset of the clock that has dated an answer, which was observed
// before.
func (c *Clock) Of(x Exchange) Offset {
	set := c.Offsets()
	seen, ok := x.offset(x.Timestamp, x.TimestampUnit)
	if !ok {
		seen, ok = x.offset(x.Date, time.Second)
	}
	if !ok {
		return set.Hull()
	}
	if i, n := set.overlapping(seen); n == 1 {
		return set[i]
	}
	return seen
}
