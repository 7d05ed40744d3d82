package ledger

import (
	"slices"
	"testing"

	"sent-import/importer/outcome"
)

// optedOutRow is the nth row, left out since the person opted out.
func optedOutRow(n int) outcome.Row {
	r := pendingRow(n)
	r.Outcome = outcome.Outcome{Status: outcome.Invalid, Reason: outcome.OptedOut, SettledAt: testTime}
	return r
}

// TestOptedOut: what other jobs with the same target say of people who opted out.
func TestOptedOut(t *testing.T) {
	l := openTest(t, t.TempDir())
	plan := func(id string, edit func(*Job), rows ...outcome.Row) Job {
		t.Helper()
		j := testJob(id)
		edit(&j)
		j, err := l.CreateJob(j)
		must(t, "CreateJob", err)
		must(t, "AddRows", <-l.AddRows(j, rows))
		j, err = l.FinishPlan(j, len(rows), "{}", nil)
		must(t, "FinishPlan", err)
		return j
	}
	same := func(*Job) {}
	unread := optedOutRow(2)
	unread.Phone = ""
	first := plan("first", same, optedOutRow(1), unread, invalidRow(3, ""), pendingRow(4), duplicateRow(5, 4), optedOutRow(6))
	marked := pendingRows(2)
	marked[1].Phone, marked[1].Mark = testPhone(20), true
	second := plan("second", same, marked...)
	run := startTest(t, l, second)
	_, tasks := tasksOf(t, l, second)
	alone := func(phone int, row outcome.Row) outcome.Row {
		row.Phone = testPhone(phone)
		return row
	}
	plan("first-2", func(j *Job) { j.Generation = 2 }, alone(30, optedOutRow(1)))
	plan("rehearsal", func(j *Job) { j.Sandbox = true }, alone(40, optedOutRow(1)))
	plan("nobody", func(j *Job) { j.Account = "" }, alone(50, optedOutRow(1)))
	plan("account", func(j *Job) { j.Account = "x" }, alone(60, optedOutRow(1)))
	plan("profile", func(j *Job) { j.Profile = "x" }, alone(70, optedOutRow(1)))
	plan("api", func(j *Job) { j.BaseURL = "x" }, alone(80, optedOutRow(1)))
	want := func(when string, j Job, phones ...int) {
		t.Helper()
		var got, all []uint64
		for n, err := range l.OptedOut(j) {
			must(t, "OptedOut", err)
			got = append(got, n)
		}
		for _, n := range phones {
			digits, _ := outcome.ParseE164(testPhone(n))
			all = append(all, digits)
		}
		if !slices.Equal(got, all) {
			t.Errorf("%s: got %v, want %v", when, got, all)
		}
	}
	asking := plan("asking", same, optedOutRow(90))
	want("same target", asking, 1, 6, 20, 30, 40, 50)
	want("the job's own rows do not count", first, 20, 30, 40, 50, 90)
	asking.Account = ""
	want("account not known", asking, 1, 6, 20, 30, 40, 50, 60)
	asking.Account = "a"
	must(t, "Claim", run.Claim(tasks[1:], testTime))
	must(t, "Found", run.Found(tasks[1], contactThere(2, outcome.ReasonCreated), "then", testTime))
	must(t, "Settle", <-run.Settle(tasks[1], createdOutcome(2), nil, testTime))
	want("marked", asking, 1, 6, 20, 30, 40, 50)
}

// TestOptedOutEnds: who has seen enough reads no more.
func TestOptedOutEnds(t *testing.T) {
	l := openTest(t, t.TempDir())
	planTest(t, l, "one", []outcome.Row{optedOutRow(1), optedOutRow(2)})
	planTest(t, l, "two", []outcome.Row{optedOutRow(1)})
	n := 0
	for range l.OptedOut(planTest(t, l, "asking", nil)) {
		if n++; n == 1 {
			break
		}
	}
	if n != 1 {
		t.Errorf("got %d numbers, want 1", n)
	}
}
