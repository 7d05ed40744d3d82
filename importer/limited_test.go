package importer_test

import (
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/pace"
	"sent-import/importer/simulator"
)

// retryAfters are the forms of Retry-After, with what they ask for.
func retryAfters() map[string]time.Duration {
	return map[string]time.Duration{
		"7": 7 * time.Second, "date+30s": 30 * time.Second, "date+-30s": 0, "0": 0, "-1": 0,
		"soon": unaskedPause, "none": unaskedPause, "86400": pace.MaxPause, "99999999999999999999": pace.MaxPause,
	}
}

// A 429 holds everybody once, for as long as it asks, five minutes at most. It
// uses no attempt up, and the progress shows why nothing happens.
func TestTooManyRequestsPausesEverybody(t *testing.T) {
	for text, want := range retryAfters() {
		for _, concurrency := range concurrencies() {
			t.Run(fmt.Sprintf("%s/concurrency=%d", text, concurrency), func(t *testing.T) {
				t.Parallel()
				server := simulator.Options{
					RateHeaders: simulator.HeadersNever,
					Faults:      simulator.Between(10, 10, simulator.Fault{Kind: simulator.TooMany, RetryAfter: text}),
				}
				o := importer.Options{Concurrency: concurrency, Attempts: 1, Progress: new(importer.Progress)}
				scenario{server: server, rows: 40, o: o}.play(t, func(t *testing.T, g *stage) {
					var paused atomic.Bool
					timer := time.AfterFunc(500*time.Millisecond, func() {
						paused.Store(time.Now().Before(o.Progress.Snapshot().PausedUntil))
					})
					defer timer.Stop()
					r := g.run()
					r.complete(t)
					g.economical(r)
					least := max(want, time.Second) // the date is cut to the second
					if r.took < least-time.Second || r.took > least+3*time.Second {
						t.Errorf("took %v, want %v and the jitter", r.took, least)
					}
					if !paused.Load() {
						t.Error("the progress did not say that the run is paused")
					}
					for _, row := range r.rows {
						if row.Attempts != 1 {
							t.Errorf("row %d: got %d attempts, want 1", row.Number, row.Attempts)
						}
					}
				})
			})
		}
	}
}

// 429 and nothing else is an outage in the end, whenever it begins.
func TestTooManyRequestsForEver(t *testing.T) {
	for _, from := range []uint64{1, 2, 10} {
		for _, text := range []string{"1", "none", "86400"} {
			t.Run(fmt.Sprintf("from=%d/%s", from, text), func(t *testing.T) {
				server := simulator.Options{
					Faults: simulator.Between(from, 1_000_000, simulator.Fault{Kind: simulator.TooMany, RetryAfter: text}),
				}
				scenario{server: server, rows: 40, o: importer.Options{Concurrency: 8, Rate: "auto"}}.play(t, func(t *testing.T, g *stage) {
					r := g.run()
					r.stopped(t, importer.StopOutage, "429", "run the same command again")
					if r.Counts.Failed > 0 || r.Counts.Pending == 0 {
						t.Errorf("got %+v, want what is left pending", r.Counts)
					}
					if r.took < importer.DefaultOutage || r.took > importer.DefaultOutage+6*time.Minute {
						t.Errorf("stopped after %v, want about %v", r.took, importer.DefaultOutage)
					}
					if n := g.server.Stats().Requests; n > 300 {
						t.Errorf("got %d requests", n)
					}
				})
			})
		}
	}
}

// One number is refused for its rate for ever, the others go through: it is
// that row's own trouble.
func TestTooManyRequestsForOneRow(t *testing.T) {
	for _, poison := range []int{0, 7, 39} {
		for _, concurrency := range concurrencies() {
			t.Run(fmt.Sprintf("row=%d/concurrency=%d", poison+1, concurrency), func(t *testing.T) {
				t.Parallel()
				server := simulator.Options{Faults: onNumber(number(poison), simulator.Fault{Kind: simulator.TooMany})}
				s := scenario{server: server, rows: 150, o: importer.Options{Concurrency: concurrency, Rate: "100/m"}}
				s.play(t, func(t *testing.T, g *stage) {
					r := g.run()
					if r.Stopped != nil {
						t.Errorf("stopped: %s", r.Stopped.Message)
					}
					r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 149, outcome.RateLimited: 1})
					if row := r.rows[poison]; row.Reason != outcome.RateLimited {
						t.Errorf("got %s for the row", row.Reason)
					}
				})
			})
		}
	}
}

// The first row goes alone, until it has been refused for its rate a few times: then it is
// held to be that row's own trouble, and the others go.
func TestTooManyRequestsForTheFirstRow(t *testing.T) {
	server := simulator.Options{Faults: onNumber(number(0), simulator.Fault{Kind: simulator.TooMany})}
	scenario{server: server, rows: 50}.play(t, func(t *testing.T, g *stage) {
		g.run()
		asked := g.asked(simulator.Create)
		if first := slices.Index(asked, number(1)); first < maxAlone || first > maxAlone+1 {
			t.Errorf("the second row went after %d requests of the first, want %d", first, maxAlone)
		}
	})
}

// One request in five is refused for its rate, in any form: all rows settle.
func TestTooManyRequestsNowAndThen(t *testing.T) {
	for text := range retryAfters() {
		t.Run(text, func(t *testing.T) {
			rates := map[simulator.Fault]float64{{Kind: simulator.TooMany, RetryAfter: text}: 0.2}
			server := simulator.Options{Faults: simulator.Random(5, rates)}
			scenario{server: server, rows: 100, o: importer.Options{Concurrency: 8, Attempts: 1}}.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				r.complete(t)
				g.economical(r)
			})
		})
	}
}

// Refusals for the rate and lost answers take turns, and nobody gets through:
// that is an outage, and no row's fault.
func TestTooManyRequestsAndLostAnswers(t *testing.T) {
	calm := false
	server := simulator.Options{Faults: func(r simulator.Request) simulator.Fault {
		switch {
		case calm || r.Operation == simulator.Me || r.Phone == number(0):
			return simulator.Fault{}
		case r.Ordinal%3 == 0:
			return simulator.Fault{Kind: simulator.TooMany}
		}
		return simulator.Fault{Kind: simulator.Reset, After: true}
	}}
	scenario{server: server, rows: 40, o: importer.Options{Concurrency: 8}}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.stopped(t, importer.StopOutage)
		if r.Counts.Failed > 0 {
			t.Errorf("got %v, want no row failed", r.Reasons)
		}
		calm = true
		g.run().complete(t)
	})
}

// The same with one row: lost answers in between are no proof that others get
// through.
func TestTooManyRequestsAndLostAnswersOfOneRow(t *testing.T) {
	server := simulator.Options{Faults: func(r simulator.Request) simulator.Fault {
		switch {
		case r.Operation != simulator.Create:
			return simulator.Fault{}
		case r.Ordinal%2 == 0:
			return simulator.Fault{Kind: simulator.TooMany}
		}
		return simulator.Fault{Kind: simulator.Reset}
	}}
	scenario{server: server, rows: 1, o: importer.Options{Attempts: 1000}}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.stopped(t, importer.StopOutage, "429")
		if r.Counts.Failed > 0 {
			t.Errorf("got %v, want the row pending", r.Reasons)
		}
	})
}

// The real limit of an account that others use as well: everything is created,
// and the run keeps to its share.
func TestSharedAllowance(t *testing.T) {
	for _, algorithm := range []simulator.Algorithm{simulator.TokenBucket, simulator.FixedWindow, simulator.SlidingWindow} {
		t.Run(fmt.Sprint(algorithm), func(t *testing.T) {
			t.Parallel()
			server := simulator.Options{RateLimit: 60, BucketSize: 10, Algorithm: algorithm, RateHeaders: simulator.HeadersNever}
			scenario{server: server, rows: 150, o: importer.Options{Concurrency: 8, Rate: "auto"}}.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				r.complete(t)
				g.economical(r)
				synctest.Wait()
				if r.took > 15*time.Minute {
					t.Errorf("took %v for 150 rows at 60 a minute", r.took)
				}
			})
		})
	}
}
