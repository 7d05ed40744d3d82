package pace

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestPauseHoldsEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Options{PerMinute: 600, Rand: never})
		start := time.Now()
		var all sync.WaitGroup
		all.Go(func() {
			pass(10 * time.Second)
			l.Pause(20 * time.Second)
		})
		grants := collect(l, 64, time.Minute)
		all.Wait()
		for _, at := range grants {
			if since := at.Sub(start); since > 10*time.Second && since < 30*time.Second {
				t.Fatalf("grant at %v, within the pause from 10s to 30s", since)
			}
		}
		// A second a tenth: 100 before the pause and 300 after it.
		if got := len(grants); got < 398 || got > 401 {
			t.Errorf("grants: got %d, want about 400", got)
		}
	})
}

func TestNoBurstAfterAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Options{PerMinute: 60, Burst: 5, Rand: never})
		l.Pause(time.Minute)
		start := time.Now()
		var got []time.Duration
		for range 3 {
			mustWait(t, l)
			got = append(got, time.Since(start))
		}
		for i, want := range []time.Duration{61 * time.Second, 62 * time.Second, 63 * time.Second} {
			if got[i] != want {
				t.Errorf("grant %d: got at %v, want at %v", i+1, got[i], want)
			}
		}
	})
}

func TestBucketFillsFromTheEndOfThePause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Options{PerMinute: 60, Burst: 5, Rand: never})
		l.Pause(10 * time.Second)
		pass(13 * time.Second)
		start := time.Now()
		for range 3 {
			mustWait(t, l)
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("three grants 3 s after the pause took %v, want no time", took)
		}
		mustWait(t, l)
		if took := time.Since(start); took != time.Second {
			t.Errorf("the fourth came after %v, want 1s", took)
		}
	})
}

func TestPauseExtendsAndNeverShortens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Options{Rand: never})
		if !l.PausedUntil().IsZero() {
			t.Errorf("PausedUntil before any pause: got %v, want zero", l.PausedUntil())
		}
		start := time.Now()
		for _, step := range []struct{ pause, want time.Duration }{
			{10 * time.Second, 10 * time.Second},
			{5 * time.Second, 10 * time.Second},
			{0, 10 * time.Second},
			{-time.Hour, 10 * time.Second},
			{20 * time.Second, 20 * time.Second},
			{24 * time.Hour, 5 * time.Minute}, // as the README says
			{time.Duration(1<<63 - 1), MaxPause},
		} {
			l.Pause(step.pause)
			if got := l.PausedUntil().Sub(start); got != step.want {
				t.Errorf("after Pause(%v): paused for %v, want %v", step.pause, got, step.want)
			}
		}
	})
}

func TestPauseIsExtendedWhileWaiting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Options{Unlimited: true, Rand: never})
		l.Pause(10 * time.Second)
		start := time.Now()
		var all sync.WaitGroup
		for range 64 {
			all.Go(func() {
				mustWait(t, l)
				if took := time.Since(start); took != 25*time.Second {
					t.Errorf("grant after %v, want 25s", took)
				}
			})
		}
		pass(5 * time.Second)
		l.Pause(20 * time.Second)
		all.Wait()
	})
}

func TestPauseIsJittered(t *testing.T) {
	for _, c := range []struct {
		rnd         float64
		pause, want time.Duration
	}{
		{0, 10 * time.Second, 10 * time.Second},
		{0.5, 10 * time.Second, 10500 * time.Millisecond},
		{0.5, 100 * time.Millisecond, 150 * time.Millisecond},
		{0.25, time.Hour, MaxPause + 250*time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := New(Options{Rand: func() float64 { return c.rnd }})
			l.Pause(c.pause)
			if got := time.Until(l.PausedUntil()); got != c.want {
				t.Errorf("Pause(%v) with rand %v: got %v, want %v", c.pause, c.rnd, got, c.want)
			}
		})
	}
}
