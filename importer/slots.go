package importer

import (
	"context"
	"math"
	"sync"
	"time"
)

// The bounds of automatic concurrency. Below 8, one slow answer holds up the
// others; 256 requests in flight are more than any known allowance needs.
const (
	minSlots = 8
	maxSlots = 256
	// localSlots is for a server that answers in no time, where more requests
	// in flight only wait for each other.
	localSlots = 32
)

// slots bounds the requests in flight. The bound follows rate × latency, so
// that a server which hangs is not met with hundreds of requests, and a slow
// one still gets its whole allowance; and it stays within what the server stands.
type slots struct {
	mu      sync.Mutex
	want    int // for the rate and the latency, or as given
	load    loadLimit
	used    int
	waiters []chan struct{} // first come, first served; each is closed by who frees a slot
	fixed   bool
	latency time.Duration // moving average
	fastest time.Duration // of late: the latency without the waiting that our own requests cause
}

// newSlots returns slots for a fixed number of requests, or if that is 0 for as many
// as are needed; for most at most.
func newSlots(fixed, most int) *slots {
	if fixed > 0 {
		return &slots{want: fixed, fixed: true, load: newLoadLimit(min(fixed, most))}
	}
	return &slots{want: minSlots, load: newLoadLimit(most)}
}

// limit is how many requests may be in flight. mu is held.
func (s *slots) limit() int { return min(s.want, s.load.limit) }

// round is what a request that has its slot goes out in.
func (s *slots) round() round {
	s.mu.Lock()
	defer s.mu.Unlock()
	return round{s.load.cuts, s.used}
}

// refused takes in that a request, which has its slot still, was refused for the
// load, or so it seems; see loadLimit.
func (s *slots) refused(who int, sent round) (shared bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.load.refuse(who, sent, s.used, s.limit())
}

// answered takes in that a request was answered by the API.
func (s *slots) answered() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.load.answer()
	s.wake()
}

// acquire waits for a slot. It returns ctx's error if that ends first.
func (s *slots) acquire(ctx context.Context) error {
	s.mu.Lock()
	if s.used < s.limit() && len(s.waiters) == 0 {
		s.used++
		s.mu.Unlock()
		return nil
	}
	turn := make(chan struct{}) // closed by wake
	s.waiters = append(s.waiters, turn)
	s.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		s.leave(turn)
		return context.Cause(ctx)
	}
}

// leave takes a waiter out, and hands on the slot if it had just got one.
func (s *slots) leave(turn chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, w := range s.waiters {
		if w == turn {
			s.waiters = append(s.waiters[:i], s.waiters[i+1:]...)
			return
		}
	}
	s.used--
	s.wake()
}

func (s *slots) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used--
	s.wake()
}

func (s *slots) wake() {
	for s.used < s.limit() && len(s.waiters) > 0 {
		close(s.waiters[0])
		s.waiters = s.waiters[1:]
		s.used++
	}
}

// observe takes in how long an answer took, at the given rate of requests.
func (s *slots) observe(took time.Duration, perMinute float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fixed {
		return
	}
	if s.latency == 0 {
		s.latency, s.fastest = took, took
	}
	s.latency += (took - s.latency) / 8
	s.fastest = min(took, s.fastest+s.fastest/256)
	s.want = slotsFor(perMinute, s.latency, s.fastest)
	s.wake()
}

// slotsFor is how many requests have to be in flight to use the whole rate at
// a latency, and as many again so that a few slow ones hold nothing up.
func slotsFor(perMinute float64, latency, fastest time.Duration) int {
	if math.IsInf(perMinute, 1) {
		if fastest < 5*time.Millisecond {
			return localSlots
		}
		return maxSlots
	}
	need := math.Ceil(2 * perMinute * latency.Minutes())
	return int(min(max(need, minSlots), maxSlots))
}
