package gateway

import (
	"testing"
	"time"

	"sent-import/importer/sent"
)

// A 429 that says by X-RateLimit-Reset alone when the rate is free again is obeyed, by
// the server's own clock. Retry-After goes before it, and without the time of the answer
// it says nothing.
func TestPauseAfterReset(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	reset := sent.RateLimit{Reset: now.Add(40 * time.Second)}
	for _, test := range []struct {
		name  string
		a     sent.Answer
		times int
		want  time.Duration
	}{
		{"reset", sent.Answer{RateLimit: reset, Date: now}, 0, 40 * time.Second},
		{"a later 429 waits no less", sent.Answer{RateLimit: reset, Date: now}, 3, 40 * time.Second},
		{"past", sent.Answer{RateLimit: reset, Date: now.Add(time.Minute)}, 0, time.Second},
		{"past, again", sent.Answer{RateLimit: reset, Date: now.Add(time.Minute)}, 3, 8 * time.Second},
		{"no date", sent.Answer{RateLimit: reset}, 0, unaskedPause},
		{"no reset", sent.Answer{Date: now}, 0, unaskedPause},
		{"Retry-After too", sent.Answer{RateLimit: reset, Date: now, HasRetryAfter: true, RetryAfter: 5 * time.Second}, 0, 5 * time.Second},
	} {
		if got := pauseAfter(test.a, test.times); got != test.want {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}
