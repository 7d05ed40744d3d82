package importer_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// The idempotency cache is down for ever, and look-ups work: after a minute the
// run goes on without keys, says so once, and keeps its promise with lost
// answers too.
func TestServiceDownForEver(t *testing.T) {
	for _, rows := range []int{1, 30} {
		for _, concurrency := range concurrencies() {
			for _, fault := range []simulator.Fault{{}, {Kind: simulator.Reset, After: true}, {Kind: simulator.Hang}, {Kind: simulator.Internal, After: true}} {
				t.Run(fmt.Sprintf("rows=%d/concurrency=%d/%s", rows, concurrency, fault), func(t *testing.T) {
					server := simulator.Options{
						Existing: []string{number(7)}, Deleted: []string{number(8)}, NoReplays: true,
						Faults: simulator.First(withKey(simulator.Fault{Kind: simulator.Service}), firstWithoutKey(fault)),
					}
					s := scenario{server: server, rows: rows, o: importer.Options{Concurrency: concurrency}}
					s.play(t, func(t *testing.T, g *stage) { goesOnWithoutKeys(t, g, min(1, rows/7)) })
				})
			}
		}
	}
}

// goesOnWithoutKeys has the run do so, for a job of which some contacts are there.
func goesOnWithoutKeys(t *testing.T, g *stage, there int) {
	t.Helper()
	r := g.run()
	r.complete(t)
	g.economical(r)
	if n := r.said("without idempotency keys"); n != 1 {
		t.Errorf("said it %d times, want once: %q", n, r.notices)
	}
	if r.took < keylessAfter || r.took > keylessAfter+8*time.Minute {
		t.Errorf("took %v", r.took)
	}
	if r.Reasons[outcome.AlreadyExists] != there {
		t.Errorf("got %v, want %d that were there", r.Reasons, there)
	}
}

// withKey hits all creations that have an idempotency key.
func withKey(f simulator.Fault) simulator.FaultPlan {
	return func(r simulator.Request) simulator.Fault {
		if r.Operation == simulator.Create && r.Key != "" {
			return f
		}
		return simulator.Fault{}
	}
}

// firstWithoutKey hits the first creation of each number that has no key.
func firstWithoutKey(f simulator.Fault) simulator.FaultPlan {
	var mu sync.Mutex
	first := make(map[string]uint64) // ordinals
	return func(r simulator.Request) simulator.Fault {
		if r.Operation != simulator.Create || r.Key != "" {
			return simulator.Fault{}
		}
		mu.Lock()
		defer mu.Unlock()
		if _, seen := first[r.Phone]; !seen {
			first[r.Phone] = r.Ordinal
		}
		if first[r.Phone] != r.Ordinal {
			return simulator.Fault{}
		}
		return f
	}
}

// Neither the cache nor look-ups work: that is an outage.
func TestServiceAndLookupsDown(t *testing.T) {
	for _, rows := range []int{1, 30} {
		plan := simulator.First(onCreate(-1, simulator.Fault{Kind: simulator.Service}), on(simulator.Lookup, -1, simulator.Fault{Kind: simulator.Internal}))
		scenario{server: simulator.Options{Faults: plan}, rows: rows}.play(t, func(t *testing.T, g *stage) {
			r := g.run()
			r.stopped(t, importer.StopOutage)
			if r.Counts.Failed > 0 {
				t.Errorf("got %+v, want no row failed", r.Counts)
			}
		})
	}
}

// An outage that may last for less than a minute is not waited for longer
// because it says that it is the cache; and the cache alone is given its minute.
func TestServiceDownAndAShortOutage(t *testing.T) {
	const outage = 20 * time.Second
	for _, rows := range []int{1, 30} {
		t.Run(fmt.Sprintf("rows=%d/look-ups down", rows), func(t *testing.T) {
			plan := simulator.First(onCreate(-1, simulator.Fault{Kind: simulator.Service}), on(simulator.Lookup, -1, simulator.Fault{Kind: simulator.Unavailable}))
			scenario{server: simulator.Options{Faults: plan}, rows: rows, o: importer.Options{Outage: outage}}.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				r.stopped(t, importer.StopOutage)
				if r.took < outage || r.took > 2*outage {
					t.Errorf("stopped after %v, want about %v", r.took, outage)
				}
			})
		})
		t.Run(fmt.Sprintf("rows=%d/look-ups work", rows), func(t *testing.T) {
			server := simulator.Options{Faults: withKey(simulator.Fault{Kind: simulator.Service}), NoReplays: true}
			scenario{server: server, rows: rows, o: importer.Options{Outage: outage}}.play(t, func(t *testing.T, g *stage) {
				goesOnWithoutKeys(t, g, 0)
			})
		})
	}
}

// A cache that is down for less than a minute is waited for, with keys.
func TestServiceDownForAWhile(t *testing.T) {
	plan := simulator.During(0, 40*time.Second, simulator.Fault{Kind: simulator.Service, On: simulator.OnCreate})
	scenario{server: simulator.Options{Faults: plan}, rows: 20, o: importer.Options{Concurrency: 8, Attempts: 1}}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.complete(t)
		g.economical(r)
		if r.said("without idempotency keys") > 0 {
			t.Error("went on without keys")
		}
		for _, record := range g.server.Truth().Requests {
			if record.Operation == simulator.Create && record.Key == "" {
				t.Fatal("a creation went without a key")
			}
		}
	})
}

// A server that says so of creations without a key as well does not hold the
// run for ever.
func TestServiceDownWithoutKeysToo(t *testing.T) {
	for _, rows := range []int{1, 30} {
		t.Run(fmt.Sprintf("rows=%d", rows), func(t *testing.T) {
			plan := onCreate(-1, simulator.Fault{Kind: simulator.Failure, Status: 503, Code: "SERVICE_001"})
			scenario{server: simulator.Options{Faults: plan}, rows: rows}.play(t, func(t *testing.T, g *stage) {
				r := g.runUntil(interrupted(t, 3*time.Hour))
				if r.err != nil || r.Counts.Created > 0 {
					t.Fatalf("got %v, %+v", r.err, r.Counts)
				}
				if r.Stopped != nil && r.Stopped.Cause != importer.StopOutage {
					t.Errorf("got the stop %s after %v", r.Stopped.Cause, r.took)
				}
				if r.took > time.Hour {
					t.Errorf("took %v", r.took)
				}
			})
		})
	}
}
