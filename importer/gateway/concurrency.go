package gateway

import (
	"context"
	"math"
	"sync"
	"time"
)

// The bounds of automatic concurrency. Below 8, one slow answer holds up the
// others; 256 requests in flight are more than any known allowance needs.
const (
	minConcurrency = 8
	// MaxConcurrency is the most requests in flight.
	MaxConcurrency = 256
	// localConcurrency is for a server that answers in no time, where more requests
	// in flight only wait for each other.
	localConcurrency = 32
)

// concurrency bounds the requests in flight. The bound follows rate × latency, so that
// a server which hangs is not met with hundreds of requests, and the whole allowance is
// used with a slow one; and it stays within what the server stands, see loadLimit.
type concurrency struct {
	mu      sync.Mutex
	want    int // for the rate and the latency, or as given
	load    loadLimit
	used    int
	waiters []chan struct{} // first come, first served; each is closed by who frees a slot
	fixed   bool
	latency time.Duration // moving average
	fastest time.Duration // of late: the latency without the waiting that our own requests cause
}

// newConcurrency returns a bound of a fixed number of requests, or if that is 0 of as many
// as rate and latency need; most at most.
func newConcurrency(fixed, most int) *concurrency {
	if fixed > 0 {
		return &concurrency{want: fixed, fixed: true, load: newLoadLimit(min(fixed, most))}
	}
	return &concurrency{want: minConcurrency, load: newLoadLimit(most)}
}

// bound is how many requests may be in flight. mu is held.
func (l *concurrency) bound() int { return min(l.want, l.load.limit) }

// most is bound, for others.
func (l *concurrency) most() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return max(l.bound(), 1)
}

// round is the state in which a request goes out that has a slot.
func (l *concurrency) round() round {
	l.mu.Lock()
	defer l.mu.Unlock()
	return round{l.load.cuts, l.used}
}

// refused records that a request, which still has its slot, was refused for the load, or
// so it seems. It reports whether the load is to blame, and not the request.
func (l *concurrency) refused(who int, sent round) (shared bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.load.refuse(who, sent, l.used, l.bound())
}

// answered records that the API has answered a request.
func (l *concurrency) answered() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.load.answer()
	l.wake()
}

// acquire waits for a slot. It returns ctx's error if that ends first.
func (l *concurrency) acquire(ctx context.Context) error {
	l.mu.Lock()
	if l.used < l.bound() && len(l.waiters) == 0 {
		l.used++
		l.mu.Unlock()
		return nil
	}
	turn := make(chan struct{}) // closed by wake
	l.waiters = append(l.waiters, turn)
	l.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		l.leave(turn)
		return context.Cause(ctx)
	}
}

// leave takes a waiter out, and hands on the slot if it had just got one.
func (l *concurrency) leave(turn chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for i, w := range l.waiters {
		if w == turn {
			l.waiters = append(l.waiters[:i], l.waiters[i+1:]...)
			return
		}
	}
	l.used--
	l.wake()
}

func (l *concurrency) release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.used--
	l.wake()
}

func (l *concurrency) wake() {
	for l.used < l.bound() && len(l.waiters) > 0 {
		close(l.waiters[0])
		l.waiters = l.waiters[1:]
		l.used++
	}
}

// observe learns from how long an answer took, at the given rate of requests.
func (l *concurrency) observe(took time.Duration, perMinute float64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.fixed {
		return
	}
	if l.latency == 0 {
		l.latency, l.fastest = took, took
	}
	l.latency += (took - l.latency) / 8
	l.fastest = min(took, l.fastest+l.fastest/256)
	l.want = concurrencyFor(perMinute, l.latency, l.fastest)
	l.wake()
}

// concurrencyFor is how many requests have to be in flight to use the whole rate at
// a latency, and as many again so that a few slow ones hold nothing up.
func concurrencyFor(perMinute float64, latency, fastest time.Duration) int {
	if math.IsInf(perMinute, 1) {
		if fastest < 5*time.Millisecond {
			return localConcurrency
		}
		return MaxConcurrency
	}
	need := math.Ceil(2 * perMinute * latency.Minutes())
	return int(min(max(need, minConcurrency), MaxConcurrency))
}
