package ledger

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// holdWriter stops the writer before its next commit until release is called.
func holdWriter(t *testing.T, l *Ledger) (held <-chan struct{}, release func()) {
	t.Helper()
	reached, gate := make(chan struct{}), make(chan struct{}) // closed by the fault, and by release
	var once sync.Once
	setFault(t, l, func(string) error {
		once.Do(func() {
			close(reached)
			<-gate
		})
		return nil
	})
	return reached, func() { close(gate) }
}

// TestGroupCommit: what is ready at the same time shares a commit.
func TestGroupCommit(t *testing.T) {
	const rows = 300
	l := openTest(t, t.TempDir())
	job := planTest(t, l, "job", pendingRows(rows))
	run := startTest(t, l, job)
	_, tasks := tasksOf(t, l, job)
	must(t, "Claim", run.Claim(tasks, testTime))
	held, release := holdWriter(t, l)
	first := l.write.start(func(*writer) error { return nil })
	<-held
	var results []<-chan error
	for _, k := range tasks {
		results = append(results, run.Settle(k, createdOutcome(k.Number), nil, testTime))
	}
	commits := 0
	results = append(results, l.write.start(func(w *writer) error {
		w.fault = func(step string) error {
			if step == "COMMIT" {
				commits++
			}
			return nil
		}
		return nil
	}))
	release()
	must(t, "the first", <-first)
	for _, result := range results {
		must(t, "Settle", <-result)
	}
	if commits != 1 {
		t.Errorf("got %d commits for %d settles that were ready, want 1", commits, rows)
	}
	doubt, untouched := tasksOf(t, l, job)
	if len(doubt)+len(untouched) != 0 {
		t.Errorf("got %d rows that are not settled", len(doubt)+len(untouched))
	}
}

// TestManyAtOnce has goroutines claim, settle, read and save at once.
func TestManyAtOnce(t *testing.T) {
	const workers, each = 16, 25
	l := openTest(t, t.TempDir())
	job := planTest(t, l, "job", pendingRows(workers*each))
	run := startTest(t, l, job)
	_, tasks := tasksOf(t, l, job)
	commits := countCommits(t, l)
	errs := make([]error, workers)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() { errs[w] = workOn(l, run, job, tasks[w*each:(w+1)*each]) })
	}
	all.Wait()
	must(t, "work", errors.Join(errs...))
	rows := rowsOf(t, l, job)
	for _, r := range rows {
		if want := createdOutcome(r.Number); r.Outcome != want || r.KeyNumber != 2 {
			t.Fatalf("row %d: got %+v key %d, want %+v key 2", r.Number, r.Outcome, r.KeyNumber, want)
		}
	}
	if got, writes := commits.Load(), int64(workers*each*4); got >= writes/2 {
		t.Errorf("got %d commits for %d writes, want them to share", got, writes)
	}
}

// workOn takes tasks from claim to outcome, one by one.
func workOn(l *Ledger, run *Run, job Job, tasks []Task) error {
	for i, k := range tasks {
		if err := errors.Join(run.Lease(testTime), run.Claim([]Task{k}, testTime), run.BurnKey(k, 2, testTime)); err != nil {
			return err
		}
		saved := make(chan error, 1) // one result
		go func() { saved <- run.Save(testTime) }()
		settled := <-run.Settle(k, createdOutcome(k.Number), nil, testTime)
		if err := errors.Join(settled, <-saved); err != nil {
			return err
		}
		if i%8 == 0 {
			if _, err := l.ReasonCounts(job); err != nil {
				return err
			}
		}
	}
	return nil
}

// TestGroupFails: when one write of a group fails, all of them do, and nothing
// of the group is there.
func TestGroupFails(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir)
	job := planTest(t, l, "job", pendingRows(10))
	run := startTest(t, l, job)
	_, tasks := tasksOf(t, l, job)
	must(t, "Claim", run.Claim(tasks[:9], testTime))
	held, release := holdWriter(t, l)
	first := l.write.start(func(*writer) error { return nil })
	<-held
	var results []<-chan error
	for _, k := range tasks { // the last is not claimed
		results = append(results, run.Settle(k, createdOutcome(k.Number), nil, testTime))
	}
	release()
	must(t, "the first", <-first)
	for i, result := range results {
		if err := <-result; !errors.Is(err, ErrDamaged) {
			t.Errorf("settle %d: got %v, want %v", i+1, err, ErrDamaged)
		}
	}
	closeTest(t, l)
	l = openTest(t, dir)
	doubt, _ := tasksOf(t, l, job)
	wantNumbers(t, "InDoubt", doubt, 1, 2, 3, 4, 5, 6, 7, 8, 9)
}

// TestLongQueue queues more writes than fit a group or the queue.
func TestLongQueue(t *testing.T) {
	const rows = 2*maxGroup + 500
	l := openTest(t, t.TempDir())
	job := planTest(t, l, "job", pendingRows(rows))
	run := startTest(t, l, job)
	_, tasks := tasksOf(t, l, job)
	must(t, "Claim", run.Claim(tasks, testTime))
	commits := countCommits(t, l)
	var last <-chan error
	for _, k := range tasks {
		last = run.Settle(k, createdOutcome(k.Number), nil, testTime)
	}
	must(t, "the last settle", <-last)
	for _, r := range rowsOf(t, l, job) {
		if r.Status != "created" {
			t.Fatalf("row %d is %s, although the last settle is on the disk", r.Number, r.Status)
		}
	}
	if got := commits.Load(); got < 3 {
		t.Errorf("got %d commits, want at least 3: a group has at most %d writes", got, maxGroup)
	}
}

// queueBehind holds the writer back until the returned function is called, and
// queues n patient writes meanwhile.
func queueBehind(t *testing.T, l *Ledger, n int) (results []<-chan error, release func()) {
	t.Helper()
	held, release := holdWriter(t, l)
	results = append(results, l.write.start(func(*writer) error { return nil }))
	<-held
	for range n {
		results = append(results, l.write.startPatient(func(*writer) error { return nil }))
	}
	return results, release
}

// TestLongQueueAlone: what doesn't fit the group is written too, although
// nothing comes after it that would wake the writer.
func TestLongQueueAlone(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		l := openTest(t, dir)
		defer closeTest(t, l)
		results, release := queueBehind(t, l, 2*maxGroup+patientRows/2)
		began := time.Now()
		release()
		for _, result := range results {
			must(t, "write", <-result)
		}
		if waited := time.Since(began); waited != 0 {
			t.Errorf("the queue was written after waiting %v more for company", waited)
		}
	})
}

// TestPatience: only a write for which nobody waits is held back for company,
// and one for which somebody waits takes it along.
func TestPatience(t *testing.T) {
	nothing := func(*writer) error { return nil }
	for name, test := range map[string]struct {
		writes func(w *writer) (last <-chan error)
		want   time.Duration
	}{
		"patient": {func(w *writer) <-chan error { return w.startPatient(nothing) }, patience},
		"waited":  {func(w *writer) <-chan error { return w.start(nothing) }, 0},
		"patient, then waited": {func(w *writer) <-chan error {
			patient := w.startPatient(nothing)
			synctest.Wait() // the writer waits for company
			w.start(nothing)
			return patient
		}, 0},
		"patient after a waited one": {func(w *writer) <-chan error {
			<-w.start(nothing)
			return w.startPatient(nothing)
		}, patience},
		"patient, then closed": {func(w *writer) <-chan error {
			patient := w.startPatient(nothing)
			synctest.Wait()
			if err := w.close(); err != nil {
				return failed(err)
			}
			return patient
		}, 0},
		"one too few": {func(w *writer) <-chan error { return patientWrites(w, patientRows-1) }, patience},
		"enough":      {func(w *writer) <-chan error { return patientWrites(w, patientRows) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				l := openTest(t, dir)
				defer closeTest(t, l)
				began := time.Now()
				must(t, "write", <-test.writes(l.write))
				if got := time.Since(began); got != test.want {
					t.Errorf("the write took %v, want %v", got, test.want)
				}
			})
		})
	}
}

// failed is the result of a write that met err.
func failed(err error) <-chan error {
	result := make(chan error, 1) // err
	result <- err
	return result
}

// patientWrites queues n writes for which nobody waits, each when the writer
// waits for company again, and returns the last's result.
func patientWrites(w *writer, n int) (last <-chan error) {
	for range n {
		synctest.Wait()
		last = w.startPatient(func(*writer) error { return nil })
	}
	return last
}

// TestCloseLongQueue: a queue of several groups is on the disk after Close.
func TestCloseLongQueue(t *testing.T) {
	l := openTest(t, t.TempDir())
	results, release := queueBehind(t, l, 2*maxGroup+500)
	closed := make(chan error, 1) // one result
	go func() { closed <- l.Close() }()
	for !isClosed(l.write) {
		runtime.Gosched()
	}
	release()
	must(t, "Close", <-closed)
	for i, result := range results {
		select {
		case err := <-result:
			must(t, "write", err)
		default:
			t.Fatalf("write %d of %d was left when Close returned", i, len(results))
		}
	}
}

// isClosed reports whether the writer refuses more.
func isClosed(w *writer) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.closed
}

// TestCloseCommits: what is queued when the ledger is closed is on the disk
// afterwards, and what comes later is refused.
func TestCloseCommits(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir)
	job := planTest(t, l, "job", pendingRows(500))
	run := startTest(t, l, job)
	_, tasks := tasksOf(t, l, job)
	must(t, "Claim", run.Claim(tasks, testTime))
	for _, k := range tasks {
		run.Settle(k, createdOutcome(k.Number), nil, testTime) // nobody reads the results
	}
	closeTest(t, l)
	for name, err := range map[string]error{
		"Save":   run.Save(testTime),
		"Settle": <-run.Settle(tasks[0], createdOutcome(1), nil, testTime),
		"Claim":  run.Claim(tasks, testTime),
	} {
		if !errors.Is(err, errClosed) {
			t.Errorf("%s after Close: got %v, want %v", name, err, errClosed)
		}
	}
	if _, err := l.Jobs(); err == nil || errors.Is(err, ErrDamaged) {
		t.Errorf("Jobs after Close: got %v, want an error, and not damage", err)
	}
	l = openTest(t, dir)
	doubt, untouched := tasksOf(t, l, job)
	if len(doubt)+len(untouched) != 0 {
		t.Errorf("got %d rows that are not settled", len(doubt)+len(untouched))
	}
}

// TestCloseWhileWriting closes the ledger under the hands of others. Each write
// is done or refused.
func TestCloseWhileWriting(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir)
	const workers = 8
	done := make([]int, workers)
	var all sync.WaitGroup
	begun := make(chan struct{}, workers) // one for each worker
	for w := range workers {
		all.Go(func() {
			for {
				if err := l.RememberAccount(fmt.Sprint(w, " ", done[w]), "u", "a"); err != nil {
					if !errors.Is(err, errClosed) {
						t.Errorf("got %v, want %v", err, errClosed)
					}
					return
				}
				if done[w]++; done[w] == 2 {
					begun <- struct{}{}
				}
			}
		})
	}
	for range workers {
		<-begun
	}
	closeTest(t, l)
	all.Wait()
	l = openTest(t, dir)
	for w, n := range done {
		for i := range n + 1 {
			if _, known, err := l.Account(fmt.Sprint(w, " ", i), "u"); err != nil || known != (i < n) {
				t.Errorf("worker %d, write %d of %d: got %t, %v", w, i, n, known, err)
			}
		}
	}
}

// TestBusy: a process that holds the ledger for too long is named as what it is.
func TestBusy(t *testing.T) {
	dir := t.TempDir()
	l, holder := openTest(t, dir), openTest(t, dir)
	must(t, "be impatient", l.write.run(func(w *writer) error { return w.exec("PRAGMA busy_timeout = 1") }))
	held, gate := make(chan struct{}), make(chan struct{}) // closed by the holder, and below
	done := holder.write.start(func(*writer) error {
		close(held)
		<-gate
		return nil
	})
	<-held
	if err := l.write.run(func(*writer) error { return nil }); !errors.Is(err, ErrBusy) {
		t.Errorf("got %v, want %v", err, ErrBusy)
	}
	close(gate)
	must(t, "the holder", <-done)
}

// TestFailedWriteLetsOthersWrite: what has failed is rolled back at once, and
// holds up no other process until it is closed.
func TestFailedWriteLetsOthersWrite(t *testing.T) {
	for _, at := range []string{"BEGIN IMMEDIATE", "INSERT", "COMMIT"} {
		dir := t.TempDir()
		l, other := openTest(t, dir), openTest(t, dir)
		must(t, "be impatient", other.write.run(func(w *writer) error { return w.exec("PRAGMA busy_timeout = 1") }))
		setFault(t, l, func(step string) error {
			if strings.HasPrefix(step, at) {
				return errDisk
			}
			return nil
		})
		if err := l.RememberAccount("f", "u", "a"); !errors.Is(err, errDisk) {
			t.Errorf("at %s: got %v, want %v", at, err, errDisk)
		}
		if err := other.RememberAccount("g", "u", "b"); err != nil {
			t.Errorf("at %s: another process's write: %v", at, err)
		}
	}
}
