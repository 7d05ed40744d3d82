//go:build !fleet

package ledger

import (
	"errors"
	"sent-import/importer/ledger/storage"
	"sent-import/importer/testenv"
	"strings"
	"testing"
	"time"
)

// TestKillAtEveryStep takes what a kill before each statement leaves: exactly
// the calls that had returned.
func TestKillAtEveryStep(t *testing.T) {
	t.Parallel()
	dumps, steps := record(t, func(string) {})
	dir := t.TempDir()
	s := &scenario{l: openTest(t, dir)}
	var images []image
	setFault(t, s.l, func(string) error {
		images = append(images, imageOf(t, dir))
		return nil
	})
	var doneAt []int // calls that had returned, for each image
	for n, c := range calls() {
		must(t, c.name, c.do(s))
		for len(doneAt) < len(images) {
			doneAt = append(doneAt, n)
		}
	}
	if len(images) != steps {
		t.Fatalf("got %d statements, want %d", len(images), steps)
	}
	for i, image := range images {
		l := openTest(t, image.put(t))
		if got := mustDump(t, l); got != dumps[doneAt[i]] {
			t.Errorf("killed before statement %d, in %s: got\n%s\nwant\n%s", i+1, calls()[doneAt[i]].name, got, dumps[doneAt[i]])
		}
		closeTest(t, l)
	}
}

// TestTornCommit cuts the log inside every commit: the commit is absent as a
// whole, and the ledger goes on from the one before.
func TestTornCommit(t *testing.T) {
	t.Parallel()
	var logBytes []int // after each call
	var last image
	dumps, _ := record(t, func(dir string) {
		last = imageOf(t, dir)
		logBytes = append(logBytes, len(last.log))
	})
	for n := 1; n < len(logBytes); n++ {
		from, to := logBytes[n-1], logBytes[n]
		for _, at := range []int{to, (from + to) / 2, from, from + 1, from + frameHeaderBytes, to - 1}[:testenv.Size(6, 2)] {
			want := dumps[n-1]
			if at == to {
				want = dumps[n]
			}
			l := openTest(t, image{main: last.main, log: last.log[:at]}.put(t))
			if got := mustDump(t, l); got != want {
				t.Errorf("log cut at byte %d of %s (%d to %d): got\n%s\nwant\n%s", at, calls()[n-1].name, from, to, got, want)
			}
			must(t, "write on", l.RememberAccount("z", "u", "x"))
			closeTest(t, l)
		}
	}
}

// TestDiskFull fills the file to a limit that SQLite reports as a full disk.
func TestDiskFull(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir)
	job := planTest(t, l, "job", pendingRows(500))
	run := startTest(t, l, job)
	_, tasks := tasksOf(t, l, job)
	must(t, "Claim", run.Claim(tasks[:2], testTime))
	must(t, "Settle", <-run.Settle(tasks[0], createdOutcome(1), nil, testTime))
	before := mustDump(t, l)
	must(t, "set a limit", storage.Write(l.db, func(tx storage.Tx) error {
		return tx.Exec("PRAGMA max_page_count = 1") // as low as the file allows
	}))
	long := failedOutcome()
	long.Message = strings.Repeat("x", 1<<20)
	for range 2 {
		if err := <-run.Settle(tasks[1], long, nil, testTime); !errors.Is(err, ErrDiskFull) || errors.Is(err, ErrDamaged) {
			t.Errorf("got %v, want %v", err, ErrDiskFull)
		}
	}
	if err := run.Lease(testTime.Add(time.Hour)); !errors.Is(err, ErrDiskFull) {
		t.Errorf("Lease: got %v, want %v", err, ErrDiskFull)
	}
	if got := mustDump(t, l); got != before {
		t.Errorf("the ledger says\n%s\nwant\n%s", got, before)
	}
	closeTest(t, l)
	l = openTest(t, dir)
	if got := mustDump(t, l); got != before {
		t.Errorf("opened again, the ledger says\n%s\nwant\n%s", got, before)
	}
	must(t, "write on", l.RememberAccount("f", "u", "a"))
}

// TestDropInSteps kills a Drop after each of its commits. What is left is a job
// that is not planned, and the next plan of that job removes the rest.
func TestDropInSteps(t *testing.T) {
	const step = 20
	dir := t.TempDir()
	l := openTest(t, dir)
	other := planTest(t, l, "other", pendingRows(7))
	job := planTest(t, l, "drop", pendingRows(2*step+1))
	startTest(t, l, job)
	var images []image
	setFault(t, l, func(step string) error {
		if step == "BEGIN IMMEDIATE" {
			images = append(images, imageOf(t, dir))
		}
		return nil
	})
	must(t, "Drop", l.dropInSteps(job, step))
	if want := 1 + 3 + 1; len(images) != want { // the state, the rows, the rest
		t.Errorf("got %d commits, want %d", len(images), want)
	}
	for i, image := range images[1:] {
		l := openTest(t, image.put(t))
		left, err := l.Job("drop")
		if err != nil || left.Planned {
			t.Fatalf("killed after commit %d: got planned %t, %v, want a job that is not planned", i+1, left.Planned, err)
		}
		must(t, "ReasonCounts", func() error { _, err := l.ReasonCounts(left); return err }())
		again := planTest(t, l, "drop", pendingRows(3))
		if got := len(rowsOf(t, l, again)); got != 3 {
			t.Errorf("killed after commit %d, planned again: got %d rows, want 3", i+1, got)
		}
		if got := len(rowsOf(t, l, other)); got != 7 {
			t.Errorf("killed after commit %d: got %d rows of the other job, want 7", i+1, got)
		}
		closeTest(t, l)
	}
}
