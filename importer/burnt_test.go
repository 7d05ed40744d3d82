package importer_test

import (
	"net/http"
	"strings"
	"testing"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// burning is a server that stores its errors under the key, and meets the first
// creation of the second number with one.
func burning(executed bool) simulator.Options {
	return simulator.Options{
		CacheErrors: true,
		Faults:      onNumberOnce(number(1), simulator.Fault{Kind: simulator.Internal, After: executed}),
	}
}

// keysOf are the idempotency keys of a number's creations, in order, by what
// comes after their common part.
func (g *stage) keysOf(phone string) (suffixes []string) {
	for _, r := range g.server.Truth().OfPhone(phone) {
		if r.Operation == simulator.Create {
			suffixes = append(suffixes, r.Key[min(len(r.Key), len("si1_")+40):])
		}
	}
	return suffixes
}

func TestBurntKeyGoesOnWithTheNext(t *testing.T) {
	for _, executed := range []bool{true, false} {
		scenario{server: burning(executed), rows: 3}.play(t, func(t *testing.T, g *stage) {
			r := g.run()
			r.complete(t)
			g.economical(r)
			want := outcome.ReasonCreated
			if executed {
				want = outcome.ReasonRecovered
			}
			if got := r.rows[1].Reason; got != want {
				t.Errorf("executed %t: got %s, want %s", executed, got, want)
			}
			if got := strings.Join(g.keysOf(number(1)), " "); got != "  _2" {
				t.Errorf("executed %t: got keys %q, want the first twice and then the second", executed, got)
			}
			if key := r.rows[1].Key; !strings.HasSuffix(key, "_2") {
				t.Errorf("the report names the key %s, and the last one was the second", key)
			}
		})
	}
}

// A kill right after the next key was used: the run that follows goes on with
// it, and does not fall back to the burnt one.
func TestBurntKeyKill(t *testing.T) {
	for _, executed := range []bool{true, false} {
		for _, reached := range []bool{true, false} {
			scenario{server: burning(executed), rows: 3}.play(t, func(t *testing.T, g *stage) {
				g.die(death{at: 5, executed: reached}) // me, row 1, row 2: 500, replay, second key
				r := g.run()
				r.complete(t)
				keys := g.keysOf(number(1))
				if got := keys[len(keys)-1]; got != "_2" {
					t.Errorf("executed %t, reached %t: got keys %q, want the second to the end", executed, reached, keys)
				}
			})
		}
	}
}

// The ledger holds the next key before any request has it.
func TestBurntKeyIsOnDiskBeforeItIsUsed(t *testing.T) {
	scenario{server: burning(false), rows: 3}.play(t, func(t *testing.T, g *stage) {
		transport, closePipe := simulator.Pipe(g.server)
		defer closePipe()
		seen := 0
		r := g.runOver(t.Context(), watcher{transport, func(r *http.Request) {
			if strings.HasSuffix(r.Header.Get("Idempotency-Key"), "_2") {
				seen = g.keyNumberOf(2)
			}
		}})
		r.complete(t)
		if seen != 2 {
			t.Errorf("when the second key went out, the ledger said key %d", seen)
		}
	})
}

// keyNumberOf reads a row's key number as another process would.
func (g *stage) keyNumberOf(row int) int {
	l, job := g.onDisk()
	defer l.Close()
	for r, err := range l.Rows(job) {
		if err != nil {
			g.t.Fatal(err)
		}
		if r.Row.Number == row {
			return r.KeyNumber
		}
	}
	return 0
}

// watcher shows each request before it goes out.
type watcher struct {
	next http.RoundTripper
	see  func(*http.Request)
}

func (w watcher) RoundTrip(r *http.Request) (*http.Response, error) {
	w.see(r)
	return w.next.RoundTrip(r)
}

// Every key of a row burns: the row ends.
func TestEveryKeyBurns(t *testing.T) {
	server := simulator.Options{CacheErrors: true, Faults: onNumber(number(1), simulator.Fault{Kind: simulator.Internal})}
	scenario{server: server, rows: 3, o: importer.Options{Attempts: 1000}}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 2, outcome.ServerError: 1})
		if r.Stopped != nil {
			t.Errorf("stopped: %s", r.Stopped.Message)
		}
	})
}
