package importer

import (
	"context"
	"sync"
	"time"
)

const (
	// outageFailures is how many requests in a row, each for another row and
	// without an answer to any in between, make an outage. Rows that the server
	// can't stand make none where others are between them; and where only they
	// are left, see health.ending, it takes a request for something else, see
	// creator.unlessOutage, to tell.
	outageFailures = 5
	// outageSilence is how long there must have been no answer: at a high rate
	// five failures in a row are over in milliseconds, and mean bad luck.
	outageSilence = time.Second
	// The waits between probes grow from the first to the last. In the first
	// minute, in which most restarts are over, none is longer than soonProbe.
	firstProbe = time.Second
	soonProbe  = 10 * time.Second
	lastProbe  = 30 * time.Second
)

// health tells an outage of the server from the bad luck of a row. In an
// outage one request at a time goes out, as a probe, in the order in which
// rows came to wait; the first answer ends it for all.
type health struct {
	limit time.Duration // of an outage, after which the run stops
	say   func(outage bool, since time.Time)

	mu       sync.Mutex
	failures int          // in a row
	rows     map[int]bool // that they belong to
	since    time.Time    // when the first of them had ended
	last     time.Time    // answer; zero before the first
	epoch    int          // counts the outages so far
	out      bool
	ending   bool          // every row of the job has had its turn: creations that fail tell nothing of the others
	probes   int           // without an answer, in this outage
	next     time.Time     // no probe before
	over     chan struct{} // of this outage; closed when it ends
	turn     chan struct{} // holds one token: the right to probe
}

func newHealth(limit time.Duration, say func(bool, time.Time)) *health {
	h := &health{limit: limit, say: say, rows: make(map[int]bool), turn: make(chan struct{}, 1)}
	h.turn <- struct{}{}
	return h
}

// pass is the right to send one request. It must be given back by answered,
// failed or unused.
type pass struct{ probe bool }

// enter waits until a request may be sent. It returns ctx's error if that ends
// first, and errOutage when the outage has lasted too long.
func (h *health) enter(ctx context.Context) (pass, error) {
	for {
		h.mu.Lock()
		out, over := h.out, h.over
		h.mu.Unlock()
		if !out {
			return pass{}, nil
		}
		select {
		case <-over:
		case <-ctx.Done():
			return pass{}, context.Cause(ctx)
		case <-h.turn:
			p, err := h.probe(ctx, over)
			if err != nil || p.probe {
				return p, err
			}
		}
	}
}

// probe waits for the time of the next probe, holding the turn.
func (h *health) probe(ctx context.Context, over chan struct{}) (pass, error) {
	h.mu.Lock()
	wait, left := time.Until(h.next), time.Until(h.since.Add(h.limit))
	h.mu.Unlock()
	timer := time.NewTimer(max(0, min(wait, left)))
	defer timer.Stop()
	select {
	case <-over:
		h.turn <- struct{}{}
		return pass{}, nil
	case <-ctx.Done():
		h.turn <- struct{}{}
		return pass{}, context.Cause(ctx)
	case <-timer.C:
	}
	if left <= 0 {
		h.turn <- struct{}{}
		return pass{}, errOutage
	}
	return pass{probe: true}, nil
}

// unused gives a pass back that no request went out with.
func (h *health) unused(p pass) {
	if p.probe {
		h.turn <- struct{}{}
	}
}

// answered says that the server has given an answer of its own.
func (h *health) answered(p pass) {
	h.mu.Lock()
	h.failures, h.last = 0, time.Now()
	clear(h.rows)
	ended := h.out
	since := h.since
	if ended {
		h.out = false
		close(h.over)
	}
	h.mu.Unlock()
	if ended {
		h.say(false, since)
	}
	h.unused(p)
}

// failed says that a request for a row got no answer, or an error of the
// server's. The outage counts from the end of the first such request: its
// beginning may be long ago, if the process or the computer slept. last says
// that no row can be to blame, or that nothing else is left to ask: then the
// failures of one row are enough to make an outage.
func (h *health) failed(p pass, row int, last bool) {
	h.mu.Lock()
	if h.failures == 0 {
		h.since = time.Now()
	}
	h.failures++
	h.rows[row] = true
	starts := h.seemsOut() && (len(h.rows) >= outageFailures && !h.ending || last)
	if starts {
		h.out, h.epoch, h.probes = true, h.epoch+1, 0
		h.over = make(chan struct{}) // closed by answered
	}
	if starts || p.probe {
		h.next = time.Now().Add(probeWait(h.probes))
		h.probes++
	}
	since := h.since
	h.mu.Unlock()
	if starts {
		h.say(true, since)
	}
	h.unused(p)
}

// notBefore puts off the next probe of an outage to t, if that is later.
func (h *health) notBefore(t time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.out && t.After(h.next) {
		h.next = t
	}
}

// end says that every row of the job has had its turn. What fails from now on
// may be rows that the server can't stand, and nothing but them.
func (h *health) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ending = true
}

// seemsOut reports whether so many requests have failed, for so long, that it may
// be an outage; not if it is known to be one. mu is held.
func (h *health) seemsOut() bool {
	return !h.out && h.failures >= outageFailures && time.Since(h.last) >= outageSilence
}

// suspicious reports whether it is time to find out if there is an outage.
func (h *health) suspicious() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.seemsOut()
}

// answeredSince reports whether the server has answered anything since.
func (h *health) answeredSince(t time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return !h.last.Before(t)
}

// asks reports whether a probe has to be a look-up: a creation of a row that has
// failed before would tell of that row, and no other row is left to try.
func (h *health) asks(p pass) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return p.probe && h.ending
}

// state returns whether there is an outage now, and how many there have been.
func (h *health) state() (out bool, epoch int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.out, h.epoch
}

// probeWait is how long to wait before the nth probe, counted from 0.
func probeWait(n int) time.Duration {
	const doublings, soon = 4, 8 // 1, 2, 4, 8 s, then four of soonProbe: 55 s
	switch {
	case n < doublings:
		return firstProbe << n
	case n < soon:
		return soonProbe
	}
	return lastProbe
}
