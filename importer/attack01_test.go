package importer_test

import (
	"fmt"
	"testing"
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// A proxy answers instead of the API after the contact was created, and its
// clock is off: nothing of its answer is learnt, and the contact is ours.
func TestAttack01ForeignAnswersTeachNoClock(t *testing.T) {
	for _, off := range []time.Duration{time.Second, 3 * time.Second, 5 * time.Second, 30 * time.Second, 120 * time.Second} {
		for _, sign := range []time.Duration{1, -1} {
			for _, kind := range []simulator.Kind{simulator.Unavailable, simulator.Empty, simulator.Foreign, simulator.Page} {
				t.Run(fmt.Sprintf("%s/%s", kind, off*sign), func(t *testing.T) {
					t.Parallel()
					server := simulator.Options{
						NoReplays: true, ProxyOffset: off * sign, Latency: steady(50 * time.Millisecond),
						Faults: func(r simulator.Request) simulator.Fault {
							if r.Operation == simulator.Create && r.Attempt == 1 && r.Phone[len(r.Phone)-1]%3 == 0 {
								return simulator.Fault{Kind: kind, After: true}
							}
							return simulator.Fault{}
						},
					}
					scenario{server: server, rows: 9}.play(t, func(t *testing.T, g *stage) {
						r := g.run()
						r.complete(t)
						r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 6, outcome.ReasonRecovered: 3})
					})
				})
			}
		}
	}
}

// The clock of a proxy makes nothing ours: a contact that was there before a request which
// the proxy has answered is a duplicate, also where the proxy's clock showed the time at
// which the contact was made.
func TestAttack01ForeignClockMakesNothingOurs(t *testing.T) {
	const behind = 5 * time.Minute
	server := simulator.Options{
		NoReplays: true, ProxyOffset: -behind,
		Faults: onNumberOnce(number(1), simulator.Fault{Kind: simulator.Unavailable}),
	}
	scenario{server: server, rows: 3}.play(t, func(t *testing.T, g *stage) {
		g.server.Insert("acct", "", number(1), time.Now().Add(-behind+10*time.Second))
		r := g.run()
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 2, outcome.AlreadyExists: 1})
	})
}

// losing loses the answers to the first creations of every third number, which are
// carried out.
func losing(r simulator.Request) simulator.Fault {
	if r.Operation == simulator.Create && r.Attempt == 1 && r.Phone[len(r.Phone)-1]%3 == 0 {
		return simulator.Fault{Kind: simulator.Reset, After: true}
	}
	return simulator.Fault{}
}

// The clock of the server steps in the middle of a run, or two servers with
// different clocks answer in turn, or a proxy writes a Date of its own: what our
// lost requests made is ours, and what was there is not.
func TestAttack01ServerClockSteps(t *testing.T) {
	const rows, step = 60, 30 * time.Second
	for name, server := range map[string]simulator.Options{
		"steps ahead":              {},
		"steps back":               {},
		"two clocks":               {ClockOffsets: []time.Duration{0, 90 * time.Second}},
		"two clocks, one database": {ClockOffsets: []time.Duration{0, 90 * time.Second}, TimeLayout: time.RFC3339},
		"a Date of the proxy's":    {DateOffset: 90 * time.Second},
		"a Date of a slow proxy":   {DateOffset: -2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var sim *simulator.Server
			server.NoReplays, server.Latency = true, steady(70*time.Millisecond)
			server.Existing = []string{number(3), number(33), number(52)}
			server.Faults = func(r simulator.Request) simulator.Fault {
				if r.Operation == simulator.Create && r.Phone == number(30) && r.Attempt == 1 {
					sim.StepClock(map[string]time.Duration{"steps ahead": step, "steps back": -step}[name])
				}
				return losing(r)
			}
			scenario{server: server, rows: rows}.play(t, func(t *testing.T, g *stage) {
				sim = g.server
				r := g.run()
				r.complete(t)
				r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 35, outcome.ReasonRecovered: 22, outcome.AlreadyExists: 3})
			})
		})
	}
}

// A clock is set between a run that died and the next: the offset that the dead run
// knew counts for its requests, and the one of now as well.
func TestAttack01ClockSetBetweenRuns(t *testing.T) {
	for _, step := range []time.Duration{time.Hour, -time.Hour, 24 * time.Hour} {
		for _, executed := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/executed=%t", step, executed), func(t *testing.T) {
				t.Parallel()
				scenario{server: simulator.Options{NoReplays: true}, rows: 3}.play(t, func(t *testing.T, g *stage) {
					g.die(death{at: 3, executed: executed})
					if !executed { // somebody else makes it, long after
						time.Sleep(3 * time.Hour) // virtual
					}
					g.server.StepClock(step)
					if !executed {
						g.server.Insert("acct", "", number(1), time.Now().Add(step))
					}
					time.Sleep(time.Minute) // virtual
					r := g.run()
					r.complete(t)
					want := map[bool]outcome.Reason{true: outcome.ReasonRecovered, false: outcome.AlreadyExists}[executed]
					if got := r.rows[1].Reason; got != want {
						t.Errorf("got %s, want %s", got, want)
					}
				})
			})
		}
	}
}
