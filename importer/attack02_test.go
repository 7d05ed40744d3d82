package importer_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
	"sent-import/importer/testenv"
)

// Contacts are dated by another clock than answers, hours off or local time without
// a zone: our own creations show how, and every row is judged rightly, also the
// first one and those that were lost before enough was known.
func TestAttack02ContactsDatedByAnotherClock(t *testing.T) {
	const zoned, local, odd = "2006-01-02T15:04:05Z", "2006-01-02 15:04:05", "2006-01-02t15:04:05,000-0700"
	for i, c := range testenv.Some([]struct {
		off    time.Duration
		layout string
	}{
		{0, local}, {0, odd}, {0, zoned}, {-300 * time.Millisecond, ""}, {-4 * time.Second, odd}, {-6 * time.Second, ""}, {-6 * time.Second, zoned},
		{-3 * time.Hour, ""}, {-3 * time.Hour, zoned}, {-3 * time.Hour, local}, {6 * time.Second, zoned}, {6 * time.Second, odd}, {5*time.Hour + 30*time.Minute, local},
	}, 4) {
		concurrency := []int{1, 8}[i%2]
		t.Run(fmt.Sprintf("%s/%s/%d", c.off, c.layout, concurrency), func(t *testing.T) {
			t.Parallel()
			server := simulator.Options{
				NoReplays: true, ContactsOffset: c.off, ContactsLayout: c.layout, Latency: steady(80 * time.Millisecond),
				Existing: []string{number(6), number(9), number(39)}, Faults: losing,
			}
			scenario{server: server, rows: 60, o: importer.Options{Concurrency: concurrency}}.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				r.complete(t)
				r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 36, outcome.ReasonRecovered: 21, outcome.AlreadyExists: 3})
				if len(r.notices) > 0 {
					t.Errorf("got notices %q", r.notices)
				}
			})
		})
	}
}

// As long as fewer than 20 creations agree, dates decide nothing: that is said once,
// and the next run settles the rows when the dates are known.
func TestAttack02TooFewDatesDecideNothing(t *testing.T) {
	for _, c := range []struct {
		name, layout string
		off          time.Duration
		said         string
	}{
		{"hours behind", "", -3 * time.Hour, "about 3h0m0s behind the clock of its answers"},
		{"seconds ahead", "", 6 * time.Second, "about 6s ahead of the clock of its answers"},
		{"no zone", "2006-01-02T15:04:05", 0, "without a zone"},
		{"local time", "2006-01-02 15:04:05.000", 2 * time.Hour, "without a zone"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			server := simulator.Options{
				NoReplays: true, ContactsOffset: c.off, ContactsLayout: c.layout, Latency: steady(80 * time.Millisecond),
				Existing: []string{number(6)}, Faults: losing,
			}
			scenario{server: server, rows: 10}.play(t, func(t *testing.T, g *stage) {
				r := g.run()
				r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 6, outcome.OutcomeUnknown: 4})
				if r.said(c.said) != 1 || r.said("outcome_unknown") != 1 || len(r.Notes) != 1 {
					t.Errorf("got notices %q, notes %q, want one with %q", r.notices, r.Notes, c.said)
				}
				r = g.run()
				r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 6, outcome.OutcomeUnknown: 4})

				other := g.another(many(0, 30))
				other.run().complete(t)
				r = g.run()
				r.complete(t)
				r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 6, outcome.ReasonRecovered: 3, outcome.AlreadyExists: 1})
			})
		})
	}
}

// another is the same stage with a file of its own.
func (g *stage) another(numbers []string) *stage {
	other := *g
	other.file = filepath.Join(g.t.TempDir(), "others.csv")
	other.o.Input = other.file
	other.write("phone\n" + strings.Join(numbers, "\n") + "\n")
	return &other
}

// What one run has seen counts in the next, of another job too, and whatever clock
// was set in between.
func TestAttack02DatesAreKnownFromEarlierRuns(t *testing.T) {
	for _, off := range []time.Duration{-3 * time.Hour, 7 * time.Second} {
		t.Run(off.String(), func(t *testing.T) {
			server := simulator.Options{NoReplays: true, ContactsOffset: off, Existing: []string{number(1)}, Faults: losingAll}
			scenario{server: server, rows: 2}.play(t, func(t *testing.T, g *stage) {
				first := g.another(many(0, 30))
				first.run().complete(t)
				time.Sleep(time.Hour) // virtual
				g.server.StepClock(25 * time.Minute)
				r := g.run()
				r.complete(t)
				r.want(t, map[outcome.Reason]int{outcome.ReasonRecovered: 1, outcome.AlreadyExists: 1})
			})
		})
	}
}

// losingAll loses the first answers to the numbers of scenarios, and none of others'.
func losingAll(r simulator.Request) simulator.Fault {
	if r.Operation == simulator.Create && r.Attempt == 1 && (r.Phone == number(0) || r.Phone == number(1)) {
		return simulator.Fault{Kind: simulator.Reset, After: true}
	}
	return simulator.Fault{}
}

// Where no creation shows how contacts are dated, the clock of the answers decides.
func TestAttack02NothingContradictsTheAnswers(t *testing.T) {
	server := simulator.Options{NoReplays: true, Existing: []string{number(1)}, Faults: losingAll}
	scenario{server: server, rows: 2}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.ReasonRecovered: 1, outcome.AlreadyExists: 1})
	})
}

// A date in a form that nobody reads decides nothing, and its form is named.
func TestAttack02UnreadableDates(t *testing.T) {
	server := simulator.Options{NoReplays: true, ContactsLayout: "02/01/2006 15:04:05", Existing: []string{number(6)}, Faults: losing}
	scenario{server: server, rows: 40}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 24, outcome.OutcomeUnknown: 16})
		if r.said("00/00/0000 00:00:00") != 1 {
			t.Errorf("got notices %q", r.notices)
		}
	})
}

// A run that is stopped, or killed, while rows wait for dates to be known leaves
// them in doubt, with the spans of their own requests: what somebody else makes in
// the meantime is not taken for theirs.
func TestAttack02StoppedWhileRowsWait(t *testing.T) {
	server := simulator.Options{NoReplays: true, ContactsOffset: -3 * time.Hour, Latency: steady(2 * time.Second), Faults: losing}
	scenario{server: server, rows: 40}.play(t, func(t *testing.T, g *stage) {
		r := g.runUntil(interrupted(t, 30*time.Second))
		if r.Reasons[outcome.Unresolved] < 3 || r.Reasons[outcome.OutcomeUnknown] > 0 {
			t.Fatalf("got %v, want rows in doubt", r.Reasons)
		}
		l, job := g.onDisk()
		for task, err := range l.InDoubt(job) {
			if err != nil || task.ClaimedRun != 0 || len(task.Spans) != 1 {
				t.Errorf("got %+v, %v, want one span and no claim", task, err)
			}
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		r = g.run()
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 24, outcome.ReasonRecovered: 16})
	})
}
