package ledger

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/serverclock"
)

// TestPlanRows writes rows of all kinds and reads them again.
func TestPlanRows(t *testing.T) {
	odd := pendingRow(4)
	odd.Input = "a\x00b\xff'\"\r\n;\u202e+"
	long := invalidRow(5, "the row has 3 cells, the header 9")
	long.Input, long.Line = strings.Repeat("9", 1<<20), 1<<31-1
	short := pendingRow(6)
	short.Phone, short.Input = "+1", ""
	longest := pendingRow(7)
	longest.Phone = "+999999999999999"
	rows := []outcome.Row{pendingRow(1), invalidRow(2, ""), duplicateRow(3, 1), odd, long, short, longest}
	l := openTest(t, t.TempDir())
	job := planTest(t, l, "rows", rows)
	got := rowsOf(t, l, job)
	if len(got) != len(rows) {
		t.Fatalf("got %d rows, want %d", len(got), len(rows))
	}
	for i, r := range got {
		if want := (Row{Row: rows[i], KeyNumber: 1}); !reflect.DeepEqual(r, want) {
			t.Errorf("row %d: got %.300q, want %.300q", i+1, fmt.Sprint(r), fmt.Sprint(want))
		}
	}
	counts, err := l.ReasonCounts(job)
	want := map[outcome.Reason]int{outcome.NotAttempted: 4, outcome.PhoneNotANumber: 2, outcome.InFile: 1}
	if err != nil || !reflect.DeepEqual(counts, want) {
		t.Errorf("ReasonCounts: got %v, %v, want %v", counts, err, want)
	}
	_, untouched := tasksOf(t, l, job)
	wantNumbers(t, "Untouched", untouched, 1, 4, 6, 7)
}

// TestEveryReason: every outcome that there is can be planned or settled.
func TestEveryReason(t *testing.T) {
	l := openTest(t, t.TempDir())
	var rows []outcome.Row
	for _, reason := range outcome.Reasons() {
		row := pendingRow(len(rows) + 1)
		row.Status, row.Reason = reason.Status(), reason
		rows = append(rows, row)
	}
	job := planTest(t, l, "reasons", rows)
	for i, r := range rowsOf(t, l, job) {
		if r.Reason != rows[i].Reason || r.Status != rows[i].Status {
			t.Errorf("got %s %s, want %s %s", r.Status, r.Reason, rows[i].Status, rows[i].Reason)
		}
	}
	counts, err := l.ReasonCounts(job)
	if err != nil || len(counts) != len(rows) {
		t.Errorf("got %d reasons, %v, want %d", len(counts), err, len(rows))
	}
}

// TestRowCounts plans as many rows as fill statements and pages to the brim,
// one fewer and one more.
func TestRowCounts(t *testing.T) {
	l := openTest(t, t.TempDir())
	for _, n := range []int{0, 1, planStep - 1, planStep, planStep + 1, page - 1, page, page + 1, 2 * page, 2*page + 1} {
		job := planTest(t, l, fmt.Sprintf("rows %d", n), pendingRows(n))
		rows := rowsOf(t, l, job)
		_, untouched := tasksOf(t, l, job)
		if len(rows) != n || len(untouched) != n {
			t.Fatalf("%d rows: got %d rows, %d untouched", n, len(rows), len(untouched))
		}
		if counts, err := l.ReasonCounts(job); err != nil || counts[outcome.NotAttempted] != n {
			t.Errorf("%d rows: got counts %v, %v", n, counts, err)
		}
		for i, r := range rows {
			if r.Number != i+1 || r.Phone != testPhone(i+1) || untouched[i].Number != i+1 || untouched[i].Phone != r.Phone {
				t.Fatalf("%d rows: row %d is %+v, task %+v", n, i+1, r, untouched[i])
			}
		}
	}
}

// TestUnfinishedRows: before the plan is finished, what is there can be read.
func TestUnfinishedRows(t *testing.T) {
	l := openTest(t, t.TempDir())
	job, err := l.CreateJob(testJob("plan"))
	must(t, "CreateJob", err)
	must(t, "AddRows", <-l.AddRows(job, pendingRows(3)))
	if got := len(rowsOf(t, l, job)); got != 3 {
		t.Errorf("got %d rows, want 3", got)
	}
	if counts, err := l.ReasonCounts(job); err != nil || counts[outcome.NotAttempted] != 3 {
		t.Errorf("got %v, %v, want 3 rows", counts, err)
	}
}

// TestRowsMissing: a plan that says more or fewer rows than there are is damage.
func TestRowsMissing(t *testing.T) {
	for name, c := range map[string]struct {
		rows   []outcome.Row
		said   int
		before int // rows that come before the error
	}{
		"one too few":         {pendingRows(3), 4, 3},
		"one too many":        {pendingRows(3), 2, 3},
		"none":                {nil, 1, 0},
		"a gap":               {[]outcome.Row{pendingRow(1), pendingRow(3)}, 2, 1},
		"the first":           {[]outcome.Row{pendingRow(2)}, 1, 0},
		"behind a page's end": {pendingRows(page), page + 1, page},
	} {
		t.Run(name, func(t *testing.T) {
			l := openTest(t, t.TempDir())
			job, err := l.CreateJob(testJob("job"))
			must(t, "CreateJob", err)
			must(t, "AddRows", <-l.AddRows(job, c.rows))
			job, err = l.FinishPlan(job, c.said, "")
			must(t, "FinishPlan", err)
			if _, err := l.ReasonCounts(job); errors.Is(err, ErrDamaged) != (len(c.rows) != c.said) {
				t.Errorf("ReasonCounts of %d rows where there should be %d: got %v", len(c.rows), c.said, err)
			}
			n := 0
			for _, err = range l.Rows(job) {
				if err == nil {
					n++
				}
			}
			if !errors.Is(err, ErrDamaged) || n != c.before {
				t.Errorf("got %d rows and %v, want %d and %v", n, err, c.before, ErrDamaged)
			}
		})
	}
}

func TestBadPhonePanics(t *testing.T) {
	for _, phone := range []string{"336", "0336", "+", "+x", "+0", "+-5", "+1234567890123456", "＋1"} {
		t.Run(phone, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("got no panic")
				}
			}()
			phoneToSQL(phone)
		})
	}
}

// TestRowsStop leaves sequences early, and changes the ledger while it reads.
func TestRowsStop(t *testing.T) {
	l := openTest(t, t.TempDir())
	job := planTest(t, l, "rows", pendingRows(3*page))
	run := startTest(t, l, job)
	n := 0
	for task, err := range l.Untouched(job) {
		must(t, "Untouched", err)
		must(t, "Claim", run.Claim([]Task{task}, testTime))
		if n++; n == 3 {
			break
		}
	}
	for r, err := range l.Rows(job) {
		must(t, "Rows", err)
		if r.Number == 2*page {
			must(t, "Settle", <-run.Settle(Task{Number: 1}, createdOutcome(1), nil, testTime))
			break
		}
	}
	if got := l.read.Stats().InUse; got != 1 { // the guard
		t.Errorf("got %d connections in use, want 1: a read was left open", got)
	}
}

// TestRowsMemory: reading needs a page of rows, not all of them.
func TestRowsMemory(t *testing.T) {
	const rows, allowed = 12_000, 3 << 20
	l := openTest(t, t.TempDir())
	long := pendingRows(rows)
	for i := range long {
		long[i].Input = strings.Repeat("x", 500)
	}
	job := planTest(t, l, "rows", long)
	long = nil
	before, most := heap(), uint64(0)
	for r, err := range l.Rows(job) {
		must(t, "Rows", err)
		if r.Number%(rows/4) == 0 {
			most = max(most, heap())
		}
	}
	if most > before+allowed {
		t.Errorf("reading %d rows took %d bytes, want at most %d", rows, most-before, allowed)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

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

func TestMillis(t *testing.T) {
	for _, c := range []struct {
		name string
		in   time.Time
		want time.Time
	}{
		{"none", time.Time{}, time.Time{}},
		{"now", testTime, testTime},
		{"before 1970", time.UnixMilli(-1), time.UnixMilli(-1).UTC()},
		{"finer than milliseconds", testTime.Add(999_999), testTime},
	} {
		if got := fromMillis(millis(c.in)); !got.Equal(c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

// TestElsewhere: what another job knows of a number, and of a contact.
func TestElsewhere(t *testing.T) {
	l := openTest(t, t.TempDir())
	asking := planTest(t, l, "asking", pendingRows(3))
	other := planTest(t, l, "other", pendingRows(3))
	run := startTest(t, l, other)
	_, tasks := tasksOf(t, l, other)
	id := createdOutcome(2).ContactID
	var since, alive, ahead = testTime.Add(-time.Hour), testTime, time.Duration(0)
	want := func(when string, j Job, want Elsewhere) {
		t.Helper()
		if got, err := l.Elsewhere(j, testPhone(2), id, since, ahead, alive); err != nil || got != want {
			t.Errorf("%s: got %d, %v, want %d", when, got, err, want)
		}
	}
	want("before", asking, UnknownElsewhere)
	must(t, "Claim", run.Claim(tasks[:1], testTime))
	want("while another number is under way", asking, UnknownElsewhere)
	must(t, "Claim", run.Claim(tasks[1:2], testTime))
	want("while it is under way", asking, ClaimedElsewhere)
	want("to the job itself", other, UnknownElsewhere)
	alive = testTime.Add(serverclock.LeaseTime)
	want("at the end of the lease", asking, ClaimedElsewhere)
	alive = alive.Add(time.Millisecond)
	want("after the lease", asking, UnknownElsewhere)
	alive = testTime
	for name, edit := range map[string]func(*Job){
		"another account": func(j *Job) { j.Account = "x" }, "another profile": func(j *Job) { j.Profile = "x" },
		"another API": func(j *Job) { j.BaseURL = "x" },
	} {
		j := asking
		edit(&j)
		want(name, j, UnknownElsewhere)
	}
	must(t, "Settle", <-run.Settle(tasks[0], createdOutcome(1), nil, testTime))
	must(t, "Settle", <-run.Settle(tasks[1], createdOutcome(2), nil, testTime))
	want("when it is created", asking, CreatedElsewhere)
	alive = testTime.Add(time.Hour)
	want("long after", asking, CreatedElsewhere)
	since = testTime.Add(time.Millisecond)
	want("to a request that was carried out later", asking, UnknownElsewhere)
	ahead = time.Millisecond
	want("to a request later by a clock that is ahead", asking, CreatedElsewhere)
	since = testTime
	id = createdOutcome(3).ContactID
	want("of another contact", asking, UnknownElsewhere)
}
