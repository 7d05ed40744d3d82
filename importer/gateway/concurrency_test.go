package gateway

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestConcurrencyFor(t *testing.T) {
	unlimited := math.Inf(1)
	for _, test := range []struct {
		name             string
		perMinute        float64
		latency, fastest time.Duration
		want             int
	}{
		{"the documented rate, quick", 195, 100 * time.Millisecond, 0, 8},
		{"the documented rate, slow", 195, 10 * time.Second, 0, 65},
		{"the documented rate, hanging", 195, time.Minute, 0, 256},
		{"a high rate", 9750, 300 * time.Millisecond, 0, 98},
		{"unlimited, on this machine", unlimited, 20 * time.Millisecond, time.Millisecond, 32},
		{"unlimited, far away", unlimited, 80 * time.Millisecond, 60 * time.Millisecond, 256},
	} {
		if got := concurrencyFor(test.perMinute, test.latency, test.fastest); got != test.want {
			t.Errorf("%s: got %d, want %d", test.name, got, test.want)
		}
	}
}

// However the bound moves, never more slots are in use than it says at the time
// they are given out, and every waiter comes in in its turn.
func TestConcurrencyFollowTheLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newConcurrency(0, MaxConcurrency)
		var mu sync.Mutex
		inUse, most := 0, 0
		var all sync.WaitGroup
		for range 500 {
			all.Go(func() {
				if err := s.acquire(t.Context()); err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				inUse++
				most = max(most, inUse)
				mu.Unlock()
				<-time.After(10 * time.Second)
				mu.Lock()
				inUse--
				mu.Unlock()
				s.release()
				s.observe(10*time.Second, 600)
			})
		}
		all.Wait()
		if most != 200 { // 600 a minute × 10 s, twice
			t.Errorf("got %d at once at most, want 200", most)
		}
	})
}

// A number that was given is not changed by what answers show.
func TestConcurrencyFixed(t *testing.T) {
	s := newConcurrency(64, MaxConcurrency)
	s.observe(time.Millisecond, 60)
	if got := s.bound(); got != 64 {
		t.Errorf("got %d at once, want 64", got)
	}
}

func TestConcurrencyGiveUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newConcurrency(1, MaxConcurrency)
		if err := s.acquire(t.Context()); err != nil {
			t.Fatal(err)
		}
		reason := errors.New("the reason")
		ctx, cancel := context.WithCancelCause(t.Context())
		var left sync.WaitGroup
		for range 3 {
			left.Go(func() {
				if err := s.acquire(ctx); !errors.Is(err, reason) {
					t.Errorf("got %v, want %v", err, reason)
				}
			})
		}
		synctest.Wait()
		cancel(reason)
		left.Wait()
		s.release()
		if err := s.acquire(t.Context()); err != nil {
			t.Error(err)
		}
	})
}
