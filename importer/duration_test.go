package importer_test

import (
	"fmt"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// Whatever a run does when its time is over, it sends nothing more, settles what
// is in flight, and says that running again goes on; and that comes to the end.
func TestMaxDuration(t *testing.T) {
	const limit = 30 * time.Second
	all := simulator.OnCreate | simulator.OnLookup | simulator.OnList | simulator.OnMe
	for _, test := range []struct {
		name   string
		server simulator.Options
		o      importer.Options
		rows   int
	}{
		{"creating", simulator.Options{}, importer.Options{Rate: "60/m"}, 100},
		{"creating, with slow answers", simulator.Options{Latency: func(simulator.Request) time.Duration { return 7 * time.Second }}, importer.Options{Concurrency: 8}, 100},
		{"listing", simulator.Options{Existing: many(0, 5000)}, importer.Options{Rate: "60/m", Existing: existingList}, 100},
		{"looking up", simulator.Options{Existing: numbers(25)}, importer.Options{Rate: "60/m", ResolveDuplicates: true}, 25},
		{"paused", simulator.Options{Faults: simulator.During(0, time.Hour, simulator.Fault{Kind: simulator.TooMany, RetryAfter: "60", On: all})}, importer.Options{}, 10},
		{"in an outage", simulator.Options{Faults: simulator.During(0, time.Hour, simulator.Fault{Kind: simulator.Unavailable, On: all})}, importer.Options{}, 10},
		{"between attempts", simulator.Options{Faults: simulator.During(0, time.Hour, simulator.Fault{Kind: simulator.Internal})}, importer.Options{Concurrency: 4, Attempts: 50}, 10},
		{"asking for the account", simulator.Options{Latency: func(simulator.Request) time.Duration { return 50 * time.Second }}, importer.Options{Timeout: time.Minute}, 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := test.o
			o.MaxDuration = limit
			scenario{server: test.server, rows: test.rows, o: o}.play(t, func(t *testing.T, g *stage) {
				began := time.Now()
				r := g.run()
				r.stopped(t, importer.StopMaxDuration, "30s", "run the same command again")
				if r.Stopped.AtStart {
					t.Error("it is not the account that was refused")
				}
				g.economical(r)
				for _, sent := range g.server.Truth().Requests {
					if late := sent.At.Sub(began) - limit; late > 0 {
						t.Errorf("a request went out %v after the time was over: %+v", late, sent)
					}
				}
				if r.took < limit || r.took > limit+time.Minute {
					t.Errorf("it ended after %v", r.took)
				}
				time.Sleep(time.Hour) // virtual: the troubles end
				g.o.MaxDuration, g.o.Rate = 0, "unlimited"
				r = g.run()
				r.complete(t)
				if g.o.ResolveDuplicates && r.ids() != test.rows {
					t.Errorf("got %d ids, want %d", r.ids(), test.rows)
				}
			})
		})
	}
}

// A run that is through in time does not hear of it.
func TestMaxDurationIsEnough(t *testing.T) {
	for _, limit := range []time.Duration{0, 11 * time.Second, 240 * time.Hour} {
		t.Run(fmt.Sprint(limit), func(t *testing.T) {
			server := simulator.Options{Latency: func(simulator.Request) time.Duration { return time.Second }}
			scenario{server: server, rows: 9, o: importer.Options{MaxDuration: limit}}.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				r.complete(t)
				r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 9})
			})
		})
	}
}

// A nightly window: each night goes on where the last one stopped.
func TestMaxDurationNightByNight(t *testing.T) {
	o := importer.Options{MaxDuration: time.Minute, Rate: "60/m", Existing: existingAuto}
	scenario{server: simulator.Options{Existing: many(0, 900)}, rows: 300, o: o}.play(t, func(t *testing.T, g *stage) {
		nights := 0
		for r := g.run(); r.Stopped != nil; r = g.run() {
			if nights++; nights > 10 {
				t.Fatal("it does not come to its end")
			}
			time.Sleep(23 * time.Hour) // virtual
		}
		r := g.run()
		r.complete(t)
		if nights != 5 || r.Requests != (importer.Requests{Create: 300, List: 9, Me: 1}) {
			t.Errorf("got %+v in %d nights that were stopped, want 300 creations and one listing in 5", r.Requests, nights)
		}
	})
}
