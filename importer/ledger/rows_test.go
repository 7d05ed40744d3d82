package ledger

import (
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"sent-import/importer/outcome"
)

// TestPlanRows writes rows of all kinds and reads them again.
func TestPlanRows(t *testing.T) {
	odd := pendingRow(4)
	odd.Input = "a\x00b\xff'\"\r\n;\u202e+"
	long := invalidRow(5, "the row has 3 cells, the header 9")
	long.Input, long.Line = strings.Repeat("9", 1<<20), 1<<31-1
	short := pendingRow(6)
	short.Phone, short.Input = "+1", "+1"
	longest := pendingRow(7)
	longest.Phone = "+999999999999999"
	marked := pendingRow(8)
	marked.Input, marked.Mark = marked.Phone, true
	again := duplicateRow(9, 8)
	again.Input = again.Phone
	rows := []outcome.Row{pendingRow(1), invalidRow(2, ""), duplicateRow(3, 1), odd, long, short, longest, marked, again}
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
	want := map[outcome.Reason]int{outcome.NotAttempted: 5, outcome.PhoneNotANumber: 2, outcome.InFile: 2}
	if err != nil || !reflect.DeepEqual(counts, want) {
		t.Errorf("ReasonCounts: got %v, %v, want %v", counts, err, want)
	}
	_, untouched := tasksOf(t, l, job)
	wantNumbers(t, "Untouched", untouched, 1, 4, 6, 7, 8)
}

// TestPlanInAnyOrder writes rows of all kinds of statements, in runs that take each of the
// statements and several of them.
func TestPlanInAnyOrder(t *testing.T) {
	var rows []outcome.Row
	for _, length := range []int{1, 2, 7, 8, 9, 17, 49, 50, 51, 59, 199, 200, 201, 259, 401} {
		for kind := range planKinds {
			for range length {
				row := pendingRow(len(rows) + 1)
				switch kind {
				case plannedWhole:
					row.Status, row.Reason, row.DuplicateOf, row.Message, row.SettledAt = outcome.Duplicate, outcome.InFile, 7, "m", time.UnixMilli(1).UTC()
				case plannedPlain:
					row.Input = row.Phone
				}
				if got := kindOf(&row); got != kind {
					t.Fatalf("%+v: got the kind %d, want %d", row, got, kind)
				}
				rows = append(rows, row)
			}
		}
	}
	l := openTest(t, t.TempDir())
	for i, r := range rowsOf(t, l, planTest(t, l, "order", rows)) {
		if !reflect.DeepEqual(r.Row, rows[i]) {
			t.Fatalf("row %d: got %+v, want %+v", i+1, r.Row, rows[i])
		}
	}
}

// TestPlanWithGaps: a row keeps its number, whatever the one before has.
func TestPlanWithGaps(t *testing.T) {
	l := openTest(t, t.TempDir())
	job, err := l.CreateJob(testJob("gaps"))
	must(t, "CreateJob", err)
	rows := pendingRows(9)
	must(t, "AddRows", <-l.AddRows(job, slices.Delete(rows, 2, 4)))
	_, untouched := tasksOf(t, l, job)
	wantNumbers(t, "Untouched", untouched, 1, 2, 5, 6, 7, 8, 9)
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
		if r.Row.Reason != rows[i].Reason || r.Row.Status != rows[i].Status {
			t.Errorf("got %s %s, want %s %s", r.Row.Status, r.Row.Reason, rows[i].Status, rows[i].Reason)
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
	for _, n := range []int{0, 1, planSteps[0] - 1, planSteps[0], planSteps[0] + 1, page - 1, page, page + 1, 2 * page, 2*page + 1} {
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
			if r.Row.Number != i+1 || r.Row.Phone != testPhone(i+1) || untouched[i].Number != i+1 || untouched[i].Phone != r.Row.Phone {
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

// TestRowsMissing: a plan that says other rows than there are is damage.
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
			job, err = l.FinishPlan(job, c.said, "", nil)
			must(t, "FinishPlan", err)
			if _, err := l.ReasonCounts(job); !errors.Is(err, ErrDamaged) {
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
		if r.Row.Number == 2*page {
			must(t, "Settle", <-run.Settle(Task{Number: 1}, createdOutcome(1), nil, testTime))
			break
		}
	}
	noReadOpen(t, l)
}

// TestRowsMemory: reading needs a page of rows, not all of them.
func TestRowsMemory(t *testing.T) {
	const rows, allowed = 12_000, 4 << 20
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
		if r.Row.Number%(rows/4) == 0 {
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

// TestOlderReasons: a reason that an older version has written in full is the same.
func TestOlderReasons(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir)
	job := finishTest(t, l, "job", 2)
	closeTest(t, l)
	alter(t, dir, "UPDATE rows SET reason = 'created' WHERE number = 1 AND reason = ''; DELETE FROM counts")
	l = openTest(t, dir)
	for _, r := range rowsOf(t, l, job) {
		if r.Row.Status != outcome.Created || r.Row.Reason != outcome.ReasonCreated {
			t.Errorf("row %d: got %s, %s", r.Row.Number, r.Row.Status, r.Row.Reason)
		}
	}
	countsTest(t, "both", l, job)
}
