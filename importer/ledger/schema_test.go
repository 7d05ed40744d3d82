//go:build !fleet

package ledger

import (
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"sent-import/importer/ledger/storage"
	"sent-import/importer/outcome"
	"sent-import/importer/serverclock"
)

// nextSchema is what a later version of the program might have.
var nextSchema = append(migrations[:len(migrations):len(migrations)],
	`ALTER TABLE accounts ADD COLUMN seen_at INTEGER; CREATE TABLE extras (x INTEGER) STRICT;`)

// rawTest opens the file without the ledger.
func rawTest(tb testing.TB, dir string) *sql.DB {
	tb.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, FileName)+"?_pragma=busy_timeout(60000)")
	must(tb, "open raw", err)
	tb.Cleanup(func() { _ = db.Close() })
	return db
}

// alter runs statements without the ledger.
func alter(tb testing.TB, dir, statements string) {
	tb.Helper()
	db := rawTest(tb, dir)
	_, err := db.Exec(statements)
	must(tb, "alter", errors.Join(err, db.Close()))
}

func versionTest(tb testing.TB, dir string) (app, version int) {
	tb.Helper()
	db := rawTest(tb, dir)
	must(tb, "application_id", db.QueryRow("PRAGMA application_id").Scan(&app))
	must(tb, "user_version", db.QueryRow("PRAGMA user_version").Scan(&version))
	must(tb, "close", db.Close())
	return app, version
}

func TestFreshLedger(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b", "state")
	l := openTest(t, dir)
	if got := l.Dir(); got != dir {
		t.Errorf("Dir: got %q, want %q", got, dir)
	}
	jobs, err := l.Jobs()
	if err != nil || len(jobs) != 0 {
		t.Errorf("Jobs: got %v, %v, want none", jobs, err)
	}
	closeTest(t, l)
	closeTest(t, l) // harmless
	if app, version := versionTest(t, dir); app != 0x53496d70 || version != len(migrations) {
		t.Errorf("got application %#x version %d, want 0x53496d70 (SImp) and %d", app, version, len(migrations))
	}
	entries, err := os.ReadDir(dir)
	must(t, "ReadDir", err)
	if len(entries) != 1 {
		t.Errorf("got the files %v, want only %s", entries, FileName)
	}
}

func TestPermissions(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "above", "state")
	l := openTest(t, dir)
	planTest(t, l, "perm", pendingRows(3))
	lock, err := l.Lock("perm", testTime)
	must(t, "Lock", err)
	defer lock.Release()
	for path, want := range map[string]fs.FileMode{
		filepath.Dir(dir):                        0o700,
		dir:                                      0o700,
		filepath.Join(dir, FileName):             0o600,
		filepath.Join(dir, FileName+walSuffix):   0o600,
		filepath.Join(dir, FileName+indexSuffix): 0o600,
		filepath.Join(dir, "locks"):              0o700,
		filepath.Join(dir, "locks", "perm.lock"): 0o600,
	} {
		info, err := os.Stat(path)
		must(t, "Stat", err)
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s: got %v, want %v", filepath.Base(path), got, want)
		}
	}
}

func TestMigrateForward(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir)
	planTest(t, l, "kept", pendingRows(3))
	before := mustDump(t, l)
	closeTest(t, l)

	newer, err := open(dir, nextSchema)
	must(t, "open with the next schema", err)
	if got := mustDump(t, newer); got != before {
		t.Errorf("after the migration: got\n%s\nwant\n%s", got, before)
	}
	must(t, "use the new table", storage.Write(newer.db, func(tx storage.Tx) error { return tx.Exec("INSERT INTO extras VALUES (1)") }))
	closeTest(t, newer)
	if _, version := versionTest(t, dir); version != len(nextSchema) {
		t.Errorf("got version %d, want %d", version, len(nextSchema))
	}

	image := imageOf(t, dir)
	_, err = Open(dir)
	if !errors.Is(err, ErrNewer) || errors.Is(err, ErrDamaged) {
		t.Fatalf("Open of a newer ledger: got %v, want %v", err, ErrNewer)
	}
	if !strings.Contains(err.Error(), "update sent-import") {
		t.Errorf("got %q, want it to say what to do", err)
	}
	if !imageOf(t, dir).equal(image) {
		t.Error("Open of a newer ledger changed the file")
	}
}

func TestMigrationFails(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir)
	planTest(t, l, "kept", pendingRows(3))
	before := mustDump(t, l)
	closeTest(t, l)
	broken := append(nextSchema[:len(nextSchema):len(nextSchema)], "ALTER TABLE nowhere ADD COLUMN x INTEGER")
	if _, err := open(dir, broken); err == nil {
		t.Fatal("open with a broken migration: got no error")
	}
	if _, version := versionTest(t, dir); version != len(migrations) {
		t.Errorf("got version %d, want %d: a migration is whole or not at all", version, len(migrations))
	}
	l = openTest(t, dir)
	if got := mustDump(t, l); got != before {
		t.Errorf("after a failed migration: got\n%s\nwant\n%s", got, before)
	}
}

// TestOpenAtOnce has many goroutines create one ledger, and then migrate it.
func TestOpenAtOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	for _, step := range []struct {
		name   string
		schema []string
	}{{"create", migrations[:]}, {"migrate", nextSchema}} {
		var all sync.WaitGroup
		ledgers := make([]*Ledger, 8)
		errs := make([]error, len(ledgers))
		for i := range ledgers {
			all.Go(func() {
				if ledgers[i], errs[i] = open(dir, step.schema); errs[i] == nil {
					errs[i] = ledgers[i].RememberAccount(step.name+string(rune('a'+i)), "u", "x")
				}
			})
		}
		all.Wait()
		must(t, step.name, errors.Join(errs...))
		for i := range ledgers {
			if _, known, err := ledgers[0].Account(step.name+string(rune('a'+i)), "u"); !known || err != nil {
				t.Errorf("%s: the write of ledger %d is gone: %t, %v", step.name, i, known, err)
			}
		}
		for _, l := range ledgers {
			closeTest(t, l)
		}
		if _, version := versionTest(t, dir); version != len(step.schema) {
			t.Errorf("%s: got version %d, want %d", step.name, version, len(step.schema))
		}
	}
}

// TestStrict shows that the file itself refuses values of the wrong kind.
func TestStrict(t *testing.T) {
	dir := t.TempDir()
	l := openTest(t, dir)
	planTest(t, l, "strict", pendingRows(1))
	closeTest(t, l)
	db := rawTest(t, dir)
	for _, statement := range []string{
		"UPDATE rows SET line = 'x'",
		"UPDATE rows SET phone = 1.5",
		"UPDATE rows SET status = x'00'",
		"UPDATE rows SET status = NULL",
		"UPDATE jobs SET state = 'other'",
		"UPDATE runs SET lease_until = 'soon'; INSERT INTO runs (job, run) VALUES (1, 'x')",
	} {
		if _, err := db.Exec(statement); err == nil {
			t.Errorf("%s: got no error", statement)
		}
	}
}

func TestOpenFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, "WriteFile", os.WriteFile(file, []byte("x"), 0o600))
	directory := t.TempDir()
	must(t, "Mkdir", os.Mkdir(filepath.Join(directory, FileName), 0o700))
	for name, dir := range map[string]string{
		"the directory is a file":      file,
		"its parent is a file":         filepath.Join(file, "state"),
		"the ledger is a directory":    directory,
		"the name ends in a zero byte": filepath.Join(t.TempDir(), "\x00"),
	} {
		if l, err := Open(dir); err == nil {
			t.Errorf("%s: got no error", name)
			closeTest(t, l)
		}
	}
}

// TestOddNames opens ledgers in directories whose names mean something in a
// URL.
func TestOddNames(t *testing.T) {
	for _, name := range []string{"a b", "a?mode=memory", "a#b", "a%20b", "é", "a&b;c", "+", ":memory:"} {
		dir := filepath.Join(t.TempDir(), name)
		l := openTest(t, dir)
		planTest(t, l, "odd", pendingRows(2))
		closeTest(t, l)
		if _, err := os.Stat(filepath.Join(dir, FileName)); err != nil {
			t.Errorf("%q: %v", name, err)
		}
		if jobs, err := openTest(t, dir).Jobs(); err != nil || len(jobs) != 1 {
			t.Errorf("%q: got %d jobs, %v, want 1", name, len(jobs), err)
		}
	}
}

// TestMigrateFirstSchema opens a file that the first version wrote, in the
// middle of a job: nothing of it is lost, and it can be listed for.
func TestMigrateFirstSchema(t *testing.T) {
	now := openTest(t, t.TempDir())
	job := planTest(t, now, "kept", pendingRows(5))
	run := startTest(t, now, job)
	_, tasks := tasksOf(t, now, job)
	must(t, "Claim", run.Claim(tasks[:3], testTime))
	must(t, "Settle", <-run.Settle(tasks[0], createdOutcome(1), nil, testTime))
	must(t, "RememberAccount", now.RememberAccount("f", "u", "acct"))

	dir := t.TempDir()
	old, err := open(dir, migrations[:1])
	must(t, "open with the first schema", err)
	planFirstSchema(t, old, dir, "kept", pendingRows(5))
	must(t, "RememberAccount", old.RememberAccount("f", "u", "acct"))
	closeTest(t, old)
	created := createdOutcome(1)
	at := millis(testTime)
	alter(t, dir, fmt.Sprintf(`
		INSERT INTO runs (job, run, started_at, finished_at, lease_until, creates, lookups, lists, mes, retries, rate_limited)
			VALUES (1, 1, %d, %d, %d, 0, 0, 0, 0, 0, 0);
		UPDATE rows SET status = 'created', reason = 'created', contact_id = '%s', http_status = %d, request_id = '%s', attempts = %d, settled_at = %d
			WHERE number = 1;
		UPDATE rows SET reason = 'unresolved', attempts = 1, claimed_run = 1, claimed_at = %d WHERE number IN (2, 3)`,
		at, at, millis(testTime.Add(serverclock.LeaseTime)), created.ContactID, created.HTTPStatus, created.RequestID, created.Attempts, millis(created.SettledAt), at))
	if _, version := versionTest(t, dir); version != 1 {
		t.Fatalf("got version %d, want 1", version)
	}

	l := openTest(t, dir)
	if got, want := mustDump(t, l), mustDump(t, now); got != want {
		t.Errorf("after the migration: got\n%s\nwant\n%s", got, want)
	}
	if got, err := l.Listing(job); got != (Listing{}) || err != nil {
		t.Errorf("got %+v, %v, want no listing", got, err)
	}
	must(t, "Save", startTest(t, l, job).Save(testTime))
	run = startTest(t, l, job)
	must(t, "SettleListed", <-run.SettleListed([]Listed{{Number: 4, ContactID: "id-4", HTTPStatus: 200, RequestID: "r"}}, Listing{PageSize: 100, Pages: 1, StartedAt: testTime}, testTime))
	must(t, "Reclaim", run.Reclaim(Task{Number: 2}, nil, testTime))
	closeTest(t, l)
	if _, version := versionTest(t, dir); version != len(migrations) {
		t.Errorf("got version %d, want %d", version, len(migrations))
	}
}

// planFirstSchema is planTest as the first version did it.
func planFirstSchema(t *testing.T, l *Ledger, dir, id string, rows []outcome.Row) {
	t.Helper()
	job, err := l.CreateJob(testJob(id))
	must(t, "CreateJob", err)
	for _, r := range rows {
		alter(t, dir, fmt.Sprintf(`INSERT INTO rows (job, number, line, input, phone, status, reason) VALUES (1, %d, %d, '%s', %s, '%s', '%s')`,
			r.Number, r.Line, r.Input, r.Phone[1:], r.Status, r.Reason))
	}
	_, err = l.FinishPlan(job, len(rows), `{"header":["phone"]}`, nil)
	must(t, "FinishPlan", err)
}

// TestSchemasAreFixed: files of them are out there.
func TestSchemasAreFixed(t *testing.T) {
	fixed := [...]string{
		"bfcb04dc462c20b62175e2f805b1a87601a8437ce1dcdf14e1e3c12cdf5c2921",
		"c12ca9f9b92dc7c627ee99718bd627bba754daa8aeff172d7332e508ef65ab8e",
		"e8a79e08be5205a2a4141691b27403a3bd4ed9cb4a5012b293e5dee10a5ffe16",
		"47ffca5f8f67be7ccbc063811d21378011aad7945862f736790108811aab967d",
		"648923ad2882263b6dfdd7eecf2870605cef03161ebd62f61d84e3c92f3f405f",
		"330da5af420708af143cada2ba343600d9509050b5feaaa5249af9a4fc4b5dbe",
		"5c762df68a56d76ae86efbb1c1514d7bd2e8d8892c2034a7e27458220c7aa826",
		"17d872803a339a5e271163ac2bdb0282af7381a06e4225331b8fe2fb8338a1fe",
		"016cf8be96a321152122fcb2526254ca425246d4ca0532b05ef321e64e81efb0",
		"17db4fd369edb9244b9f91d9aeed145c3d04ad8ba6e95d06247f07a63527d11a",
		"2a9ba7d2c5caa589a4a950eca88c2c2a3ea2f332653d3b534854e276a01cdf10",
		"caf7ad05221580d9d56a34b42095c0d02590892e0ca2df15b6a120a280d28e49",
		"17db4fd369edb9244b9f91d9aeed145c3d04ad8ba6e95d06247f07a63527d11a",
	}
	if len(fixed) != len(migrations) {
		t.Errorf("got %d sums for %d migrations: write down what is new", len(fixed), len(migrations))
	}
	for i, migration := range migrations {
		if got := fmt.Sprintf("%x", sha256.Sum256([]byte(migration))); i < len(fixed) && got != fixed[i] || i >= len(fixed) {
			t.Errorf("migration %d was edited (%s): append another one", i+1, got)
		}
	}
}

// TestMarkColumnOfOlderLedgers opens a ledger without marks: no row is marked.
func TestMarkColumnOfOlderLedgers(t *testing.T) {
	dir := t.TempDir()
	old, err := open(dir, migrations[:6])
	must(t, "open", err)
	_, err = old.CreateJob(testJob("old"))
	must(t, "CreateJob", err)
	closeTest(t, old)
	alter(t, dir, `INSERT INTO rows (job, number, line, input, phone, status, reason, claimed_run, claimed_at, windows) VALUES
		(1, 1, 2, '1', 14155550001, 'pending', 'unresolved', 1, 1, NULL), (1, 2, 3, '2', 14155550002, 'pending', 'not_attempted', NULL, NULL, NULL);
		INSERT INTO runs (job, run, started_at, finished_at, lease_until, creates, lookups, lists, mes, retries, rate_limited) VALUES (1, 1, 1, 1, 1, 9, 0, 0, 0, 0, 0);
		UPDATE jobs SET state = 'planned', row_count = 2`)
	l := openTest(t, dir)
	job, err := l.Job("old")
	must(t, "Job", err)
	doubt, untouched := tasksOf(t, l, job)
	wantNumbers(t, "in doubt", doubt, 1)
	wantNumbers(t, "untouched", untouched, 2)
	if doubt[0].Mark || untouched[0].Mark {
		t.Error("a row is to be marked")
	}
	runs, err := l.Runs(job)
	if err != nil || runs[0].Requests != (outcome.Requests{Create: 9}) {
		t.Errorf("runs: %+v, %v", runs, err)
	}
}

// TestUndoOfOlderLedgers: a row that an older version has settled has no dates.
func TestUndoOfOlderLedgers(t *testing.T) {
	dir := t.TempDir()
	old, err := open(dir, migrations[:7])
	must(t, "open", err)
	_, err = old.CreateJob(testJob("old"))
	must(t, "CreateJob", err)
	closeTest(t, old)
	alter(t, dir, `INSERT INTO rows (job, number, line, input, phone, status, reason, contact_id, settled_at) VALUES
		(1, 1, 2, '1', 14155550001, 'created', 'created', 'c1', 1000), (1, 2, 3, '2', 14155550002, 'duplicate', 'already_exists', 'c2', 1000);
		INSERT INTO runs (job, run, started_at, finished_at, lease_until, creates, lookups, lists, mes, retries, rate_limited) VALUES (1, 1, 1, 1, 1, 9, 0, 0, 0, 0, 0);
		UPDATE jobs SET state = 'planned', row_count = 2`)
	l := openTest(t, dir)
	job, err := l.Job("old")
	must(t, "Job", err)
	rows := undoRowsOf(t, l, job)
	if len(rows) != 1 || rows[0].Row.ContactID != "c1" || rows[0].Dates != (outcome.Dates{}) || !rows[0].SettledAt.Equal(time.UnixMilli(1000)) {
		t.Errorf("got %+v", rows)
	}
	if runs, err := l.Runs(job); err != nil || runs[0].Requests != (outcome.Requests{Create: 9}) {
		t.Errorf("runs: %+v, %v", runs, err)
	}
}

// TestListsOfAnOlderLedger: one that knows no lists gets room for them.
func TestListsOfAnOlderLedger(t *testing.T) {
	for version := 1; version < len(migrations); version++ {
		dir := t.TempDir()
		old, err := open(dir, migrations[:version])
		must(t, "open an older ledger", err)
		closeTest(t, old)
		l := openTest(t, dir)
		job := planTest(t, l, "aaaa", nil)
		at := time.UnixMilli(1_800_000_000_000).UTC()
		must(t, "end", l.EndRunOf("crm", List{Job: job, CompletedAt: at}))
		if got := listTest(t, l, "crm"); got.Job.ID != "aaaa" || got.CompletedAt != at {
			t.Errorf("version %d: got %+v", version, got)
		}
		closeTest(t, l)
	}
}
