package pace

import (
	"context"
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// never is a Rand that adds no jitter.
func never() float64 { return 0 }

// collect lets workers take from l until d has passed and returns the moments
// of the grants, oldest first. It runs in a synctest bubble.
func collect(l *Limiter, workers int, d time.Duration) []time.Time {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	var mu sync.Mutex
	var grants []time.Time
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for l.Wait(ctx) == nil {
				mu.Lock()
				grants = append(grants, time.Now())
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return grants
}

// pass lets d of the bubble's time go by.
func pass(d time.Duration) { <-time.After(d) }

// most returns the largest number of moments in any half-open span.
func most(moments []time.Time, span time.Duration) int {
	largest, first := 0, 0
	for i, at := range moments {
		for at.Sub(moments[first]) >= span {
			first++
		}
		largest = max(largest, i-first+1)
	}
	return largest
}

func TestAutoStaysInsideTheMinuteAndUsesIt(t *testing.T) {
	for _, limit := range []int{1, 10, 39, 40, 50, 100, 200, 333, 600, 1000, 10000} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := New(Options{})
				l.Observe(Observation{Limit: limit})
				const minutes = 5
				grants := collect(l, 8, minutes*time.Minute)
				if got := most(grants, time.Minute); got > limit {
					t.Errorf("grants in a minute: got %d, want at most %d", got, limit)
				}
				// The largest whole number that 97 % of the limit allows.
				if got, want := len(grants), int(0.97*float64(limit)*minutes); got < want {
					t.Errorf("grants in %d minutes: got %d, want at least %d", minutes, got, want)
				}
				if got := most(grants, time.Millisecond); got > maxBurst {
					t.Errorf("grants at once: got %d, want at most %d", got, maxBurst)
				}
			})
		})
	}
}

func TestExplicitRateIsObeyedExactly(t *testing.T) {
	for _, perMinute := range []float64{0.5, 10, 1000.0 / 60, 100, 200, 600, 3000} {
		t.Run(fmt.Sprint(perMinute), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := New(Options{PerMinute: perMinute})
				l.Observe(Observation{Limit: 7}) // not for an explicit rate
				if got := l.PerMinute(); got != perMinute {
					t.Errorf("PerMinute: got %v, want %v", got, perMinute)
				}
				grants := collect(l, 8, 10*time.Minute)
				if got, want := most(grants, time.Minute), int(math.Ceil(perMinute)); got > want {
					t.Errorf("grants in a minute: got %d, want at most %d", got, want)
				}
				if got, want := len(grants), int(10*perMinute); got < want || got > want+1 {
					t.Errorf("grants in 10 minutes: got %d, want %d or one more", got, want)
				}
			})
		})
	}
}

func TestWindowHoldsAfterIdleTime(t *testing.T) {
	for _, perMinute := range []float64{0, 200} {
		synctest.Test(t, func(t *testing.T) {
			l := New(Options{PerMinute: perMinute, Burst: 50})
			var grants []time.Time
			for range 6 { // full speed, then idle until the bucket is full again
				grants = append(grants, collect(l, 4, 40*time.Second)...)
				pass(17 * time.Second)
			}
			if got := most(grants, time.Minute); got > 200 {
				t.Errorf("rate %v: grants in a minute: got %d, want at most 200", perMinute, got)
			}
			if got := most(grants, time.Millisecond); got > 50 {
				t.Errorf("rate %v: grants at once: got %d, want at most 50", perMinute, got)
			}
		})
	}
}

func TestFirstGrantIsImmediateAndWithoutBurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		grants := collect(New(Options{}), 8, 300*time.Millisecond)
		if len(grants) != 1 {
			t.Errorf("grants in the first 300 ms: got %d, want 1", len(grants))
		}
		grants = collect(New(Options{PerMinute: 60, Burst: 20}), 8, 900*time.Millisecond)
		if len(grants) != 20 {
			t.Errorf("grants with a burst that was asked for: got %d, want 20", len(grants))
		}
	})
}

func TestAutoTakesNoLargerBurstThanTheAPIAllows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if got := most(collect(New(Options{Burst: 80}), 4, 30*time.Second), time.Millisecond); got != serverBurst {
			t.Errorf("grants at once: got %d, want %d", got, serverBurst)
		}
	})
}

func TestLowerLimitWaitsUntilTheLastMinuteHasRoom(t *testing.T) {
	for _, change := range []struct{ from, to int }{{600, 200}, {10000, 200}, {200, 10}, {200, 199}} {
		t.Run(fmt.Sprintf("%d to %d", change.from, change.to), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := New(Options{})
				l.Observe(Observation{Limit: change.from})
				before := collect(l, 4, 50*time.Second)
				l.Observe(Observation{Limit: change.to})
				after := collect(l, 4, 5*time.Minute)
				checkRoom(t, before, after, change.to)
				if got, want := len(after), int(0.97*float64(change.to)*3.9); got < want {
					t.Errorf("grants after the change: got %d, want at least %d", got, want)
				}
			})
		})
	}
}

// checkRoom fails t when a grant after the change found limit or more grants
// in the minute before it.
func checkRoom(t *testing.T, before, after []time.Time, limit int) {
	t.Helper()
	all := append(append([]time.Time{}, before...), after...)
	for i := len(before); i < len(all); i++ {
		if i >= limit && all[i].Sub(all[i-limit]) < time.Minute {
			t.Fatalf("grant %d after the change is number %d of its minute, want at most %d", i-len(before)+1, limit+1, limit)
		}
	}
}

func TestHigherLimitCountsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Options{})
		l.Observe(Observation{Limit: 1})
		var second time.Duration
		var all sync.WaitGroup
		all.Go(func() {
			start := time.Now()
			mustWait(t, l)
			mustWait(t, l)
			second = time.Since(start)
		})
		pass(time.Second)
		l.Observe(Observation{Limit: 6000})
		all.Wait()
		if want := 1100 * time.Millisecond; second > want {
			t.Errorf("second grant after %v, want at most %v: the waiter has slept through the new limit", second, want)
		}
		if got, want := len(collect(l, 4, time.Minute)), 5700; got < want {
			t.Errorf("grants in the minute after: got %d, want at least %d", got, want)
		}
	})
}

func mustWait(t *testing.T, l *Limiter) {
	t.Helper()
	if err := l.Wait(t.Context()); err != nil {
		t.Errorf("Wait: %v", err)
	}
}

func TestObserveIgnoresAndClamps(t *testing.T) {
	l := New(Options{})
	for _, step := range []struct {
		limit int
		want  float64
	}{
		{0, 195}, {-5, 195}, {math.MinInt, 195}, {200, 195}, {1, 0.975},
		{math.MaxInt, 585_000}, {10_000, 9750}, {200, 195},
	} {
		l.Observe(Observation{Limit: step.limit})
		if got := l.PerMinute(); got != step.want {
			t.Errorf("rate after Observe(%d): got %v, want %v", step.limit, got, step.want)
		}
	}
}

func TestUnlimited(t *testing.T) {
	for name, o := range map[string]Options{"flag": {Unlimited: true}, "infinite": {PerMinute: math.Inf(1)}} {
		synctest.Test(t, func(t *testing.T) {
			l := New(o)
			l.Observe(Observation{Limit: 10})
			if got := l.PerMinute(); !math.IsInf(got, 1) {
				t.Errorf("%s: PerMinute: got %v, want +Inf", name, got)
			}
			start := time.Now()
			for range 5000 {
				mustWait(t, l)
			}
			if took := time.Since(start); took != 0 {
				t.Errorf("%s: 5000 grants took %v, want no time", name, took)
			}
			l.Pause(time.Second)
			mustWait(t, l)
			if took := time.Since(start); took < time.Second {
				t.Errorf("%s: grant %v after a pause of 1s", name, took)
			}
		})
	}
}

func TestOptionsThatAreNoRateAreAuto(t *testing.T) {
	for _, perMinute := range []float64{0, -1, math.NaN(), math.Inf(-1)} {
		if got := New(Options{PerMinute: perMinute, Burst: -3}).PerMinute(); got != 195 {
			t.Errorf("rate of New(PerMinute: %v): got %v, want 195", perMinute, got)
		}
	}
}

func TestWaitersAreServedInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Options{PerMinute: 600})
		var mu sync.Mutex
		var order []int
		var all sync.WaitGroup
		for i := range 64 {
			all.Go(func() {
				mustWait(t, l)
				mu.Lock()
				order = append(order, i)
				mu.Unlock()
			})
			synctest.Wait() // the waiter stands in the queue
		}
		all.Wait()
		for place, i := range order {
			if place != i {
				t.Fatalf("order of the grants: got %v, want rising", order)
			}
		}
	})
}

func TestWaitersThatGiveUpUseNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Options{PerMinute: 60})
		mustWait(t, l)
		start := time.Now()
		ctx, cancel := context.WithCancel(t.Context())
		var all sync.WaitGroup
		for range 64 {
			all.Go(func() {
				if err := l.Wait(ctx); !errors.Is(err, context.Canceled) {
					t.Errorf("Wait: got %v, want context.Canceled", err)
				}
			})
		}
		synctest.Wait()
		pass(500 * time.Millisecond)
		cancel()
		all.Wait()
		mustWait(t, l)
		if got, want := time.Since(start), time.Second; got != want {
			t.Errorf("the waiter after them got its turn at %v, want %v", got, want)
		}
		if got := len(collect(l, 2, 58500*time.Millisecond)); got != 58 {
			t.Errorf("grants in 58.5 s: got %d, want 58", got)
		}
	})
}

func TestWaitWithAnEndedContextTakesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Options{PerMinute: 60, Burst: 3})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		for range 100 { // a free turn and an ended context are chosen from at random
			if err := l.Wait(ctx); !errors.Is(err, context.Canceled) {
				t.Fatalf("Wait: got %v, want context.Canceled", err)
			}
		}
		if got := len(collect(l, 1, time.Millisecond)); got != 3 {
			t.Errorf("grants left: got %d, want 3", got)
		}
	})
}

func TestWaitOutlastsItsDeadlineOnlyUntilTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Options{PerMinute: 1})
		mustWait(t, l)
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		err := l.Wait(ctx)
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 10*time.Second {
			t.Errorf("Wait: got %v after %v, want the deadline after 10s", err, time.Since(start))
		}
		if err := l.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Wait with a context that has ended: got %v, want its error", err)
		}
	})
}

func BenchmarkWait(b *testing.B) {
	l := New(Options{PerMinute: math.MaxFloat64})
	ctx := context.Background()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if err := l.Wait(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func TestRestedStartsWithTheBurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, test := range []struct {
			name    string
			options Options
			want    int // requests at once
		}{
			{"not rested", Options{}, 1},
			{"rested", Options{Rested: true}, 5},
			{"rested at a low rate", Options{Rested: true, PerMinute: 40}, 1},
			{"a burst of the user's", Options{Rested: true, Burst: 3}, 3},
		} {
			l := New(test.options)
			began := time.Now()
			n := 0
			for ; time.Since(began) == 0; n++ {
				if err := l.Wait(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if got := n - 1; got != test.want {
				t.Errorf("%s: got %d requests at once, want %d", test.name, got, test.want)
			}
		}
	})
}

// A run that starts rested stays inside every window, too: 200 in any minute.
func TestRestedStaysInTheWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := New(Options{Rested: true})
		var sent []time.Time
		for range 1000 {
			if err := l.Wait(t.Context()); err != nil {
				t.Fatal(err)
			}
			sent = append(sent, time.Now())
			if n := len(sent); n > 200 && sent[n-1].Sub(sent[n-201]) <= time.Minute {
				t.Fatalf("201 requests in %v", sent[n-1].Sub(sent[n-201]))
			}
		}
	})
}
