package ledger

import (
	"crypto/sha256"
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
