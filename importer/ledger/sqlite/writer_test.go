package sqlite

import (
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sent-import/importer/ledger/storage"
)

// queueBehind stops the writer before a commit until release is called, and
// queues n patient writes meanwhile, of the numbers from 0 on.
func queueBehind(t *testing.T, db *DB, n int) (results []<-chan error, release func()) {
	t.Helper()
	reached, gate := make(chan struct{}), make(chan struct{}) // closed by the fault, and by release
	var once sync.Once
	group := 0
	beforeSteps(t, db, func(step string) error {
		once.Do(func() {
			close(reached)
			<-gate
		})
		if group++; step == "BEGIN IMMEDIATE" {
			group = 0
		} else if group > storage.MaxGroup+1 { // and the commit
			t.Errorf("one commit has more than %d writes", storage.MaxGroup)
		}
		return nil
	})
	results = append(results, db.Start(nothing))
	<-reached
	for i := range n {
		results = append(results, db.StartPatient(insert(i)))
	}
	return results, func() { close(gate) }
}

// TestLongQueue queues more writes than fit a group: nothing comes after them that
// would wake the writer, all are written without another wait for more, and each is
// on the disk when its result is there.
func TestLongQueue(t *testing.T) {
	const writes = 2*storage.MaxGroup + storage.PatientRows/2
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		db := openTest(t, dir)
		defer db.Close()
		results, release := queueBehind(t, db, writes)
		began := time.Now()
		release()
		must(t, "the last write", <-results[writes])
		wantNumbers(t, "when the last is on the disk", db, upTo(writes)...)
		for _, result := range results[:writes] {
			must(t, "write", <-result)
		}
		if waited := time.Since(began); waited != 0 {
			t.Errorf("the queue was written after waiting %v for more", waited)
		}
	})
}

// TestPatience: only a write for which nobody waits is delayed, and one for which
// somebody waits ends the delay.
func TestPatience(t *testing.T) {
	for name, test := range map[string]struct {
		writes func(db *DB) (last <-chan error)
		want   time.Duration
	}{
		"patient": {func(db *DB) <-chan error { return db.StartPatient(nothing) }, storage.Patience},
		"waited":  {func(db *DB) <-chan error { return db.Start(nothing) }, 0},
		"patient, then waited": {func(db *DB) <-chan error {
			patient := db.StartPatient(nothing)
			synctest.Wait() // the writer waits for more
			db.Start(nothing)
			return patient
		}, 0},
		"patient after a waited one": {func(db *DB) <-chan error {
			<-db.Start(nothing)
			return db.StartPatient(nothing)
		}, storage.Patience},
		"patient, then closed": {func(db *DB) <-chan error {
			patient := db.StartPatient(nothing)
			synctest.Wait()
			if err := db.Close(); err != nil {
				return failed(err)
			}
			return patient
		}, 0},
		"one too few": {func(db *DB) <-chan error { return patientWrites(db, storage.PatientRows-1) }, storage.Patience},
		"enough":      {func(db *DB) <-chan error { return patientWrites(db, storage.PatientRows) }, 0},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			synctest.Test(t, func(t *testing.T) {
				db := openTest(t, dir)
				defer db.Close()
				began := time.Now()
				must(t, "write", <-test.writes(db))
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

// patientWrites queues n patient writes, each when the writer waits for more, and
// returns the last's result.
func patientWrites(db *DB, n int) (last <-chan error) {
	for range n {
		synctest.Wait()
		last = db.StartPatient(nothing)
	}
	return last
}

// TestCloseLongQueue: a queue of several groups is on the disk after Close.
func TestCloseLongQueue(t *testing.T) {
	dir := t.TempDir()
	db := openTest(t, dir)
	const writes = 2*storage.MaxGroup + 500
	_, release := queueBehind(t, db, writes)
	closed := make(chan error, 1) // one result
	go func() { closed <- db.Close() }()
	for !db.write.group.IsClosed() {
		runtime.Gosched()
	}
	release()
	must(t, "Close", <-closed)
	wantNumbers(t, "after Close", openTest(t, dir), upTo(writes)...)
}

// TestCloseWhileWriting closes the file while others write. Each write is done or
// refused.
func TestCloseWhileWriting(t *testing.T) {
	dir := t.TempDir()
	db := openTest(t, dir)
	const workers, most = 8, 1_000_000
	done := make([]int, workers)
	var all sync.WaitGroup
	begun := make(chan struct{}, workers) // one for each worker
	for w := range workers {
		all.Go(func() {
			for {
				if err := storage.Write(db, insert(w*most+done[w])); err != nil {
					if !errors.Is(err, storage.ErrClosed) {
						t.Errorf("got %v, want %v", err, storage.ErrClosed)
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
	must(t, "Close", db.Close())
	all.Wait()
	var want []int
	for w, n := range done {
		for i := range n {
			want = append(want, w*most+i)
		}
	}
	wantNumbers(t, "what was acknowledged", openTest(t, dir), want...)
}

// TestBusy: a process that holds the file for too long is named as what it is.
func TestBusy(t *testing.T) {
	dir := t.TempDir()
	db, holder := openTest(t, dir), openTest(t, dir)
	must(t, "be impatient", storage.Write(db, pragma("busy_timeout = 1")))
	held, gate := make(chan struct{}), make(chan struct{}) // closed by the holder, and below
	done := holder.Start(func(storage.Tx) error {
		close(held)
		<-gate
		return nil
	})
	<-held
	if err := storage.Write(db, nothing); !errors.Is(err, storage.ErrBusy) {
		t.Errorf("got %v, want %v", err, storage.ErrBusy)
	}
	close(gate)
	must(t, "the holder", <-done)
}

// TestFailedWriteLetsOthersWrite: what has failed is rolled back at once, and
// delays no other process until it is closed.
func TestFailedWriteLetsOthersWrite(t *testing.T) {
	for _, at := range []string{"BEGIN IMMEDIATE", "INSERT", "COMMIT"} {
		dir := t.TempDir()
		db, other := openTest(t, dir), openTest(t, dir)
		must(t, "be impatient", storage.Write(other, pragma("busy_timeout = 1")))
		beforeSteps(t, db, func(step string) error {
			if strings.HasPrefix(step, at) {
				return errDisk
			}
			return nil
		})
		if err := storage.Write(db, insert(1)); !errors.Is(err, errDisk) {
			t.Errorf("at %s: got %v, want %v", at, err, errDisk)
		}
		if err := storage.Write(other, insert(2)); err != nil {
			t.Errorf("at %s: another process's write: %v", at, err)
		}
		wantNumbers(t, "at "+at, other, 2)
	}
}
