package ledger

import (
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"sent-import/importer/outcome"
)

// markedRows are pending rows, all of whose contacts are to be marked.
func markedRows(n int) []outcome.Row {
	rows := pendingRows(n)
	for i := range rows {
		rows[i].Mark = true
	}
	return rows
}

// contactThere is the outcome that a row has once its contact is marked.
func contactThere(n int, reason outcome.Reason) outcome.Outcome {
	o := createdOutcome(n)
	o.Reason, o.Status, o.Message = reason, reason.Status(), "not yet marked"
	return o
}

// TestMarkIsDurable: a row whose contact is there, and not marked, is pending with the
// contact's id whatever happens, and comes back with the reason that it will have.
func TestMarkIsDurable(t *testing.T) {
	for name, leave := range map[string]func(*Run, Task) error{
		"killed":  func(*Run, Task) error { return nil },
		"stopped": func(r *Run, t Task) error { return <-r.Settle(t, pendingWith(1), nil, testTime) },
		"refused": func(r *Run, t Task) error { return <-r.Settle(t, refusedWith(1), nil, testTime) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			l := openTest(t, dir)
			job := planTest(t, l, "mark", append(markedRows(2), pendingRow(3)))
			run := startTest(t, l, job)
			_, tasks := tasksOf(t, l, job)
			if !tasks[0].Mark || tasks[0].Found != "" || tasks[2].Mark {
				t.Errorf("tasks: %+v", tasks)
			}
			must(t, "Claim", run.Claim(tasks, testTime))
			must(t, "Found", run.Found(tasks[0], contactThere(1, outcome.ReasonRecovered), "then", testTime))
			must(t, "leave", leave(run, tasks[0]))
			closeTest(t, l)

			l = openTest(t, dir)
			doubt, untouched := tasksOf(t, l, job)
			wantNumbers(t, "in doubt, or to mark", doubt, 1, 2, 3)
			wantNumbers(t, "untouched", untouched)
			got := doubt[0]
			if !got.Mark || got.Found != outcome.ReasonRecovered || got.Before.ContactID != createdOutcome(1).ContactID || len(got.Spans) > 0 || got.Before.Attempts != 1 {
				t.Errorf("got %+v", got)
			}
			if row := rowsOf(t, l, job)[0].Row; !row.Mark || row.ContactID == "" || row.Status == outcome.Created {
				t.Errorf("the report has %+v", row)
			}
			run = startTest(t, l, job)
			must(t, "ClaimFound", run.ClaimFound(got, testTime))
			if row := rowsOf(t, l, job)[0].Row; row.Reason != outcome.Unresolved || row.ContactID == "" || row.Attempts != 1 {
				t.Errorf("while it is marked: %+v", row)
			}
			o := createdOutcome(1)
			o.Message = "marked as opted out"
			must(t, "Settle", <-run.Settle(got, o, nil, testTime))
			doubt, _ = tasksOf(t, l, job)
			wantNumbers(t, "afterwards", doubt, 2, 3)
			if row := rowsOf(t, l, job)[0].Row; row.Outcome != o || !row.Mark {
				t.Errorf("got %+v, want %+v", row.Outcome, o)
			}
		})
	}
}

func pendingWith(n int) outcome.Outcome {
	return outcome.Outcome{Status: outcome.Pending, Reason: outcome.Unresolved, ContactID: createdOutcome(n).ContactID, Attempts: 1}
}

func refusedWith(n int) outcome.Outcome {
	o := pendingWith(n)
	o.Status, o.Reason, o.HTTPStatus, o.ErrorCode, o.Message, o.SettledAt = outcome.Failed, outcome.Rejected, 403, "AUTH_004", "refused", testTime
	return o
}

// TestGoneIsInDoubtAgain: a creation that follows a contact which was deleted is claimed
// like any other, from its own time on.
func TestGoneIsInDoubtAgain(t *testing.T) {
	l := openTest(t, t.TempDir())
	job := planTest(t, l, "gone", markedRows(1))
	run := startTest(t, l, job)
	_, tasks := tasksOf(t, l, job)
	must(t, "Claim", run.Claim(tasks, testTime))
	must(t, "Found", run.Found(tasks[0], contactThere(1, outcome.ReasonCreated), "", testTime))
	later := testTime.Add(time.Minute)
	must(t, "Gone", run.Gone(tasks[0], 2, later))
	doubt, _ := tasksOf(t, l, job)
	got := doubt[0]
	if got.Found != "" || !got.Mark || got.KeyNumber != 2 || got.ClaimedRun != 1 || !got.ClaimedAt.Equal(later) || got.Before.ContactID != "" {
		t.Errorf("got %+v", got)
	}
}

// TestListedToMark: the list settles a row whose contact has opted out, and leaves the
// mark of the others.
func TestListedToMark(t *testing.T) {
	l := openTest(t, t.TempDir())
	job := planTest(t, l, "listed", append(markedRows(3), pendingRow(4)))
	run := startTest(t, l, job)
	if n, err := l.CountToMark(job); n != 3 || err != nil {
		t.Errorf("CountToMark: got %d, %v, want 3", n, err)
	}
	if got := numberedOf(t, l.ToMark(job)); !slices.Equal(got, []int{1, 2, 3}) {
		t.Errorf("ToMark: got %v, want 1 to 3", got)
	}
	page := []Listed{
		{Number: 1, ContactID: "id-1", HTTPStatus: 200, RequestID: "r", Message: "marked as opted out already"},
		{Number: 2, ContactID: "id-2", HTTPStatus: 200, RequestID: "r", ToMark: true, UpdatedAt: "then", Message: "not yet"},
		{Number: 4, ContactID: "id-4", HTTPStatus: 200, RequestID: "r"},
	}
	must(t, "SettleListed", <-run.SettleListed(page, Listing{PageSize: 100, Pages: 1, StartedAt: testTime}, testTime))
	rows := rowsOf(t, l, job)
	for i, want := range []outcome.Outcome{
		{Status: outcome.Duplicate, Reason: outcome.AlreadyExists, ContactID: "id-1", HTTPStatus: 200, RequestID: "r", Message: "marked as opted out already", SettledAt: testTime},
		{Status: outcome.Pending, Reason: outcome.Unresolved, ContactID: "id-2", Message: "not yet"},
		{Status: outcome.Pending, Reason: outcome.NotAttempted},
		{Status: outcome.Duplicate, Reason: outcome.AlreadyExists, ContactID: "id-4", HTTPStatus: 200, RequestID: "r", SettledAt: testTime},
	} {
		if got := rows[i].Row.Outcome; got != want {
			t.Errorf("row %d: got %+v, want %+v", i+1, got, want)
		}
	}
	doubt, untouched := tasksOf(t, l, job)
	wantNumbers(t, "to mark", doubt, 2)
	wantNumbers(t, "untouched", untouched, 3)
	if doubt[0].Found != outcome.AlreadyExists {
		t.Errorf("got %+v", doubt[0])
	}
	if n, err := l.CountToMark(job); n != 1 || err != nil {
		t.Errorf("CountToMark afterwards: got %d, %v, want 1", n, err)
	}
	if n, err := l.CountListable(job); n != 1 || err != nil {
		t.Errorf("CountListable: got %d, %v, want 1: what waits for its mark is not the list's", n, err)
	}
	err := <-run.SettleListed([]Listed{{Number: 4, ContactID: "id-4", ToMark: true}}, Listing{PageSize: 100}, testTime)
	if !errors.Is(err, ErrDamaged) {
		t.Errorf("a row that wants no mark: got %v, want %v", err, ErrDamaged)
	}
}

// TestElsewhereOfMarks: a contact that a job has created is that job's while it waits for
// its mark, and a row that only waits for that creates nothing any more.
func TestElsewhereOfMarks(t *testing.T) {
	l := openTest(t, t.TempDir())
	other, asking := planTest(t, l, "other", markedRows(3)), planTest(t, l, "asking", pendingRows(3))
	run := startTest(t, l, other)
	_, tasks := tasksOf(t, l, other)
	must(t, "Claim", run.Claim(tasks, testTime))
	want := func(what string, n int, want Elsewhere, doubts int) {
		t.Helper()
		got, err := l.Elsewhere(asking, testPhone(n), createdOutcome(n).ContactID, testTime.Add(-time.Hour), 0, testTime)
		if got != want || err != nil {
			t.Errorf("%s: got %d, %v, want %d", what, got, err, want)
		}
		lost, err := l.DoubtsElsewhere(asking, testPhone(n), testTime.Add(-time.Hour), 0, time.Minute)
		if len(lost.Jobs) != doubts || len(lost.Generations) > 0 || err != nil {
			t.Errorf("%s: got the doubts %v, %v, want %d", what, lost, err, doubts)
		}
	}
	want("under way", 1, ClaimedElsewhere, 1)
	must(t, "Found", errors.Join(
		run.Found(tasks[0], contactThere(1, outcome.ReasonCreated), "", testTime),
		run.Found(tasks[1], contactThere(2, outcome.AlreadyExists), "", testTime)))
	want("created", 1, CreatedElsewhere, 0)
	want("found", 2, UnknownElsewhere, 0)
	must(t, "Settle", <-run.Settle(tasks[0], refusedWith(1), nil, testTime))
	want("created, and the mark refused", 1, CreatedElsewhere, 0)
	ids := 0
	for id, err := range l.ContactIDs(other) {
		must(t, "ContactIDs", err)
		if ids++; id.Number != 1 {
			t.Errorf("row %d has created a contact", id.Number)
		}
	}
	if ids != 1 {
		t.Errorf("got %d contact ids, want 1", ids)
	}
}

// TestPatches: what is known of the marks of a contact, by all jobs of an API.
func TestPatches(t *testing.T) {
	l := openTest(t, t.TempDir())
	first, second := planTest(t, l, "first", markedRows(1)), planTest(t, l, "second", markedRows(1))
	elsewhere := first
	elsewhere.BaseURL = "https://elsewhere.invalid"
	want := func(what string, want ...Patch) {
		t.Helper()
		got, err := l.Patches(second, createdOutcome(1).ContactID)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v, %v, want %v", what, got, err, want)
		}
		if got, err := l.Patches(elsewhere, createdOutcome(1).ContactID); len(got) > 0 || err != nil {
			t.Errorf("%s, of another API: got %v, %v, want none", what, got, err)
		}
	}
	want("before")
	for i, job := range []Job{first, second} {
		run := startTest(t, l, job)
		_, tasks := tasksOf(t, l, job)
		must(t, "Claim", run.Claim(tasks, testTime))
		before := []string{"", "t1"}[i]
		must(t, "Found", run.Found(tasks[0], contactThere(1, outcome.AlreadyExists), before, testTime))
		if i == 0 {
			want("about to be marked", Patch{})
			must(t, "Patched", <-run.Patched(createdOutcome(1).ContactID, "t1", testTime))
			want("marked", Patch{"", "t1"})
			must(t, "Found again", run.Found(tasks[0], contactThere(1, outcome.AlreadyExists), "t1", testTime))
			want("about to be marked again", Patch{})
			must(t, "Patched", <-run.Patched(createdOutcome(1).ContactID, "t2", testTime))
		}
	}
	want("by both", Patch{"", "t2"}, Patch{"t1", ""})
	must(t, "Drop", l.Drop(first))
	want("without the first", Patch{"t1", ""})
}

// TestDamagedMark: a mark that no version writes is damage.
func TestDamagedMark(t *testing.T) {
	for _, edit := range []string{`mark = 'maybe'`, `mark = 'created'`, `mark = 'in_file', contact_id = 'x'`} {
		dir := t.TempDir()
		l := openTest(t, dir)
		job := planTest(t, l, "damaged", markedRows(1))
		must(t, "Claim", startTest(t, l, job).Claim([]Task{{Number: 1}}, testTime))
		alter(t, dir, `UPDATE rows SET `+edit)
		for _, err := range l.InDoubt(job) {
			if !errors.Is(err, ErrDamaged) {
				t.Errorf("%s: got %v, want %v", edit, err, ErrDamaged)
			}
		}
	}
	if _, _, err := parseMark("", ""); err != nil {
		t.Error(err)
	}
}
