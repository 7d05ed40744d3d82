package importer

import (
	"slices"
	"sync"
	"time"

	"sent-import/importer/ledger"
	"sent-import/importer/sent"
)

// skew is how far the clocks behind the API may be apart: the one that dates an
// answer, and the one that dates a contact. Machines that follow network time
// stay well within it.
const skew = 100 * time.Millisecond

// unknownClock is taken where no answer has told the server's time: both
// clocks are then believed to be set by the network.
var unknownClock = ledger.Offset{Low: -2 * time.Second, High: 2 * time.Second}

// maxOffsets is how many offsets are kept apart. Clocks that drift by days add one
// now and then; the nearest become one.
const maxOffsets = 16

// offsets is how far the server's clock was seen ahead of ours: one interval that
// answers narrow down, and another for each time that an answer contradicts them
// all, because a clock was set or several servers answer. They are disjoint and
// ascending, and never changed in place.
type offsets []ledger.Offset

// with returns the offsets after an answer that allows seen. Where several
// intervals allow the same, it tells nothing.
func (set offsets) with(seen ledger.Offset) offsets {
	i, n := set.met(seen)
	switch n {
	case 0:
		at := 0
		for at < len(set) && set[at].Low < seen.Low {
			at++
		}
		return slices.Insert(slices.Clone(set), at, seen).bounded()
	case 1:
		low, high := max(seen.Low, set[i].Low), min(seen.High, set[i].High)
		if set[i] == (ledger.Offset{Low: low, High: high}) {
			return set
		}
		set = slices.Clone(set)
		set[i] = ledger.Offset{Low: low, High: high}
	}
	return set
}

// met is how many of the offsets have a moment in common with seen, and the last
// of them.
func (set offsets) met(seen ledger.Offset) (last, n int) {
	for i, o := range set {
		if seen.Low <= o.High && o.Low <= seen.High {
			last = i
			n++
		}
	}
	return last, n
}

// bounded joins the two nearest where there are too many. The set is the
// caller's own.
func (set offsets) bounded() offsets {
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

// hull is from the lowest offset to the highest.
func (set offsets) hull() ledger.Offset {
	if len(set) == 0 {
		return unknownClock
	}
	return ledger.Offset{Low: set[0].Low, High: set[len(set)-1].High}
}

// offsetSeen is what an answer shows of the server's clock, whose time was from
// stamp up to stamp+unit at some moment between sent and received, on our clock.
// ok is false where it shows nothing, because there is no stamp, or because our
// clock was set meanwhile.
func offsetSeen(sent, received, stamp time.Time, unit time.Duration) (o ledger.Offset, ok bool) {
	if stamp.IsZero() || sent.IsZero() || received.Before(sent) || wasSet(sent, received) {
		return o, false
	}
	return ledger.Offset{Low: stamp.Sub(received.Round(0)), High: stamp.Add(unit).Sub(sent.Round(0))}, true
}

// wasSet reports whether our clock was set, or stood still while the machine slept,
// between two times that it has told.
func wasSet(from, to time.Time) bool {
	return (to.Round(0).Sub(from.Round(0)) - to.Sub(from)).Abs() > skew
}

// serverClock learns how far the server's clock is from ours, from the answers.
type serverClock struct {
	mu  sync.Mutex
	set offsets
}

// observe takes in what an answer of the API shows.
func (c *serverClock) observe(sent, received, stamp time.Time, unit time.Duration) {
	seen, ok := offsetSeen(sent, received, stamp, unit)
	if !ok {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set = c.set.with(seen)
}

// begin takes the offsets that an earlier run has left behind.
func (c *serverClock) begin(set offsets) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set = set
}

// get returns the offsets; none before the first answer.
func (c *serverClock) get() offsets {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.set
}

// of is the offset of the clock that has dated an answer, which was observed
// before.
func (c *serverClock) of(a sent.Answer) ledger.Offset {
	set := c.get()
	seen, ok := offsetSeen(a.SentAt, a.ReceivedAt, a.Timestamp, a.TimestampUnit)
	if !ok {
		seen, ok = offsetSeen(a.SentAt, a.ReceivedAt, a.Date, time.Second)
	}
	if !ok {
		return set.hull()
	}
	if i, n := set.met(seen); n == 1 {
		return set[i]
	}
	return seen
}

// spansOf is when a request whose answer was lost can have been carried out, on
// our clock: from its start until a grace after it was given up. Where our clock
// was set back meanwhile there are two, on the clock before and after. The
// monotonic part of the times is left out, as it stands still while a computer
// sleeps.
func spansOf(run int, sent, received time.Time, grace time.Duration) ledger.Spans {
	took := received.Sub(sent)
	from, to := sent.Round(0), received.Round(0)
	if to.Sub(from) >= took-skew {
		return ledger.Spans{{Run: run, From: from, To: to.Add(grace)}}
	}
	return ledger.Spans{
		{Run: run, From: from, To: from.Add(took + grace)},
		{Run: run, From: to.Add(-took), To: to.Add(grace)},
	}
}

// lostWith is the span of the request that a run which died, or was stopped,
// can have had under way for a row: from its claim to the end of the lease, and
// the server may have taken the grace to get to it.
func lostWith(run ledger.RunInfo, claimedAt time.Time, grace time.Duration) ledger.Span {
	end := run.LeaseUntil
	if end.Before(claimedAt) { // the clock was set in between
		end = claimedAt.Add(ledger.LeaseTime)
	}
	return ledger.Span{Run: run.Number, From: claimedAt, To: end.Add(grace)}
}
