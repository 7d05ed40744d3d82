package ledger

import (
	"errors"
	"reflect"
	"slices"
	"testing"

	"sent-import/importer/outcome"
)

func TestContactIDs(t *testing.T) {
	l := openTest(t, t.TempDir())
	job := planTest(t, l, "ids", pendingRows(5))
	run := startTest(t, l, job)
	_, tasks := tasksOf(t, l, job)
	must(t, "Claim", run.Claim(tasks, testTime))
	noID := createdOutcome(2)
	noID.ContactID = ""
	exists := outcome.Outcome{Status: outcome.Duplicate, Reason: outcome.AlreadyExists, ContactID: "theirs", SettledAt: testTime}
	for i, o := range []outcome.Outcome{createdOutcome(1), noID, exists, createdOutcome(4)} {
		must(t, "Settle", <-run.Settle(tasks[i], o, nil, testTime))
	}
	var got []ContactID
	for id, err := range l.ContactIDs(job) {
		must(t, "ContactIDs", err)
		got = append(got, id)
	}
	want := []ContactID{{1, createdOutcome(1).ContactID}, {4, createdOutcome(4).ContactID}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestMissingIDs finds the duplicates without an id until a look-up was answered.
func TestMissingIDs(t *testing.T) {
	l := openTest(t, t.TempDir())
	job := planTest(t, l, "missing", append(pendingRows(5), duplicateRow(6, 1)))
	run := startTest(t, l, job)
	_, tasks := tasksOf(t, l, job)
	must(t, "Claim", run.Claim(tasks, testTime))
	exists := outcome.Outcome{Status: outcome.Duplicate, Reason: outcome.AlreadyExists, HTTPStatus: 409, ErrorCode: "RESOURCE_007", Attempts: 1, SettledAt: testTime}
	named := exists
	named.ContactID = "id-4"
	must(t, "Settle", errors.Join(
		<-run.Settle(tasks[0], exists, nil, testTime), <-run.Settle(tasks[1], exists, nil, testTime), <-run.Settle(tasks[2], exists, nil, testTime),
		<-run.Settle(tasks[3], named, nil, testTime), <-run.Settle(tasks[4], createdOutcome(5), nil, testTime)))
	if got := numberedOf(t, l.MissingIDs(job)); !slices.Equal(got, []int{1, 2, 3}) {
		t.Errorf("MissingIDs: got %v, want 1, 2, 3", got)
	}
	must(t, "SettleID", errors.Join(
		<-run.SettleID(1, outcome.Outcome{ContactID: "id-1"}, testTime), <-run.SettleID(2, outcome.Outcome{Message: "not found"}, testTime)))
	if n, err := l.CountMissingIDs(job); n != 1 || err != nil {
		t.Errorf("CountMissingIDs: got %d, %v, want 1", n, err)
	}
	rows := rowsOf(t, l, job)
	want := exists
	if want.ContactID = "id-1"; rows[0].Row.Outcome != want {
		t.Errorf("got %+v, want %+v", rows[0].Row.Outcome, want)
	}
	want = exists
	if want.Message = "not found"; rows[1].Row.Outcome != want {
		t.Errorf("got %+v, want %+v", rows[1].Row.Outcome, want)
	}
	if err := <-run.SettleID(5, outcome.Outcome{ContactID: "other"}, testTime); !errors.Is(err, ErrDamaged) {
		t.Errorf("an id for a created row: got %v, want %v", err, ErrDamaged)
	}
}
