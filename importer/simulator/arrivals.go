package simulator

import (
	"context"
	"sync"
)

// arrivals counts the requests received, and wakes who waits for a number.
type arrivals struct {
	mu      sync.Mutex
	n       uint64
	waiting map[chan struct{}]uint64 // each is closed when n reaches its number
}

// reach says that request number n has been received.
func (a *arrivals) reach(n uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.n = max(a.n, n)
	for ch, at := range a.waiting {
		if at <= a.n {
			close(ch)
			delete(a.waiting, ch)
		}
	}
}

// wait returns when n requests have been received, or with ctx's error.
func (a *arrivals) wait(ctx context.Context, n uint64) error {
	a.mu.Lock()
	if n <= a.n {
		a.mu.Unlock()
		return nil
	}
	if a.waiting == nil {
		a.waiting = make(map[chan struct{}]uint64)
	}
	ch := make(chan struct{}) // closed by reach
	a.waiting[ch] = n
	a.mu.Unlock()
	select {
	case <-ch:
		return nil
	case <-ctx.Done():
		a.mu.Lock()
		defer a.mu.Unlock()
		delete(a.waiting, ch)
		return ctx.Err()
	}
}

// Await returns when the server has received n requests, whatever became of
// them, or with ctx's error.
func (s *Server) Await(ctx context.Context, n uint64) error { return s.arrivals.wait(ctx, n) }
