package importer_test

import (
	"net"
	"net/http"
	"sync/atomic"
	"testing"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// A connection of the pool that has died costs no row an attempt: the request is
// made again over a fresh one, with its key, and counted as a request.
func TestAttack26DeadConnectionsCostNoAttempt(t *testing.T) {
	for name, every := range map[string]int64{"all": 1, "each third": 3} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const rows = 200
			var asked, died atomic.Int64
			dies := func() bool {
				if asked.Add(1)%every != 0 {
					return false
				}
				died.Add(1)
				return true
			}
			g := scenario{rows: rows, o: importer.Options{Attempts: 1, Concurrency: 8}}.begin(t)
			r := g.over(
				func(l net.Listener) net.Listener { return simulator.DyingConnections(l, dies) },
				func(h http.Handler) http.Handler { return h })
			if r.err != nil {
				t.Fatal(r.err)
			}
			if created := r.Reasons[outcome.ReasonCreated] + r.Reasons[outcome.ReasonRecovered]; created != rows {
				t.Errorf("got %v, want %d created", r.Reasons, rows)
			}
			for _, row := range r.rows {
				if row.Attempts != 1 {
					t.Fatalf("row %d: got %d attempts, want 1", row.Number, row.Attempts)
				}
			}
			if made := r.Requests.Create + r.Requests.Lookup + r.Requests.List + r.Requests.Me; died.Load() == 0 || int64(made) < g.server.Stats().Requests+died.Load()-1 {
				t.Errorf("%d requests counted, %d arrived and %d met a dead connection", made, g.server.Stats().Requests, died.Load())
			}
		})
	}
}

// What looks like a dead connection may have been carried out: then the row is
// recovered, and not a duplicate.
func TestDeadConnectionLeavesDoubt(t *testing.T) {
	for _, forgets := range []bool{false, true} {
		s := scenario{rows: 20, o: importer.Options{Attempts: 1}}
		s.server.NoReplays = forgets
		s.server.Faults = func(r simulator.Request) simulator.Fault {
			if r.Operation == simulator.Create && r.Attempt == 1 && r.Ordinal%2 == 0 {
				return simulator.Fault{Kind: simulator.Reset, After: true}
			}
			return simulator.Fault{}
		}
		s.play(t, func(t *testing.T, g *stage) {
			r := g.run()
			r.complete(t)
			if r.Reasons[outcome.ReasonRecovered] == 0 || r.Reasons[outcome.ReasonCreated]+r.Reasons[outcome.ReasonRecovered] != 20 {
				t.Errorf("got %v, want some recovered and the others created", r.Reasons)
			}
		})
	}
}

// A row whose requests the server resets ends all the same: each attempt costs at
// most one request more.
func TestDeadConnectionIsBounded(t *testing.T) {
	s := scenario{rows: 20, o: importer.Options{Attempts: 3}}
	s.server.Faults = onNumber(number(7), simulator.Fault{Kind: simulator.Reset})
	s.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 19, outcome.Network: 1})
		if made := r.Requests.Create - 19; made < 3 || made > 6 {
			t.Errorf("the row cost %d creations, want 3 to 6", made)
		}
		if r.rows[7].Attempts != 3 {
			t.Errorf("got %d attempts, want 3", r.rows[7].Attempts)
		}
	})
}
