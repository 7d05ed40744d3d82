package ledger

import (
	"errors"
	"sync"
	"testing"

	"sent-import/importer/ledger/storage"
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

// TestManyAtOnce has goroutines claim, settle, read and save at once.
func TestManyAtOnce(t *testing.T) {
	const workers, each = 16, 25
	l := openTest(t, t.TempDir())
	job := planTest(t, l, "job", pendingRows(workers*each))
	run := startTest(t, l, job)
	_, tasks := tasksOf(t, l, job)
	errs := make([]error, workers)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() { errs[w] = workOn(l, run, job, tasks[w*each:(w+1)*each]) })
	}
	all.Wait()
	must(t, "work", errors.Join(errs...))
	rows := rowsOf(t, l, job)
	for _, r := range rows {
		if want := createdOutcome(r.Row.Number); r.Row.Outcome != want || r.KeyNumber != 2 {
			t.Fatalf("row %d: got %+v key %d, want %+v key 2", r.Row.Number, r.Row.Outcome, r.KeyNumber, want)
		}
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
	first := l.db.Start(func(storage.Tx) error { return nil })
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
		if !errors.Is(err, storage.ErrClosed) {
			t.Errorf("%s after Close: got %v, want %v", name, err, storage.ErrClosed)
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
