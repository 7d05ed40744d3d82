package importer_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/gateway"
	"sent-import/importer/simulator"
	"sent-import/importer/testenv"
)

// algorithms are the ways in which the API may count.
func algorithms() map[string]simulator.Algorithm {
	algorithms := map[string]simulator.Algorithm{"sliding window": simulator.SlidingWindow}
	if !testenv.Race {
		algorithms["bucket"], algorithms["fixed window"] = simulator.TokenBucket, simulator.FixedWindow
	}
	return algorithms
}

// sendMessages is the account's own production: n requests at once, perMinute
// on average, until ctx ends. It returns how many there were, and how many were
// refused.
func (g *stage) sendMessages(ctx context.Context, perMinute float64, n int) (sent, refused int) {
	period := time.Duration(float64(n) / perMinute * float64(time.Minute))
	for gateway.Pause(ctx, period) == nil {
		for range n {
			r := httptest.NewRequest(http.MethodGet, "http://localhost/v3/me", nil)
			r.Header.Set("X-Api-Key", g.o.Key)
			w := httptest.NewRecorder()
			g.server.ServeHTTP(w, r)
			if sent++; w.Code == http.StatusTooManyRequests {
				refused++
			}
		}
	}
	return sent, refused
}

// With a fifth in reserve and messages that use 70 % of the pool in bursts of
// 40, an import goes at the pace of what is left, and nobody is
// refused.
func TestReserveBesideMessages(t *testing.T) {
	for name, algorithm := range algorithms() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const rows = 300 // at the 20 a minute that are left: a quarter of an hour
			s := scenario{
				server: simulator.Options{RateLimit: 200, Algorithm: algorithm, Latency: steady(150 * time.Millisecond)},
				rows:   rows, o: importer.Options{Rate: "auto", Reserve: "20%", Concurrency: 8},
			}
			s.play(t, func(t *testing.T, g *stage) {
				ctx, cancel := context.WithCancelCause(t.Context())
				var messages sync.WaitGroup
				var refused int
				messages.Go(func() { _, refused = g.sendMessages(ctx, 140, 40) })
				r := g.run()
				cancel(errors.New("the import is over"))
				messages.Wait()
				r.complete(t)
				if r.Requests.RateLimited > 0 || refused > 0 {
					t.Errorf("refused: got %d of the import's, %d messages, want none", r.Requests.RateLimited, refused)
				}
				if most := rows * time.Minute / 18; r.took > most {
					t.Errorf("took %v, want at most %v", r.took, most)
				}
			})
		})
	}
}

// steady is a latency that does not change.
func steady(d time.Duration) func(simulator.Request) time.Duration {
	return func(simulator.Request) time.Duration { return d }
}

// A limit other than the documented one is found and followed without a flag,
// also one that is lowered in the middle.
func TestLimitIsFoundAndFollowed(t *testing.T) {
	for name, algorithm := range algorithms() {
		for _, c := range []struct{ rows, from, to int }{{600, 1000, 1000}, {300, 200, 50}, {500, 200, 1000}} {
			for _, reserve := range []string{"", "20%"} {
				if reserve != "" && c.to != 50 {
					continue // with a reserve, the limiter's own tests follow the limit for longer
				}
				t.Run(fmt.Sprintf("%s/%d to %d/reserve=%s", name, c.from, c.to, reserve), func(t *testing.T) {
					t.Parallel()
					s := scenario{
						server: simulator.Options{RateLimit: c.from, Algorithm: algorithm, Latency: steady(100 * time.Millisecond)},
						rows:   c.rows, o: importer.Options{Rate: "auto", Reserve: reserve, Concurrency: 16},
					}
					s.play(t, func(t *testing.T, g *stage) {
						const change = 65 * time.Second
						if c.from != c.to {
							timer := time.AfterFunc(change, func() { g.server.SetRateLimit(c.to) })
							defer timer.Stop()
						}
						r := g.run()
						r.complete(t)
						if r.Requests.RateLimited > 0 {
							t.Errorf("refused: got %d, want none", r.Requests.RateLimited)
						}
						share := 1.0
						if reserve != "" {
							share = 0.8
						}
						left := float64(c.rows) - share*float64(c.from)*change.Minutes()
						most := change + time.Duration(left/share/float64(c.to)/0.93*float64(time.Minute)) + 90*time.Second
						if r.took > most {
							t.Errorf("took %v, want at most %v", r.took, most)
						}
					})
				})
			}
		}
	}
}

func TestReserveAndRateContradict(t *testing.T) {
	for _, c := range []struct {
		rate, reserve string
		wrong         bool
	}{
		{"auto", "20%", false}, {"", "40", false}, {"100/m", "", false}, {"100/m", "0", false},
		{"100/m", "20%", true}, {"unlimited", "40", true}, {"auto", "95%", true}, {"auto", "lots", true},
	} {
		var usage *importer.UsageError
		r, err := importer.Check(t.Context(), importer.Options{Input: os.DevNull, Rate: c.rate, Reserve: c.reserve})
		if err == nil {
			err = r.Close()
		}
		if got := errors.As(err, &usage); got != c.wrong {
			t.Errorf("rate %q, reserve %q: got %v, want a usage error: %t", c.rate, c.reserve, err, c.wrong)
		}
	}
}
