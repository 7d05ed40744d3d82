package ledger

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/serverclock"
)

// createdTest plans a job and has it create the contacts of its first n rows.
func createdTest(t *testing.T, l *Ledger, id string, rows []outcome.Row, n int) (Job, *Run) {
	t.Helper()
	job := planTest(t, l, id, rows)
	run := startTest(t, l, job)
	_, tasks := tasksOf(t, l, job)
	must(t, "Claim", run.Claim(tasks[:n], testTime))
	for i := range n {
		o := createdOutcome(i + 1)
		o.Dates = outcome.Dates{Created: "then", Updated: []string{"", "later"}[i%2], UpdatedAlone: i%2 == 1}
		must(t, "Settle", <-run.Settle(tasks[i], o, nil, testTime))
	}
	return job, run
}

func undoRowsOf(t *testing.T, l *Ledger, j Job) (rows []UndoRow) {
	t.Helper()
	for row, err := range l.UndoRows(j) {
		must(t, "UndoRows", err)
		rows = append(rows, row)
	}
	return rows
}

// results are the rows' results, an ! for an intent, and the beginning of their messages.
func results(rows []UndoRow) string {
	var all []string
	for _, r := range rows {
		text := fmt.Sprintf("%d %s", r.Number, r.Row.Result)
		if r.Intended {
			text += "!"
		}
		first, _, _ := strings.Cut(r.Row.Message, " ")
		all = append(all, strings.TrimSpace(text+" "+first))
	}
	return strings.Join(all, ", ")
}

// TestUndoIsDurable: an intent and a result are there after a kill, and so is the undo.
func TestUndoIsDurable(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir)
	job, run := createdTest(t, l, "undone", pendingRows(5), 4)
	_, tasks := tasksOf(t, l, job)
	must(t, "Claim", run.Claim(tasks[:1], testTime)) // row 5, in doubt, also where its contact is known
	unknown := failedOutcome()
	unknown.ContactID = "c5"
	must(t, "Settle", <-run.Settle(tasks[0], unknown, serverclock.Spans{{Run: 1, From: testTime, To: testTime}}, testTime))
	if u, err := l.Undo(job); err != nil || u != (Undo{}) {
		t.Errorf("before: %+v, %v", u, err)
	}
	run = startTest(t, l, job)
	must(t, "BeginUndo", run.BeginUndo(testTime))
	must(t, "IntendDelete", run.IntendDelete(1, testTime))
	must(t, "IntendDelete", run.IntendDelete(2, testTime))
	must(t, "SettleDelete", <-run.SettleDelete(2, outcome.UndoDeleted, "", testTime))
	must(t, "SettleDelete", <-run.SettleDelete(3, outcome.UndoChanged, "kept: why", testTime))
	closeTest(t, l)

	l = openTest(t, dir)
	rows := undoRowsOf(t, l, job)
	if got, want := results(rows), "1 pending!, 2 deleted, 3 changed kept:, 4 pending, 5 failed it"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if first, second := rows[0], rows[1]; first.Dates != (outcome.Dates{Created: "then"}) || second.Dates != (outcome.Dates{Created: "then", Updated: "later", UpdatedAlone: true}) {
		t.Errorf("got the dates %+v and %+v", first.Dates, second.Dates)
	}
	if r := rows[0]; r.Row.Line != 2 || r.Row.Phone != testPhone(1) || r.Row.ContactID != createdOutcome(1).ContactID || !r.Made || rows[4].Made {
		t.Errorf("got %+v and %+v", r, rows[4])
	}
	openUndos(t, l, job, "undone")
	run = startTest(t, l, job)
	must(t, "BeginUndo", run.BeginUndo(testTime.Add(time.Hour)))
	must(t, "FinishUndo", run.FinishUndo(testTime.Add(2*time.Hour)))
	if u, err := l.Undo(job); err != nil || !u.StartedAt.Equal(testTime) || !u.FinishedAt.Equal(testTime.Add(2*time.Hour)) {
		t.Errorf("got %+v, %v", u, err)
	}
	openUndos(t, l, job, "")
	must(t, "Drop", l.Drop(job))
	for _, table := range []string{"undone", "undos"} {
		var n int
		must(t, "count", rawTest(t, dir).QueryRow(`SELECT count(*) FROM `+table).Scan(&n))
		if n != 0 {
			t.Errorf("%s has %d rows of a dropped job", table, n)
		}
	}
}

// TestUndoOfRowsToMark: a contact that was there before, and whose mark was under way at a
// kill, is none of the undo's; one that the job has created is.
func TestUndoOfRowsToMark(t *testing.T) {
	l := openTest(t, t.TempDir())
	job := planTest(t, l, "mark", markedRows(2))
	run := startTest(t, l, job)
	_, tasks := tasksOf(t, l, job)
	must(t, "Claim", run.Claim(tasks, testTime))
	must(t, "Found", run.Found(tasks[0], contactThere(1, outcome.AlreadyExists), "", testTime))
	must(t, "Found", run.Found(tasks[1], contactThere(2, outcome.ReasonCreated), "", testTime))
	if got, want := results(undoRowsOf(t, l, job)), "2 pending"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestContactsOfOtherJobs: which of a job's contacts a newer job has created again, which
// jobs have them as duplicates, and that a deleted contact is not another job's.
func TestContactsOfOtherJobs(t *testing.T) {
	l := openTest(t, t.TempDir())
	first, run := createdTest(t, l, "first", pendingRows(3), 3)
	second, again := createdTest(t, l, "second", pendingRows(3), 2)
	must(t, "BeginUndo", again.BeginUndo(testTime))
	must(t, "SettleDelete", <-again.SettleDelete(1, outcome.UndoDeleted, "", testTime))
	since, err := l.CreatedSince(first)
	if err != nil || len(since) != 1 || since[2] != "second" {
		t.Errorf("CreatedSince: got %v, %v", since, err)
	}
	if since, err := l.CreatedSince(second); err != nil || len(since) != 0 {
		t.Errorf("CreatedSince of the newest: got %v, %v", since, err)
	}
	third := planTest(t, l, "third", pendingRows(2))
	settler := startTest(t, l, third)
	_, tasks := tasksOf(t, l, third)
	must(t, "Claim", settler.Claim(tasks, testTime))
	for _, task := range tasks {
		must(t, "Settle", <-settler.Settle(task, outcome.Outcome{Status: outcome.Duplicate, Reason: outcome.AlreadyExists}, nil, testTime))
	}
	sharers, err := l.Sharers(first)
	if err != nil || !slices.Equal(sharers, []Sharer{{"third", "list.csv", 2}}) {
		t.Errorf("Sharers: got %v, %v", sharers, err)
	}
	for n, want := range []Elsewhere{CreatedElsewhere, CreatedElsewhere, CreatedElsewhere} {
		elsewhere(t, l, third, n+1, want)
	}
	must(t, "BeginUndo", run.BeginUndo(testTime))
	must(t, "SettleDelete", <-run.SettleDelete(1, outcome.UndoGone, "", testTime))
	must(t, "SettleDelete", <-run.SettleDelete(2, outcome.UndoChanged, "", testTime))
	must(t, "IntendDelete", run.IntendDelete(3, testTime))
	for n, want := range []Elsewhere{UnknownElsewhere, CreatedElsewhere, CreatedElsewhere} {
		elsewhere(t, l, third, n+1, want)
	}
}

func elsewhere(t *testing.T, l *Ledger, j Job, n int, want Elsewhere) {
	t.Helper()
	got, err := l.Elsewhere(j, testPhone(99), createdOutcome(n).ContactID, testTime, 0, testTime)
	if err != nil || got != want {
		t.Errorf("contact %d: got %v, %v, want %v", n, got, err, want)
	}
}

// TestLastLostDelete: a deletion without an answer counts from when it was met, or until
// the lease of a run that died with one under way has ended.
func TestLastLostDelete(t *testing.T) {
	l := openTest(t, t.TempDir())
	job, run := createdTest(t, l, "undone", pendingRows(2), 2)
	want := func(when string, at time.Time) {
		t.Helper()
		if got, err := l.LastLostDelete(job); err != nil || !got.Equal(at) {
			t.Errorf("%s: got %v, %v, want %v", when, got, err, at)
		}
	}
	must(t, "BeginUndo", run.BeginUndo(testTime))
	must(t, "SettleDelete", <-run.SettleDelete(1, outcome.UndoDeleted, "", testTime))
	want("all answered", time.Time{})
	must(t, "IntendDelete", run.IntendDelete(2, testTime))
	runs, err := l.Runs(job)
	must(t, "Runs", err)
	want("one under way", runs[0].LeaseUntil)
	must(t, "LostDelete", <-run.LostDelete(testTime.Add(time.Hour)))
	want("one lost, and one under way", testTime.Add(time.Hour+serverclock.LeaseTime))
	must(t, "SettleDelete", <-run.SettleDelete(2, outcome.UndoDeleted, "", testTime))
	must(t, "FinishUndo", run.FinishUndo(testTime))
	want("complete", testTime.Add(time.Hour))
	job.Account = "x"
	want("another account", time.Time{})
}

// openUndos tests what stands in the way of importing the file of a job that is being undone;
// "" for nothing.
func openUndos(t *testing.T, l *Ledger, undone Job, want string) {
	t.Helper()
	other := undone
	other.ID = "another-reading"
	for name, tt := range map[string]struct {
		change func(*Job)
		want   string
	}{
		"a generation":                     {func(j *Job) { *j = Job{ID: "undone-7"} }, want},
		"another reading":                  {func(*Job) {}, want},
		"another file":                     {func(j *Job) { j.Input.SHA256 = "other" }, ""},
		"another account":                  {func(j *Job) { j.Account = "other" }, ""},
		"an account that is not known yet": {func(j *Job) { j.Account = "" }, ""},
		"another server":                   {func(j *Job) { j.BaseURL = "other" }, ""},
		"another profile":                  {func(j *Job) { j.Profile = "other" }, ""},
		"a rehearsal":                      {func(j *Job) { j.Sandbox = true }, ""},
	} {
		j := other
		tt.change(&j)
		if open, err := l.OpenUndo(j); err != nil || open != tt.want {
			t.Errorf("%s: got %q, %v, want %q", name, open, err, tt.want)
		}
	}
}
