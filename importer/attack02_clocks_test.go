package importer_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// Several servers behind one name answer, each with a clock of its own, and one
// database dates the contacts: no 20 creations agree on how far that is from the
// clock of the answers, and on how far it is from ours they do.
func TestAttack02ServersWithManyClocks(t *testing.T) {
	for i, clocks := range [][]time.Duration{
		{0, time.Second, 2 * time.Second, 3 * time.Second},
		{0, -2 * time.Second, time.Second, 3 * time.Second, 5 * time.Second},
	} {
		for _, layout := range []string{"", time.RFC3339} {
			server := simulator.Options{
				NoReplays: true, ClockOffsets: clocks, ContactsSteady: true, TimeLayout: layout, Latency: steady(80 * time.Millisecond),
				Existing: []string{number(6), number(9), number(39)}, Faults: losing,
			}
			t.Run(fmt.Sprintf("enough/%d/%s", i, layout), func(t *testing.T) {
				t.Parallel()
				scenario{server: server, rows: 60, o: importer.Options{Concurrency: 8}}.play(t, func(t *testing.T, g *stage) {
					r := g.run()
					r.complete(t)
					r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 36, outcome.ReasonRecovered: 21, outcome.AlreadyExists: 3})
				})
			})
			t.Run(fmt.Sprintf("too few/%d/%s", i, layout), func(t *testing.T) {
				t.Parallel()
				scenario{server: server, rows: 10}.play(t, func(t *testing.T, g *stage) {
					for range 2 {
						r := g.run()
						if r.Reasons[outcome.OutcomeUnknown] == 0 || r.Stopped != nil {
							t.Errorf("got %v, %v, want rows in doubt", r.Reasons, r.Stopped)
						}
						if r.said("look at these contacts in the account") != 1 || r.said("the next run settles them") != 0 {
							t.Errorf("got notices %q, want no promise", r.notices)
						}
					}
				})
			})
		}
	}
}

// An older import has a lost request for a number, and the server's clock was set back
// since: what this run creates is not taken for the work of that request because of the
// time that the server's clock showed in an earlier run of this import.
func TestAttack02AnotherImportsDoubtAndAClockSetBack(t *testing.T) {
	const apart = time.Hour
	phase := 0
	plan := func(r simulator.Request) simulator.Fault {
		switch {
		case r.Operation != simulator.Create || r.Phone != number(0):
		case phase == 1: // the first run of the younger import
			return simulator.Fault{Kind: simulator.Failure, Status: http.StatusForbidden, Code: "BUSINESS_014"}
		case phase == 2 && r.Attempt <= 2:
			return simulator.Fault{Kind: simulator.Reset, After: true}
		}
		return simulator.Fault{}
	}
	keys := map[string]simulator.Account{"key": {}, "second": {}}
	scenario{server: simulator.Options{NoReplays: true, Keys: keys, Faults: plan}}.play(t, func(t *testing.T, g *stage) {
		older := g.another(numbers(1))
		older.die(death{at: 2}) // nothing is executed
		g.o.State = older.o.State
		g.write("phone\n" + number(5) + "\n" + number(0) + "\n")
		phase = 1
		g.run().stopped(t, importer.StopAccount)
		time.Sleep(apart) // virtual
		g.server.StepClock(-apart + 30*time.Second)
		phase = 2
		g.o.Key = "second" // whose runs have not seen the clock
		r := g.run()
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 1, outcome.ReasonRecovered: 1})
	})
}
