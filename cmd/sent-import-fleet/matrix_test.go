//go:build fleet && linux

package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sent-import/importer/testenv/pgtest"
)

// perMinute is the limit of an account in these tests: a list of some hundred rows takes
// longer than a takeover.
const perMinute = 900

// begun waits until a worker has sent some requests for an account, and returns which.
func (r *rig) begun(ref string, workers ...*process) *process {
	r.t.Helper()
	var who *process
	r.until("a worker begins", 30*time.Second, func() bool {
		for _, p := range workers {
			if r.by(ref, p.name) > 10 {
				who = p
			}
		}
		return who != nil
	})
	return who
}

// other is the worker of two that p is not.
func other(p, a, b *process) *process {
	if p == a {
		return b
	}
	return a
}

// note writes a figure down for the reference.
func (r *rig) note(what string, d time.Duration) {
	r.t.Logf("FIGURE %s: %.1f s", what, d.Seconds())
}

func TestImport(t *testing.T) {
	t.Parallel()
	r := newRig(t, shared, 2, 6000, nil)
	addr := freeAddress(t)
	r.worker("w0", "--metrics-addr", addr)
	a, b := r.add("acct0", 0, 60), r.add("acct1", 1, 60)
	out, code := r.run("enqueue", r.file("acct0", 2, 20), "--key-ref", "acct0", "--wait")
	if code != exitOK {
		t.Errorf("enqueue --wait: exit %d: %s", code, out)
	}
	r.finished(time.Minute)
	r.check(a, b)
	if out, code := r.run("verify", fmt.Sprint(a.id), "--keys-dir", filepath.Join(r.dir, "keys", "w0")); code != exitOK || !strings.Contains(out, "60 of 60 contacts checked") {
		t.Errorf("verify: exit %d: %s", code, out)
	}
	if again := r.enqueue("acct0", r.file("acct0", 0, 60)); again != a.id {
		t.Errorf("the same file again is import %d, want %d", again, a.id)
	}
	if v := r.status(); len(v.Pools) != 0 || len(v.Imports) != 0 {
		t.Errorf("status shows %+v, want nothing open", v)
	}
	if code, text := fetch(t, "http://"+addr+"/healthz"); code != http.StatusOK {
		t.Errorf("/healthz: %d %s", code, text)
	}
	code, text := fetch(t, "http://"+addr+"/metrics")
	for _, line := range []string{`sent_import_fleet_imports{state="done"} 3`, `sent_import_fleet_imports{state="open"} 0`, "sent_import_fleet_worker_slots 8", "sent_import_fleet_accounts_open 0"} {
		if code != http.StatusOK || !strings.Contains(text, line+"\n") {
			t.Errorf("/metrics: %d, and no %s in\n%s", code, line, text)
		}
	}
}

// freeAddress is an address on this machine that nobody listens on.
func freeAddress(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func fetch(t testing.TB, url string) (code int, text string) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(body)
}

func TestTerminatedWorkerHandsOver(t *testing.T) {
	t.Parallel()
	r := newRig(t, shared, 1, perMinute, nil)
	a, b := r.worker("w0"), r.worker("w1")
	l := r.add("acct0", 0, 200)
	first := r.begun("acct0", a, b)
	next := other(first, a, b)
	r.signal(first, syscall.SIGTERM)
	<-first.done
	ended := time.Now()
	if code := first.cmd.ProcessState.ExitCode(); code != exitOK {
		t.Errorf("the worker's exit code is %d: %s", code, first.out.String())
	}
	r.until("the other goes on", 20*time.Second, func() bool { return !r.firstAfter(next.name, r.lastBy(first.name)).IsZero() })
	gap := r.firstAfter(next.name, r.lastBy(first.name)).Sub(r.lastBy(first.name))
	r.note("SIGTERM, last request to the next worker's first", gap)
	if released := r.firstAfter(next.name, r.lastBy(first.name)).Sub(ended); released > 2*time.Second {
		t.Errorf("the next worker began %s after the end of the first, want 2 s at most", released)
	}
	r.finished(2 * time.Minute)
	r.check(l)
}

func TestKilledWorkerIsReplaced(t *testing.T) {
	t.Parallel()
	r := newRig(t, shared, 1, perMinute, nil)
	a, b := r.worker("w0"), r.worker("w1")
	l := r.add("acct0", 0, 300)
	first := r.begun("acct0", a, b)
	next := other(first, a, b)
	killed := time.Now()
	r.signal(first, syscall.SIGKILL)
	r.until("the other goes on", 40*time.Second, func() bool { return r.by("acct0", next.name) > 0 })
	took := r.firstAfter(next.name, killed).Sub(killed)
	r.note("SIGKILL to the next worker's first request", took)
	if took > 30*time.Second {
		t.Errorf("the takeover took %s, want 30 s at most", took)
	}
	r.finished(2 * time.Minute)
	r.check(l)
}

func TestStoppedWorkerIsTakenOver(t *testing.T) {
	t.Parallel()
	r := newRig(t, shared, 1, perMinute, nil)
	a, b := r.worker("w0"), r.worker("w1")
	l := r.add("acct0", 0, 700)
	first := r.begun("acct0", a, b)
	next := other(first, a, b)
	stopped := time.Now()
	r.signal(first, syscall.SIGSTOP)
	r.until("the other goes on", 40*time.Second, func() bool { return r.by("acct0", next.name) > 0 })
	r.note("SIGSTOP to the next worker's first request", r.firstAfter(next.name, stopped).Sub(stopped))
	before := r.by("acct0", first.name)
	r.signal(first, syscall.SIGCONT)
	r.finished(2 * time.Minute)
	// What was about to be sent may go out, with the keys that the successor uses.
	if after := r.by("acct0", first.name); after > before+2 {
		t.Errorf("the worker sent %d requests after it had been taken over", after-before)
	}
	r.check(l)
	r.signal(first, syscall.SIGTERM)
	<-first.done
	if code := first.cmd.ProcessState.ExitCode(); code != exitOK {
		t.Errorf("the worker that came back ended with %d: %s", code, first.out.String())
	}
}

func TestCutOffWorkerStops(t *testing.T) {
	t.Parallel()
	n := newNetwork(t, "w0")
	r := n.rig(1, perMinute, nil)
	a := n.worker(r, "w0")
	l := r.add("acct0", 0, 500)
	r.begun("acct0", a)
	b := r.worker("w1")
	cut := time.Now()
	n.cut(a.name)
	r.until("the other goes on", 40*time.Second, func() bool { return r.by("acct0", b.name) > 0 })
	last, first := r.lastBy(a.name), r.firstAfter(b.name, cut)
	r.note("cut off, to its last request", last.Sub(cut))
	r.note("cut off, to the next worker's first request", first.Sub(cut))
	if last.Sub(cut) > 11*time.Second || last.After(first) {
		t.Errorf("the worker sent its last request %s after it was cut off, and the next began at %s", last.Sub(cut), first.Sub(cut))
	}
	n.join(a.name)
	r.finished(2 * time.Minute)
	r.check(l)
}

func TestDatabaseIsRestarted(t *testing.T) {
	t.Parallel()
	cluster := ownCluster(t, pgtest.Network{})
	r := newRig(t, cluster, 2, perMinute, nil)
	r.worker("w0")
	r.worker("w1")
	a, b := r.add("acct0", 0, 300), r.add("acct1", 1, 300)
	r.until("both begin", time.Minute, func() bool { return len(r.seen()) > 60 })
	for _, end := range []func() error{cluster.Stop, cluster.Kill} {
		if err := end(); err != nil {
			t.Fatal(err)
		}
		if err := cluster.Start(); err != nil {
			t.Fatal(err)
		}
		sent := len(r.seen())
		r.note("database restarted, to the next requests", r.until("they go on", 40*time.Second, func() bool { return len(r.seen()) > sent+20 }))
	}
	r.finished(2 * time.Minute)
	r.check(a, b)
}

func TestStoreIsDown(t *testing.T) {
	t.Parallel()
	r := newRig(t, shared, 2, perMinute, nil)
	r.worker("w0")
	goes := r.add("acct0", 0, 100)
	r.until("it begins", time.Minute, func() bool { return r.by("acct0", "w0") > 20 })
	waits := r.add("acct1", 1, 50, "--not-before", time.Now().Add(time.Second).Format(time.RFC3339))
	store := filepath.Join(r.dir, "store")
	if err := os.Rename(store, store+".away"); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(store, nil, 0o600); err != nil { // so that nothing is made anew there
		t.Fatal(err)
	}
	reason := func(l list) string {
		for _, i := range r.status(fmt.Sprint(l.id)).Imports {
			return i.Reason
		}
		return ""
	}
	r.until("the second says that the store is away", time.Minute, func() bool { return strings.Contains(reason(waits), "store") })
	r.until("the first has all rows, and waits with its report", time.Minute, func() bool { return strings.Contains(reason(goes), "report") })
	if n := len(r.api.Truth().ByPhone("acct0", "")); n != goes.rows {
		t.Errorf("the first has created %d contacts, want %d", n, goes.rows)
	}
	if err := os.Remove(store); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(store+".away", store); err != nil {
		t.Fatal(err)
	}
	r.finished(2 * time.Minute)
	r.check(goes, waits)
}

func TestInputIsMissingOrChanged(t *testing.T) {
	t.Parallel()
	r := newRig(t, shared, 1, 6000, nil)
	missing, changed, good := r.add("acct0", 0, 10), r.add("acct0", 1, 10), r.add("acct0", 2, 10)
	for id, spoil := range map[int64]func(path string) error{
		missing.id: os.Remove,
		changed.id: func(path string) error { return os.WriteFile(path, []byte("phone\n+12125550100\n"), 0o600) },
	} {
		var sha string
		for _, i := range r.status(fmt.Sprint(id)).Imports {
			sha = i.SHA256
		}
		if err := spoil(filepath.Join(r.dir, "store", "inputs", sha)); err != nil {
			t.Fatal(err)
		}
	}
	r.worker("w0")
	r.finished(time.Minute)
	for _, l := range []list{missing, changed} {
		if i := r.status(fmt.Sprint(l.id)).Imports[0]; i.State != "stopped" || !strings.Contains(i.Reason, "in the store") {
			t.Errorf("import %d is %s (%s), want it stopped for its input", l.id, i.State, i.Reason)
		}
	}
	r.check(good)
}

func TestCancelledImportStops(t *testing.T) {
	t.Parallel()
	r := newRig(t, shared, 1, perMinute, nil)
	w := r.worker("w0")
	l := r.add("acct0", 0, 400)
	r.begun("acct0", w)
	if out, code := r.run("cancel", fmt.Sprint(l.id)); code != exitOK {
		t.Fatalf("cancel: exit %d: %s", code, out)
	}
	next := r.add("acct0", 1, 20)
	r.finished(time.Minute)
	if n := len(r.api.Truth().ByPhone("acct0", "")); n >= l.rows {
		t.Errorf("all %d rows were created", n)
	}
	r.check(next)
	if again := r.enqueue("acct0", r.file("acct0", 0, 400)); again != l.id {
		t.Errorf("the cancelled one again is import %d, want %d", again, l.id)
	}
	r.finished(2 * time.Minute)
	r.check(l, next)
}

func TestTwoKeysOfOneAccount(t *testing.T) {
	t.Parallel()
	r := newRig(t, shared, 1, 6000, nil)
	r.write("keys/w0/second", "acct0-w1") // another key of the same account
	l := r.add("acct0", 0, 20)
	r.worker("w0")
	r.finished(time.Minute)
	wrong := r.enqueue("second", r.file("second", 1, 20))
	r.finished(time.Minute)
	if i := r.status(fmt.Sprint(wrong)).Imports[0]; i.State != "stopped" || !strings.Contains(i.Reason, "as the key acct0") {
		t.Errorf("got %s (%s), want it stopped: the account has another name", i.State, i.Reason)
	}
	if n := len(r.api.Truth().ByPhone("acct0", "")); n != l.rows {
		t.Errorf("the account has %d contacts, want %d", n, l.rows)
	}
}

func TestImportThatNeedsSomebody(t *testing.T) {
	t.Parallel()
	r := newRig(t, shared, 2, 6000, nil)
	r.write("keys/w0/refused", "nobody")
	r.write("keys/w0/twolines", "q7\nz9\n")
	refused := r.enqueue("refused", r.file("refused", 0, 10))
	unusable, other := r.enqueue("twolines", r.file("twolines", 0, 10)), r.enqueue("twolines", r.file("twolines", 1, 10))
	broken := r.enqueue("acct0", r.write("lists/broken.csv", "phone\n"+strings.Repeat("no number\n", 30)))
	good := r.add("acct0", 1, 20)
	r.worker("w0")
	r.finished(time.Minute)
	for id, want := range map[int64]string{refused: "key", broken: "30 of 30 rows are invalid", unusable: "with the key twolines", other: "with the key twolines"} {
		if i := r.status(fmt.Sprint(id)).Imports[0]; i.State != "stopped" || !strings.Contains(i.Reason, want) {
			t.Errorf("import %d is %s (%s), want it stopped: %s", id, i.State, i.Reason, want)
		}
	}
	out, code := r.run("report", fmt.Sprint(broken), "--to", filepath.Join(r.dir, "broken"))
	if _, err := os.Stat(filepath.Join(r.dir, "broken", "invalid.csv")); code != exitStopped || err != nil {
		t.Errorf("the report of the stopped one: exit %d, %v: %s", code, err, out)
	}
	r.check(good)
}

// TestKeyThatIsMissing: the account's imports wait and say which key it is, and go on by
// themselves once it is there.
func TestKeyThatIsMissing(t *testing.T) {
	t.Parallel()
	r := newRig(t, shared, 1, 6000, nil)
	key := filepath.Join(r.dir, "keys", "w0", "acct0")
	if err := os.Rename(key, key+".away"); err != nil {
		t.Fatal(err)
	}
	a, b := r.add("acct0", 0, 10), r.add("acct0", 1, 10)
	r.worker("w0")
	for _, l := range []list{a, b} {
		r.until("the import waits for its key", time.Minute, func() bool {
			i := r.status(fmt.Sprint(l.id)).Imports[0]
			return i.State == "open" && strings.Contains(i.Reason, "the API key acct0: ")
		})
	}
	if err := os.Rename(key+".away", key); err != nil {
		t.Fatal(err)
	}
	r.finished(2 * time.Minute)
	r.check(a, b)
}
