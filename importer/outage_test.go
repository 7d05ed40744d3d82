package importer_test

import (
	"fmt"
	"maps"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// An outage begins somewhere, and ends: no row is failed, people are told once,
// and there are few requests in it.
func TestOutageThatEnds(t *testing.T) {
	const rows = 30
	for _, from := range []struct {
		name    string
		ordinal uint64 // of the first request that is hit
		rows    int    // that may be under way then
	}{
		{"at whose key it is", 1, 1}, // the question stands for a row
		{"at the first creation", 2, 1}, {"in the middle", 15, rows - 13}, {"at the last row", rows + 1, 1},
	} {
		for _, concurrency := range concurrencies() {
			t.Run(fmt.Sprintf("%s/concurrency=%d", from.name, concurrency), func(t *testing.T) {
				// The rows before the outage cost no time, so it ends five minutes from the start.
				plan := func(r simulator.Request) simulator.Fault {
					if r.Ordinal >= from.ordinal && r.Since < 5*time.Minute {
						return simulator.Fault{Kind: simulator.Unavailable}
					}
					return simulator.Fault{}
				}
				s := scenario{server: simulator.Options{Faults: plan}, rows: rows, o: importer.Options{Concurrency: concurrency}}
				s.play(t, func(t *testing.T, g *stage) {
					r := g.run()
					r.complete(t)
					g.economical(r)
					// An answer that was under way when the outage began may end it once.
					begins, ends := r.said("no answer since"), r.said("answers again")
					if most := min(concurrency, 2); begins < 1 || begins > most || begins != ends {
						t.Errorf("said %d times that it began and %d times that it ended, want once", begins, ends)
					}
					hit := g.server.Stats().Statuses[http.StatusServiceUnavailable]
					// The probes, and what the rows under way send before it is known: until
					// one has used up its attempts and its look-up gets no answer either. How
					// many of its attempts each has made by then is chance: the waits are random.
					most := 20 + (importer.DefaultAttempts+1)*min(concurrency+spare, from.rows)
					if hit > int64(most) {
						t.Errorf("got %d requests in the outage, want %d at most", hit, most)
					}
					if over := 5*time.Minute + lastProbe + 10*time.Second; r.took > over {
						t.Errorf("took %v: not at full speed after the outage", r.took)
					}
				})
			})
		}
	}
}

// An outage that lasts stops the run: nothing is failed, and the next run goes
// on.
func TestOutageThatLasts(t *testing.T) {
	for _, rows := range []int{1, 30} {
		for _, concurrency := range concurrencies() {
			for _, fault := range []simulator.Fault{{Kind: simulator.Unavailable}, {Kind: simulator.Hang}, {Kind: simulator.Reset, After: true}} {
				t.Run(fmt.Sprintf("rows=%d/concurrency=%d/%s", rows, concurrency, fault), func(t *testing.T) {
					t.Parallel()
					calm := false
					plan := func(r simulator.Request) simulator.Fault {
						if calm || r.Operation == simulator.Me || r.Phone == number(0) && rows > 1 {
							return simulator.Fault{}
						}
						return fault
					}
					s := scenario{server: simulator.Options{Faults: plan}, rows: rows, o: importer.Options{Concurrency: concurrency}}
					s.play(t, func(t *testing.T, g *stage) {
						r := g.run()
						r.stopped(t, importer.StopOutage, "no answer", "run the same command again")
						if r.Counts.Failed > 0 || r.Counts.Pending == 0 {
							t.Errorf("got %+v, want what is left pending", r.Counts)
						}
						if r.took < importer.DefaultOutage || r.took > importer.DefaultOutage+3*time.Minute {
							t.Errorf("stopped after %v, want about %v", r.took, importer.DefaultOutage)
						}
						calm = true
						r = g.run()
						r.complete(t)
						if r.Counts.Created != rows {
							t.Errorf("got %+v, want %d created", r.Counts, rows)
						}
					})
				})
			}
		}
	}
}

// What waits for its turn when an outage begins does not go: from then on the
// server sees one probe at a time, with growing waits.
func TestOutageHoldsWhatWaits(t *testing.T) {
	const end = 2 * time.Minute
	server := simulator.Options{
		Latency: func(simulator.Request) time.Duration { return time.Second },
		Faults:  simulator.During(1500*time.Millisecond, end, simulator.Fault{Kind: simulator.Unavailable, After: true}),
	}
	scenario{server: server, rows: 40, o: importer.Options{Concurrency: 8, Rate: "300/m", Burst: 1}}.play(t, func(t *testing.T, g *stage) {
		g.run().complete(t)
		var inOutage []simulator.Record
		for _, r := range g.server.Truth().Requests {
			if r.Status == http.StatusServiceUnavailable {
				inOutage = append(inOutage, r)
			}
		}
		last := inOutage[outageFailures-1].At.Add(time.Second) // when its answer made it an outage
		for _, r := range inOutage {
			if r.At.After(last) {
				if wait := r.At.Sub(last); wait < firstProbe {
					t.Errorf("a request went %v after the last one, at %v", wait, r.At)
				}
				last = r.At
			}
		}
	})
}

// Requests that hung for longer than an outage may last, as those do in which a
// computer slept, stop nothing before the server was asked again.
func TestOutageIsProbedAfterALongHang(t *testing.T) {
	server := simulator.Options{Faults: simulator.Between(3, 10, simulator.Fault{Kind: simulator.Hang})}
	o := importer.Options{Concurrency: 8, Timeout: 10 * time.Minute, Outage: 2 * time.Minute}
	scenario{server: server, rows: 30, o: o}.play(t, func(t *testing.T, g *stage) {
		g.run().complete(t)
	})
}

// The run is interrupted, requests are in flight, and the server goes away.
func TestOutageInTheDrain(t *testing.T) {
	server := simulator.Options{
		Latency: func(simulator.Request) time.Duration { return 2 * time.Second },
		Faults:  simulator.During(3*time.Second, 30*time.Minute, simulator.Fault{Kind: simulator.Reset, After: true}),
	}
	scenario{server: server, rows: 60, o: importer.Options{Concurrency: 8}}.play(t, func(t *testing.T, g *stage) {
		r := g.runUntil(interrupted(t, 5500*time.Millisecond))
		r.stopped(t, importer.StopInterrupted)
		if n := r.Reasons[outcome.Unresolved]; n == 0 || r.Counts.Failed > 0 {
			t.Errorf("got %v, want rows in doubt and none failed", r.Reasons)
		}
		time.Sleep(time.Hour) // virtual
		r = g.run()
		r.complete(t)
		if r.Counts.Created != 60 {
			t.Errorf("got %+v, want all created", r.Counts)
		}
	})
}

// poisonPlace is where in a file a row is that the server can't stand.
type poisonPlace struct {
	name         string
	rows, poison int
}

func poisonPlaces() []poisonPlace {
	return []poisonPlace{{"first", 20, 0}, {"middle", 20, 10}, {"last", 20, 19}, {"only", 1, 0}}
}

// One row that the server can't stand is failed, wherever it is, and is no
// outage; the others are created.
func TestPoisonRow(t *testing.T) {
	for _, concurrency := range concurrencies() {
		for _, test := range poisonPlaces() {
			t.Run(fmt.Sprintf("%s/concurrency=%d", test.name, concurrency), func(t *testing.T) {
				server := simulator.Options{Faults: onNumber(number(test.poison), simulator.Fault{Kind: simulator.Internal})}
				s := scenario{server: server, rows: test.rows, o: importer.Options{Concurrency: concurrency}}
				s.play(t, func(t *testing.T, g *stage) {
					r := g.run()
					if r.Stopped != nil || r.said("no answer since") > 0 {
						t.Errorf("taken for an outage: %v, %q", r.Stopped, r.notices)
					}
					if r.Counts.Created != test.rows-1 || r.rows[test.poison].Reason != outcome.ServerError {
						t.Errorf("got %+v and %s, want %d created and %s", r.Counts, r.rows[test.poison].Reason, test.rows-1, outcome.ServerError)
					}
					if r.took > 2*time.Minute {
						t.Errorf("took %v", r.took)
					}
				})
			})
		}
	}
}

// Where the look-up of such a row is broken as well, nobody knows whether it was
// created. It is failed for that, and holds up neither the others nor the next
// run, even if it is the first, the last or the only one.
func TestPoisonRowThatCannotBeLookedUp(t *testing.T) {
	for _, concurrency := range concurrencies() {
		for _, test := range poisonPlaces() {
			t.Run(fmt.Sprintf("%s/concurrency=%d", test.name, concurrency), func(t *testing.T) {
				plan := func(r simulator.Request) simulator.Fault {
					if r.Phone == number(test.poison) {
						return simulator.Fault{Kind: simulator.Internal}
					}
					return simulator.Fault{}
				}
				s := scenario{server: simulator.Options{Faults: plan}, rows: test.rows, o: importer.Options{Concurrency: concurrency}}
				s.play(t, func(t *testing.T, g *stage) {
					for run := range 3 {
						r := g.run()
						if r.Stopped != nil || r.said("no answer since") > 0 {
							t.Errorf("run %d: taken for an outage: %v, %q", run, r.Stopped, r.notices)
						}
						if r.Counts.Created != test.rows-1 || r.rows[test.poison].Reason != outcome.OutcomeUnknown {
							t.Errorf("run %d: got %+v and %s, want %d created and %s", run, r.Counts, r.rows[test.poison].Reason, test.rows-1, outcome.OutcomeUnknown)
						}
						if r.took > 3*time.Minute {
							t.Errorf("run %d took %v", run, r.took)
						}
						if run == 0 && test.rows > 1 && !before(g, number(test.rows-1-test.poison/19), number(test.poison)) {
							t.Error("the others have waited for it to be settled")
						}
						if n := r.ThisRun.Requests.List; n < 1 || n > 2 {
							t.Errorf("run %d asked %d times whether the API is there, want once or twice", run, n)
						}
					}
				})
			})
		}
	}
}

// before reports whether the first request for one number came before the last
// for another.
func before(g *stage, one, another string) bool {
	var first, last uint64 // ordinals
	for _, r := range g.server.Truth().Requests {
		if r.Phone == one && first == 0 {
			first = r.Ordinal
		}
		if r.Phone == another {
			last = r.Ordinal
		}
	}
	return first < last
}

// A row's look-ups begin while others are still answered, and go on in an outage:
// that is no trouble of the row's.
func TestOutageThatBeginsInALookup(t *testing.T) {
	var down atomic.Bool
	plan := func(r simulator.Request) simulator.Fault {
		switch {
		case r.Operation == simulator.Lookup && r.Phone == number(1) && r.Attempt == 1:
			down.Store(true) // once the others are through, see their latency
			return simulator.Fault{Kind: simulator.Hang, Delay: 12 * time.Second}
		case r.Phone == number(1) || down.Load() && (r.Operation != simulator.Create || r.Since > 40*time.Second):
			return simulator.Fault{Kind: simulator.Unavailable}
		}
		return simulator.Fault{}
	}
	slow := func(r simulator.Request) time.Duration {
		if r.Phone == number(2) {
			return 10 * time.Second
		}
		return 0
	}
	server := simulator.Options{Faults: plan, Latency: slow}
	scenario{server: server, rows: 3, o: importer.Options{Concurrency: 8, Timeout: 30 * time.Second, Attempts: 2}}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.stopped(t, importer.StopOutage)
		if r.Counts.Failed > 0 || r.rows[1].Reason != outcome.Unresolved || r.Counts.Created != 2 {
			t.Errorf("got %v, want the row in doubt and the others created", r.Reasons)
		}
	})
}

// Such rows at the end of the file, where no other row is answered in between,
// are no outage either, and neither are some that follow each other in its
// middle.
func TestPoisonRowsTogether(t *testing.T) {
	for _, c := range []struct {
		name            string
		first, n, after int // rows before, of poison, and behind
	}{
		{"four at the end", 16, 4, 0}, {"twelve at the end", 16, 12, 0}, {"nothing else", 0, 12, 0},
		{"twelve in the middle", 16, 12, 10}, {"twelve at the start", 0, 12, 30},
	} {
		for _, concurrency := range concurrencies() {
			t.Run(fmt.Sprintf("%s/concurrency=%d", c.name, concurrency), func(t *testing.T) {
				plan := func(r simulator.Request) simulator.Fault {
					if r.Operation == simulator.Create && r.Phone >= number(c.first) && r.Phone < number(c.first+c.n) {
						return simulator.Fault{Kind: simulator.Internal}
					}
					return simulator.Fault{}
				}
				s := scenario{server: simulator.Options{Faults: plan}, rows: c.first + c.n + c.after, o: importer.Options{Concurrency: concurrency}}
				s.play(t, func(t *testing.T, g *stage) {
					r := g.run()
					if r.Stopped != nil || r.took > 10*time.Minute {
						t.Errorf("stopped after %v: %v", r.took, r.Stopped)
					}
					want := map[outcome.Reason]int{outcome.ReasonCreated: c.first + c.after, outcome.ServerError: c.n}
					maps.DeleteFunc(want, func(_ outcome.Reason, n int) bool { return n == 0 })
					r.want(t, want)
				})
			})
		}
	}
}

// A server that is there for five seconds and away for five loses nothing, and
// is not stormed.
func TestFlappingServer(t *testing.T) {
	for _, concurrency := range concurrencies() {
		server := simulator.Options{
			Faults:  simulator.Flapping(5*time.Second, 5*time.Second, simulator.Fault{Kind: simulator.Unavailable}),
			Latency: func(simulator.Request) time.Duration { return 300 * time.Millisecond },
		}
		s := scenario{server: server, rows: 200, o: importer.Options{Concurrency: concurrency, Rate: "50/m"}}
		s.play(t, func(t *testing.T, g *stage) {
			r := g.run()
			r.complete(t)
			g.economical(r)
			if r.took < 4*time.Minute || r.took > 12*time.Minute {
				t.Errorf("took %v for 200 rows at 50 a minute", r.took)
			}
			if n := g.server.Stats().Requests; n > 450 { // half of the time nothing is answered: two a row, and some to probe
				t.Errorf("got %d requests for 200 rows", n)
			}
		})
	}
}

// An outage that begins with the last look-up of a row is not the row's trouble: it is
// asked about again when the outage is over.
func TestOutageBeginsWithTheLastLookup(t *testing.T) {
	var server *simulator.Server
	plan := func(r simulator.Request) simulator.Fault {
		switch {
		case r.Operation == simulator.Create:
			return simulator.Fault{Kind: simulator.Internal, After: true}
		case r.Operation != simulator.Lookup || r.Attempt > maxLookups:
			return simulator.Fault{}
		case r.Attempt == maxLookups:
			server.BeginOutage()
			time.AfterFunc(time.Minute, server.EndOutage)
		}
		return simulator.Fault{Kind: simulator.Internal}
	}
	scenario{server: simulator.Options{NoReplays: true, Faults: plan}, rows: 1}.play(t, func(t *testing.T, g *stage) {
		server = g.server
		r := g.run()
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.ReasonRecovered: 1})
		if r.said("answers again") != 1 {
			t.Errorf("got notices %q, want an outage that ended", r.notices)
		}
	})
}
