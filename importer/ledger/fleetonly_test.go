//go:build fleet

package ledger

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sent-import/importer/ledger/postgres"
	"sent-import/importer/ledger/sqlite"
	"sent-import/importer/ledger/storage"
)

// ofFleet are tables that only many machines need; unused are columns and tables that no
// statement names any more.
var (
	ofFleet = []string{"pools", "commits", "sent_import_parts"}
	unused  = []string{"lags"}
)

// TestSameTables: PostgreSQL has the tables and columns of SQLite's file, so what one ledger
// learns to keep, the other one does.
func TestSameTables(t *testing.T) {
	l := openTest(t, t.TempDir())
	file, err := sqlite.Open(t.TempDir(), migrations[:])
	must(t, "open the file", err)
	defer file.Close()
	const columns = `SELECT m.name || '.' || c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`
	got := columnsOf(t, l.db, `SELECT table_name || '.' || column_name FROM information_schema.columns WHERE table_schema = current_schema()`, ofFleet)
	want := columnsOf(t, file, columns, unused)
	if !slices.Equal(got, want) {
		t.Errorf("got %d columns %v\nwant %d columns %v", len(got), got, len(want), want)
	}
}

func columnsOf(t *testing.T, s storage.Store, query string, without []string) []string {
	t.Helper()
	found, err := storage.Query(s, query, storage.ScanOne[string])
	must(t, "read the columns", err)
	set := make(map[string]bool)
	for _, name := range found {
		if table, _, _ := strings.Cut(name, "."); !slices.Contains(without, table) {
			set[name] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// as opens the ledger of a directory as the holder of another pool.
func as(t *testing.T, dir, pool string) *Ledger {
	t.Helper()
	ctx := context.Background()
	db, err := postgres.Open(ctx, urlOf(dir), postgres.Options{Conns: 2})
	must(t, "Open", err)
	_, err = db.Pool().Exec(ctx, "INSERT INTO pools (pool, epoch, lease_until) VALUES ($1, 1, 'infinity')", pool)
	must(t, "a pool", err)
	l := Of(testStore{db.Store(postgres.Fence{Pool: pool, Epoch: 1}, dir), db})
	t.Cleanup(func() { _ = l.Close() })
	return l
}

// TestListsOfTwoAccounts: two accounts may give a list the same name.
func TestListsOfTwoAccounts(t *testing.T) {
	dir := t.TempDir()
	first := openTest(t, dir)
	second := as(t, dir, "https://api.example|b")
	one, two := planTest(t, first, "one", pendingRows(1)), planTest(t, second, "two", pendingRows(1))
	must(t, "EndRunOf", first.EndRunOf("nightly", List{Job: one, CompletedAt: testTime}))
	must(t, "EndRunOf", second.EndRunOf("nightly", List{Job: two, SucceededAt: testTime}))
	for name, test := range map[string]struct {
		l    *Ledger
		want List
	}{
		"one": {first, List{Job: one, CompletedAt: testTime}},
		"two": {second, List{Job: two, SucceededAt: testTime}},
	} {
		if got, err := test.l.List("nightly"); err != nil || got != test.want {
			t.Errorf("%s: got %+v, %v, want %+v", name, got, err, test.want)
		}
	}
}

// TestElsewhereOfTwoAccounts: what looks for a contact of an account does not read the rows of
// another one, whose ids are not its own.
func TestElsewhereOfTwoAccounts(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir)
	mine := planTest(t, l, "mine", pendingRows(1))
	for id, account := range map[string]string{"other": "b", "same": mine.Account, "unknown": ""} {
		made := testJob(id)
		made.Account = account
		job, err := l.CreateJob(made)
		must(t, "CreateJob", err)
		must(t, "AddRows", <-l.AddRows(job, pendingRows(1)))
		job, err = l.FinishPlan(job, 1, "{}", nil)
		must(t, "FinishPlan", err)
		run := startTest(t, l, job)
		_, tasks := tasksOf(t, l, job)
		must(t, "Claim", run.Claim(tasks, testTime))
		o := createdOutcome(1)
		o.ContactID = "of " + id
		must(t, "Settle", <-run.Settle(tasks[0], o, nil, testTime))
	}
	for id, want := range map[string]Elsewhere{"other": UnknownElsewhere, "same": CreatedElsewhere, "unknown": CreatedElsewhere} {
		got, err := l.Elsewhere(mine, testPhone(1), "of "+id, testTime.Add(-time.Hour), 0, testTime)
		if err != nil || got != want {
			t.Errorf("%s: got %v, %v, want %v", id, got, err, want)
		}
	}
}

// TestRunEndsWithTheLease: a run whose pool another worker has taken begins no request more,
// and what it still writes changes nothing.
func TestRunEndsWithTheLease(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir)
	job := planTest(t, l, "job", pendingRows(4))
	run := startTest(t, l, job)
	_, tasks := tasksOf(t, l, job)
	must(t, "Claim", run.Claim(tasks[:2], testTime))
	must(t, "Settle", <-run.Settle(tasks[0], createdOutcome(1), nil, testTime))
	before := mustDump(t, l)
	alter(t, dir, "UPDATE pools SET epoch = 2")
	for name, err := range map[string]error{
		"Settle": <-run.Settle(tasks[1], createdOutcome(2), nil, testTime),
		"Claim":  run.Claim(tasks[2:], testTime),
		"Lease":  run.Lease(testTime),
		"Save":   run.Save(testTime),
	} {
		if !errors.Is(err, ErrLeaseLost) {
			t.Errorf("%s: got %v, want %v", name, err, ErrLeaseLost)
		}
	}
	if got := mustDump(t, l); got != before {
		t.Errorf("the ledger says\n%s\nwant\n%s", got, before)
	}
}

// TestAnyBytes: paths, and what is kept of cells, may be no text.
func TestAnyBytes(t *testing.T) {
	l := openTest(t, t.TempDir())
	rows := pendingRows(3)
	rows[1].Input = "a\x00\xff"
	job := planTest(t, l, "job", rows)
	job, err := l.MoveInput(job, "/\xe9t\xe9/list.csv", "list.csv")
	must(t, "MoveInput", err)
	must(t, "MoveReport", l.MoveReport(job, "/\x01\xff"))
	again, err := l.Job("job")
	if err != nil || again.Input != job.Input {
		t.Errorf("got %+v, %v, want %+v", again.Input, err, job.Input)
	}
	if dir, err := l.ReportDir(job); err != nil || dir != "/\x01\xff" {
		t.Errorf("got %q, %v", dir, err)
	}
	if got := rowsOf(t, l, job)[1].Row.Input; got != rows[1].Input {
		t.Errorf("got %q, want %q", got, rows[1].Input)
	}
}

// TestPagesAreReadInOrder: the rows of a page are read from the primary key, up to the limit,
// whether the server knows the rows' statistics or not. Else each page costs all rows that
// are left.
func TestPagesAreReadInOrder(t *testing.T) {
	l := openTest(t, t.TempDir())
	job := planTest(t, l, "job", pendingRows(5000))
	for _, statistics := range []string{"without", "with"} {
		for name, query := range map[string]string{
			"Untouched": untouchedQuery,
			"InDoubt":   taskQuery + ` AND ` + inDoubt + ` ORDER BY number LIMIT ?`,
			"Rows":      reportQuery,
			"UndoRows":  undoQuery,
		} {
			for _, value := range []int{int(job.pk), 2000, page} {
				query = strings.Replace(query, "?", strconv.Itoa(value), 1)
			}
			plan, err := storage.Query(l.db, "EXPLAIN "+query, storage.ScanOne[string])
			must(t, "EXPLAIN", err)
			text := strings.Join(plan, "\n")
			if !strings.Contains(text, "Index Scan using rows_pkey on rows") || strings.Contains(text, "Sort") {
				t.Errorf("%s, %s statistics: got the plan\n%s", name, statistics, text)
			}
		}
		alter(t, l.Dir(), "ANALYZE rows")
	}
}
