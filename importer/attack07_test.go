package importer_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/pace"
	"sent-import/importer/simulator"
)

// A pause that a 429 asks for counts towards --outage: the run does not sleep
// through it, and neither through --max-duration or an interruption.
func TestAttack07PauseEndsWithTheOutage(t *testing.T) {
	const outage = 20 * time.Second
	for _, from := range []uint64{1, 2, 10} {
		for _, text := range []string{"240", "date+5m", "86400"} {
			t.Run(fmt.Sprintf("from=%d/%s", from, text), func(t *testing.T) {
				server := simulator.Options{Faults: simulator.Between(from, 1_000_000, simulator.Fault{Kind: simulator.TooMany, RetryAfter: text})}
				s := scenario{server: server, rows: 40, o: importer.Options{Outage: outage, Concurrency: 8}}
				s.play(t, func(t *testing.T, g *stage) {
					r := g.run()
					r.stopped(t, importer.StopOutage, "429", "20s", "run the same command again")
					if r.took < outage || r.took > outage+time.Second {
						t.Errorf("stopped after %v, want %v", r.took, outage)
					}
					if r.Stopped.AtStart || !strings.Contains(r.Stopped.LastError, "429") || r.Counts.Failed > 0 {
						t.Errorf("got %+v, %+v", r.Stopped, r.Counts)
					}
				})
			})
		}
	}
}

func TestAttack07PauseEndsWithTheRun(t *testing.T) {
	const end = 15 * time.Second
	server := simulator.Options{Faults: simulator.Between(10, 1_000_000, simulator.Fault{Kind: simulator.TooMany, RetryAfter: "240"})}
	s := scenario{server: server, rows: 40}
	s.play(t, func(t *testing.T, g *stage) {
		r := g.runUntil(interrupted(t, end))
		r.stopped(t, importer.StopInterrupted)
		if r.took > end+time.Second {
			t.Errorf("interrupted: took %v, want %v", r.took, end)
		}
	})
	s.o.MaxDuration = end
	s.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.stopped(t, importer.StopMaxDuration)
		if r.took > end+time.Second {
			t.Errorf("at the most: took %v, want %v", r.took, end)
		}
	})
}

// A pause that ends before the outage does is slept through.
func TestPauseWithinTheOutage(t *testing.T) {
	server := simulator.Options{Faults: simulator.Between(5, 6, simulator.Fault{Kind: simulator.TooMany, RetryAfter: "14"})}
	scenario{server: server, rows: 20, o: importer.Options{Outage: 20 * time.Second}}.play(t, func(t *testing.T, g *stage) {
		r := g.runUntil(interrupted(t, time.Hour))
		if r.Stopped != nil && r.took < 20*time.Second {
			t.Errorf("stopped after %v: %s", r.took, r.Stopped.Message)
		}
	})
}

// unavailable is the API's own 503, with what it asks for.
func unavailable(retryAfter string) simulator.Fault {
	return simulator.Fault{Kind: simulator.Failure, Status: 503, Code: "SERVICE_009", RetryAfter: retryAfter}
}

// requestsFor are the times of the requests for a number.
func (g *stage) requestsFor(phone string) (times []time.Time) {
	for _, r := range g.server.Truth().Requests {
		if r.Phone == phone {
			times = append(times, r.At)
		}
	}
	return times
}

// What the API asks for with its own 503 is obeyed, in both forms, by the row
// that it was said to; others go on. What a proxy asks for is not.
func TestAttack07RetryAfterOf503(t *testing.T) {
	for _, c := range []struct {
		fault       simulator.Fault
		least, most time.Duration
	}{
		{unavailable("40"), 40 * time.Second, 41 * time.Second},
		{unavailable("date+40s"), 39 * time.Second, 41 * time.Second},
		{unavailable("86400"), pace.MaxPause, pace.MaxPause + time.Second},
		{unavailable("soon"), 0, time.Second},
		{unavailable("-5"), 0, time.Second},
		{simulator.Fault{Kind: simulator.Service, RetryAfter: "40"}, 0, time.Second}, // the simulator sends none
		{simulator.Fault{Kind: simulator.Failure, Status: 503, Code: "SERVICE_001", RetryAfter: "40"}, 40 * time.Second, 41 * time.Second},
		{simulator.Fault{Kind: simulator.Unavailable, RetryAfter: "40"}, 0, time.Second},
		{simulator.Fault{Kind: simulator.Page, Status: 503, RetryAfter: "40"}, 0, time.Second},
	} {
		t.Run(c.fault.String()+" "+c.fault.RetryAfter, func(t *testing.T) {
			server := simulator.Options{Faults: simulator.FirstAttempts(1, onNumber(number(3), c.fault))}
			scenario{server: server, rows: 20, o: importer.Options{Concurrency: 8}}.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				r.complete(t)
				at := g.requestsFor(number(3))
				if len(at) < 2 {
					t.Fatalf("got %d requests for the row", len(at))
				}
				if wait := at[1].Sub(at[0]); wait < c.least || wait > c.most {
					t.Errorf("waited for %v, want %v to %v", wait, c.least, c.most)
				}
				if others := g.requestsFor(number(19)); others[0].Sub(at[0]) > time.Second {
					t.Errorf("another row waited for %v", others[0].Sub(at[0]))
				}
			})
		})
	}
}

// All of it stays within --outage: a row that the API puts off again and again
// does not hold the run for ever, and an outage stops when its time is over.
func TestAttack07RetryAfterWithinTheOutage(t *testing.T) {
	const outage = 2 * time.Minute
	server := simulator.Options{Faults: onNumber(number(3), unavailable("90"))}
	scenario{server: server, rows: 20, o: importer.Options{Outage: outage, Concurrency: 8}}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 19, outcome.ServerError: 1})
		if r.took < outage || r.took > outage+30*time.Second {
			t.Errorf("took %v, want about %v", r.took, outage)
		}
	})
	server = simulator.Options{Faults: simulator.Between(5, 1_000_000, unavailable("50")), Latency: tenth}
	scenario{server: server, rows: 60, o: importer.Options{Outage: outage, Concurrency: 8}}.play(t, func(t *testing.T, g *stage) {
		began := time.Now()
		r := g.run()
		r.stopped(t, importer.StopOutage, "503 SERVICE_009")
		if r.took < outage || r.took > outage+5*time.Second {
			t.Errorf("stopped after %v, want %v", r.took, outage)
		}
		probes := 0
		for _, sent := range g.server.Truth().Requests {
			if sent.At.Sub(began) > 52*time.Second { // it is an outage since a row was refused again
				probes++
			}
		}
		if n := g.server.Stats().Statuses[503]; n > 2*(8+spare)+2 || probes > 2 {
			t.Errorf("got %d requests and %d probes, want the rows under way twice at most, and a probe every 50 s", n, probes)
		}
	})
}
