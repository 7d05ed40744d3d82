package importer_test

import (
	"fmt"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// A run makes as many requests as it may, whatever they are for, and not one more; and the
// next one goes on, until all is done.
func TestMaxRequests(t *testing.T) {
	all := simulator.OnCreate | simulator.OnLookup | simulator.OnList | simulator.OnMe
	slow := func(simulator.Request) time.Duration { return time.Second }
	for _, test := range []struct {
		name   string
		server simulator.Options
		o      importer.Options
		rows   int
		most   int // requests of a run
	}{
		{"creating", simulator.Options{}, importer.Options{}, 20, 7},
		{"one at a time", simulator.Options{}, importer.Options{}, 5, 1},
		{"several in flight", simulator.Options{Latency: slow}, importer.Options{Concurrency: 8}, 30, 11},
		{"listing", simulator.Options{Existing: many(0, 1000)}, importer.Options{Existing: existingList, Concurrency: 8}, 100, 5},
		{"looking up", simulator.Options{Existing: numbers(20)}, importer.Options{ResolveDuplicates: true}, 20, 9},
		{"lost answers", simulator.Options{Faults: simulator.Random(1, map[simulator.Fault]float64{{Kind: simulator.Hang, After: true, On: all}: 0.3})}, importer.Options{Concurrency: 4}, 12, 5},
	} {
		t.Run(test.name, func(t *testing.T) {
			scenario{server: test.server, rows: test.rows, o: test.o}.play(t, func(t *testing.T, g *stage) {
				stops, before := 0, 0
				for {
					g.o.MaxRequests = importer.NewBudget(test.most)
					r := g.run()
					now := len(g.server.Truth().Requests)
					if now-before > test.most {
						t.Fatalf("a run made %d requests, and might make %d", now-before, test.most)
					}
					if r.Stopped == nil {
						r.complete(t)
						break
					}
					r.stopped(t, importer.StopMaxRequests, fmt.Sprint(test.most), "run the same command again")
					if now-before != test.most || r.Stopped.AtStart {
						t.Fatalf("a run made %d requests of %d before it stopped: %+v", now-before, test.most, r.Stopped)
					}
					if stops++; stops > 100 {
						t.Fatal("it comes to no end")
					}
					before = now
					time.Sleep(time.Minute) // virtual: lost requests are over
				}
				if stops == 0 {
					t.Error("no run had to stop")
				}
			})
		})
	}
}

// Requests that are enough to the last one stop nothing, and runs of one command share
// what it may make.
func TestMaxRequestsAreShared(t *testing.T) {
	scenario{rows: 9}.play(t, func(t *testing.T, g *stage) {
		g.o.MaxRequests = importer.NewBudget(10 + 4) // whose key it is, and the rows
		r := g.run()
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 9})
		if left := g.o.MaxRequests.Left(); left != 4 {
			t.Fatalf("got %d requests left, want 4", left)
		}
		g.write("phone\n" + number(100) + "\n" + number(101) + "\n" + number(102) + "\n" + number(103) + "\n" + number(104) + "\n" + number(105) + "\n")
		r = g.run()
		r.stopped(t, importer.StopMaxRequests, "14")
		if r.Counts.Created != 3 { // one request asks for the server's clock
			t.Errorf("got %d created, want 3", r.Counts.Created)
		}
	})
}
