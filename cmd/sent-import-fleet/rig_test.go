//go:build fleet && linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"sent-import/importer/simulator"
	"sent-import/importer/testenv/pgtest"
)

// asProgram is the variable that makes the test's binary be the program.
const asProgram = "SENT_IMPORT_FLEET_TEST_MAIN"

var (
	shared  *pgtest.Cluster // by tests that leave the server alone
	schemas atomic.Int64
)

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	if dir := os.Getenv(asOneProcess); dir != "" {
		if err := oneProcess(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	err := setS3()
	if err == nil {
		shared, err = pgtest.New()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	if err := shared.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// ownCluster is a PostgreSQL of a test that ends it, or that listens on a network.
func ownCluster(t testing.TB, on pgtest.Network) *pgtest.Cluster {
	t.Helper()
	cluster, err := pgtest.NewOn(on)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := cluster.Close(); err != nil {
			t.Error(err)
		}
	})
	return cluster
}

// request is one that the simulated API has got.
type request struct {
	at     time.Time
	ref    string // of the account's key
	worker string
}

// rig is a fleet: a database, a store, a simulated API, and workers that are processes.
type rig struct {
	t       testing.TB
	cluster *pgtest.Cluster
	schema  string
	conns   *pgxpool.Pool
	dir     string
	address string // of the store
	api     *simulator.Server
	server  *httptest.Server
	refs    []string

	mu       sync.Mutex
	requests []request
	workers  []*process

	continued map[string][]time.Time // when workers that were stopped were continued
}

// names are those that workers may have; each has its own key for every account, so that the
// API sees whose request it is.
var names = []string{"w0", "w1", "w2", "w3", "w4", "w5", "w6", "w7"}

// latency is how long the API takes for a request.
const latency = 20 * time.Millisecond

// newRig makes a fleet with so many accounts, each with the rate in requests a minute.
func newRig(t testing.TB, cluster *pgtest.Cluster, accounts, perMinute int, change func(*simulator.Options)) *rig {
	t.Helper()
	r := &rig{t: t, cluster: cluster, schema: fmt.Sprint("fleet", schemas.Add(1)), dir: t.TempDir(), continued: make(map[string][]time.Time)}
	keys := make(map[string]simulator.Account)
	for n := range accounts {
		ref := fmt.Sprintf("acct%d", n)
		r.refs = append(r.refs, ref)
		for _, worker := range names {
			keys[ref+"-"+worker] = simulator.Account{ID: ref}
			r.write(filepath.Join("keys", worker, ref), ref+"-"+worker)
		}
	}
	o := simulator.Options{Keys: keys, RateLimit: perMinute, Latency: func(simulator.Request) time.Duration { return latency }}
	if change != nil {
		change(&o)
	}
	r.api = simulator.New(o)
	r.server = httptest.NewServer(http.HandlerFunc(r.serve))
	t.Cleanup(func() { r.server.CloseClientConnections(); r.server.Close() })
	if err := os.Mkdir(filepath.Join(r.dir, "store"), 0o700); err != nil {
		t.Fatal(err)
	}
	r.address = "file://" + filepath.Join(r.dir, "store")
	r.prepare()
	t.Cleanup(r.end)
	return r
}

// prepare makes the database, with a journal of who has which account when.
func (r *rig) prepare() {
	r.t.Helper()
	conns, err := pgxpool.New(context.Background(), r.url())
	if err != nil {
		r.t.Fatal(err)
	}
	r.conns = conns
	r.t.Cleanup(conns.Close)
	r.exec("CREATE SCHEMA " + r.schema)
	if out, code := r.run("migrate"); code != 0 {
		r.t.Fatalf("migrate: exit %d: %s", code, out)
	}
	r.exec(`CREATE TABLE journal (at timestamptz DEFAULT clock_timestamp(), pool text, epoch bigint, holder text, lease_until timestamptz);
		CREATE FUNCTION log_lease() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			INSERT INTO journal (pool, epoch, holder, lease_until) VALUES (NEW.pool, NEW.epoch, NEW.holder, NEW.lease_until); RETURN NULL; END $$;
		CREATE TRIGGER log_lease AFTER UPDATE ON pools FOR EACH ROW EXECUTE FUNCTION log_lease()`)
}

func (r *rig) url() string { return r.cluster.URL("search_path=" + r.schema) }

func (r *rig) exec(sql string, args ...any) {
	r.t.Helper()
	if _, err := r.conns.Exec(context.Background(), sql, args...); err != nil {
		r.t.Fatalf("%s: %v", sql, err)
	}
}

// number asks the database for a number.
func (r *rig) number(sql string, args ...any) (n int64) {
	r.t.Helper()
	if err := r.conns.QueryRow(context.Background(), sql, args...).Scan(&n); err != nil {
		r.t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// serve is the API.
func (r *rig) serve(w http.ResponseWriter, req *http.Request) {
	if ref, worker, ok := strings.Cut(req.Header.Get("x-api-key"), "-"); ok {
		r.mu.Lock()
		r.requests = append(r.requests, request{time.Now(), ref, worker})
		r.mu.Unlock()
	}
	r.api.ServeHTTP(w, req)
}

// seen are the requests so far.
func (r *rig) seen() []request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]request(nil), r.requests...)
}

func (r *rig) write(name, text string) string {
	r.t.Helper()
	path := filepath.Join(r.dir, name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
		r.t.Fatal(err)
	}
	return path
}

// process is the program, running.
type process struct {
	cmd  *exec.Cmd
	name string
	out  bytes.Buffer // valid once it has ended
	done chan struct{}
}

// command is the program with the fleet's environment.
func (r *rig) command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), asProgram+"=1", "SENT_IMPORT_DATABASE="+r.url(), "SENT_IMPORT_STORE="+r.address,
		"SENT_DM_BASE_URL="+r.server.URL, "GOMAXPROCS=1")
	return cmd
}

// run runs the program to its end, and returns what it has said and its exit code.
func (r *rig) run(args ...string) (string, int) {
	r.t.Helper()
	cmd := r.command(args...)
	out, err := cmd.CombinedOutput()
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) {
		r.t.Fatal(err)
	}
	return string(out), cmd.ProcessState.ExitCode()
}

// worker starts a worker.
func (r *rig) worker(name string, flags ...string) *process {
	r.t.Helper()
	return r.start(name, r.workCommand(name, flags...))
}

// workCommand is the program as a worker.
func (r *rig) workCommand(name string, flags ...string) *exec.Cmd {
	cmd := r.command(append([]string{"work", "--name", name, "--keys-dir", filepath.Join(r.dir, "keys", name), "--slots", "8"}, flags...)...)
	cmd.Env = append(cmd.Env, "TMPDIR="+r.dir)
	return cmd
}

// start starts a command that is a worker.
func (r *rig) start(name string, cmd *exec.Cmd) *process {
	r.t.Helper()
	p := &process{cmd: cmd, name: name, done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.out
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // it ends with the test, however that ends
	if err := p.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait() // how it ended is in ProcessState
		close(p.done)
	}()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.workers = append(r.workers, p)
	return p
}

// kill kills a worker, and returns when it is dead.
func (r *rig) kill(p *process) {
	r.t.Helper()
	r.signal(p, syscall.SIGKILL)
	<-p.done
}

func (r *rig) signal(p *process, s syscall.Signal) {
	r.t.Helper()
	if s == syscall.SIGCONT {
		r.continued[p.name] = append(r.continued[p.name], time.Now())
	}
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		r.t.Fatalf("signal %s: %v", p.name, err)
	}
}

// end ends all workers.
func (r *rig) end() {
	for _, p := range r.workers {
		_ = p.cmd.Process.Signal(syscall.SIGCONT) // it may have ended
		_ = p.cmd.Process.Kill()
		<-p.done
		if r.t.Failed() {
			r.t.Logf("%s said:\n%s", p.name, p.out.String())
		}
	}
}

// file makes a list of so many numbers, which are the nth thousands of an account.
func (r *rig) file(ref string, nth, rows int) string {
	var b strings.Builder
	b.WriteString("name,phone\n")
	for n := range rows {
		fmt.Fprintf(&b, "Person %d,%s\n", n, numberOf(nth, n))
	}
	return r.write(fmt.Sprintf("lists/%s-%d.csv", ref, nth), b.String())
}

// numberOf is the nth number of a list: valid ones of New York.
func numberOf(list, n int) string { return fmt.Sprintf("+1212%07d", 2_000_000+list*1000+n) }

// enqueue hands a list over, and returns the import's number.
func (r *rig) enqueue(ref, file string, flags ...string) (id int64) {
	r.t.Helper()
	out, code := r.run(append([]string{"enqueue", file, "--key-ref", ref}, flags...)...)
	if _, err := fmt.Sscanf(out, "import %d:", &id); code != 0 || err != nil {
		r.t.Fatalf("enqueue: exit %d: %s", code, out)
	}
	return id
}

// until waits for a condition, which it looks at often.
func (r *rig) until(what string, limit time.Duration, condition func() bool) time.Duration {
	r.t.Helper()
	began := time.Now()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		<-tick.C
		if time.Since(began) > limit {
			r.t.Fatalf("%s: not within %s", what, limit)
		}
	}
	return time.Since(began)
}

// by counts the requests of an account by worker.
func (r *rig) by(ref, worker string) (n int) {
	for _, q := range r.seen() {
		if q.ref == ref && q.worker == worker {
			n++
		}
	}
	return n
}

// lastBy is the last request of a worker; firstAfter the first of another one after a time.
func (r *rig) lastBy(worker string) (at time.Time) {
	for _, q := range r.seen() {
		if q.worker == worker {
			at = q.at
		}
	}
	return at
}

func (r *rig) firstAfter(worker string, after time.Time) (at time.Time) {
	for _, q := range r.seen() {
		if q.worker == worker && q.at.After(after) {
			return q.at
		}
	}
	return at
}

// finished waits until no import is open.
func (r *rig) finished(limit time.Duration) {
	r.t.Helper()
	r.until("all imports end", limit, func() bool {
		var open int64
		err := r.conns.QueryRow(context.Background(), `SELECT count(*) FROM imports WHERE state = 'open'`).Scan(&open)
		return err == nil && open == 0
	})
}

// databaseAt is the variable that gives a worker another address of the database's server.
func (r *rig) databaseAt(host string) string {
	u, err := url.Parse(r.url())
	if err != nil {
		r.t.Fatal(err)
	}
	q := u.Query()
	q.Del("host")
	u.Host, u.RawQuery = host, q.Encode()
	return "SENT_IMPORT_DATABASE=" + u.String()
}
