package pace

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// The tests of this file look at the requests as the server does: late by a
// random time each, and under every algorithm that it may use.

// arrivals returns when requests that left at the given moments arrive, each
// late by up to jitter, in the order of arrival.
func arrivals(left []time.Time, jitter time.Duration, rnd *rand.Rand) []time.Time {
	arrived := make([]time.Time, len(left))
	for i, at := range left {
		arrived[i] = at.Add(time.Duration(rnd.Int64N(int64(jitter) + 1)))
	}
	slices.SortFunc(arrived, time.Time.Compare)
	return arrived
}

// bucketRefusals counts what a token bucket that holds burst and refills
// perMinute refuses.
func bucketRefusals(arrived []time.Time, burst, perMinute float64) int {
	refused, tokens, last := 0, burst, arrived[0]
	for _, at := range arrived {
		tokens = min(burst, tokens+perMinute/60*at.Sub(last).Seconds())
		last = at
		if tokens < 1 {
			refused++
			continue
		}
		tokens--
	}
	return refused
}

// fixedWindowRefusals counts what a window of a minute that begins offset
// after the full minute refuses.
func fixedWindowRefusals(arrived []time.Time, offset time.Duration, limit int) int {
	refused, seen, window := 0, 0, int64(-1)
	for _, at := range arrived {
		if w := at.Add(-offset).Unix() / 60; w != window {
			window, seen = w, 0
		}
		if seen++; seen > limit {
			refused++
		}
	}
	return refused
}

func TestServerRefusesNothing(t *testing.T) {
	for _, limit := range []int{50, 100, 200, 600} {
		for _, jitter := range []time.Duration{0, 50 * time.Millisecond, 1500 * time.Millisecond} {
			t.Run(fmt.Sprintf("%d a minute, %v late", limit, jitter), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					l := New(Options{})
					l.Observe(Observation{Limit: limit})
					grants := collect(l, 16, 4*time.Minute)
					pass(10 * time.Second) // fills the bucket
					grants = append(grants, collect(l, 16, 4*time.Minute)...)
					// The worst way of being late by up to 1.5 s: the first
					// of a minute all the way, the last not at all.
					if got := most(grants, 61500*time.Millisecond); got > limit {
						t.Errorf("grants in 61.5 s: got %d, want at most %d", got, limit)
					}
					rnd := rand.New(rand.NewPCG(uint64(limit), uint64(jitter)))
					for range 3 {
						checkServer(t, arrivals(grants, jitter, rnd), limit)
					}
				})
			})
		}
	}
}

// checkServer fails t where a server of any kind refuses one of the requests.
func checkServer(t *testing.T, arrived []time.Time, limit int) {
	t.Helper()
	if got := bucketRefusals(arrived, serverBurst, float64(limit)); got > 0 {
		t.Errorf("token bucket: got %d refusals, want none", got)
	}
	if got := most(arrived, time.Minute); got > limit {
		t.Errorf("sliding window: got %d in a minute, want at most %d", got, limit)
	}
	for offset := time.Duration(0); offset < time.Minute; offset += 2 * time.Second {
		if got := fixedWindowRefusals(arrived, offset, limit); got > 0 {
			t.Errorf("fixed window from %v: got %d refusals, want none", offset, got)
		}
	}
}

// A second run that begins where the first one ended shares its minute.
func TestRestartStaysInsideTheMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var grants []time.Time
		for range 3 { // one restart in any minute
			grants = append(grants, collect(New(Options{}), 8, time.Minute)...)
		}
		if got := most(grants, time.Minute); got > 200 {
			t.Errorf("grants in a minute: got %d, want at most 200", got)
		}
	})
}
