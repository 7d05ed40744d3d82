package pace

import (
	"context"
	"encoding/json"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// TestHandOverGoesOnWithTheMinute has a limiter use up the minute on one machine: another
// machine waits for the rest of it, and does not wait without the handover.
func TestHandOverGoesOnWithTheMinute(t *testing.T) {
	dir := t.TempDir()
	wait := func(path string, requests int) time.Duration {
		l := New(Options{Shared: path, Burst: 50})
		began := time.Now()
		for range requests {
			if err := l.Wait(context.Background()); err != nil {
				t.Error(err)
			}
		}
		took := time.Since(began)
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		return took
	}
	synctest.Test(t, func(t *testing.T) {
		first, second := filepath.Join(dir, "a", "pace"), filepath.Join(dir, "b", "pace")
		wait(first, 200)
		h, err := HandOver(first)
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(h)
		if err != nil {
			t.Fatal(err)
		}
		var told Handover
		if err := json.Unmarshal(text, &told); err != nil {
			t.Fatal(err)
		}
		if err := told.TakeOver(second); err != nil {
			t.Fatal(err)
		}
		if got := wait(second, 20); got < 3*time.Second {
			t.Errorf("after the handover 20 requests took %s, as if nothing had been sent before", got)
		}
		if got := wait(filepath.Join(dir, "c", "pace"), 20); got > time.Second {
			t.Errorf("without it they took %s", got)
		}
	})
}
