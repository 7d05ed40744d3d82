package ledger

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sent-import/importer/ledger/storage"
	"sent-import/importer/outcome"
)

// testTime is the time at which everything in the tests begins.
var testTime = time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)

func closeTest(tb testing.TB, l *Ledger) {
	tb.Helper()
	must(tb, "Close", l.Close())
}

func must(tb testing.TB, what string, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatalf("%s: %v", what, err)
	}
}

// testPhone is the number of the nth row: a French mobile one.
func testPhone(n int) string { return "+336" + fmt.Sprintf("%08d", n) }

func pendingRow(n int) outcome.Row {
	return outcome.Row{
		Number: n, Line: n + 1, Input: "06 " + strconv.Itoa(n), Phone: testPhone(n),
		Outcome: outcome.Outcome{Status: outcome.Pending, Reason: outcome.NotAttempted},
	}
}

func pendingRows(n int) []outcome.Row {
	rows := make([]outcome.Row, n)
	for i := range rows {
		rows[i] = pendingRow(i + 1)
	}
	return rows
}

func invalidRow(n int, message string) outcome.Row {
	return outcome.Row{Number: n, Line: n + 1, Input: "?", Outcome: outcome.Outcome{
		Status: outcome.Invalid, Reason: outcome.PhoneNotANumber, Message: message, SettledAt: testTime}}
}

func duplicateRow(n, first int) outcome.Row {
	return outcome.Row{Number: n, Line: n + 1, Input: "06", Phone: testPhone(first), Outcome: outcome.Outcome{
		Status: outcome.Duplicate, Reason: outcome.InFile, DuplicateOf: first + 1, SettledAt: testTime}}
}

func testJob(id string) Job {
	generation := 1
	if _, suffix, later := strings.Cut(id, "-"); later {
		generation, _ = strconv.Atoi(suffix)
	}
	return Job{
		ID: id, Generation: generation, BaseURL: "https://api.example", Profile: "p", Account: "a", Meaning: "{}",
		Input:     Input{Path: "/in/list.csv", Name: "list.csv", Bytes: 99, SHA256: "abc"},
		CreatedAt: testTime,
	}
}

// planTest plans a job with the rows.
func planTest(tb testing.TB, l *Ledger, id string, rows []outcome.Row) Job {
	tb.Helper()
	job, err := l.CreateJob(testJob(id))
	must(tb, "CreateJob", err)
	const commit = 4096
	for from := 0; from < len(rows); from += commit {
		must(tb, "AddRows", <-l.AddRows(job, rows[from:min(from+commit, len(rows))]))
	}
	job, err = l.FinishPlan(job, len(rows), `{"header":["phone"]}`, nil)
	must(tb, "FinishPlan", err)
	return job
}

func startTest(tb testing.TB, l *Ledger, job Job) *Run {
	tb.Helper()
	run, err := l.StartRun(job, testTime, func() RunState { return RunState{} })
	must(tb, "StartRun", err)
	return run
}

func createdOutcome(n int) outcome.Outcome {
	return outcome.Outcome{
		Status: outcome.Created, Reason: outcome.ReasonCreated,
		ContactID:  fmt.Sprintf("9f0a1c52-7f5e-4f5c-8a10-%012d", n),
		HTTPStatus: 201, RequestID: "req_" + strconv.Itoa(n), Attempts: 1, SettledAt: testTime.Add(time.Second),
	}
}

func failedOutcome() outcome.Outcome {
	return outcome.Outcome{
		Status: outcome.Failed, Reason: outcome.ServerError, HTTPStatus: 500, ErrorCode: "INTERNAL_001",
		Message: "the API kept failing", RequestID: "req_f", Attempts: 3, SettledAt: testTime.Add(time.Minute),
	}
}

// tasksOf gathers what a queue gives.
func tasksOf(tb testing.TB, l *Ledger, job Job) (doubt, untouched []Task) {
	tb.Helper()
	for t, err := range l.InDoubt(job) {
		must(tb, "InDoubt", err)
		doubt = append(doubt, t)
	}
	for t, err := range l.Untouched(job) {
		must(tb, "Untouched", err)
		untouched = append(untouched, t)
	}
	return doubt, untouched
}

// numbersOf are the rows of tasks.
func numbersOf(tasks []Task) []int {
	list := []int{}
	for _, t := range tasks {
		list = append(list, t.Number)
	}
	return list
}

func wantNumbers(tb testing.TB, what string, tasks []Task, want ...int) {
	tb.Helper()
	if got := numbersOf(tasks); !slices.Equal(got, want) {
		tb.Errorf("%s: got rows %v, want %v", what, got, want)
	}
}

func rowsOf(tb testing.TB, l *Ledger, job Job) []Row {
	tb.Helper()
	var rows []Row
	for r, err := range l.Rows(job) {
		must(tb, "Rows", err)
		rows = append(rows, r)
	}
	return rows
}

// dump is everything that the ledger says, as text to compare. It reads
// through every method that reads.
func dump(l *Ledger) (string, error) {
	var b strings.Builder
	jobs, err := l.Jobs()
	if err != nil {
		return "", err
	}
	_, known, err := l.Account("f", "u")
	if err != nil {
		return "", err
	}
	last, err := l.LastRequest()
	if err != nil {
		return "", err
	}
	fmt.Fprintf(&b, "account known: %t, last request: %v\n", known, last)
	for _, j := range jobs {
		if j.Damaged != nil {
			return "", j.Damaged
		}
		shown := j
		shown.pk = 0 // a job that was not written may have used up a number
		fmt.Fprintf(&b, "job %+v\n", shown)
		if err := dumpJob(&b, l, j); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

func dumpJob(b *strings.Builder, l *Ledger, j Job) error {
	runs, err := l.Runs(j)
	for _, r := range runs {
		fmt.Fprintf(b, "run %d %v %v %v %+v %v\n", r.Number, r.StartedAt, r.FinishedAt, r.LeaseUntil, r.Requests, r.Offsets)
	}
	if err != nil {
		return err
	}
	counts, err := l.countReasons(j)
	if err != nil {
		return err
	}
	fmt.Fprintf(b, "counts %v\n", counts) // maps print in the order of their keys
	for r, err := range l.Rows(j) {
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "row %+v\n", r)
	}
	for id, err := range l.ContactIDs(j) {
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "contact %+v\n", id)
	}
	if err := dumpListing(b, l, j); err != nil {
		return err
	}
	for t, err := range l.InDoubt(j) {
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "in doubt %+v\n", t)
	}
	for t, err := range l.Untouched(j) {
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "untouched %+v\n", t)
	}
	return nil
}

// dumpListing leaves out what a file of the first schema does not have.
func dumpListing(b *strings.Builder, l *Ledger, j Job) error {
	for n, err := range l.Listable(j) {
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "listable %+v\n", n)
	}
	for n, err := range l.MissingIDs(j) {
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "missing id %+v\n", n)
	}
	return nil
}

func mustDump(tb testing.TB, l *Ledger) string {
	tb.Helper()
	text, err := dump(l)
	must(tb, "dump", err)
	return text
}

// setFault puts a fault into the writer, from the next commit on.
func setFault(tb testing.TB, l *Ledger, fault func(step string) error) {
	tb.Helper()
	must(tb, "set fault", storage.Write(l.db, func(tx storage.Tx) error {
		beforeStep := seam(tx)
		*beforeStep = func(step string) error {
			if step == "COMMIT" { // of this one
				*beforeStep = fault
			}
			return nil
		}
		return nil
	}))
}

// countCommits counts the writer's commits from now on.
func countCommits(tb testing.TB, l *Ledger) *atomic.Int64 {
	tb.Helper()
	n := new(atomic.Int64)
	setFault(tb, l, func(step string) error {
		if step == "COMMIT" {
			n.Add(1)
		}
		return nil
	})
	return n
}
