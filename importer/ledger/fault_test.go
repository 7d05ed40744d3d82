package ledger

import (
	"errors"
	"fmt"
	"testing"
	"time"

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
// and after each, and the statements of all. after is called with the directory each time.
func record(t *testing.T, after func(dir string)) (dumps []string, steps int) {
	t.Helper()
	dir := t.TempDir()
	s := &scenario{l: openTest(t, dir)}
	setFault(t, s.l, func(string) error { steps++; return nil })
	mark := func() {
		dumps = append(dumps, mustDump(t, s.l))
		after(dir)
	}
	mark()
	for _, c := range calls() {
		must(t, c.name, c.do(s))
		mark()
	}
	return dumps, steps
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
	dumps, steps := record(t, func(string) {})
	if steps < 3*len(calls()) {
		t.Fatalf("got %d statements in %d calls: the seam misses some", steps, len(calls()))
	}
	for n := 1; n <= steps; n += testenv.Size(faultStep, 4) {
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
