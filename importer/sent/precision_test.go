package sent

import (
	"testing"
	"time"
)

func TestPrecision(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"":                                         time.Second,
		"2026-03-01T12:00:00Z":                     time.Second,
		"2026-03-01T12:00:00.1Z":                   100 * time.Millisecond,
		"2026-03-01T12:00:00.123+00:00":            time.Millisecond,
		"2026-03-01T12:00:00.123456":               time.Microsecond,
		"2026-03-01T12:00:00.123456789":            time.Nanosecond,
		"2026-03-01T12:00:00.12345678901234567890": time.Nanosecond,
	} {
		if got := Precision(text); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}
