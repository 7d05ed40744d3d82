package main

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// receiver is a server that is posted to.
type receiver struct {
	url string

	mu  sync.Mutex
	got []posted
}

// posted is what it got.
type posted struct{ method, path, body string }

// newReceiver starts one. It answers 200, 404 below /gone, and with a redirect below /moved.
func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := new(receiver)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body) // what is cut off is not JSON
		r.mu.Lock()
		r.got = append(r.got, posted{q.Method, q.URL.Path, string(body)})
		r.mu.Unlock()
		switch {
		case strings.HasPrefix(q.URL.Path, "/gone"):
			w.WriteHeader(http.StatusNotFound)
		case strings.HasPrefix(q.URL.Path, "/moved"):
			http.Redirect(w, q, "/followed", http.StatusTemporaryRedirect)
		}
	}))
	t.Cleanup(server.Close)
	r.url = server.URL
	return r
}

// take returns what came since the last call.
func (r *receiver) take() (got []posted) {
	r.mu.Lock()
	defer r.mu.Unlock()
	got, r.got = r.got, nil
	return got
}

func pathsOf(got []posted) (paths []string) {
	for _, p := range got {
		paths = append(paths, p.path)
	}
	return paths
}

// bodyFits looks at a body: JSON as the schema says, without the key, and without a number.
func bodyFits(t *testing.T, body string) {
	t.Helper()
	if err := fits(postedSchema, body); err != nil {
		t.Error(err)
	}
	if strings.Contains(body, "4155550101") || strings.Contains(body, testKey) {
		t.Errorf("it holds a number, or the key: %s", body)
	}
}

// TestNotify: who is told how a run began and ended. The exit code decides between the
// addresses, and every ending is told, also one before there is a job.
func TestNotify(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t, "--rate-limit=-1", "--latency", "0s")
	to := newReceiver(t)
	s := newShell(t, "SENT_IMPORT_BASE_URL="+sim.url, "SENT_DM_API_KEY="+testKey)
	s.write("good.csv", "phone\n+14155550101\n")
	s.write("bad.csv", "phone\n+14155550102\n12\n")
	s.write("+14155550101.csv", "phone\n12\n")
	all := []string{"--notify", to.url + "/ok", "--notify-failure", to.url + "/failed", "--notify-start", to.url + "/start"}
	for _, tt := range []struct {
		name  string
		code  int
		args  []string
		paths []string
		field string // of the last body
		value string
	}{
		{"a success", 0, append([]string{"run", "good.csv"}, all...), []string{"/start", "/ok"}, "counts.created", "1"},
		{"rows to repair", 3, append([]string{"run", "bad.csv"}, all...), []string{"/start", "/failed"}, "exit_code", "3"},
		{"rows to repair are fine", 0, append([]string{"run", "bad.csv", "--invalid-ok"}, all...), []string{"/start", "/ok"}, "exit_code", "0"},
		{"one address for every ending", 3, []string{"run", "bad.csv", "--notify", to.url + "/ok"}, []string{"/ok"}, "exit_code", "3"},
		{"failures alone", 0, []string{"run", "good.csv", "--notify-failure", to.url + "/failed"}, nil, "", ""},
		{"no file", 1, append([]string{"run", "none.csv"}, all...), []string{"/start", "/failed"}, "type", "error"},
		{"a refused option", 2, append([]string{"run", "good.csv", "--rate", "fast"}, all...), []string{"/start", "/failed"}, "exit_code", "2"},
		{"not understood", 2, append([]string{"run", "good.csv", "--no-such-flag"}, all...), []string{"/failed"}, "exit_code", "2"},
		{"no key", 1, append([]string{"run", "good.csv", "--api-key-file", "none"}, all...), []string{"/failed"}, "type", "error"},
		{"a name that is a number", 3, append([]string{"run", "+14155550101.csv"}, all...), []string{"/start", "/failed"}, "input.name", "+1415•••0101.csv"},
		{"several files", 3, append([]string{"run", "good.csv", "bad.csv"}, all...), []string{"/start", "/failed"}, "results.1.exit_code", "3"},
		{"a check tells nobody", 0, append([]string{"run", "good.csv", "--dry-run"}, all...), nil, "", ""},
	} {
		s.run(tt.code, tt.args...)
		got := to.take()
		if !slices.Equal(pathsOf(got), tt.paths) {
			t.Errorf("%s: got %q, want %q", tt.name, pathsOf(got), tt.paths)
			continue
		}
		for _, p := range got {
			bodyFits(t, p.body)
		}
		if len(got) > 0 {
			if value, err := jsonField([]byte(got[len(got)-1].body), tt.field); err != nil || value != tt.value {
				t.Errorf("%s: %s: got %q, %v, want %q in %s", tt.name, tt.field, value, err, tt.value, got[len(got)-1].body)
			}
		}
	}
}

// TestNotifyFails: that nobody could be told is said, changes no exit code, and shows
// nothing of the address but its host; nor does what is offered or printed otherwise.
func TestNotifyFails(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t, "--rate-limit=-1", "--latency", "0s")
	to := newReceiver(t)
	s := newShell(t, "SENT_IMPORT_BASE_URL="+sim.url)
	s.write("list.csv", "phone\n+14155550101\n12\n")
	secret := []string{
		"--notify", to.url + "/moved/t0ken-1", "--notify-start=" + to.url + "/gone/t0ken-2", "--metrics-push", to.url + "/gone/t0ken-3",
		"--metrics-file", "no/such/directory/m.prom",
	}
	out, errs := s.run(3, append([]string{"run", "list.csv", "--json"}, secret...)...)
	for _, flag := range []string{"--notify: ", "--notify-start: ", "--metrics-push: ", "--metrics-file: "} {
		if !strings.Contains(errs, flag) || strings.Contains(out, flag) != (flag == "--notify-start: ") {
			t.Errorf("%snot said in\n%s\nor after the result in\n%s", flag, errs, out)
		}
	}
	if last := out[strings.LastIndex(strings.TrimSpace(out), "\n")+1:]; !strings.Contains(last, `"type":"summary"`) {
		t.Errorf("the last line is no summary: %s", last)
	}
	text, said := s.run(3, append([]string{"run", "list.csv"}, secret...)...)
	config, _ := s.run(0, append([]string{"config"}, secret...)...)
	wrong, saidWrong := s.run(2, "run", "list.csv", "--json", "--notify", "hooks.example.com/t0ken-4")
	page, err := os.ReadFile(filepath.Join(s.dir, "list.report", "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{out, errs, text, said, config, wrong, saidWrong, string(page)} {
		if strings.Contains(shown, "t0ken") {
			t.Errorf("it shows a token:\n%s", shown)
		}
	}
	if got := pathsOf(to.take()); slices.Contains(got, "/followed") || !slices.Contains(got, "/moved/t0ken-1") {
		t.Errorf("got %q, want no redirect to be followed", got)
	}
	s.typed(0, "sent-import check list.csv >/dev/null; true")
}

// TestNotifyAfterASignal: a run that is terminated tells it, after its report.
func TestNotifyAfterASignal(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t, "--rate-limit=-1", "--latency", "30s")
	to := newReceiver(t)
	dir := t.TempDir()
	list := filepath.Join(dir, "list.csv")
	if err := os.WriteFile(list, []byte("phone\n+14155550101\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := watched(t, "run", list, "--base-url", sim.url, "--state", filepath.Join(dir, "state"), "--rate", "unlimited", "--drain", "0s", "--notify", to.url+"/ok")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	sim.get("/_simulator/wait?requests=1", new(json.RawMessage))
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // its exit code is compared
	got := to.take()
	if code := cmd.ProcessState.ExitCode(); code != 143 || len(got) != 1 {
		t.Fatalf("got exit code %d and %q, want 143 and one notification", code, got)
	}
	bodyFits(t, got[0].body)
	if value, err := jsonField([]byte(got[0].body), "exit_code"); err != nil || value != "143" {
		t.Errorf("got the exit code %q, %v in %s", value, err, got[0].body)
	}
}

// metricsOf are the values of a file's series, by name and labels.
func metricsOf(t *testing.T, path string) map[string]float64 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(f)
	if err != nil {
		t.Fatal(err)
	}
	values := make(map[string]float64)
	for name, family := range families {
		for _, m := range family.GetMetric() {
			key := name
			for _, l := range m.GetLabel() {
				key += " " + l.GetValue()
			}
			values[key] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	return values
}

// TestMetrics: what a run leaves for Prometheus, and that a run that fails leaves when the
// list was complete, which the ledger knows: for a file, and for a Pushgateway.
func TestMetrics(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t, "--rate-limit=-1", "--latency", "0s")
	to := newReceiver(t)
	s := newShell(t, "SENT_IMPORT_BASE_URL="+sim.url, "SENT_IMPORT_METRICS_PUSH="+to.url)
	s.write("monday.csv", "phone\n+14155550101\n+14155550102\n12\n")
	s.write("tuesday.csv", "phone\n+14155550103\n")
	file := filepath.Join(s.dir, "m.prom")
	run := func(code int, args ...string) map[string]float64 {
		t.Helper()
		s.run(code, append([]string{"run", "--list", "crm", "--metrics-file", file}, args...)...)
		return metricsOf(t, file)
	}
	before := float64(time.Now().Unix())
	first := run(3, "monday.csv")
	for name, want := range map[string]float64{
		"sent_import_job_rows crm created": 2, "sent_import_job_rows crm invalid": 1, "sent_import_job_reason_rows crm phone_too_short": 1,
		"sent_import_requests_total create crm": 2, "sent_import_last_exit_code crm": 3, "sent_import_build_info crm dev": 1,
	} {
		found := false
		for key, value := range first {
			if sameWords(key, name) {
				found = value == want
			}
		}
		if !found {
			t.Errorf("%s: want %v in %v", name, want, first)
		}
	}
	complete := first["sent_import_last_complete_timestamp_seconds crm"]
	if complete < before || complete > float64(time.Now().Unix())+1 {
		t.Errorf("complete at %v, want now", complete)
	}
	if at, ok := first["sent_import_last_success_timestamp_seconds crm"]; ok {
		t.Errorf("success at %v, and there was none", at)
	}
	if err := os.Remove(file); err != nil { // the ledger knows it
		t.Fatal(err)
	}
	failed := run(1, "none.csv")
	if failed["sent_import_last_complete_timestamp_seconds crm"] != complete || failed["sent_import_job_rows crm created"] != 2 || failed["sent_import_last_exit_code crm"] != 1 {
		t.Errorf("after a failure: got %v", failed)
	}
	second := run(0, "tuesday.csv")
	if second["sent_import_job_rows crm created"] != 1 || second["sent_import_last_success_timestamp_seconds crm"] <= complete {
		t.Errorf("after a success: got %v", second)
	}
	locked := run(1, "tuesday.csv", "--state", filepath.Join(s.dir, "monday.csv")) // no ledger there
	if locked["sent_import_last_complete_timestamp_seconds crm"] != second["sent_import_last_complete_timestamp_seconds crm"] {
		t.Errorf("without a ledger: got %v", locked)
	}
	var methods []string
	for _, p := range to.take() {
		methods = append(methods, p.method)
		if p.path != "/metrics/job/sent-import/list/crm" || strings.Contains(p.body, "list=") {
			t.Errorf("pushed to %s: %s", p.path, p.body)
		}
	}
	if want := []string{"PUT", "PUT", "PUT", "POST"}; !slices.Equal(methods, want) {
		t.Errorf("got %q, want %q: what is not known stays", methods, want)
	}
	s.env = append(s.env, "SENT_IMPORT_METRICS_PUSH=")
	s.run(3, "run", "monday.csv", "tuesday.csv", "--sandbox", "--metrics-file", filepath.Join(s.dir, "none.prom"))
	if _, err := os.Stat(filepath.Join(s.dir, "none.prom")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a rehearsal has written metrics: %v", err)
	}
	s.run(1, "run", "monday.csv", "tuesday.csv", "none.csv", "--metrics-file", file)
	each := metricsOf(t, file)
	if each["sent_import_last_exit_code monday.csv"] != 3 || each["sent_import_last_exit_code none.csv"] != 1 || each["sent_import_job_rows tuesday.csv created"] != 1 {
		t.Errorf("three lists: got %v", each)
	}
	if _, there := each["sent_import_last_exit_code crm"]; there {
		t.Error("the file still has a list that it is not for")
	}
}

func sameWords(a, b string) bool {
	one, two := strings.Fields(a), strings.Fields(b)
	slices.Sort(one)
	slices.Sort(two)
	return slices.Equal(one, two)
}

// TestListNames: no name of a list holds a number or a path; one that is given is refused,
// and one that comes of a file's name is masked.
func TestListNames(t *testing.T) {
	for path, want := range map[string]string{
		"exports/contacts.csv": "contacts.csv", "-": "stdin", "+14155550101.csv": "+1415•••0101.csv", "to 4155550101.csv": "to +415•••101.csv",
		"to +1 (415) 555-0101.csv": "to +1415•••0101.csv", "export-20261127.csv": "export-20261127.csv", "export 2026-11-27 0130.csv": "export 2026-11-27 0130.csv",
		"20261127013000.csv": "20261127013000.csv", "caf\xe9.csv": `$'caf\351.csv'`, "v1.2.3-1234.csv": "v1.2.3-1234.csv",
	} {
		if got := listOf(path); got != want {
			t.Errorf("%q: got %q, want %q", path, got, want)
		}
	}
	for name, refused := range map[string]string{
		"crm": "", "CRM export 2026": "", "+14155550101": "phone number", "to 4155550101": "phone number", "exports/crm": "path", " ": "blank", "caf\xe9": "not UTF-8",
		strings.Repeat("x", longestListName+1): "128 bytes",
	} {
		_, err := tellFlags{ListName: name}.listName()
		if (err == nil) != (refused == "") || err != nil && !regexp.MustCompile(refused).MatchString(err.Error()) {
			t.Errorf("%q: got %v, want %q", name, err, refused)
		}
	}
}

// TestWithoutAddresses: the commands that are offered show no token.
func TestWithoutAddresses(t *testing.T) {
	got := withoutAddresses([]string{
		"run", "--notify", "https://h/t0ken", "--metrics-push=http://gw:9091", "--notify-start=https://h/t0ken", "--notify-failure", "t0ken", "--quiet", "a.csv", "--", "--notify", "b",
	})
	if want := []string{"run", "--metrics-push=http://gw:9091", "--quiet", "a.csv", "--", "--notify", "b"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
