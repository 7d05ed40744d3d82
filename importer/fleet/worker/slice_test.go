//go:build fleet

package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sent-import/importer/fleet/pool"
	"sent-import/importer/fleet/queue"
)

// done is an engine that does what it has to do at once.
func done(context.Context, Slice) (pool.Ending, error) { return pool.Ending{State: pool.Done}, nil }

func TestImportsOfASlice(t *testing.T) {
	var seen []string
	var pace []string
	b := newBench(t, 0, func(_ context.Context, s Slice) (pool.Ending, error) {
		seen, pace = append(seen, s.Import.InputName), append(pace, string(s.Lease.Pace))
		return pool.Ending{State: pool.Done, Job: "job-" + s.Import.InputName, Pace: json.RawMessage(`"` + s.Import.InputName + `"`)}, nil
	})
	ids := b.enqueue("a", "b")
	b.slice()
	if !slices.Equal(seen, []string{"a", "b"}) || !slices.Equal(pace, []string{"", `"a"`}) {
		t.Errorf("got the imports %q with the paces %q; want a, then b with the pace of a", seen, pace)
	}
	for _, id := range ids {
		if i := b.get(id); i.State != pool.Done || i.ExitCode != 0 || i.Job != "job-"+i.InputName {
			t.Errorf("got %+v", i)
		}
	}
	b.released(1, -1)
	if err := b.w.work(t.Context(), queue.Drain{Pool: b.drain().Pool, Epoch: 1}); err != nil || len(seen) != 2 || b.w.stats.Slices.Load() != 1 {
		t.Errorf("the same drain again: got %v, %d imports, %d slices", err, len(seen), b.w.stats.Slices.Load())
	}
}

// TestPanic: it is an error of one import, and the pool's others go on.
func TestPanic(t *testing.T) {
	b := newBench(t, 0, func(ctx context.Context, s Slice) (pool.Ending, error) {
		if s.Import.InputName == "a" {
			panic("broken")
		}
		return done(ctx, s)
	})
	ids := b.enqueue("a", "b")
	b.slice()
	if i := b.get(ids[0]); i.State != pool.Open || i.Tries != 1 || !strings.Contains(i.Reason, "an internal error of the program (broken)") {
		t.Errorf("got %+v; want it open, with one try and the reason", i)
	}
	if i := b.get(ids[1]); i.State != pool.Done {
		t.Errorf("the other is %s", i.State)
	}
	if !b.heard("slice_test.go") {
		t.Errorf("the worker has said %q, and not where it was", b.said)
	}
	b.released(2, time.Minute)
}

// TestErrorsInARow stop an import; a good slice between them begins the count anew.
func TestErrorsInARow(t *testing.T) {
	fails := true
	b := newBench(t, 0, func(context.Context, Slice) (pool.Ending, error) {
		if fails {
			return pool.Ending{}, errors.New("unknown trouble")
		}
		return pool.Ending{State: pool.Open}, &Wait{Err: errors.New("an outage"), After: time.Minute}
	})
	id := b.enqueue("a")[0]
	again := func() pool.Import {
		b.exec(`UPDATE imports SET not_before = '-infinity'`)
		b.slice()
		return b.get(id)
	}
	for _, fails = range []bool{true, true, false, true, true} {
		if i := again(); i.State != pool.Open || i.Reason == "" {
			t.Fatalf("got %+v; want it open with a reason", i)
		}
	}
	if i := again(); i.State != pool.Stopped || i.ExitCode != 1 || i.Reason != "unknown trouble" || i.Tries != pool.MaxTakeovers {
		t.Errorf("got %+v; want it stopped", i)
	}
	b.released(6, -1)
	if b.enqueue("a"); b.get(id).State != pool.Open || b.get(id).Tries != 0 {
		t.Errorf("enqueued again: got %+v", b.get(id))
	}
}

// TestFirstImportWaits, and does not hold the second one up.
func TestFirstImportWaits(t *testing.T) {
	b := newBench(t, 0, func(ctx context.Context, s Slice) (pool.Ending, error) {
		if s.Import.InputName == "a" {
			return pool.Ending{}, &Wait{Err: errors.New("the store is down"), After: time.Hour}
		}
		return done(ctx, s)
	})
	ids := b.enqueue("a", "b")
	b.slice()
	i := b.get(ids[0])
	if in := time.Until(i.NotBefore); i.State != pool.Open || i.Tries != 0 || i.Reason != "the store is down" || in < 50*time.Minute || in > time.Hour {
		t.Errorf("got %+v; want it to wait for an hour", i)
	}
	if i := b.get(ids[1]); i.State != pool.Done {
		t.Errorf("the other is %s", i.State)
	}
	b.released(2, time.Hour)
}

// TestTimeIsOver: what is left gets a drain behind all others.
func TestTimeIsOver(t *testing.T) {
	var seen []string
	b := newBench(t, 50*time.Millisecond, func(_ context.Context, s Slice) (pool.Ending, error) {
		seen = append(seen, s.Import.InputName)
		over := time.NewTimer(time.Until(s.Began.Add(s.Time)))
		<-over.C
		return pool.Ending{State: pool.Open}, nil
	})
	ids := b.enqueue("a", "b")
	b.slice()
	if !slices.Equal(seen, []string{"a"}) {
		t.Errorf("got the imports %q in the slice, want a alone", seen)
	}
	for _, id := range ids {
		if i := b.get(id); i.State != pool.Open || i.Reason != "" || i.Tries != 0 || i.Takeovers != 0 {
			t.Errorf("got %+v; want it as it was", i)
		}
	}
	b.released(2, 0)
}

// TestTimeIsOverInAnOutage: the log says once what the import met, and that it goes on.
func TestTimeIsOverInAnOutage(t *testing.T) {
	b := newBench(t, 20*time.Millisecond, func(_ context.Context, s Slice) (pool.Ending, error) {
		over := time.NewTimer(time.Until(s.Began.Add(s.Time)))
		<-over.C
		return pool.Ending{State: pool.Open, Reason: "no answer"}, nil
	})
	id := b.enqueue("a")[0]
	for range 2 {
		b.slice()
		if i := b.get(id); i.State != pool.Open || i.Reason != "no answer" || i.Tries != 0 {
			t.Errorf("got %+v; want it open with the reason", i)
		}
	}
	if want := fmt.Sprintf("import %d (acme): goes on when it is its turn: no answer.", id); !slices.Equal(b.said, []string{fmt.Sprintf("import %d (acme): begins.", id), want}) {
		t.Errorf("the worker has said %q, want %q once", b.said, want)
	}
}

// TestWorkerIsAskedToEnd: the slice ends, whatever the engine makes of it, and the next
// worker has the pool at once.
func TestWorkerIsAskedToEnd(t *testing.T) {
	began := make(chan struct{}, 1) // when the engine is at work
	b := newBench(t, 0, func(ctx context.Context, _ Slice) (pool.Ending, error) {
		began <- struct{}{}
		<-ctx.Done()
		return pool.Ending{}, ctx.Err()
	})
	ids := b.enqueue("a", "b")
	go func() {
		<-began
		b.end(errEnding)
	}()
	b.slice()
	for _, id := range ids {
		if i := b.get(id); i.State != pool.Open || i.Reason != "" || i.Tries != 0 {
			t.Errorf("got %+v; want it as it was", i)
		}
	}
	b.released(2, 0)
	if err := b.w.work(t.Context(), b.drain()); !errors.Is(err, queue.ErrNotNow) {
		t.Errorf("the next drain: got %v, want ErrNotNow", err)
	}
}

// takeAway does what the sweeper of another worker does once the lease has run out.
func (b *bench) takeAway() {
	b.t.Helper()
	b.exec(`UPDATE pools SET lease_until = clock_timestamp() - interval '1 ms'`)
	if all, err := b.db.Sweep(context.Background()); err != nil || len(all) != 1 {
		b.t.Errorf("sweep: got %v, %v", all, err)
	}
}

// TestLeaseIsLost: nothing more is written, whether the heart finds out or the end of the
// import does.
func TestLeaseIsLost(t *testing.T) {
	for name, find := range map[string]func(ctx context.Context){
		"by the heart": func(ctx context.Context) { <-ctx.Done() },
		"at the end":   func(context.Context) {},
	} {
		t.Run(name, func(t *testing.T) {
			var b *bench
			b = newBench(t, 0, func(ctx context.Context, s Slice) (pool.Ending, error) {
				b.takeAway()
				find(ctx)
				return pool.Ending{State: pool.Done, Job: "zombie's", Reason: "zombie's", Pace: json.RawMessage(`"zombie's"`)}, nil
			})
			ids := b.enqueue("a", "b")
			b.slice()
			for n, id := range ids {
				if i := b.get(id); i.State != pool.Open || i.Job != "" || i.Reason != "" || i.Takeovers != 1-n {
					t.Errorf("got %+v; want it as the sweeper has left it", i)
				}
			}
			var pace *string
			if err := b.conns.QueryRow(t.Context(), `SELECT pace FROM pools`).Scan(&pace); err != nil || pace != nil {
				t.Errorf("got the pace %v, %v; want none", pace, err)
			}
			b.released(2, 0)
			if b.w.stats.Lost.Load() != 1 || !b.heard("the lease is lost") {
				t.Errorf("the worker has lost %d leases, and has said %q", b.w.stats.Lost.Load(), b.said)
			}
		})
	}
}

// TestLateHeart: a worker that could not renew its lease in time sends nothing more, and
// gives the pool back while it is still its own.
func TestLateHeart(t *testing.T) {
	b := newBench(t, 0, func(_ context.Context, s Slice) (pool.Ending, error) {
		return pool.Ending{}, fmt.Errorf("before a request: %w", s.Alive())
	})
	id := b.enqueue("a")[0]
	began := time.Now().Add(-pool.SendTime)
	lease, err := b.db.Take(t.Context(), b.drain(), "w0")
	if err != nil {
		t.Fatal(err)
	}
	b.w.drain(t.Context(), lease, began)
	if i := b.get(id); i.State != pool.Open || i.Reason != "" || i.Tries != 0 {
		t.Errorf("got %+v; want it as it was", i)
	}
	b.released(2, 0)
}

// TestCancelledInTheMiddle: the import ends within a beat of the heart, without a reason of
// its own, and the pool's next one goes on.
func TestCancelledInTheMiddle(t *testing.T) {
	var b *bench
	b = newBench(t, 0, func(ctx context.Context, s Slice) (pool.Ending, error) {
		if s.Import.InputName == "b" {
			return done(ctx, s)
		}
		if _, err := b.db.Cancel(ctx, s.Import.ID); err != nil {
			t.Error(err)
		}
		<-ctx.Done()
		return pool.Ending{}, &Wait{Err: fmt.Errorf("its input can't be fetched: %w", ctx.Err()), After: time.Hour}
	})
	ids := b.enqueue("a", "b")
	b.slice()
	if i := b.get(ids[0]); i.State != pool.Cancelled || i.Reason != "" {
		t.Errorf("got %+v; want it cancelled, without a reason", i)
	}
	if i := b.get(ids[1]); i.State != pool.Done {
		t.Errorf("the other is %s", i.State)
	}
	b.released(1, -1)
}

// TestWorkerThroughTheQueue: from the queue to the end of the worker.
func TestWorkerThroughTheQueue(t *testing.T) {
	ended := make(chan string, 2) // names of inputs
	b := newBench(t, 0, func(ctx context.Context, s Slice) (pool.Ending, error) {
		ended <- s.Import.InputName
		return done(ctx, s)
	})
	ctx, end := context.WithCancel(context.Background())
	defer end()
	result := make(chan error, 1)
	go func() { result <- b.w.Run(ctx) }()
	id := b.enqueue("a")[0]
	<-ended
	end()
	if err := <-result; err != nil {
		t.Errorf("Run: %v", err)
	}
	if i := b.get(id); i.State != pool.Done {
		t.Errorf("the import is %s, and the worker has ended", i.State)
	}
}
