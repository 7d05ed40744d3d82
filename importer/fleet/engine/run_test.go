//go:build fleet

package engine

import (
	"context"
	"encoding/csv"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"sent-import/importer/fleet/pool"
	"sent-import/importer/fleet/queue"
	"sent-import/importer/fleet/store"
	"sent-import/importer/fleet/worker"
	"sent-import/importer/ledger/postgres"
	"sent-import/importer/simulator"
	"sent-import/importer/testenv/pgtest"
)

// fleet is what an engine works with, and one pool that it has.
type fleet struct {
	t      *testing.T
	conns  *pgxpool.Pool
	pools  *pool.DB
	store  *store.Store
	dir    string // of the store
	api    *simulator.Server
	engine *Engine
	key    string        // that the pool's reference stands for
	down   atomic.Bool   // the API creates nothing
	time   time.Duration // of slices
	leaves atomic.Bool   // the store is moved away at the next creation
	untold atomic.Int64  // status with which the API answers whose key it is; 0: it tells
}

func newFleet(t *testing.T) *fleet {
	t.Helper()
	ctx := t.Context()
	cluster, err := pgtest.New()
	must(t, err)
	t.Cleanup(func() { _ = cluster.Close() })
	f := &fleet{t: t, key: "one", time: time.Hour}
	f.conns, err = pgxpool.New(ctx, cluster.URL())
	must(t, err)
	t.Cleanup(f.conns.Close)
	db, err := postgres.Open(ctx, cluster.URL(), postgres.Options{})
	must(t, err)
	t.Cleanup(db.Close)
	f.pools, err = pool.New(f.conns)
	must(t, err)
	must(t, db.Migrate(ctx))
	must(t, queue.Migrate(ctx, f.conns))
	must(t, f.pools.Migrate(ctx))
	f.dir = t.TempDir()
	f.store, err = store.Open(ctx, "file://"+f.dir)
	must(t, err)
	f.api = simulator.New(simulator.Options{Unlimited: true, Keys: map[string]simulator.Account{"one": {ID: "acct1", Profiles: []string{"770e8400-e29b-41d4-a716-446655440001"}}, "two": {ID: "acct1"}, "other": {ID: "acct2"}}, Faults: f.faults})
	t.Cleanup(func() { f.api.Close() })
	transport, disconnect := simulator.Pipe(f.api)
	t.Cleanup(disconnect)
	f.engine = New(Options{Ledger: db, Pools: f.pools, Store: f.store, Scratch: t.TempDir(), Transport: transport,
		Key: func(context.Context, string) (string, error) { return f.key, nil }})
	return f
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (f *fleet) faults(r simulator.Request) simulator.Fault {
	if r.Operation == simulator.Create && f.leaves.Swap(false) {
		if err := os.Rename(f.dir, f.dir+".away"); err != nil {
			f.t.Error(err)
		}
	}
	if f.down.Load() && r.Operation == simulator.Create {
		return simulator.Fault{Kind: simulator.Internal}
	}
	if status := int(f.untold.Load()); status != 0 && r.Operation == simulator.Me {
		return simulator.Fault{Kind: simulator.Failure, Status: status}
	}
	return simulator.Fault{}
}

// enqueue hands a list over.
func (f *fleet) enqueue(content string) {
	f.t.Helper()
	f.enqueueFor("", content)
}

// enqueueFor hands a list over for a profile.
func (f *fleet) enqueueFor(profile, content string) {
	f.t.Helper()
	file := filepath.Join(f.t.TempDir(), "list.csv")
	must(f.t, os.WriteFile(file, []byte(content), 0o600))
	in, err := f.store.PutInput(f.t.Context(), file)
	must(f.t, err)
	_, _, err = f.pools.Enqueue(f.t.Context(), pool.Wanted{KeyRef: "acme", BaseURL: "http://localhost", Profile: profile, InputName: "list.csv",
		InputSHA256: in.SHA256, InputBytes: in.Bytes, Options: Settings{Attempts: 1}.Text()})
	must(f.t, err)
}

// take takes the pool, for as long as the test lasts.
func (f *fleet) take() pool.Lease {
	f.t.Helper()
	l, err := f.pools.Take(f.t.Context(), queue.Drain{Pool: "http://localhost|acme", Epoch: 1}, "test")
	must(f.t, err)
	_, err = f.conns.Exec(f.t.Context(), `UPDATE pools SET lease_until = 'infinity'`)
	must(f.t, err)
	return l
}

// work works on the next import to its end.
func (f *fleet) work(l pool.Lease) (pool.Import, pool.Ending, error) {
	f.t.Helper()
	i, ok, err := f.pools.Next(f.t.Context(), l)
	if err != nil || !ok {
		f.t.Fatalf("no import is due: %v", err)
	}
	ending, err := f.engine.Run(f.t.Context(), worker.Slice{Import: i, Lease: l, Began: time.Now(), Time: f.time,
		Alive: func() error { return nil }, Watch: func(func() pool.Pulse) {}})
	return i, ending, err
}

// run works on the next import to its end, as a worker does, and returns how it is then.
func (f *fleet) run(l pool.Lease) pool.Import {
	f.t.Helper()
	ctx := f.t.Context()
	i, ending, err := f.work(l)
	must(f.t, err)
	_, err = f.pools.Finish(ctx, l, i.ID, ending)
	must(f.t, err)
	i, err = f.pools.Import(ctx, i.ID)
	must(f.t, err)
	return i
}

// begin takes the pool and works on a list whose rows the API creates not yet, so that its
// import is begun and goes on when it is enqueued again.
func (f *fleet) begin(list string) (pool.Import, pool.Lease) {
	f.t.Helper()
	f.enqueue(list)
	l := f.take()
	f.down.Store(true)
	begun := f.run(l)
	f.down.Store(false)
	if begun.State != pool.Done || begun.Job == "" {
		f.t.Fatalf("got %+v, want it done, with failed rows", begun)
	}
	return begun, l
}

// statuses are those of a report's rows.
func (f *fleet) statuses(report string) (statuses []string) {
	f.t.Helper()
	dir := f.t.TempDir()
	_, err := f.store.FetchReport(f.t.Context(), report, dir)
	must(f.t, err)
	file, err := os.Open(filepath.Join(dir, "report.csv"))
	must(f.t, err)
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	must(f.t, err)
	column := slices.Index(rows[0], "status")
	for _, row := range rows[1:] {
		statuses = append(statuses, row[column])
	}
	return statuses
}

// TestReportOfEachEnd: an import that is enqueued again while its worker still has the
// account ends twice in one epoch. Each end has a report of its own.
func TestReportOfEachEnd(t *testing.T) {
	f := newFleet(t)
	const list = "phone\n+12122000001\n"
	f.enqueue(list)
	l := f.take()
	f.down.Store(true)
	first := f.run(l)
	f.down.Store(false)
	f.enqueue(list)
	second := f.run(l)
	for _, test := range []struct {
		i      pool.Import
		status string
	}{{first, "failed"}, {second, "created"}} {
		got := f.statuses(test.i.Report)
		if test.i.State != pool.Done || !slices.Equal(got, []string{test.status}) {
			t.Errorf("%s: %s, and the report %s says %v, want %s", test.i.State, test.i.Reason, test.i.Report, got, test.status)
		}
	}
}

// TestKeyOfAnotherAccount: an import that was begun in one account does not go on in another
// one, which its key is of meanwhile; another import of that key does.
func TestKeyOfAnotherAccount(t *testing.T) {
	f := newFleet(t)
	const list, other = "phone\n+12122000001\n", "phone\n+12122000002\n"
	_, l := f.begin(list)
	f.key = "other"
	for range 2 { // a second time it has the new key's account in its tables
		f.enqueue(list)
		if i := f.run(l); i.State != pool.Stopped || !strings.Contains(i.Reason, "acct1") || !strings.Contains(i.Reason, "acct2") {
			t.Errorf("with a key of another account: %s, %s", i.State, i.Reason)
		}
	}
	if all := f.api.Truth().Contacts; len(all) != 0 {
		t.Errorf("contacts were created: %+v", all)
	}
	f.enqueue(other)
	if i := f.run(l); i.State != pool.Done || i.ExitCode != exitOK {
		t.Errorf("a new import: %s, %s", i.State, i.Reason)
	}
	f.key = "one"
	f.enqueue(list)
	if i := f.run(l); i.State != pool.Done || i.ExitCode != exitOK {
		t.Errorf("with its own key again: %s, %s", i.State, i.Reason)
	}
	for _, c := range f.api.Truth().Contacts {
		if want := map[string]string{"+12122000001": "acct1", "+12122000002": "acct2"}[c.Phone]; c.Account != want {
			t.Errorf("%s is in %s, want %s", c.Phone, c.Account, want)
		}
	}
}

// TestReportThatCantBeWritten: the import waits, and the reason is true of it.
func TestReportThatCantBeWritten(t *testing.T) {
	f := newFleet(t)
	must(t, os.WriteFile(filepath.Join(f.dir, "reports"), nil, 0o600)) // in the way of the directory
	f.enqueue("phone\n" + strings.Repeat("1\n", 20))
	f.enqueue("phone\n+12122000001\n")
	l := f.take()
	for _, want := range []string{"20 of 20 rows are invalid", "every row has its outcome"} {
		i, ending, err := f.work(l)
		var wait *worker.Wait
		if !errors.As(err, &wait) || ending.State != "" || !strings.Contains(wait.Error(), want) || !strings.Contains(wait.Error(), "the report can't be written") {
			t.Errorf("got %+v, %v; want a wait that says %q", ending, err, want)
		}
		_, err = f.pools.Cancel(t.Context(), i.ID)
		must(t, err)
	}
}

// TestStoreLeavesDuringARun: the report is written to the store that the input came from, and
// to no directory in its place.
func TestStoreLeavesDuringARun(t *testing.T) {
	f := newFleet(t)
	f.enqueue("phone\n+12122000001\n")
	l := f.take()
	f.leaves.Store(true)
	i, ending, err := f.work(l)
	var wait *worker.Wait
	if !errors.As(err, &wait) || wait.After != waitStore || ending.State != "" || !strings.Contains(wait.Error(), "is it the right one, and mounted?") {
		t.Errorf("got %+v, %v; want it to wait for the store", ending, err)
	}
	must(t, os.Rename(f.dir+".away", f.dir)) // it would go into one that was made meanwhile
	if again := f.run(l); again.ID != i.ID || again.State != pool.Done || !slices.Equal(f.statuses(again.Report), []string{"created"}) {
		t.Errorf("got %+v, want import %d done", again, i.ID)
	}
}

// TestWhatOnlyAPersonCanMend is stopped at once, with the reason.
func TestWhatOnlyAPersonCanMend(t *testing.T) {
	f := newFleet(t)
	cases := []struct{ profile, content, reason string }{
		{"", "", "the input is empty"},
		{"", "phone\n+1\xff\xfe\x81\n", "row at line 2: neither valid UTF-8 nor Windows-1252"},
		{"", "%PDF-1.7\n", "not a CSV file"},
		{"", "PK\x03\x04 is no archive", "the archive is damaged"},
		{"nobody's", "phone\n+12122000001\n", "no profile of the account is called nobody's"},
	}
	for _, c := range cases {
		f.enqueueFor(c.profile, c.content)
	}
	l := f.take()
	for _, c := range cases {
		if i := f.run(l); i.State != pool.Stopped || i.ExitCode != exitFailed || !strings.Contains(i.Reason, c.reason) {
			t.Errorf("got %s (%s), exit code %d; want it stopped: %s", i.State, i.Reason, i.ExitCode, c.reason)
		}
	}
}

// refusing is the way to an API that takes no connections.
type refusing struct{}

func (refusing) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
}

// TestSliceThatIsOverInAnOutage: the import goes on, and it is known what it met. Once it gets
// any further, that is over.
func TestSliceThatIsOverInAnOutage(t *testing.T) {
	f := newFleet(t)
	const list = "phone\n+12122000001\n"
	f.enqueue(list)
	l := f.take()
	f.down.Store(true)
	f.run(l) // it knows whose key it is then
	f.down.Store(false)
	f.enqueue(list)
	up := f.engine.o.Transport
	f.engine.o.Transport, f.time = refusing{}, 200*time.Millisecond
	if i := f.run(l); i.State != pool.Open || i.Tries != 0 || !strings.Contains(i.Reason, "requests failed until the end of its last slice: ") {
		t.Errorf("got %s (%s), %d tries; want it open, with the reason", i.State, i.Reason, i.Tries)
	}
	f.engine.o.Transport, f.time = up, time.Hour
	if i := f.run(l); i.State != pool.Done || i.Reason != "" {
		t.Errorf("got %s (%s), want it done", i.State, i.Reason)
	}
}

// TestOutageBeforeTheAccountIsTold: the import waits, and it is known what it met.
func TestOutageBeforeTheAccountIsTold(t *testing.T) {
	f := newFleet(t)
	f.enqueue("phone\n+12122000001\n")
	f.engine.o.Transport = refusing{}
	_, ending, err := f.work(f.take())
	var wait *worker.Wait
	if !errors.As(err, &wait) || ending.State != "" || !strings.Contains(wait.Error(), "before it does: the API refused the connection") {
		t.Errorf("got %s, %v; want a wait that says why", ending.State, err)
	}
}
