package retry

import (
	"math"
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	for _, c := range []struct {
		name    string
		attempt int
		rnd     float64
		want    time.Duration
	}{
		{"first", 1, 1, 500 * time.Millisecond},
		{"second", 2, 1, time.Second},
		{"sixth is the last below the cap", 6, 1, 16 * time.Second},
		{"seventh is capped", 7, 1, 30 * time.Second},
		{"very many", math.MaxInt, 1, 30 * time.Second},
		{"none yet", 0, 1, 500 * time.Millisecond},
		{"negative", math.MinInt, 1, 500 * time.Millisecond},
		{"half", 3, 0.5, time.Second},
		{"full jitter begins at nothing", 9, 0, 0},
		{"below the range", 9, -1, 0},
		{"above the range", 1, 2, 500 * time.Millisecond},
		{"not a number", 1, math.NaN(), 500 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Backoff(c.attempt, c.rnd); got != c.want {
				t.Errorf("Backoff(%d, %v): got %v, want %v", c.attempt, c.rnd, got, c.want)
			}
		})
	}
}
