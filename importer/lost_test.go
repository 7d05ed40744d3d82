package importer_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
	"sent-import/importer/testenv"
)

// lostAnswers are the accidents after which nobody knows what the server did.
func lostAnswers() []simulator.Fault {
	var all []simulator.Fault
	for _, kind := range []simulator.Kind{
		simulator.Internal, simulator.BadGateway, simulator.Unavailable, simulator.Timeout504, simulator.Reset,
		simulator.Hang, simulator.Cut, simulator.Empty, simulator.Foreign, simulator.Page,
	} {
		all = append(all, simulator.Fault{Kind: kind}, simulator.Fault{Kind: kind, After: true})
	}
	hangs := simulator.Fault{Kind: simulator.Hang, After: true, Delay: 3 * time.Second}
	return append(all, hangs,
		simulator.Fault{Kind: simulator.Slow, Delay: 15 * time.Second}, // commits after our timeout
		simulator.Fault{Kind: simulator.Late, Delay: 15 * time.Second},
	)
}

// contactStates are what an account may know of a number.
func contactStates() map[string]simulator.Options {
	return map[string]simulator.Options{
		"new":      {},
		"existing": {Existing: []string{number(1)}},
		"deleted":  {Deleted: []string{number(1)}},
	}
}

// One lost answer, of whatever kind, ends as created or as a correct duplicate.
func TestLostAnswerIsRecovered(t *testing.T) {
	for state, server := range contactStates() {
		for _, remembers := range testenv.Some([]bool{false, true}, 1) {
			for _, fault := range lostAnswers() {
				t.Run(fmt.Sprintf("%s/%s/remembers=%t", state, fault, remembers), func(t *testing.T) {
					t.Parallel()
					server := server
					server.Faults = onNumberOnce(number(1), fault)
					server.NoReplays = !remembers
					scenario{server: server, rows: 3}.play(t, func(t *testing.T, g *stage) {
						r := g.run()
						r.complete(t)
						g.economical(r)
						want := []outcome.Reason{outcome.ReasonCreated, outcome.ReasonRecovered}
						if state == "existing" {
							want = []outcome.Reason{outcome.AlreadyExists}
						}
						if got := r.rows[1].Reason; !slices.Contains(want, got) {
							t.Errorf("got %s, want one of %v", got, want)
						}
					})
				})
			}
		}
	}
}

// A server that writes its times in whole seconds makes a contact look older
// than the request that created it.
func TestLostAnswerAndCoarseTimes(t *testing.T) {
	server := simulator.Options{
		NoReplays: true, TimeLayout: "2006-01-02T15:04:05Z",
		Faults:  onCreate(1, simulator.Fault{Kind: simulator.Reset, After: true}),
		Latency: func(simulator.Request) time.Duration { return 70 * time.Millisecond },
	}
	scenario{server: server, rows: 20}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.ReasonRecovered: 20})
	})
}

func onNumberOnce(phone string, f simulator.Fault) simulator.FaultPlan {
	return simulator.Script(nil, map[string][]simulator.Fault{phone: {f}}, nil)
}

// Every answer to a row's creations is lost: one look-up decides.
func TestAttemptsUsedUpOneLookupDecides(t *testing.T) {
	for state, server := range contactStates() {
		for _, fault := range lostAnswers() {
			if fault.Kind == simulator.Slow {
				continue // its answer is there before the attempts are used up; see the next test
			}
			for _, attempts := range testenv.Some([]int{3, 1}, 1) {
				t.Run(fmt.Sprintf("%s/%s/attempts=%d", state, fault, attempts), func(t *testing.T) {
					t.Parallel()
					server := server
					server.Faults = onNumber(number(1), fault)
					scenario{server: server, rows: 3, o: importer.Options{Attempts: attempts}}.play(t, func(t *testing.T, g *stage) {
						r := g.run()
						g.economical(r)
						there := fault.Executes() || state == "existing"
						row := r.rows[1]
						if failed := row.Status == outcome.Failed; failed == there || row.Reason == outcome.OutcomeUnknown {
							t.Errorf("got %s, and the contact is there: %t", row.Reason, there)
						}
						if n := len(g.asked(simulator.Lookup)); n != 1 {
							t.Errorf("got %d look-ups, want 1", n)
						}
					})
				})
			}
		}
	}
}

// The server carries the request out long after we have given up, and after the
// look-up that did not find the contact: the next run knows it for its own.
func TestCommitAfterTheLookup(t *testing.T) {
	for _, delay := range []time.Duration{15 * time.Second, 45 * time.Second} {
		t.Run(delay.String(), func(t *testing.T) {
			server := simulator.Options{
				NoReplays: true, Faults: onNumberOnce(number(0), simulator.Fault{Kind: simulator.Slow, Delay: delay}),
			}
			scenario{server: server, rows: 2, o: importer.Options{Attempts: 1}}.play(t, func(t *testing.T, g *stage) {
				if r := g.run(); r.rows[0].Reason != outcome.Network {
					t.Fatalf("got %s, want %s", r.rows[0].Reason, outcome.Network)
				}
				time.Sleep(time.Hour) // virtual
				r := g.run()
				r.complete(t)
				if got := r.rows[0].Reason; got != outcome.ReasonRecovered {
					t.Errorf("got %s, want %s", got, outcome.ReasonRecovered)
				}
			})
		})
	}
}

// The clock that dates contacts is behind the one that dates answers, and the
// API's memory does not help: our contacts are ours, in the next run too, and
// those that somebody else made before are not.
func TestContactsAreDatedLate(t *testing.T) {
	for _, lag := range []time.Duration{300 * time.Millisecond, time.Second, 4 * time.Second} {
		t.Run(lag.String(), func(t *testing.T) {
			existing := []string{number(15), number(25)}
			hit := func(r simulator.Request) simulator.Fault {
				if r.Operation == simulator.Create && r.Attempt == 1 && r.Phone >= number(10) && r.Phone[len(r.Phone)-1]%2 == 1 {
					return simulator.Fault{Kind: simulator.Reset, After: true}
				}
				return simulator.Fault{}
			}
			server := simulator.Options{
				NoReplays: true, ContactsOffset: -lag, Existing: existing, Faults: hit, Latency: steady(100 * time.Millisecond),
			}
			scenario{server: server, rows: 40, o: importer.Options{Concurrency: 2}}.play(t, func(t *testing.T, g *stage) {
				r := g.runUntil(interrupted(t, 1500*time.Millisecond))
				if n := r.Reasons[outcome.Unresolved]; n == 0 {
					t.Fatalf("got %v, want rows in doubt", r.Reasons)
				}
				r = g.run()
				r.complete(t)
				r.want(t, map[outcome.Reason]int{
					outcome.ReasonCreated: 25, outcome.ReasonRecovered: 13, outcome.AlreadyExists: 2,
				})
			})
		})
	}
}

// Not even the look-up is answered: the row is failed/outcome_unknown, and the
// next run asks for it before anything else.
func TestOutcomeUnknownIsResolvedFirst(t *testing.T) {
	for _, committed := range []bool{true, false} {
		t.Run(fmt.Sprintf("committed=%t", committed), func(t *testing.T) {
			calm := false
			poison := simulator.First(
				onNumber(number(3), simulator.Fault{Kind: simulator.Reset, After: committed}),
				on(simulator.Lookup, -1, simulator.Fault{Kind: simulator.Internal}))
			server := simulator.Options{NoReplays: true, Faults: func(r simulator.Request) simulator.Fault {
				if calm {
					return simulator.Fault{}
				}
				return poison(r)
			}}
			server.Latency = func(simulator.Request) time.Duration { return 2 * time.Second }
			o := importer.Options{Attempts: 2, MaxFailed: importer.Limit{Set: true}}
			scenario{server: server, rows: 40, o: o}.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				r.stopped(t, importer.StopMaxFailed)
				if got := r.rows[3].Reason; got != outcome.OutcomeUnknown {
					t.Fatalf("got %s, want %s", got, outcome.OutcomeUnknown)
				}
				if r.Counts.Pending == 0 {
					t.Fatal("nothing is left to come after it")
				}
				calm, g.o.MaxFailed = true, importer.Limit{}
				before := len(g.asked(simulator.Create))
				r = g.run()
				r.complete(t)
				if first := g.asked(simulator.Create)[before]; first != number(3) {
					t.Errorf("the next run asked for %s first, want %s", first, number(3))
				}
				want := outcome.ReasonCreated
				if committed {
					want = outcome.ReasonRecovered
				}
				if got := r.rows[3].Reason; got != want {
					t.Errorf("got %s, want %s", got, want)
				}
			})
		})
	}
}
