package importer_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// ids counts the duplicates that carry their contact's id.
func (r told) ids() (n int) {
	for _, row := range r.rows {
		if row.Reason == outcome.AlreadyExists && row.ContactID != "" {
			n++
		}
	}
	return n
}

// Duplicates that a creation has met get their contact's id by one look-up
// each, in the run that met them or in a later one; those that the list has
// shown have theirs.
func TestResolveDuplicates(t *testing.T) {
	for _, test := range []struct {
		name    string
		mode    string
		asked   bool // in the first run
		lookups []int
	}{
		{"at once", existingOff, true, []int{20, 0, 0}},
		{"later", existingOff, false, []int{0, 20, 0}},
		{"from the list", existingList, true, []int{0, 0, 0}},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := simulator.Options{Existing: numbers(20), Latency: tenth}
			scenario{server: server, rows: 60, o: importer.Options{Existing: test.mode, Concurrency: 4}}.play(t, func(t *testing.T, g *stage) {
				g.o.ResolveDuplicates = test.asked
				for i, want := range test.lookups {
					var plan importer.Plan
					g.o.Plan = func(p importer.Plan) { plan = p }
					r := g.run()
					r.complete(t)
					g.economical(r)
					r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 40, outcome.AlreadyExists: 20})
					if got := r.ThisRun.Requests.Lookup; got != want {
						t.Errorf("run %d: got %d look-ups, want %d", i+1, got, want)
					}
					if i > 0 && (plan.MissingIDs != want || plan.Requests != want) {
						t.Errorf("run %d: the plan has %d look-ups and %d requests, want %d", i+1, plan.MissingIDs, plan.Requests, want)
					}
					g.o.ResolveDuplicates = true
					if i > 0 && r.ids() != 20 {
						t.Errorf("run %d: got %d ids, want 20", i+1, r.ids())
					}
				}
			})
		})
	}
}

// A look-up that finds nothing, or nothing of this account's, leaves the
// duplicate as it is, and is not made again. One without an answer is.
func TestResolveFindsNothing(t *testing.T) {
	absent := simulator.Fault{Kind: simulator.Failure, Status: 404, Code: "RESOURCE_001"}
	calm := false
	plan := func(r simulator.Request) simulator.Fault {
		switch {
		case r.Operation != simulator.Lookup:
		case r.Phone == number(0):
			return absent
		case r.Phone == number(1) && !calm:
			return simulator.Fault{Kind: simulator.Foreign}
		}
		return simulator.Fault{}
	}
	server := simulator.Options{Faults: plan, Existing: numbers(2), Inherited: []string{number(2)}, Latency: tenth}
	scenario{server: server, rows: 5, o: importer.Options{ResolveDuplicates: true}}.play(t, func(t *testing.T, g *stage) {
		for i, want := range []int{1 + maxLookups + 1, 1, 0} {
			r := g.run()
			r.complete(t)
			g.economical(r)
			r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 2, outcome.AlreadyExists: 3})
			if got := r.ThisRun.Requests.Lookup; got != want {
				t.Errorf("run %d: got %d look-ups, want %d", i+1, got, want)
			}
			if i == 0 && r.said("1 look-ups") != 1 {
				t.Errorf("got the notices %q, want one for the look-up without an answer", r.notices)
			}
			if !strings.Contains(r.rows[0].Message, "does not find it") || !strings.Contains(r.rows[2].Message, "inherited") || r.rows[0].ErrorCode != "RESOURCE_007" {
				t.Errorf("got %+v and %+v", r.rows[0].Outcome, r.rows[2].Outcome)
			}
			calm = true
		}
	})
}

// Stopped in its look-ups, a run has settled its rows all the same, and the next
// one goes on with the look-ups.
func TestResolveIsStopped(t *testing.T) {
	for _, kill := range []bool{true, false} {
		t.Run(fmt.Sprintf("killed=%t", kill), func(t *testing.T) {
			server := simulator.Options{Existing: numbers(60), Latency: tenth}
			scenario{server: server, rows: 60, o: importer.Options{ResolveDuplicates: true}}.play(t, func(t *testing.T, g *stage) {
				if kill {
					g.die(death{at: 1 + 60 + 20})
				} else {
					r := g.runUntil(interrupted(t, 8*time.Second))
					r.stopped(t, importer.StopInterrupted)
					if !r.Counts.Complete() || r.ids() == 0 || r.ids() == 60 {
						t.Errorf("got %+v and %d ids, want every row settled and some ids", r.Counts, r.ids())
					}
				}
				r := g.run()
				r.complete(t)
				if stats := g.server.Stats(); r.ids() != 60 || stats.Creates != 60 || stats.Lookups > 60+2 {
					t.Errorf("got %d ids with %d creations and %d look-ups", r.ids(), stats.Creates, stats.Lookups)
				}
			})
		})
	}
}

// A refusal in the look-ups stops the run; a rehearsal makes none.
func TestResolveAndTheAccount(t *testing.T) {
	server := simulator.Options{Existing: numbers(5), Stops: []simulator.Stop{simulator.Revoked(8)}}
	scenario{server: server, rows: 5, o: importer.Options{ResolveDuplicates: true}}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.stopped(t, importer.StopAccount)
		if r.Stopped.AtStart || r.Requests.Lookup != 2 {
			t.Errorf("got %+v after %d look-ups, want one that is refused", r.Stopped, r.Requests.Lookup)
		}
		g.server.SetStops()
		if r := g.run(); r.ids() != 5 {
			t.Errorf("got %d ids, want 5", r.ids())
		}
	})
	scenario{server: simulator.Options{Existing: numbers(5)}, rows: 5, o: importer.Options{ResolveDuplicates: true, Sandbox: true}}.play(t, func(t *testing.T, g *stage) {
		if r := g.run(); r.Requests.Lookup != 0 {
			t.Errorf("a rehearsal made %d look-ups", r.Requests.Lookup)
		}
	})
}
