package importer_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

var errSignal = errors.New("a signal")

// interrupted is a context that ends after a time.
func interrupted(t *testing.T, after time.Duration) context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	timer := time.AfterFunc(after, func() { cancel(errSignal) })
	t.Cleanup(func() { timer.Stop(); cancel(nil) })
	return ctx
}

// Whatever the run waits for, an interruption ends it soon, nothing is failed or
// lost, and the next run comes to the end.
func TestInterrupted(t *testing.T) {
	slow := func(simulator.Request) time.Duration { return 4 * time.Second }
	for _, test := range []struct {
		name   string
		server simulator.Options
		o      importer.Options
		after  time.Duration
		drains time.Duration // what is in flight may take
	}{
		{"at whose key it is", simulator.Options{Latency: slow}, importer.Options{}, time.Second, 4 * time.Second},
		{"first request in flight", simulator.Options{Latency: slow}, importer.Options{Concurrency: 8}, 5 * time.Second, 4 * time.Second},
		{"many in flight", simulator.Options{Latency: slow}, importer.Options{Concurrency: 8}, 10 * time.Second, 4 * time.Second},
		{"waiting for the rate", simulator.Options{}, importer.Options{Rate: "6/m"}, 25 * time.Second, 0},
		{"backoff", simulator.Options{Faults: onNumber(number(2), simulator.Fault{Kind: simulator.Internal})}, importer.Options{Attempts: 50, Concurrency: 8}, 30 * time.Second, 0},
		{"outage", simulator.Options{Faults: simulator.Between(5, 200, simulator.Fault{Kind: simulator.Unavailable})}, importer.Options{Concurrency: 8}, 40 * time.Second, 0},
		{"pause", simulator.Options{Faults: simulator.Between(5, 5, simulator.Fault{Kind: simulator.TooMany, RetryAfter: "120"})}, importer.Options{Concurrency: 8}, time.Minute, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			scenario{server: test.server, rows: 40, o: test.o}.play(t, func(t *testing.T, g *stage) {
				r := g.runUntil(interrupted(t, test.after))
				if r.err != nil {
					t.Fatal(r.err)
				}
				r.stopped(t, importer.StopInterrupted, errSignal.Error(), "run the same command again")
				if !errors.Is(r.Stopped.Err, errSignal) {
					t.Errorf("got the cause %v", r.Stopped.Err)
				}
				if r.Counts.Failed > 0 || r.Counts.Pending == 0 {
					t.Errorf("got %+v, want what is left pending", r.Counts)
				}
				if late := r.took - test.after; late > test.drains {
					t.Errorf("ended %v after the interruption, want %v at most", late, test.drains)
				}
				if r.Reasons[outcome.Unresolved] > 1 && test.drains > 0 {
					t.Errorf("got %v: what was in flight did not settle", r.Reasons)
				}
				g.o.Rate, g.o.Attempts = "unlimited", 200
				time.Sleep(time.Hour) // virtual
				if r = g.run(); r.Counts.Created < 39 {
					t.Errorf("the next run: got %+v", r.Counts)
				}
			})
		})
	}
}

// A run that is interrupted before its plan is made has no result, and nothing
// stays behind that the next run stumbles over.
func TestInterruptedBeforeThePlan(t *testing.T) {
	scenario{rows: 3}.play(t, func(t *testing.T, g *stage) {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(errSignal)
		if r := g.runUntil(ctx); !errors.Is(r.err, errSignal) {
			t.Errorf("got %v, want %v", r.err, errSignal)
		}
		r := g.run()
		r.complete(t)
	})
}

// The last row settles while the run is interrupted: it is complete, and no one
// is told that something is left.
func TestInterruptedAtTheLastRow(t *testing.T) {
	server := simulator.Options{Latency: func(simulator.Request) time.Duration { return 4 * time.Second }}
	scenario{server: server, rows: 3}.play(t, func(t *testing.T, g *stage) {
		r := g.runUntil(interrupted(t, 15*time.Second)) // the fourth request is in flight
		r.complete(t)
	})
}

// The plan is interrupted in the middle: what it had written is dropped.
func TestInterruptedInThePlan(t *testing.T) {
	scenario{rows: 9000}.play(t, func(t *testing.T, g *stage) {
		ctx, cancel := context.WithCancelCause(t.Context())
		defer cancel(nil)
		g.o.Input, g.o.Stdin = "-", &cancelling{after: 2, cancel: func() { cancel(errSignal) }}
		if r := g.runUntil(ctx); !errors.Is(r.err, errSignal) {
			t.Fatalf("got %v, want %v", r.err, errSignal)
		}
		g.o.Input, g.o.Stdin = g.file, nil
		jobs, err := importer.Jobs(g.o.State)
		if err != nil || len(jobs) != 0 {
			t.Errorf("got jobs %v, %v, want none", jobs, err)
		}
		left, err := os.ReadDir(g.o.State + "/spool")
		if err != nil || len(left) != 0 {
			t.Errorf("got %v, %v in the spool, want nothing", left, err)
		}
	})
}

// cancelling is a standard input in whose middle the run is interrupted.
type cancelling struct {
	reads, after int
	cancel       func()
}

func (c *cancelling) Read(p []byte) (int, error) {
	if c.reads++; c.reads > c.after {
		c.cancel()
	}
	return copy(p, fmt.Sprintf("phone %d\n", c.reads)), nil
}

// Standard input that nobody writes to holds no interruption up.
func TestInterruptedAtStandardInput(t *testing.T) {
	scenario{rows: 1}.play(t, func(t *testing.T, g *stage) {
		silent, writer := io.Pipe()
		defer writer.Close()
		g.o.Input, g.o.Stdin = "-", silent
		began := time.Now()
		if r := g.runUntil(interrupted(t, time.Minute)); !errors.Is(r.err, errSignal) {
			t.Errorf("got %v, want %v", r.err, errSignal)
		}
		if took := time.Since(began); took > time.Minute {
			t.Errorf("took %v", took)
		}
		if left, err := os.ReadDir(filepath.Join(g.o.State, "spool")); err != nil || len(left) > 0 {
			t.Errorf("got %v and %v left behind", left, err)
		}
	})
}
