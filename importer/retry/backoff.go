package retry

import (
	"math"
	"time"
)

const (
	// backoffBase is the longest wait before the first repetition: about as
	// long as a restarting server or a dropped connection needs.
	backoffBase = 500 * time.Millisecond

	// backoffCap is the longest wait before any repetition, so that an outage
	// that ends is noticed within half a minute.
	backoffCap = 30 * time.Second
)

// Backoff returns how long to wait before a request is repeated: a random part
// (rnd, from [0, 1]) of 500 ms, doubled for every attempt after the first, at
// most 30 s. attempt is the number of requests that have failed so far; less
// than 1 counts as 1. Spreading over the whole of the interval ("full jitter")
// keeps the repetitions of many rows apart.
func Backoff(attempt int, rnd float64) time.Duration {
	longest := backoffCap
	if doublings := max(attempt, 1) - 1; doublings < 6 { // 500 ms << 6 is above the cap
		longest = backoffBase << doublings
	}
	if math.IsNaN(rnd) {
		rnd = 1
	}
	return time.Duration(min(max(rnd, 0), 1) * float64(longest))
}
