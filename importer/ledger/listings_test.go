package ledger

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/serverclock"
)

func numberedOf(tb testing.TB, rows func(func(Numbered, error) bool)) []int {
	tb.Helper()
	list := []int{}
	for n, err := range rows {
		must(tb, "read", err)
		if want := testPhone(n.Number); fmt.Sprintf("+%d", n.Digits) != want {
			tb.Errorf("row %d: got the digits %d, want %s", n.Number, n.Digits, want)
		}
		list = append(list, n.Number)
	}
	return list
}

// TestListable: the list may settle a row only if no request for it can be in
// doubt.
func TestListable(t *testing.T) {
	l := openTest(t, t.TempDir())
	rows := pendingRows(8)
	rows = append(rows, invalidRow(9, ""), duplicateRow(10, 1))
	job := planTest(t, l, "listable", rows)
	run := startTest(t, l, job)
	_, tasks := tasksOf(t, l, job)
	must(t, "Claim", run.Claim(tasks[1:7], testTime)) // 2 to 7
	unknown := failedOutcome()
	unknown.Reason = outcome.OutcomeUnknown
	window := serverclock.Spans{{Run: 1, From: testTime, To: testTime.Add(time.Minute)}}
	must(t, "Settle", errors.Join(
		<-run.Settle(tasks[2], createdOutcome(3), nil, testTime),
		<-run.Settle(tasks[3], failedOutcome(), nil, testTime),    // 4: without doubt
		<-run.Settle(tasks[4], failedOutcome(), window, testTime), // 5: in doubt
		<-run.Settle(tasks[5], unknown, nil, testTime),            // 6
		<-run.Settle(tasks[6], tasks[6].Before, nil, testTime)))   // 7: put back; 2 is still claimed
	want := []int{1, 4, 7, 8}
	if got := numberedOf(t, l.Listable(job)); !slices.Equal(got, want) {
		t.Errorf("Listable: got %v, want %v", got, want)
	}
	if n, err := l.CountListable(job); n != len(want) || err != nil {
		t.Errorf("CountListable: got %d, %v, want %d", n, err, len(want))
	}
	at := Listing{PageSize: 50, Pages: 3, StartedAt: testTime}
	must(t, "SettleListed", <-run.SettleListed([]Listed{{Number: 1, ContactID: "id-1", HTTPStatus: 200, RequestID: "req_1"}, {Number: 4, ContactID: "id-4", HTTPStatus: 200, RequestID: "req_1"}}, at, testTime))
	got := rowsOf(t, l, job)[3]
	wantRow := Row{KeyNumber: 1, Row: outcome.Row{Number: 4, Line: got.Row.Line, Input: got.Row.Input, Phone: got.Row.Phone, Outcome: outcome.Outcome{
		Status: outcome.Duplicate, Reason: outcome.AlreadyExists, ContactID: "id-4", HTTPStatus: 200, RequestID: "req_1",
		Attempts: 3, SettledAt: testTime,
	}}}
	if fmt.Sprint(got) != fmt.Sprint(wantRow) {
		t.Errorf("got %+v, want %+v", got, wantRow)
	}
	if got := numberedOf(t, l.Listable(job)); !slices.Equal(got, []int{7, 8}) {
		t.Errorf("Listable, afterwards: got %v, want 7 and 8", got)
	}
}

// TestSettleListedRefuses settles what the list may not settle: nothing of it is
// written.
func TestSettleListedRefuses(t *testing.T) {
	for name, number := range map[string]int{"claimed": 1, "settled": 2, "of another job": 99} {
		l := openTest(t, t.TempDir())
		job := planTest(t, l, "refuse", pendingRows(3))
		run := startTest(t, l, job)
		_, tasks := tasksOf(t, l, job)
		must(t, "Claim", run.Claim(tasks[:2], testTime))
		must(t, "Settle", <-run.Settle(tasks[1], createdOutcome(2), nil, testTime))
		err := <-run.SettleListed([]Listed{{Number: 3, ContactID: "id-3", HTTPStatus: 200, RequestID: "r"}, {Number: number, ContactID: "id", HTTPStatus: 200, RequestID: "r"}}, Listing{PageSize: 1}, testTime)
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: got %v, want %v", name, err, ErrDamaged)
		}
		if got := rowsOf(t, l, job)[2].Row.Status; got != outcome.Pending {
			t.Errorf("%s: the other row of the commit is %s, want pending", name, got)
		}
	}
}

// TestListing keeps how far the list was read, for each job on its own, for as
// long as the job is there.
func TestListing(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir)
	job, other := planTest(t, l, "list", pendingRows(1)), planTest(t, l, "other", pendingRows(1))
	run := startTest(t, l, job)
	for _, want := range []Listing{
		{PageSize: 100, Pages: 1, StartedAt: testTime},
		{PageSize: 100, Pages: 7, StartedAt: testTime},
		{PageSize: 50, Pages: 2, StartedAt: testTime.Add(time.Hour), Complete: true},
	} {
		must(t, "SettleListed", <-run.SettleListed(nil, want, testTime))
		if got, err := l.Listing(job); got != want || err != nil {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	}
	if got, err := l.Listing(other); got != (Listing{}) || err != nil {
		t.Errorf("the other job: got %+v, %v, want nothing", got, err)
	}
	renamed, err := l.Rename(job, "renamed", 1, "acct")
	must(t, "Rename", err)
	if got, err := l.Listing(renamed); got.Pages != 2 || err != nil {
		t.Errorf("renamed: got %+v, %v, want it to be kept", got, err)
	}
	must(t, "Drop", l.Drop(renamed))
	if got, err := l.Listing(renamed); got != (Listing{}) || err != nil {
		t.Errorf("dropped: got %+v, %v, want nothing", got, err)
	}
	closeTest(t, l)
	alter(t, dir, "INSERT INTO listings VALUES (2, 0, -1, 0, 0)")
	l = openTest(t, dir)
	if _, err := l.Listing(other); !errors.Is(err, ErrDamaged) {
		t.Errorf("pages of nothing: got %v, want %v", err, ErrDamaged)
	}
}
