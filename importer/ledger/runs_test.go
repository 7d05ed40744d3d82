package ledger

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/serverclock"
)

func TestRuns(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir)
	if last, err := l.LastRequest(); err != nil || !last.IsZero() {
		t.Errorf("LastRequest without runs: got %v, %v, want none", last, err)
	}
	job, other := planTest(t, l, "job1", pendingRows(1)), planTest(t, l, "job2", pendingRows(1))
	state := RunState{}
	first, err := l.StartRun(job, testTime, func() RunState { return state })
	must(t, "StartRun", err)
	if last, err := l.LastRequest(); err != nil || !last.IsZero() {
		t.Errorf("LastRequest of a run that sent nothing: got %v, %v, want none", last, err)
	}
	state = RunState{Requests: outcome.Requests{Create: 1, Lookup: 2, List: 3, Me: 4, Get: 7, Mark: 8, Retries: 5, RateLimited: 6}, Offsets: serverclock.Offsets{{Low: -1500 * time.Microsecond, High: 1500 * time.Microsecond}}}
	must(t, "Save", first.Save(testTime.Add(time.Minute)))
	second := startTest(t, l, job)
	foreign := startTest(t, l, other)
	if first.Number != 1 || second.Number != 2 || foreign.Number != 1 {
		t.Errorf("got runs %d, %d and %d, want 1, 2 and, of the other job, 1", first.Number, second.Number, foreign.Number)
	}
	closeTest(t, l)
	l = openTest(t, dir)
	got, err := l.Runs(job)
	want := []RunInfo{
		{Number: 1, StartedAt: testTime, FinishedAt: testTime.Add(time.Minute), LeaseUntil: testTime.Add(time.Minute + serverclock.LeaseTime),
			// the offset on the disk is no narrower than the one that was given
			Requests: state.Requests, Offsets: serverclock.Offsets{{Low: -2 * time.Millisecond, High: 2 * time.Millisecond}}},
		{Number: 2, StartedAt: testTime, FinishedAt: testTime},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if last, err := l.LastRequest(); err != nil || !last.Equal(testTime.Add(time.Minute+serverclock.LeaseTime)) {
		t.Errorf("LastRequest: got %v, %v", last, err)
	}
}

// leaseOnDisk is what another process reads.
func leaseOnDisk(tb testing.TB, l *Ledger, job Job, run *Run) time.Time {
	tb.Helper()
	runs, err := l.Runs(job)
	must(tb, "Runs", err)
	return runs[run.Number-1].LeaseUntil
}

// TestLeaseIsCheap: at ten requests a second, a minute costs a commit each half
// lease.
func TestLeaseIsCheap(t *testing.T) {
	l := openTest(t, t.TempDir())
	run := startTest(t, l, planTest(t, l, "job", pendingRows(1)))
	commits := countCommits(t, l)
	for at := range 600 {
		must(t, "Lease", run.Lease(testTime.Add(time.Duration(at)*100*time.Millisecond)))
	}
	if got, want := commits.Load(), int64(time.Minute/(serverclock.LeaseTime/2)); got < want || got > want+1 {
		t.Errorf("got %d commits in a minute, want %d", got, want)
	}
}

// TestLeaseHolds: whatever order the writes come in, and however the clock
// jumps, the disk never says less than what Lease has promised.
func TestLeaseHolds(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		l := openTest(t, t.TempDir())
		job := planTest(t, l, "job", pendingRows(200))
		run := startTest(t, l, job)
		_, tasks := tasksOf(t, l, job)
		must(t, "Claim", run.Claim(tasks, testTime))
		rnd := rand.New(rand.NewPCG(seed, 9))
		at, promised := testTime, testTime
		for n := range 150 {
			at = at.Add(time.Duration(rnd.IntN(6000)) * time.Millisecond)
			late := at.Add(-time.Duration(rnd.IntN(90)) * time.Second) // a write that was begun before
			switch rnd.IntN(4) {
			case 0:
				must(t, "Settle", <-run.Settle(tasks[n], createdOutcome(n+1), nil, late))
			case 1:
				must(t, "Save", run.Save(late))
			case 2:
				at = at.Add(-time.Duration(rnd.IntN(3000)) * time.Millisecond) // the clock is set back
			}
			must(t, "Lease", run.Lease(at))
			if at.After(promised) {
				promised = at
			}
			if got := leaseOnDisk(t, l, job, run); got.Before(promised) {
				t.Fatalf("step %d: the disk says %v, Lease has promised %v", n, got, promised)
			}
		}
	}
}

// TestLeaseOutlastsSlowCommit: the time that a commit takes is not the
// lease's. A request that starts when Lease returns is still inside it.
func TestLeaseOutlastsSlowCommit(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l := openTest(t, dir)
		defer closeTest(t, l)
		job := planTest(t, l, "job", pendingRows(1))
		run := startTest(t, l, job)
		var slow atomic.Bool
		setFault(t, l, func(step string) error {
			if step == "COMMIT" && slow.CompareAndSwap(true, false) {
				<-time.After(serverclock.LeaseTime + 5*time.Second)
			}
			return nil
		})
		slow.Store(true)
		began := time.Now()
		must(t, "Lease", run.Lease(began))
		returned := time.Now()
		if returned.Sub(began) < serverclock.LeaseTime {
			t.Fatalf("the commit took %v, want it slow", returned.Sub(began))
		}
		if got := leaseOnDisk(t, l, job, run); got.Before(returned.Add(serverclock.LeaseTime / 2)) {
			t.Errorf("the disk says %v, and Lease returned at %v", got, returned)
		}
	})
}

// TestLeaseAfterFailure: no request may start once outcomes can't be written,
// even if the lease would last.
func TestLeaseAfterFailure(t *testing.T) {
	l := openTest(t, t.TempDir())
	run := startTest(t, l, planTest(t, l, "job", pendingRows(1)))
	must(t, "Lease", run.Lease(testTime))
	broken := errors.New("broken")
	setFault(t, l, func(string) error { return broken })
	if err := run.Save(testTime); !errors.Is(err, broken) {
		t.Errorf("Save: got %v, want %v", err, broken)
	}
	if err := run.Lease(testTime); !errors.Is(err, broken) {
		t.Errorf("Lease: got %v, want %v", err, broken)
	}
}
