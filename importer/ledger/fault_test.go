package ledger

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"sent-import/importer/ledger/storage"
	"sent-import/importer/outcome"
	"sent-import/importer/serverclock"
	"sent-import/importer/testenv"
)

// scenario is a whole job as calls one after the other, each with exactly one
// commit, so that it does the same in the same order every time.
type scenario struct {
	l     *Ledger
	job   Job
	run   *Run
	tasks []Task
}

type call struct {
	name string
	do   func(*scenario) error
}

func calls() []call {
	settle := func(n int, o outcome.Outcome, w serverclock.Spans) func(*scenario) error {
		return func(s *scenario) error { return <-s.run.Settle(s.tasks[n], o, w, testTime.Add(time.Minute)) }
	}
	lost := serverclock.Spans{{Run: 1, From: testTime, To: testTime.Add(time.Second)}}
	return []call{
		{"RememberAccount", func(s *scenario) error { return s.l.RememberAccount("f", "u", "a") }},
		{"CreateJob", func(s *scenario) (err error) { s.job, err = s.l.CreateJob(testJob("job1")); return err }},
		{"AddRows", func(s *scenario) error { return <-s.l.AddRows(s.job, pendingRows(2*planSteps[0]+3)) }},
		{"AddRows", func(s *scenario) error {
			return <-s.l.AddRows(s.job, []outcome.Row{invalidRow(2*planSteps[0]+4, "m"), duplicateRow(2*planSteps[0]+5, 1)})
		}},
		{"FinishPlan", func(s *scenario) (err error) {
			s.job, err = s.l.FinishPlan(s.job, 2*planSteps[0]+5, "{}", nil)
			return err
		}},
		{"StartRun", func(s *scenario) (err error) {
			s.run, err = s.l.StartRun(s.job, testTime, func() RunState { return RunState{Requests: outcome.Requests{Create: 7}} })
			return err
		}},
		{"Lease", func(s *scenario) error { return s.run.Lease(testTime) }},
		{"Claim", func(s *scenario) error {
			for task, err := range s.l.Untouched(s.job) {
				if err != nil {
					return err
				}
				s.tasks = append(s.tasks, task)
			}
			return s.run.Claim(s.tasks[:5], testTime)
		}},
		{"Settle", settle(0, createdOutcome(1), nil)},
		{"Settle", settle(1, failedOutcome(), lost)},
		{"Settle", settle(2, failedOutcome(), nil)},
		{"Reclaim", func(s *scenario) error { return s.run.Reclaim(s.tasks[1], lost, testTime.Add(time.Hour)) }},
		{"BurnKey", func(s *scenario) error { return s.run.BurnKey(s.tasks[1], 2, testTime.Add(time.Hour)) }},
		{"Settle", settle(1, createdOutcome(2), nil)},
		{"Save", func(s *scenario) error { return s.run.Save(testTime.Add(2 * time.Hour)) }},
		{"MoveInput", func(s *scenario) (err error) { s.job, err = s.l.MoveInput(s.job, "/x", "y"); return err }},
		{"Rename", func(s *scenario) (err error) { s.job, err = s.l.Rename(s.job, "job9", 2, "b"); return err }},
	}
}

// record runs the calls without a fault. It returns what the ledger says before
// and after each, the statements of all, and the log's length after each.
func record(t *testing.T) (dumps []string, steps int, logBytes []int, last image) {
	t.Helper()
	dir := t.TempDir()
	s := &scenario{l: openTest(t, dir)}
	setFault(t, s.l, func(string) error { steps++; return nil })
	mark := func() {
		last = imageOf(t, dir)
		dumps, logBytes = append(dumps, mustDump(t, s.l)), append(logBytes, len(last.log))
	}
	mark()
	for _, c := range calls() {
		must(t, c.name, c.do(s))
		mark()
	}
	return dumps, steps, logBytes, last
}

// errDisk stands for an error of the disk. Its text must reach people.
var errDisk = errors.New("the disk has come off")

// runWith runs the calls up to the first error, with a fault at the nth
// statement. It returns how many calls succeeded.
func runWith(s *scenario, t *testing.T, n int, fault func() error) (done int, err error) {
	t.Helper()
	step := 0
	setFault(t, s.l, func(string) error {
		if step++; step == n {
			return fault()
		}
		return nil
	})
	for _, c := range calls() {
		if err := c.do(s); err != nil {
			return done, err
		}
		done++
	}
	return done, nil
}

// TestFailAtEveryStep fails at each statement of the scenario: the call fails,
// what was acknowledged stays, nothing else is there, every later
// write fails with the same error, and the next run goes on.
func TestFailAtEveryStep(t *testing.T) {
	t.Parallel()
	dumps, steps, _, _ := record(t)
	if steps < 3*len(calls()) {
		t.Fatalf("got %d statements in %d calls: the seam misses some", steps, len(calls()))
	}
	for n := 1; n <= steps; n += testenv.Size(1, 4) {
		dir := t.TempDir()
		s := &scenario{l: openTest(t, dir)}
		done, err := runWith(s, t, n, func() error { return errDisk })
		if !errors.Is(err, errDisk) {
			t.Fatalf("statement %d: got %v after %d calls, want %v", n, err, done, errDisk)
		}
		name := fmt.Sprintf("statement %d, in %s", n, calls()[done].name)
		if err := s.l.RememberAccount("z", "u", "x"); !errors.Is(err, errDisk) {
			t.Errorf("%s: a later write: got %v, want %v", name, err, errDisk)
		}
		if got := dumpOf(t, dir); got != dumps[done] {
			t.Errorf("%s: a kill leaves\n%s\nwant\n%s", name, got, dumps[done])
		}
		if got := mustDump(t, s.l); got != dumps[done] {
			t.Errorf("%s: the ledger itself says\n%s\nwant\n%s", name, got, dumps[done])
		}
		closeTest(t, s.l)
		goOn(t, s, name, dir, done, dumps)
	}
}

// goOn opens the ledger again after done calls and makes the others.
func goOn(t *testing.T, s *scenario, name, dir string, done int, dumps []string) {
	t.Helper()
	s.l = openTest(t, dir)
	if got := mustDump(t, s.l); got != dumps[done] {
		t.Errorf("%s: opened again, the ledger says\n%s\nwant\n%s", name, got, dumps[done])
	}
	if s.run != nil {
		s.run = &Run{Number: s.run.Number, ledger: s.l, job: s.run.job, state: s.run.state} // as if the same run went on
	}
	s.tasks = s.tasks[:0:0]
	if done > 7 { // past the claim, which gathers the tasks
		for n := 1; n <= 5; n++ {
			s.tasks = append(s.tasks, Task{Number: n})
		}
	}
	for _, c := range calls()[done:] {
		must(t, name+", then "+c.name, c.do(s))
	}
	if got, want := mustDump(t, s.l), dumps[len(dumps)-1]; got != want {
		t.Errorf("%s: in the end the ledger says\n%s\nwant\n%s", name, got, want)
	}
	closeTest(t, s.l)
}

// TestKillAtEveryStep takes what a kill before each statement leaves: exactly
// the calls that had returned.
func TestKillAtEveryStep(t *testing.T) {
	t.Parallel()
	dumps, steps, _, _ := record(t)
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
	dumps, _, logBytes, last := record(t)
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
