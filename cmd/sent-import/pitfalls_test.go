package main

import (
	"bytes"
	"encoding/csv"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/feedback"
	"sent-import/importer/outcome"
	"sent-import/importer/progress"
)

// TestPitfall32 is about reports that are opened in a spreadsheet: the importer
// removes the guard before a formula by the same rule by which reports add it, and
// removes nothing else.
func TestPitfall32GuardsComeOffAgain(t *testing.T) {
	t.Parallel()
	cells := guardCells()
	guarded := make([]string, len(cells))
	for i, cell := range cells {
		guarded[i] = feedback.Guard(cell)
	}
	for i, got := range phonesOf(t, guarded) {
		if want := feedback.Unguard(guarded[i]); got != want {
			t.Errorf("%q: got %q back from %q, want %q", cells[i], got, guarded[i], want)
		}
	}
}

// guardCells are cells that begin in every way that matters to a spreadsheet.
func guardCells() []string {
	var cells []string
	for _, first := range []string{"", "'", "''", "=", "@", "\t", "\n", "＝", "＠", "+", "-", "＋", "－", " ", "A"} {
		for _, second := range []string{"", "1", "٤", "A1", " ", "(", "[", "=", "+", "'", "é", "|"} {
			for _, rest := range []string{"", "415 555 2671", "5 ext(5)", "SUM (1)", "cmd|' /C calc'!A0", "(2)", "x'!"} {
				cells = append(cells, first+second+rest+"0") // no cell is empty
			}
		}
	}
	for _, separator := range []string{";", ",", "\t", "|", "\n"} {
		for _, rest := range []string{"=1", " =1", "@x", "+1 415", "+x", "-2+cmd|' /C calc'!A", "'=1", "\"=1", ""} {
			cells = append(cells, "+1 415 555 0101"+separator+rest+separator+"=2")
		}
	}
	return cells
}

// phonesOf writes the cells as the phone column of a CSV file and returns them
// as the importer reads them.
func phonesOf(t *testing.T, cells []string) (phones []string) {
	t.Helper()
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	_ = w.Write([]string{"name", "phone"}) // a bytes.Buffer never fails
	for _, cell := range cells {
		_ = w.Write([]string{"Ada", cell})
	}
	w.Flush()
	path := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	result, err := importer.Check(t.Context(), importer.Options{Input: path, Reading: importer.Reading{Delimiter: ','}})
	if err != nil {
		t.Fatal(err)
	}
	defer result.Close()
	for row, err := range result.LedgerRows() {
		if err != nil {
			t.Fatal(err)
		}
		phones = append(phones, row.Input)
	}
	if len(phones) != len(cells) {
		t.Fatalf("got %d rows, want %d", len(phones), len(cells))
	}
	return phones
}

// TestPitfall34 is about progress that misleads.
func TestPitfall34NoFalseProgress(t *testing.T) {
	at := progress.Snapshot{Phase: progress.Creating, ToSettle: 2000, PerMinute: 200}
	at.Settled = outcome.Counts{Rows: 1999, Created: 1999}
	if got := progressText(at, noon); strings.Contains(got, "100") {
		t.Errorf("one row left: got %q, want no 100", got)
	}
	at.Settled = outcome.Counts{}
	if got, want := progressText(at, noon), "2,000 requests left at 200/min: 10 min 0 s"; !strings.Contains(got, want) {
		t.Errorf("rows that cost nothing are not in ToSettle: got %q, want %q", got, want)
	}
	for name, change := range map[string]func(*progress.Snapshot){
		"paused":        func(s *progress.Snapshot) { s.PausedUntil = noon.Add(time.Hour) },
		"in an outage":  func(s *progress.Snapshot) { s.Outage = true },
		"without limit": func(s *progress.Snapshot) { s.PerMinute = math.Inf(1) },
	} {
		s := at
		change(&s)
		if got := progressText(s, noon); strings.Contains(got, "10 min") || strings.Contains(got, "done at") {
			t.Errorf("%s: got %q, want no time that nobody can know", name, got)
		}
	}
}

// TestPitfall36 is about the key: it is sent to one host and never to where that host
// redirects; and about answers: their text does not control the terminal.
func TestPitfall36TheKeyStaysWithItsHost(t *testing.T) {
	t.Parallel()
	var strangers atomic.Int64
	stranger := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { strangers.Add(1) }))
	defer stranger.Close()
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewServer(http.RedirectHandler(stranger.URL+"/v3/contacts", status))
		code, said := runList(t, "--base-url", server.URL)
		server.Close()
		if code != exitFailed && code != exitStopped {
			t.Errorf("%d: got exit code %d, want the run stopped: %s", status, code, said)
		}
	}
	if n := strangers.Load(); n != 0 {
		t.Errorf("got %d requests at the host that was redirected to, want none", n)
	}
}

func TestPitfall36NoPlainHTTPToAnotherMachine(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"http://api.sent.dm", "http://192.168.1.10:8080", "http://localhost.example.org", "ftp://api.sent.dm"} {
		code, said := runList(t, "--base-url", url)
		if code != exitUsage || !strings.Contains(said, "http") {
			t.Errorf("%s: got exit code %d and %q, want a refusal", url, code, said)
		}
	}
}

func TestAnswersMoveNoCursor(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		_, _ = w.Write([]byte(`{"success":false,"error":{"code":"AUTH_005","message":"not \u001b[2Jactivated\u202e\u0007\r\n now"},"meta":{"request_id":"r\u001b]0;x"}}`))
	}))
	defer server.Close()
	code, said := runList(t, "--base-url", server.URL)
	if code != exitFailed && code != exitStopped {
		t.Errorf("got exit code %d, want the run stopped", code)
	}
	if strings.ContainsAny(said, "\x1b\x07\r\u202e") || !strings.Contains(said, "activated") {
		t.Errorf("got %q, want the message without control characters", said)
	}
}

// runList imports a list of one contact with the flags, and returns the exit
// code and all that was printed.
func runList(t *testing.T, flags ...string) (code int, said string) {
	t.Helper()
	dir := t.TempDir()
	list := filepath.Join(dir, "list.csv")
	if err := os.WriteFile(list, []byte("phone\n+14155550101\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := program(t, append([]string{"run", list, "--state", filepath.Join(dir, "state"), "--outage", "1s"}, flags...)...)
	out, _ := cmd.CombinedOutput() // the exit code is what counts
	return cmd.ProcessState.ExitCode(), string(out)
}
