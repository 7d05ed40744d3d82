package pace

import (
	"math"
	"testing"
	"time"
)

// TestBucketPut: a level that was read can be put, whole, broken or owed, and
// the wait for the next token follows from it.
func TestBucketPut(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		tokens float64
		later  time.Duration
		want   float64
		wait   time.Duration
	}{
		{"full", 5, 0, 5, 0},
		{"over its size", 7, 0, 5, 0},
		{"empty", 0, 0, 0, time.Second},
		{"a part", 0.25, 0, 0.25, 750 * time.Millisecond},
		{"a part, later", 0.25, 500 * time.Millisecond, 0.75, 250 * time.Millisecond},
		{"owed", -2, 0, -2, 3 * time.Second},
		{"owed a part", -1.5, time.Second, -0.5, 1500 * time.Millisecond},
		{"in the past", 1, -time.Hour, 1, 0},
	} {
		b := newBucket(now)
		b.set(now, 60, 5)
		b.put(now, c.tokens)
		wait := b.wait(now.Add(c.later))
		if d := wait - c.wait; d < -instant || d > instant {
			t.Errorf("%s: got a wait of %s, want %s", c.name, wait, c.wait)
		}
		if got := b.tokens(); math.Abs(got-c.want) > 1e-6 {
			t.Errorf("%s: got %g tokens, want %g", c.name, got, c.want)
		}
	}
}

// TestBucketIsNoEndlessWait: reading and putting the level over and over, as
// with the shared file, loses nothing of what comes in meanwhile.
func TestBucketIsNoEndlessWait(t *testing.T) {
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	b := newBucket(now)
	b.set(now, 195, 5)
	b.put(now, 0)
	taken := 0
	for end := now.Add(10 * time.Minute); now.Before(end); {
		b.put(b.at, b.tokens())
		d := b.wait(now)
		if d == 0 {
			b.take()
			taken++
		}
		now = now.Add(max(d/2, time.Nanosecond)) // half-way, so that many levels are put
	}
	if taken < 1945 || taken > 1955 {
		t.Errorf("got %d tokens in ten minutes of 195 a minute, want 1,950", taken)
	}
}
