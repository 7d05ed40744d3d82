package importer

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/sent/senttest"
)

// The idempotency cache is down for ever, and look-ups work: after a minute the
// run goes on without keys, says so once, and keeps its promise with lost
// answers too.
func TestServiceDownForEver(t *testing.T) {
	for _, rows := range []int{1, 30} {
		for _, concurrency := range []int{1, 8} {
			for _, fault := range []senttest.Fault{{}, {Kind: senttest.Reset, After: true}, {Kind: senttest.Hang}, {Kind: senttest.Internal, After: true}} {
				t.Run(fmt.Sprintf("rows=%d/concurrency=%d/%s", rows, concurrency, fault), func(t *testing.T) {
					server := senttest.Options{
						Existing: []string{number(7)}, Deleted: []string{number(8)}, IdempotencyTTL: -1,
						Faults: senttest.First(withKey(senttest.Fault{Kind: senttest.Service}), firstWithoutKey(fault)),
					}
					s := scenario{server: server, rows: rows, o: Options{Concurrency: concurrency}}
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
func withKey(f senttest.Fault) senttest.FaultPlan {
	return func(r senttest.Request) senttest.Fault {
		if r.Operation == senttest.Create && r.Key != "" {
			return f
		}
		return senttest.Fault{}
	}
}

// firstWithoutKey hits the first creation of each number that has no key.
func firstWithoutKey(f senttest.Fault) senttest.FaultPlan {
	var mu sync.Mutex
	first := make(map[string]uint64) // ordinals
	return func(r senttest.Request) senttest.Fault {
		if r.Operation != senttest.Create || r.Key != "" {
			return senttest.Fault{}
		}
		mu.Lock()
		defer mu.Unlock()
		if _, seen := first[r.Phone]; !seen {
			first[r.Phone] = r.Ordinal
		}
		if first[r.Phone] != r.Ordinal {
			return senttest.Fault{}
		}
		return f
	}
}

// Neither the cache nor look-ups work: that is an outage.
func TestServiceAndLookupsDown(t *testing.T) {
	for _, rows := range []int{1, 30} {
		plan := senttest.First(onCreate(-1, senttest.Fault{Kind: senttest.Service}), on(senttest.Lookup, -1, senttest.Fault{Kind: senttest.Internal}))
		scenario{server: senttest.Options{Faults: plan}, rows: rows}.play(t, func(t *testing.T, g *stage) {
			r := g.run()
			r.stopped(t, StopOutage)
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
			plan := senttest.First(onCreate(-1, senttest.Fault{Kind: senttest.Service}), on(senttest.Lookup, -1, senttest.Fault{Kind: senttest.Unavailable}))
			scenario{server: senttest.Options{Faults: plan}, rows: rows, o: Options{Outage: outage}}.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				r.stopped(t, StopOutage)
				if r.took < outage || r.took > 2*outage {
					t.Errorf("stopped after %v, want about %v", r.took, outage)
				}
			})
		})
		t.Run(fmt.Sprintf("rows=%d/look-ups work", rows), func(t *testing.T) {
			server := senttest.Options{Faults: withKey(senttest.Fault{Kind: senttest.Service}), IdempotencyTTL: -1}
			scenario{server: server, rows: rows, o: Options{Outage: outage}}.play(t, func(t *testing.T, g *stage) {
				goesOnWithoutKeys(t, g, 0)
			})
		})
	}
}

// A cache that is down for less than a minute is waited for, with keys.
func TestServiceDownForAWhile(t *testing.T) {
	plan := senttest.During(0, 40*time.Second, senttest.Fault{Kind: senttest.Service, On: senttest.OnCreate})
	scenario{server: senttest.Options{Faults: plan}, rows: 20, o: Options{Concurrency: 8, Attempts: 1}}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.complete(t)
		g.economical(r)
		if r.said("without idempotency keys") > 0 {
			t.Error("went on without keys")
		}
		for _, record := range g.server.Truth().Requests {
			if record.Operation == senttest.Create && record.Key == "" {
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
			plan := onCreate(-1, senttest.Fault{Kind: senttest.Failure, Status: 503, Code: "SERVICE_001"})
			scenario{server: senttest.Options{Faults: plan}, rows: rows}.play(t, func(t *testing.T, g *stage) {
				r := g.runUntil(interrupted(t, 3*time.Hour))
				if r.err != nil || r.Counts.Created > 0 {
					t.Fatalf("got %v, %+v", r.err, r.Counts)
				}
				if r.Stopped != nil && r.Stopped.Cause != StopOutage {
					t.Errorf("got the stop %s after %v", r.Stopped.Cause, r.took)
				}
				if r.took > time.Hour {
					t.Errorf("took %v", r.took)
				}
			})
		})
	}
}
