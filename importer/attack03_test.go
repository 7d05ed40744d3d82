package importer_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// One import has just created a number, and the next one's first request for it is
// cut: the ledger knows who made it, however coarse the times, and whatever clock
// dates contacts.
func TestAttack03TwoJobsClaimOneContact(t *testing.T) {
	for _, layout := range []string{"", "2006-01-02T15:04:05Z"} {
		for _, off := range []time.Duration{0, 2 * time.Hour} {
			for _, fresh := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s/%s/fresh=%t", layout, off, fresh), func(t *testing.T) {
					t.Parallel()
					second := false
					server := simulator.Options{
						NoReplays: true, ContactsOffset: off, TimeLayout: layout, Latency: steady(5 * time.Millisecond),
						Faults: func(r simulator.Request) simulator.Fault {
							if second && r.Operation == simulator.Create && r.Attempt == 2 {
								return simulator.Fault{Kind: simulator.Reset}
							}
							return simulator.Fault{}
						},
					}
					scenario{server: server, rows: 30}.play(t, func(t *testing.T, g *stage) {
						g.run().complete(t)
						time.Sleep(300 * time.Millisecond) // virtual: in the same second
						second = true
						next := g
						if g.o.Fresh = fresh; !fresh {
							next = g.another(append(numbers(30)[20:], number(500)))
						}
						r := next.run()
						r.complete(t)
						want := map[outcome.Reason]int{outcome.AlreadyExists: 10, outcome.ReasonCreated: 1}
						if fresh {
							want = map[outcome.Reason]int{outcome.AlreadyExists: 30}
						}
						r.want(t, want)
					})
				})
			}
		}
	}
}

// The first import's request made the contact, and its answer was lost; it was
// stopped before it knew. The next import's lost request does not make the contact
// its own: that one waits for the word of the first.
func TestAttack03TwoJobsInDoubt(t *testing.T) {
	for layout, want := range map[string]outcome.Reason{
		"":                     outcome.AlreadyExists, // its date is before the second's request
		"2006-01-02T15:04:05Z": outcome.OutcomeUnknown,
	} {
		t.Run(layout, func(t *testing.T) {
			second, cut := false, false
			server := simulator.Options{
				TimeLayout: layout, Latency: steady(5 * time.Millisecond),
				Faults: func(r simulator.Request) simulator.Fault {
					switch {
					case r.Operation != simulator.Create || r.Phone != number(7):
					case second && !cut:
						cut = true
						return simulator.Fault{Kind: simulator.Reset}
					case !second:
						return simulator.Fault{Kind: simulator.Reset, After: true}
					}
					return simulator.Fault{}
				},
			}
			scenario{server: server, rows: 10}.play(t, func(t *testing.T, g *stage) {
				r := g.runUntil(interrupted(t, 400*time.Millisecond))
				if got := r.rows[7].Reason; got != outcome.Unresolved {
					t.Fatalf("got %s, want %s", got, outcome.Unresolved)
				}
				second = true
				next := g.another([]string{number(7)})
				got := next.run().rows[0]
				if waits := strings.Contains(got.Message, "an earlier import of this ledger"); got.Reason != want || waits != (want == outcome.OutcomeUnknown) {
					t.Errorf("the second: got %s, %q, want %s", got.Reason, got.Message, want)
				}
				r = g.run()
				r.complete(t)
				if got := r.rows[7].Reason; got != outcome.ReasonRecovered {
					t.Errorf("the first: got %s, want %s", got, outcome.ReasonRecovered)
				}
				if got := next.run().rows[0].Reason; got != outcome.AlreadyExists {
					t.Errorf("the second at last: got %s, want %s", got, outcome.AlreadyExists)
				}
			})
		})
	}
}

// Contacts are dated by another clock, and too few creations show by which: what
// another import of the ledger has created is known by its id all the same.
func TestAttack03TwoJobsWithoutDates(t *testing.T) {
	second := false
	server := simulator.Options{
		NoReplays: true, ContactsOffset: time.Hour, Latency: steady(5 * time.Millisecond),
		Faults: func(r simulator.Request) simulator.Fault {
			if second && r.Operation == simulator.Create && r.Attempt == 2 {
				return simulator.Fault{Kind: simulator.Reset}
			}
			return simulator.Fault{}
		},
	}
	scenario{server: server, rows: 12}.play(t, func(t *testing.T, g *stage) {
		g.run().complete(t)
		second = true
		r := g.another(append(numbers(12), number(500))).run()
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.AlreadyExists: 12, outcome.ReasonCreated: 1})
	})
}
