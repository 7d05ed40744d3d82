package importer_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// illness is the faults of a server until it is well again.
type illness struct {
	faults simulator.FaultPlan
	over   atomic.Bool
}

func (i *illness) plan(r simulator.Request) simulator.Fault {
	if i.over.Load() {
		return simulator.Fault{}
	}
	return i.faults(r)
}

// hanging lets the requests of an operation hang, from the nth of all requests on.
func hanging(from uint64, on simulator.Scope, executed bool) *illness {
	return &illness{faults: simulator.Between(from, 1000, simulator.Fault{Kind: simulator.Hang, After: executed, On: on})}
}

// A server that hangs holds an interruption up for as long as --drain says and no
// longer. Every row whose request had no answer is in doubt, none is failed, nobody
// calls it an outage, and the next run finds out what became of them.
func TestAttack20DrainLeavesInDoubt(t *testing.T) {
	for _, test := range []struct {
		name     string
		executed bool // the requests that hang
		o        importer.Options
		wait     time.Duration
		inDoubt  int
	}{
		{"one by one, carried out", true, importer.Options{}, importer.DefaultDrain, 1},
		{"one by one, not carried out", false, importer.Options{}, importer.DefaultDrain, 1},
		{"many, carried out", true, importer.Options{Concurrency: 8}, importer.DefaultDrain, 8},
		{"many, not carried out", false, importer.Options{Concurrency: 8}, importer.DefaultDrain, 8},
		{"a time of its own", true, importer.Options{Concurrency: 8, Drain: 3 * time.Second}, 3 * time.Second, 8},
		{"no time at all", true, importer.Options{Concurrency: 8, Drain: importer.NoDrain}, 0, 8},
		{"the last attempt", true, importer.Options{Concurrency: 8, Attempts: 1}, importer.DefaultDrain, 8},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.o.Timeout = time.Minute
			ill := hanging(6, simulator.OnCreate, test.executed)
			scenario{server: simulator.Options{Faults: ill.plan}, rows: 40, o: test.o}.play(t, func(t *testing.T, g *stage) {
				r := g.runUntil(interrupted(t, 10*time.Second))
				r.stopped(t, importer.StopInterrupted, "Rows that were sent and got no answer", "run the same command again")
				if want := 10*time.Second + test.wait; r.took != want {
					t.Errorf("took %v, want %v", r.took, want)
				}
				created := r.Reasons[outcome.ReasonCreated]
				r.want(t, map[outcome.Reason]int{
					outcome.ReasonCreated: created, outcome.Unresolved: test.inDoubt, outcome.NotAttempted: 40 - created - test.inDoubt,
				})
				if created == 0 || r.Stopped.InDoubt != test.inDoubt {
					t.Errorf("got %d rows created and %d in doubt, want some and %d", created, r.Stopped.InDoubt, test.inDoubt)
				}
				if r.said("no answer since") > 0 {
					t.Error("an interruption is no outage")
				}
				ill.over.Store(true)
				g.findsOut(t, test.executed, test.inDoubt)
			})
		})
	}
}

// findsOut runs the rest at once, on a server that is well, and wants every contact
// to be this import's.
func (g *stage) findsOut(t *testing.T, executed bool, inDoubt int) {
	t.Helper()
	r := g.run()
	r.complete(t)
	recovered := 0
	if executed {
		recovered = inDoubt
	}
	if r.Counts.Created != 40 || r.Reasons[outcome.ReasonRecovered] != recovered {
		t.Errorf("the next run: got %v, want all created, %d of them recovered", r.Reasons, recovered)
	}
}

// What an interruption waits for may be anything that the run asks.
func TestDrainEndsEveryWait(t *testing.T) {
	for _, test := range []struct {
		name     string
		ill      *illness
		existing []string
		o        importer.Options
	}{
		{"whose key it is", hanging(1, simulator.OnMe, true), nil, importer.Options{}},
		{"the list", hanging(1, simulator.OnList, true), nil, importer.Options{Existing: existingList}},
		{"a page of the list", hanging(3, simulator.OnList, true), many(0, 5000), importer.Options{Existing: existingList}},
		{"the contact's id", hanging(1, simulator.OnLookup, true), numbers(40), importer.Options{ResolveDuplicates: true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.o.Timeout = time.Minute
			server := simulator.Options{Faults: test.ill.plan, Existing: test.existing}
			scenario{server: server, rows: 40, o: test.o}.play(t, func(t *testing.T, g *stage) {
				r := g.runUntil(interrupted(t, 10*time.Second))
				r.stopped(t, importer.StopInterrupted, "run the same command again")
				if want := 10*time.Second + importer.DefaultDrain; r.took != want {
					t.Errorf("took %v, want %v", r.took, want)
				}
				if r.Counts.Failed > 0 || r.Reasons[outcome.Unresolved] > 0 {
					t.Errorf("got %v, want nothing failed and nothing in doubt", r.Reasons)
				}
				test.ill.over.Store(true)
				g.run().complete(t)
			})
		})
	}
}

// A look-up that is cut off is no look-up without an answer: the row was about to
// fail for those before it.
func TestDrainCutsTheLastLookup(t *testing.T) {
	ill := &illness{faults: func(r simulator.Request) simulator.Fault {
		switch {
		case r.Phone != number(3):
		case r.Operation == simulator.Create:
			return simulator.Fault{Kind: simulator.Internal, After: true}
		case r.Attempt >= maxLookups:
			return simulator.Fault{Kind: simulator.Hang}
		case r.Operation == simulator.Lookup:
			return simulator.Fault{Kind: simulator.Internal}
		}
		return simulator.Fault{}
	}}
	server := simulator.Options{Faults: ill.plan, Latency: func(simulator.Request) time.Duration { return time.Second }}
	scenario{server: server, rows: 200, o: importer.Options{Concurrency: 2, Attempts: 1, Timeout: time.Minute}}.play(t, func(t *testing.T, g *stage) {
		r := g.runUntil(interrupted(t, 40*time.Second))
		r.stopped(t, importer.StopInterrupted)
		if row := r.rows[3]; row.Reason != outcome.Unresolved {
			t.Errorf("got %s, want it in doubt", row.Reason)
		}
		if asked := len(g.asked(simulator.Lookup)); asked != maxLookups {
			t.Fatalf("got %d look-ups before the interruption, want %d: the test tests nothing", asked, maxLookups)
		}
		ill.over.Store(true)
		if r = g.run(); r.Counts.Created != 200 {
			t.Errorf("the next run: got %+v", r.Counts)
		}
	})
}

// Without a signal requests in flight are waited for, for as long as they take;
// a signal meanwhile ends that.
func TestNoDrainWithoutASignal(t *testing.T) {
	for _, test := range []struct {
		name   string
		signal time.Duration
		took   time.Duration
	}{
		{"no signal", time.Hour, time.Minute},
		{"a signal meanwhile", 15 * time.Second, 15*time.Second + importer.DefaultDrain},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := importer.Options{Timeout: time.Minute, MaxDuration: 10 * time.Second}
			server := simulator.Options{Faults: hanging(6, simulator.OnCreate, true).plan}
			scenario{server: server, rows: 40, o: o}.play(t, func(t *testing.T, g *stage) {
				r := g.runUntil(interrupted(t, test.signal))
				r.stopped(t, importer.StopMaxDuration)
				if r.took != test.took {
					t.Errorf("took %v, want %v", r.took, test.took)
				}
				if r.Reasons[outcome.Unresolved] != 1 || r.Counts.Failed > 0 {
					t.Errorf("got %v, want one row in doubt and none failed", r.Reasons)
				}
			})
		})
	}
}

// A verification that is interrupted waits for nothing: it only asks.
func TestInterruptedVerification(t *testing.T) {
	ill := hanging(1, simulator.OnList|simulator.OnLookup, false)
	ill.over.Store(true)
	server := simulator.Options{Faults: ill.plan}
	scenario{server: server, rows: 10, o: importer.Options{Timeout: time.Minute}}.play(t, func(t *testing.T, g *stage) {
		job := g.run().Job.ID
		ill.over.Store(false)
		began := time.Now()
		v, err := g.verify(interrupted(t, 10*time.Second), job)
		if err != nil || v.Stopped == nil || v.Stopped.Cause != importer.StopInterrupted || !errors.Is(v.Stopped.Err, errSignal) {
			t.Fatalf("got %+v, %v, want an interruption", v, err)
		}
		if took := time.Since(began); took != 10*time.Second {
			t.Errorf("took %v, want to end at once", took)
		}
		if v.Checked > 0 || len(v.Differences) > 0 || !strings.Contains(v.Stopped.Message, "run the same command again") {
			t.Errorf("got %+v, want nothing checked", v)
		}
	})
}
