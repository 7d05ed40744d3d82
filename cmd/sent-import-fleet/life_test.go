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
	"testing"
	"time"
)

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
	refused := filepath.Dir(r.write("refused/acct0", "nobody's"))
	if out, code := r.run("verify", fmt.Sprint(a.id), "--keys-dir", refused); code == exitOK || !strings.Contains(out, "the program that the workers take it from") || strings.Contains(out, "SENT_DM_API_KEY") {
		t.Errorf("verify with a key that is refused: exit %d: %s", code, out)
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

// TestTwoKeysOfOneAccount: a second name of an account is not worked on while the first one has
// something to do; afterwards the account may have that name.
func TestTwoKeysOfOneAccount(t *testing.T) {
	t.Parallel()
	r := newRig(t, shared, 1, perMinute, nil)
	r.write("keys/w0/second", "acct0-w1") // another key of the same account
	l := r.add("acct0", 0, 200)
	w := r.worker("w0")
	r.begun("acct0", w)
	second := r.enqueue("second", r.file("second", 1, 20))
	r.until("the second name is judged", time.Minute, func() bool { return r.status(fmt.Sprint(second)).Imports[0].State != "open" })
	if i := r.status(fmt.Sprint(second)).Imports[0]; i.State != "stopped" || !strings.Contains(i.Reason, "as the key acct0") {
		t.Errorf("got %s (%s), want it stopped: the account has another name", i.State, i.Reason)
	}
	r.finished(2 * time.Minute)
	if n := len(r.api.Truth().ByPhone("acct0", "")); n != l.rows {
		t.Errorf("the account has %d contacts, want %d", n, l.rows)
	}
	r.enqueue("second", r.file("second", 1, 20))
	r.finished(time.Minute)
	if i := r.status(fmt.Sprint(second)).Imports[0]; i.State != "done" {
		t.Errorf("when the first name has nothing left to do: %s (%s), want it done", i.State, i.Reason)
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
