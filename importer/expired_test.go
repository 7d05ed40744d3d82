package importer_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/serverclock"
	"sent-import/importer/simulator"
)

// offsets are how far the server's clock is from ours.
func testOffsets() []time.Duration { return []time.Duration{0, 5 * time.Hour, -7 * time.Hour} }

// forgetful is a server that keeps no answers, or has forgotten them.
func forgetful(offset time.Duration) simulator.Options {
	return simulator.Options{NoReplays: true, ClockOffset: offset}
}

// A run is killed, the keys expire, and the next run meets contacts that it
// can't know from its own by the key.
func TestKillAndExpiredKeys(t *testing.T) {
	for _, offset := range testOffsets() {
		for _, executed := range []bool{true, false} {
			for at := 1; at <= 4; at++ { // 1 asks whose key it is
				t.Run(fmt.Sprintf("offset=%s/executed=%t/at=%d", offset, executed, at), func(t *testing.T) {
					t.Parallel()
					scenario{server: forgetful(offset), rows: 4}.play(t, func(t *testing.T, g *stage) {
						g.die(death{at: at, executed: executed})
						time.Sleep(25 * time.Hour) // virtual
						r := g.run()
						r.complete(t)
						if r.Counts.Created != 4 {
							t.Errorf("got %v, want every row created", r.Reasons)
						}
						want := outcome.ReasonCreated
						if executed {
							want = outcome.ReasonRecovered
						}
						if row := max(at-2, 0); at > 1 && r.rows[row].Reason != want {
							t.Errorf("got %s for the row of the kill, want %s", r.rows[row].Reason, want)
						}
					})
				})
			}
		}
	}
}

// The same where the run that died had no answer to learn the server's clock
// from: the key was known already.
func TestKillBeforeTheClockIsKnown(t *testing.T) {
	for _, offset := range testOffsets() {
		t.Run(offset.String(), func(t *testing.T) {
			scenario{server: forgetful(offset), rows: 4}.play(t, func(t *testing.T, g *stage) {
				g.knowKey()
				g.die(death{at: 2, executed: true})
				time.Sleep(25 * time.Hour) // virtual
				r := g.run()
				r.complete(t)
				r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 3, outcome.ReasonRecovered: 1})
			})
		})
	}
}

// Two runs die before any answer: what the first one may have done is not
// forgotten by the second.
func TestTwoKillsBeforeTheClockIsKnown(t *testing.T) {
	scenario{server: forgetful(5 * time.Hour), rows: 4}.play(t, func(t *testing.T, g *stage) {
		g.knowKey()
		g.die(death{at: 2, executed: true})
		time.Sleep(25 * time.Hour) // virtual
		g.die(death{at: 1})
		g.die(death{at: 2})
		r := g.run()
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 3, outcome.ReasonRecovered: 1})
	})
}

// The clock that the first run has learnt is the second one's too, which is
// killed before it has an answer of its own.
func TestKillAfterARunThatKnewTheClock(t *testing.T) {
	for _, offset := range testOffsets() {
		t.Run(offset.String(), func(t *testing.T) {
			server := forgetful(offset)
			server.Stops = []simulator.Stop{simulator.Broke(3)} // two rows are created, and the next one refused
			scenario{server: server, rows: 4}.play(t, func(t *testing.T, g *stage) {
				g.run().stopped(t, importer.StopAccount)
				g.server.SetStops()
				time.Sleep(time.Hour) // virtual
				g.die(death{at: 1, executed: true})
				time.Sleep(25 * time.Hour) // virtual
				r := g.run()
				r.complete(t)
				r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 3, outcome.ReasonRecovered: 1})
			})
		})
	}
}

// The first answers of a run are lost, while its clock is not known yet.
func TestLostBeforeTheClockIsKnown(t *testing.T) {
	for _, offset := range testOffsets() {
		for _, attempts := range []int{1, 3} {
			t.Run(fmt.Sprintf("offset=%s/attempts=%d", offset, attempts), func(t *testing.T) {
				server := forgetful(offset)
				server.Faults = onNumber(number(0), simulator.Fault{Kind: simulator.Hang, After: true})
				scenario{server: server, rows: 2, o: importer.Options{Attempts: attempts}}.play(t, func(t *testing.T, g *stage) {
					g.knowKey()
					r := g.run()
					r.complete(t)
					r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 1, outcome.ReasonRecovered: 1})
				})
			})
		}
	}
}

// A run that gets no answer at all leaves its rows in doubt, and the next one
// resolves them on the server's clock.
func TestInterruptedBeforeTheClockIsKnown(t *testing.T) {
	for _, offset := range testOffsets() {
		t.Run(offset.String(), func(t *testing.T) {
			server := forgetful(offset)
			calm := false
			server.Faults = func(r simulator.Request) simulator.Fault {
				if calm || r.Operation == simulator.Me || r.Phone == spareNumber {
					return simulator.Fault{}
				}
				return simulator.Fault{Kind: simulator.Hang, After: true}
			}
			scenario{server: server, rows: 2}.play(t, func(t *testing.T, g *stage) {
				g.knowKey()
				r := g.run()
				r.stopped(t, importer.StopOutage)
				r.want(t, map[outcome.Reason]int{outcome.Unresolved: 1, outcome.NotAttempted: 1})
				calm = true
				time.Sleep(25 * time.Hour) // virtual
				r = g.run()
				r.complete(t)
				r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 1, outcome.ReasonRecovered: 1})
			})
		})
	}
}

// knowKey has another job learn whose key it is, so that the next run asks
// nothing before its first row.
func (g *stage) knowKey() {
	g.t.Helper()
	other := *g
	other.file = filepath.Join(g.t.TempDir(), "other.csv")
	other.o.Input = other.file
	other.write("phone\n" + spareNumber + "\n")
	other.run().complete(g.t)
}

// spareNumber is in no scenario's file.
const spareNumber = "+14155559999"

// A row that was claimed long before its request went out, as at a slow rate or
// in a process that was suspended, was sent later than its claim tells. The
// lease, renewed before every request, tells when.
func TestKillLongAfterTheClaim(t *testing.T) {
	scenario{server: forgetful(5 * time.Hour), rows: 4, o: importer.Options{Rate: "10/h"}}.play(t, func(t *testing.T, g *stage) {
		g.die(death{at: 4, executed: true})
		time.Sleep(25 * time.Hour) // virtual
		r := g.run()
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 3, outcome.ReasonRecovered: 1})
	})
}

// A run is killed, and before it goes on, another file with the same numbers is
// imported: what that one created is a duplicate here, although it was created
// while requests of the killed run could still have arrived.
func TestKillAndAnotherFile(t *testing.T) {
	for _, at := range []int{3, 6} {
		t.Run(fmt.Sprintf("at=%d", at), func(t *testing.T) {
			server := simulator.Options{Latency: steady(time.Second)}
			scenario{server: server, rows: 20, o: importer.Options{Concurrency: 8}}.play(t, func(t *testing.T, g *stage) {
				g.die(death{at: at, executed: true})
				own, err := os.ReadFile(g.file)
				if err != nil {
					t.Fatal(err)
				}
				g.write(string(own) + "\n")
				other := g.run()
				g.write(string(own))
				r := g.run()
				r.complete(t)
				if got := r.Counts.Created + other.Counts.Created; got != 20 {
					t.Errorf("got %v and %v: %d created, want the 20 that there are", r.Reasons, other.Reasons, got)
				}
			})
		})
	}
}

// The server may carry a request out long after the process that sent it was killed, and
// after the lease of its run: what it creates within the grace is ours.
func TestRequestOutlivesItsRun(t *testing.T) {
	const late = serverclock.LeaseTime + 15*time.Second
	server := forgetful(0)
	server.Faults = onNumberOnce(number(1), simulator.Fault{Kind: simulator.Slow, Delay: late})
	scenario{server: server, rows: 3}.play(t, func(t *testing.T, g *stage) {
		g.die(death{at: 3, executed: true}) // when its time is over, long before the answer
		time.Sleep(time.Hour)               // virtual
		r := g.run()
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 2, outcome.ReasonRecovered: 1})
	})
}
