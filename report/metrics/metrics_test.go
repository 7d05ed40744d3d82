package metrics

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"sent-import/importer/outcome"
	"sent-import/report/notify"
)

var (
	tuesday   = time.Unix(1_800_000_000, 500_000_000)
	wednesday = tuesday.Add(24 * time.Hour)
)

// whole are figures of which all is known.
func whole() Figures {
	return Figures{
		Job: &Job{
			Reasons:  outcome.ByReason{outcome.ReasonCreated: 7, outcome.InFile: 2, outcome.Network: 1},
			Requests: outcome.Requests{Create: 12, Lookup: 1, Me: 1, RateLimited: 3, Retries: 2},
		},
		Run:      &Run{Ended: wednesday, Took: 90 * time.Second, ExitCode: 3, PerMinute: 195},
		Complete: wednesday, Success: tuesday, Version: "1.2.3",
	}
}

// read reads a text as node_exporter does.
func read(t *testing.T, text io.Reader) map[string]*dto.MetricFamily {
	t.Helper()
	parser := expfmt.NewTextParser(model.UTF8Validation)
	families, err := parser.TextToMetricFamilies(text)
	if err != nil {
		t.Fatal(err)
	}
	return families
}

func readBack(t *testing.T, path string) map[string]*dto.MetricFamily {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return read(t, bytes.NewReader(data))
}

// values are the values of all series, by name and labels as in a file.
func values(families map[string]*dto.MetricFamily) map[string]float64 {
	all := make(map[string]float64)
	for name, family := range families {
		for _, m := range family.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, fmt.Sprintf("%s=%q", l.GetName(), l.GetValue()))
			}
			slices.Sort(labels)
			all[name+"{"+strings.Join(labels, ",")+"}"] = m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	return all
}

func want(t *testing.T, what string, got map[string]float64, wanted map[string]float64) {
	t.Helper()
	for name, value := range wanted {
		if have, ok := got[name]; !ok || have != value {
			t.Errorf("%s: %s: got %v, %v, want %v", what, name, have, ok, value)
		}
	}
}

func mustWrite(t *testing.T, path string, figures map[string]Figures, all ...string) {
	t.Helper()
	if err := WriteFile(path, figures, all); err != nil {
		t.Fatal(err)
	}
}

// TestFileHasEverySeries: by their names and labels, which dashboards rely on.
func TestFileHasEverySeries(t *testing.T) {
	path := filepath.Join(t.TempDir(), "crm.prom")
	mustWrite(t, path, map[string]Figures{"crm": whole()}, "crm")
	families := readBack(t, path)
	got := values(families)
	want(t, "whole", got, map[string]float64{
		`sent_import_job_rows{list="crm",status="created"}`:          7,
		`sent_import_job_rows{list="crm",status="duplicate"}`:        2,
		`sent_import_job_rows{list="crm",status="invalid"}`:          0,
		`sent_import_job_rows{list="crm",status="failed"}`:           1,
		`sent_import_job_rows{list="crm",status="pending"}`:          0,
		`sent_import_job_reason_rows{list="crm",reason="created"}`:   7,
		`sent_import_job_reason_rows{list="crm",reason="opted_out"}`: 0,
		`sent_import_requests_total{kind="create",list="crm"}`:       12,
		`sent_import_requests_total{kind="delete",list="crm"}`:       0,
		`sent_import_rate_limited_total{list="crm"}`:                 3,
		`sent_import_rate_limit_per_minute{list="crm"}`:              195,
		`sent_import_last_run_timestamp_seconds{list="crm"}`:         1_800_086_400.5,
		`sent_import_last_run_duration_seconds{list="crm"}`:          90,
		`sent_import_last_exit_code{list="crm"}`:                     3,
		`sent_import_last_complete_timestamp_seconds{list="crm"}`:    1_800_086_400.5,
		`sent_import_last_success_timestamp_seconds{list="crm"}`:     1_800_000_000.5,
		`sent_import_build_info{list="crm",version="1.2.3"}`:         1,
	})
	if n := 5 + len(outcome.Reasons()) + 7 + 8; len(got) != n {
		t.Errorf("got %d series, want %d: %v", len(got), n, slices.Sorted(maps.Keys(got)))
	}
	for _, counter := range []string{"sent_import_requests_total", "sent_import_rate_limited_total"} {
		if families[counter].GetType() != dto.MetricType_COUNTER {
			t.Errorf("%s is a %s", counter, families[counter].GetType())
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o644 {
		t.Errorf("got mode %v, %v, want 644", info.Mode(), err)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); err != nil || len(left) != 1 {
		t.Errorf("got the files %v, %v, want one", left, err)
	}
}

// TestWithoutALimit: a rate without a limit is +Inf, and one that is not known has no series.
func TestWithoutALimit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.prom")
	f := whole()
	f.Run.PerMinute = math.Inf(1)
	mustWrite(t, path, map[string]Figures{"a": f}, "a")
	want(t, "unlimited", values(readBack(t, path)), map[string]float64{`sent_import_rate_limit_per_minute{list="a"}`: math.Inf(1)})
}

// TestTwoFilesStandSideBySide: node_exporter merges all files of its directory, and drops
// everything if the same name has two texts or types, or a series comes twice.
func TestTwoFilesStandSideBySide(t *testing.T) {
	dir := t.TempDir()
	one, two := filepath.Join(dir, "one.prom"), filepath.Join(dir, "two.prom")
	mustWrite(t, one, map[string]Figures{"one": whole()}, "one")
	mustWrite(t, two, map[string]Figures{"two": {Run: &Run{Ended: wednesday, ExitCode: 1}, Version: "9"}}, "two")
	mustWrite(t, two, map[string]Figures{"two": {Run: &Run{Ended: wednesday, ExitCode: 0}, Version: "10"}}, "two") // with what the file has
	first, second := readBack(t, one), readBack(t, two)
	for name, family := range second {
		if other, ok := first[name]; !ok || other.GetHelp() != family.GetHelp() || other.GetType() != family.GetType() || family.GetHelp() == "" {
			t.Errorf("%s: got %q, %s, and %q, %s", name, family.GetHelp(), family.GetType(), other.GetHelp(), other.GetType())
		}
	}
	all := values(first)
	for name, value := range values(second) {
		if _, twice := all[name]; twice {
			t.Errorf("%s is in both", name)
		}
		all[name] = value
	}
	want(t, "both", all, map[string]float64{`sent_import_last_exit_code{list="one"}`: 3, `sent_import_last_exit_code{list="two"}`: 0, `sent_import_build_info{list="two",version="10"}`: 1})
	if _, old := all[`sent_import_build_info{list="two",version="9"}`]; old {
		t.Error("the version before stays")
	}
}

// TestWhatIsNotKnownStays: what a file says of its lists is kept where nothing newer is
// known, and lists that it is not for go.
func TestWhatIsNotKnownStays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.prom")
	old := whole()
	mustWrite(t, path, map[string]Figures{"a": old, "b": old, "gone": old}, "a", "b", "gone")
	failed := Figures{Run: &Run{Ended: wednesday.Add(time.Hour), Took: time.Second, ExitCode: 1}, Version: "1.2.3"}
	mustWrite(t, path, map[string]Figures{"a": failed}, "a", "b")
	got := values(readBack(t, path))
	want(t, "after a failure", got, map[string]float64{
		`sent_import_last_exit_code{list="a"}`:                  1,
		`sent_import_last_complete_timestamp_seconds{list="a"}`: 1_800_086_400.5,
		`sent_import_last_success_timestamp_seconds{list="a"}`:  1_800_000_000.5,
		`sent_import_job_rows{list="a",status="created"}`:       7,
		`sent_import_requests_total{kind="create",list="a"}`:    12,
		`sent_import_last_exit_code{list="b"}`:                  3,
		`sent_import_job_rows{list="b",status="created"}`:       7,
	})
	for name := range got {
		if strings.Contains(name, "gone") {
			t.Errorf("%s stays, and the file is not for it", name)
		}
	}
}

// TestAFileOfSomethingElse: what is no file of metrics of ours stays as it is; nothing, and
// an empty file, are written.
func TestAFileOfSomethingElse(t *testing.T) {
	dir := t.TempDir()
	all := map[string]Figures{"a": whole()}
	for name, text := range map[string]string{
		"list.csv": "phone\n+14155550101\n", "other.prom": "node_load1 3\n", "both.prom": "sent_import_last_exit_code{list=\"a\"} 9\nnode_load1 3\n",
		"cut.prom": "sent_import_last_exit_code{list=\"a\"} 9\n}{\n", "comment.toml": "# region = \"DE\"\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		var foreign *ForeignFileError
		if err := WriteFile(path, all, []string{"a"}); !errors.As(err, &foreign) || strings.Contains(err.Error(), "4155550101") || !errors.As(CheckFile(path), &foreign) {
			t.Errorf("%s: got %v, want it to be refused", name, err)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != text {
			t.Errorf("%s: got %q, %v", name, after, err)
		}
	}
	link, empty := filepath.Join(dir, "link.prom"), filepath.Join(dir, "empty.prom")
	if err := errors.Join(os.WriteFile(empty, nil, 0o600), os.Symlink(empty, link)); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{link, dir, filepath.Join(dir, "no", "m.prom")} {
		if err := WriteFile(path, all, []string{"a"}); err == nil {
			t.Errorf("%s is written", path)
		}
	}
	mustWrite(t, empty, all, "a")
	want(t, "an empty file", values(readBack(t, empty)), map[string]float64{`sent_import_last_exit_code{list="a"}`: 3})
}

// pushed is a request that a Pushgateway got.
type pushed struct{ method, path, body string }

func gateway(t *testing.T, status int) (address notify.Address, got *[]pushed) {
	t.Helper()
	got = new([]pushed)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body) // what is cut off is not parsed
		*got = append(*got, pushed{r.Method, r.URL.Path, string(body)})
		w.WriteHeader(status)
	}))
	t.Cleanup(server.Close)
	address, err := notify.Parse(server.URL + "/t0ken-of-the-gateway")
	if err != nil {
		t.Fatal(err)
	}
	return address, got
}

// TestPush: the list is the group's, and no label of the series. What is whole replaces the
// group; what is not leaves the rest of it.
func TestPush(t *testing.T) {
	to, got := gateway(t, http.StatusOK)
	client := notify.NewClient("sent-import/1", nil)
	failed := Figures{Run: &Run{Ended: wednesday, ExitCode: 1}, Version: "1"}
	for _, f := range []Figures{whole(), failed} {
		if err := Push(t.Context(), client, to, "crm.csv", f); err != nil {
			t.Fatal(err)
		}
	}
	for i, method := range []string{http.MethodPut, http.MethodPost} {
		p := (*got)[i]
		if p.method != method || p.path != "/t0ken-of-the-gateway/metrics/job/sent-import/list/crm.csv" {
			t.Errorf("got %s %s, want %s to the group", p.method, p.path, method)
		}
		if strings.Contains(p.body, `list="`) {
			t.Errorf("a series has the label list: %s", p.body)
		}
	}
	want(t, "pushed", values(read(t, strings.NewReader((*got)[0].body))), map[string]float64{
		`sent_import_last_exit_code{}`: 3, `sent_import_job_rows{status="created"}`: 7, `sent_import_last_complete_timestamp_seconds{}`: 1_800_086_400.5,
	})
}

// TestPushToTheGroupOfAName: the Pushgateway knows the list by its name, whatever that holds.
func TestPushToTheGroupOfAName(t *testing.T) {
	to, got := gateway(t, http.StatusOK)
	for name, group := range map[string]string{
		"crm": "list/crm", "crm-export_2.csv": "list/crm-export_2.csv", "crm export": "list@base64/Y3JtIGV4cG9ydA", "a+b": "list@base64/YSti",
		".": "list@base64/Lg", "..": "list@base64/Li4", "고객>>?": "list@base64/6rOg6rCdPj4_", "50%": "list@base64/NTAl", ".hidden": "list@base64/LmhpZGRlbg",
	} {
		*got = nil
		if err := Push(t.Context(), notify.NewClient("x", nil), to, name, whole()); err != nil {
			t.Fatal(err)
		}
		if want := "/t0ken-of-the-gateway/metrics/job/sent-import/" + group; (*got)[0].path != want {
			t.Errorf("%s: pushed to %s, want %s", name, (*got)[0].path, want)
		}
	}
}

// TestPushFails: the error says why, and shows no more of the address than its host.
func TestPushFails(t *testing.T) {
	to, got := gateway(t, http.StatusBadRequest)
	err := Push(t.Context(), notify.NewClient("x", nil), to, "a list", whole())
	if err == nil || !strings.Contains(err.Error(), "400 Bad Request") || strings.Contains(err.Error(), "t0ken") || len(*got) != 1 {
		t.Errorf("got %v after %d requests", err, len(*got))
	}
}
