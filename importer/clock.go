package importer

import (
	"sync"
	"time"

	"sent-import/importer/ledger"
)

// serverClock learns how far the server's clock is from ours. Every answer
// that carries the server's time narrows the difference down to an interval;
// their intersection is soon as narrow as the quickest answer.
//
// Contacts may be dated by another machine, whose clock is behind. The answers to
// creations show both.
type serverClock struct {
	mu     sync.Mutex
	known  bool
	offset ledger.Offset

	lagBefore time.Duration    // that earlier runs have seen
	lags      [2]time.Duration // the two largest that this one has, descending
	dates     int              // contacts that they are of
	lagSaved  time.Duration    // that the ledger has
}

// maxLag is how far behind the clock that dates contacts is believed to be. A
// contact that is dated earlier than that was not created by the answered
// request.
const maxLag = 5 * time.Second

// unknownClock is taken where no answer has told the server's time: both
// clocks are then believed to be set by the network.
var unknownClock = ledger.Offset{Low: -2 * time.Second, High: 2 * time.Second}

// observe takes in that a request sent at sent was answered at received, both
// on our clock, and that the server's clock showed stamp in between, cut off at
// a unit: the time was from stamp up to stamp+unit.
func (c *serverClock) observe(sent, received, stamp time.Time, unit time.Duration) {
	if stamp.IsZero() || sent.IsZero() || received.Before(sent) {
		return
	}
	seen := ledger.Offset{Low: stamp.Sub(received), High: stamp.Add(unit).Sub(sent)}
	c.mu.Lock()
	defer c.mu.Unlock()
	both := ledger.Offset{Low: max(seen.Low, c.offset.Low), High: min(seen.High, c.offset.High)}
	if !c.known || both.Low > both.High { // the first, or one of the clocks has been set
		both = seen
	}
	c.known, c.offset = true, both
}

// set takes an offset from an earlier run; nil leaves the clock unknown. The
// first answer that contradicts it puts it right.
func (c *serverClock) set(o *ledger.Offset) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known = o != nil; c.known {
		c.offset = *o
	}
}

// enoughDates is after how many contacts a run no longer believes what earlier
// ones have seen: a clock can have been set.
const enoughDates = 20

// dated takes in that a request which was sent at sent, on our clock, has created
// a contact that is dated to at the latest. It returns the lag, and whether it is
// so far from the one in the ledger that it has to be written there.
func (c *serverClock) dated(sent, to time.Time) (lag time.Duration, save bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known && !to.IsZero() {
		switch lag := sent.Add(c.offset.Low).Sub(to); {
		case lag > maxLag:
		case lag > c.lags[0]:
			c.lags[0], c.lags[1] = lag, c.lags[0]
		case lag > c.lags[1]:
			c.lags[1] = lag
		}
		c.dates++
	}
	lag = c.believed()
	if save = (lag - c.lagSaved).Abs() > skew/2; save {
		c.lagSaved = lag
	}
	return lag, save
}

// lag is how far behind the clock that dates contacts is.
func (c *serverClock) lag() time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.believed()
}

// believed is the lag. One contact that is dated early is no evidence yet. mu is
// held.
func (c *serverClock) believed() time.Duration {
	if c.dates >= enoughDates {
		return c.lags[1]
	}
	return max(c.lagBefore, c.lags[1])
}

// setLag takes the lag from an earlier run.
func (c *serverClock) setLag(lag time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lagBefore = min(max(lag, 0), maxLag)
	c.lagSaved = c.lagBefore
}

// get returns the offset, and nil before the first observation.
func (c *serverClock) get() *ledger.Offset {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.known {
		return nil
	}
	o := c.offset
	return &o
}

// skew is how far the clocks behind the API may be apart: the one that dates an
// answer, and the one that dates a contact. Machines that follow network time
// stay well within it.
const skew = 100 * time.Millisecond

// window is the span, on the server's clock, of what can have happened between
// from and to on ours. A nil offset is an unknown one. The monotonic part of the
// times is left out, as it stands still while a computer sleeps.
func window(from, to time.Time, o *ledger.Offset) ledger.Window {
	if o == nil {
		o = &unknownClock
	}
	return ledger.Window{From: from.Round(0).Add(o.Low - skew), To: to.Round(0).Add(o.High + skew)}
}

// lostWith is the window of the request that a run which died, or was stopped,
// can have had under way for a row: from its claim to the end of the lease, and
// the server may have taken the grace to get to it.
func lostWith(run ledger.RunInfo, claimedAt time.Time, grace time.Duration, now *ledger.Offset) ledger.Window {
	offset := run.Clock
	if offset == nil {
		offset = now
	}
	return window(claimedAt, run.LeaseUntil.Add(grace), offset)
}
