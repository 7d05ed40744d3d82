package ledger

import (
	"bufio"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"sent-import/importer/outcome"
	"sent-import/importer/testenv"
)

// childEnv says what the test binary does when a test starts it as another
// process: the name of one of the children, and its arguments.
const childEnv = "SENT_IMPORT_LEDGER_TEST_CHILD"

// TestMain keeps the tests' ledgers in memory where the system offers that: a sync
// costs nothing there, and a test can't see whether a disk obeys one.
func TestMain(m *testing.M) {
	testenv.UseMemory()
	testenv.CollectSeldom()
	if job := os.Getenv(childEnv); job != "" {
		args := strings.Split(job, "\n")
		all := children()
		maps.Copy(all, moreChildren())
		if err := all[args[0]](args[1], args[2]); err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	end, err := prepareTests()
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	code := m.Run()
	end()
	os.Exit(code)
}

// children are what other processes do in a state directory.
func children() map[string]func(dir, id string) error {
	return map[string]func(dir, id string) error{
		"work": childWork, "claim": childClaim, "plan": childPlan,
	}
}

// childRows is how many rows the other processes' jobs have.
const childRows = 2000

// childPlan writes rows until it is killed, and says when it has begun.
func childPlan(dir, id string) error {
	l, err := openDir(dir)
	if err != nil {
		return err
	}
	job, err := l.CreateJob(testJob(id))
	for n := 1; err == nil; n++ {
		err = <-l.AddRows(job, []outcome.Row{pendingRow(n)})
		fmt.Println(n)
	}
	return err
}

// childWork takes a job from its plan to its end.
func childWork(dir, id string) (err error) {
	l, err := openDir(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	job, err := l.CreateJob(testJob(id))
	if err != nil {
		return err
	}
	rows := pendingRows(childRows)
	for len(rows) > 0 {
		n := min(250, len(rows))
		if err := <-l.AddRows(job, rows[:n]); err != nil {
			return err
		}
		rows = rows[n:]
	}
	if job, err = l.FinishPlan(job, childRows, "{}", nil); err != nil {
		return err
	}
	run, err := l.StartRun(job, testTime, func() RunState { return RunState{} })
	if err != nil {
		return err
	}
	return settleAll(l, job, run, 60)
}

// settleAll claims in batches and settles every row.
func settleAll(l *Ledger, job Job, run *Run, batch int) error {
	var tasks []Task
	for k, err := range l.Untouched(job) {
		if err != nil {
			return err
		}
		tasks = append(tasks, k)
	}
	for len(tasks) > 0 {
		n := min(batch, len(tasks))
		if err := errors.Join(run.Lease(testTime), run.Claim(tasks[:n], testTime)); err != nil {
			return err
		}
		var last <-chan error
		for _, k := range tasks[:n] {
			last = run.Settle(k, createdOutcome(k.Number), nil, testTime)
		}
		if err := <-last; err != nil {
			return err
		}
		tasks = tasks[n:]
	}
	return nil
}

// childClaim claims row after row, says each when it is claimed, and settles
// every third, until it is killed.
func childClaim(dir, id string) error {
	l, err := openDir(dir)
	if err != nil {
		return err
	}
	job, err := l.Job(id)
	if err != nil {
		return err
	}
	run, err := l.StartRun(job, testTime, func() RunState { return RunState{} })
	if err != nil {
		return err
	}
	for k, err := range l.Untouched(job) {
		if err == nil {
			err = run.Claim([]Task{k}, testTime)
		}
		if err != nil {
			return err
		}
		fmt.Println("claimed", k.Number)
		if k.Number%3 == 0 {
			if err := <-run.Settle(k, createdOutcome(k.Number), nil, testTime); err != nil {
				return err
			}
			fmt.Println("settled", k.Number)
		}
	}
	return errors.New("it was to be killed before")
}

// child is another process.
type child struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner
}

func startChild(t *testing.T, what, dir, id string) *child {
	t.Helper()
	exe, err := os.Executable()
	must(t, "Executable", err)
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childEnv+"="+strings.Join([]string{what, dir, id}, "\n"))
	cmd.Stderr = os.Stderr
	_, err = cmd.StdinPipe() // open as long as we live: a child that waits for its end goes with us
	must(t, "StdinPipe", err)
	out, err := cmd.StdoutPipe()
	must(t, "StdoutPipe", err)
	must(t, "start a child", cmd.Start())
	c := &child{cmd, bufio.NewScanner(out)}
	t.Cleanup(c.kill)
	return c
}

// line is the next line that the child prints; "" at its end.
func (c *child) line() string {
	c.lines.Scan()
	return c.lines.Text()
}

// kill is SIGKILL, and waits until the process is gone.
func (c *child) kill() {
	_ = c.cmd.Process.Kill() // it may have ended
	_ = c.cmd.Wait()
}

// end waits for the child to end by itself.
func (c *child) end(t *testing.T) {
	t.Helper()
	var text []string
	for c.lines.Scan() {
		text = append(text, c.lines.Text())
	}
	if err := c.cmd.Wait(); err != nil {
		t.Errorf("a child: %v: %q", err, text)
	}
}

// TestProcessesAtOnce has three processes, one of them this one, work on three
// jobs of one new ledger.
func TestProcessesAtOnce(t *testing.T) {
	dir := t.TempDir()
	first, second := startChild(t, "work", dir, "job1"), startChild(t, "work", dir, "job2")
	must(t, "our own job", childWork(dir, "job3"))
	first.end(t)
	second.end(t)
	l := openTest(t, dir)
	for _, id := range []string{"job1", "job2", "job3"} {
		job, err := l.Job(id)
		must(t, "Job", err)
		counts, err := l.ReasonCounts(job)
		if err != nil || counts[outcome.ReasonCreated] != childRows {
			t.Errorf("%s: got %v, %v, want %d created", id, counts, err, childRows)
		}
	}
}

// TestKilledClaims kills a process that claims, a few times over. Whatever it
// had said to be claimed is in doubt, whatever it had said to be settled is
// settled, and at most one row more.
func TestKilledClaims(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	l := openTest(t, dir)
	job := planTest(t, l, "job1", pendingRows(childRows))
	closeTest(t, l)
	said := make(map[int]string)
	for kill := 1; kill <= 4; kill++ {
		c := startChild(t, "claim", dir, "job1")
		for range 10 * kill {
			word, number, _ := strings.Cut(c.line(), " ")
			n, err := strconv.Atoi(number)
			must(t, "a line of the child", err)
			said[n] = word
		}
		c.kill()
		l := openTest(t, dir)
		runs, err := l.Runs(job)
		if err != nil || len(runs) != kill || runs[kill-1].LeaseUntil.Before(testTime) {
			t.Errorf("kill %d: got the runs %+v, %v", kill, runs, err)
		}
		doubt, _ := tasksOf(t, l, job)
		inDoubt := make(map[int]bool)
		for _, k := range doubt {
			inDoubt[k.Number] = true
		}
		rows := rowsOf(t, l, job)
		for n, word := range said {
			settled := rows[n-1].Row.Reason == outcome.ReasonCreated
			if !settled && !inDoubt[n] || word == "settled" && !settled {
				t.Errorf("kill %d: row %d was %s, and is settled %t, in doubt %t", kill, n, word, settled, inDoubt[n])
			}
		}
		closeTest(t, l)
	}
}

// TestKilledPlan kills a process in its plan. The next plan starts again.
func TestKilledPlan(t *testing.T) {
	dir := t.TempDir()
	c := startChild(t, "plan", dir, "job1")
	for range 20 {
		c.line()
	}
	c.kill()
	l := openTest(t, dir)
	old, err := l.Job("job1")
	if err != nil || old.Planned {
		t.Fatalf("got %+v, %v, want a job that is not planned", old, err)
	}
	if got := len(rowsOf(t, l, old)); got < 19 {
		t.Errorf("got %d rows, want the 19 or more that were acknowledged", got)
	}
	if got := len(rowsOf(t, l, planTest(t, l, "job1", pendingRows(5)))); got != 5 {
		t.Errorf("planned again: got %d rows, want 5", got)
	}
}
