package ledger

import (
	"maps"
	"strings"
	"testing"
	"time"

	"sent-import/importer/ledger/storage"
	"sent-import/importer/outcome"
)

// finishTest plans and runs a job of n rows to its end.
func finishTest(tb testing.TB, l *Ledger, id string, n int) Job {
	tb.Helper()
	job := planTest(tb, l, id, pendingRows(n))
	must(tb, "settle all", settleAll(l, job, startTest(tb, l, job), 60))
	return job
}

// countsTest counts the job as anybody does, and compares with its rows. What was
// counted is kept when it returns.
func countsTest(tb testing.TB, what string, l *Ledger, job Job) {
	tb.Helper()
	got, err := l.ReasonCounts(job)
	must(tb, "ReasonCounts", err)
	want, err := l.countReasons(job)
	must(tb, "countReasons", err)
	if !maps.Equal(got, want) {
		tb.Errorf("%s: got %v, want %v", what, got, want)
	}
	must(tb, "wait for what is queued", l.RememberAccount("f", "u", "a"))
}

// A finished job is counted once: its rows, which are gone here, are not read
// again, by another process neither.
func TestAttack30FinishedJobIsCountedOnce(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir)
	job := finishTest(t, l, "job", 30)
	countsTest(t, "finished", l, job)
	closeTest(t, l)
	alter(t, dir, "DELETE FROM rows")
	l = openTest(t, dir)
	counts, err := l.ReasonCounts(job)
	if err != nil || counts[outcome.ReasonCreated] != 30 {
		t.Errorf("got %v, %v, want 30 created", counts, err)
	}
}

// A plan has counted its rows: they are not read for it. After a run they are.
func TestPlanIsCounted(t *testing.T) {
	l := openTest(t, t.TempDir())
	job, err := l.CreateJob(testJob("job"))
	must(t, "CreateJob", err)
	must(t, "AddRows", <-l.AddRows(job, append(pendingRows(3), invalidRow(4, ""))))
	planned := map[outcome.Reason]int{outcome.NotAttempted: 2, outcome.PhoneNotANumber: 2} // not what the rows say
	job, err = l.FinishPlan(job, 4, "{}", planned)
	must(t, "FinishPlan", err)
	if got, err := l.ReasonCounts(job); err != nil || !maps.Equal(got, planned) {
		t.Errorf("got %v, %v, want those of the plan: %v", got, err, planned)
	}
	must(t, "settle all", settleAll(l, job, startTest(t, l, job), 3))
	countsTest(t, "after a run", l, job)
}

// Whatever happens to a job, its counts are those of its rows.
func TestAttack30CountsNeverLie(t *testing.T) {
	s := &scenario{l: openTest(t, t.TempDir())}
	for _, c := range calls() {
		must(t, c.name, c.do(s))
		jobs, err := s.l.Jobs()
		must(t, "Jobs", err)
		for _, job := range jobs {
			countsTest(t, "after "+c.name, s.l, job)
			countsTest(t, "kept after "+c.name, s.l, job)
		}
	}
}

// What the list of contacts and look-ups settle is counted, too.
func TestCountsOfListedRows(t *testing.T) {
	l := openTest(t, t.TempDir())
	job := planTest(t, l, "job", pendingRows(3))
	run := startTest(t, l, job)
	countsTest(t, "planned", l, job)
	at := Listing{PageSize: 100, Pages: 1, StartedAt: testTime}
	must(t, "SettleListed", <-run.SettleListed([]Listed{{Number: 1, HTTPStatus: 200}}, at, testTime))
	countsTest(t, "listed", l, job)
	must(t, "SettleID", <-run.SettleID(1, outcome.Outcome{ContactID: "id"}, testTime))
	countsTest(t, "looked up", l, job)
	must(t, "Drop", l.Drop(job))
	must(t, "no counts are left", storage.Write(l.db, func(tx storage.Tx) error {
		return tx.ExecRows(0, `DELETE FROM counts`)
	}))
}

// Counts that were taken before a row was settled and are kept after it are
// never used, whatever the clock says.
func TestCountsOvertaken(t *testing.T) {
	l := openTest(t, t.TempDir())
	job := planTest(t, l, "job", pendingRows(2))
	run := startTest(t, l, job)
	_, tasks := tasksOf(t, l, job)
	must(t, "Claim", run.Claim(tasks, testTime))
	_, state, err := l.keptCounts(job)
	must(t, "keptCounts", err)
	old, err := l.countReasons(job)
	must(t, "countReasons", err)
	must(t, "Settle", <-run.Settle(tasks[0], createdOutcome(1), nil, testTime))
	l.keepCounts(job, state, old)
	must(t, "wait for what is queued", l.RememberAccount("f", "u", "a"))
	countsTest(t, "overtaken", l, job)
}

// Every commit that changes a row of a planned job counts itself.
func TestCommitsAreCounted(t *testing.T) {
	s := &scenario{l: openTest(t, t.TempDir())}
	changed, counted := "", false
	setFault(t, s.l, func(step string) error {
		switch {
		case strings.HasPrefix(step, "UPDATE rows"):
			changed = step
		case strings.Contains(step, "commits = commits + 1"):
			counted = true
		case step == "COMMIT":
			if changed != "" && !counted {
				t.Errorf("a commit does not count itself: %s", changed)
			}
			changed, counted = "", false
		}
		return nil
	})
	for _, c := range calls() {
		must(t, c.name, c.do(s))
	}
}

// A program of a version without counts that has the ledger open while a newer
// one keeps them can't make them lie.
func TestCountsBesideAnOlderProgram(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir)
	job := planTest(t, l, "job", pendingRows(2))
	run := startTest(t, l, job)
	countsTest(t, "planned", l, job)
	later := millis(testTime.Add(time.Second))
	must(t, "write as it did", storage.Write(l.db, func(tx storage.Tx) error {
		if err := tx.Exec(`UPDATE rows SET status = 'failed', reason = 'network' WHERE number = 1`); err != nil {
			return err
		}
		return tx.Exec(`UPDATE runs SET finished_at = ? WHERE run = ?`, later, run.Number)
	}))
	countsTest(t, "changed by an older program", l, job)
}

// TestChanges: State is another text after every commit of a run, and Changes is more.
func TestChanges(t *testing.T) {
	l := openTest(t, t.TempDir())
	job := planTest(t, l, "job", pendingRows(2))
	seen, last := make(map[string]bool), -1
	check := func(after string) {
		t.Helper()
		state, err := l.State(job)
		must(t, "State", err)
		changes, err := l.Changes(job)
		must(t, "Changes", err)
		if seen[state] || changes <= last {
			t.Errorf("after %s: got the state %q and %d changes, after %d", after, state, changes, last)
		}
		seen[state], last = true, changes
	}
	check("the plan")
	run := startTest(t, l, job)
	check("StartRun")
	_, tasks := tasksOf(t, l, job)
	must(t, "Claim", run.Claim(tasks, testTime))
	check("Claim")
	must(t, "Settle", <-run.Settle(tasks[0], createdOutcome(1), nil, testTime))
	check("Settle")
}
