package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"sent-import/importer/testenv"
)

// peakMemory is a separate program that runs the command in its arguments and prints
// the command's peak of memory in bytes to stderr. The test does not start the command
// itself, because a process inherits the peak of its parent.
func peakMemory() {
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(exitFailed)
	}
	peak, err := childrenPeak()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(exitFailed)
	}
	fmt.Fprintln(os.Stderr, peak)
	os.Exit(cmd.ProcessState.ExitCode())
}

// wideFile writes a list of n rows with a note of noteBytes each, the one in the
// middle in quotes that are never closed. The rows have one number, so that
// reports stay small, and the file is compressed, since the test is about memory and
// not about the disk.
func wideFile(tb testing.TB, n, noteBytes int) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "wide.csv.gz")
	file, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := gzip.NewWriter(file)
	note := strings.Repeat("a word ", noteBytes/7)
	fmt.Fprintln(w, "name,phone,note")
	for i := range n {
		quote := ""
		if i == n/2 {
			quote = `"`
		}
		fmt.Fprintf(w, "contact %d,+12125550101,%s%s\n", i, quote, note)
	}
	if err := errors.Join(w.Close(), file.Close()); err != nil {
		tb.Fatal(err)
	}
	return path
}

// checkedCounts runs check on a file and returns the counts of its report and
// the peak of its memory in bytes.
func checkedCounts(tb testing.TB, path string) (counts map[string]int, peak int64) {
	tb.Helper()
	dir := filepath.Join(tb.TempDir(), "report")
	cmd := program(tb, "check", "--report", dir, "--quiet", path)
	cmd.Path, cmd.Args = lookPath(tb, "peak-memory"), append([]string{"peak-memory"}, cmd.Args...)
	asUsersHaveIt(cmd)
	var said bytes.Buffer
	cmd.Stderr = &said
	err := cmd.Run()
	if code := cmd.ProcessState.ExitCode(); code != exitOK && code != exitRowsLeft {
		tb.Fatalf("got exit %d, %v: %s", code, err, said.String())
	}
	lines := strings.Fields(said.String())
	if len(lines) == 0 {
		tb.Fatal("got no word about memory")
	}
	if peak, err = strconv.ParseInt(lines[len(lines)-1], 10, 64); err != nil {
		tb.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "summary.json"))
	if err != nil {
		tb.Fatal(err)
	}
	var summary struct{ Counts map[string]int }
	if err := json.Unmarshal(text, &summary); err != nil {
		tb.Fatal(err)
	}
	return summary.Counts, peak
}

func lookPath(tb testing.TB, name string) string {
	tb.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		tb.Fatal(err)
	}
	return path
}

// A quote that is never closed in the middle of a large file costs only its own row,
// and reading takes less memory than the file has bytes. The records are as long as a
// page of text; a few thousand of them must never be in memory at once.
func TestPitfall08AnUnclosedQuoteInALargeFile(t *testing.T) {
	t.Parallel()
	const noteBytes, limit = 30_000, 80 << 20
	rows := 3000 // together more than the limit
	if testenv.Race {
		rows = 500 // its memory is not measured
	}
	counts, peak := checkedCounts(t, wideFile(t, rows, noteBytes))
	if counts["rows"] != rows || counts["invalid"] != 1 || counts["pending"] != 1 || counts["duplicate"] != rows-2 {
		t.Errorf("got counts %v, want %d rows, one of them invalid, one pending, the others duplicates", counts, rows)
	}
	t.Logf("a file of %d MB in %d MiB", rows*noteBytes/1_000_000, peak>>20)
	if peak > limit && !testenv.Race { // the detector takes five to ten times the program's memory
		t.Errorf("got a peak of %d MiB, want at most %d", peak>>20, limit>>20)
	}
}
