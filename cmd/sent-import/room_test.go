package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A file that reached the process's limit of file size is not a full disk: the error
// names the limit and the report, the ledger or the standard input.
func TestAttack28FileSizeLimitIsNoFullDisk(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t, "--rate-limit=-1", "--latency", "0s")
	s := newShell(t, "SENT_IMPORT_BASE_URL="+sim.url)
	var numbers, wide strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&numbers, "+1415555%04d\n", i)
	}
	for i := range 10 {
		fmt.Fprintf(&wide, "+1415556%04d,%s\n", i, strings.Repeat("x", 20_000))
	}
	s.write("numbers.csv", "phone\n"+numbers.String())
	s.write("wide.csv", "phone,note\n"+wide.String())
	const limit, raise = "the file size limit of this process is reached (ulimit -f; ", "Raise the limit, as with ulimit -f unlimited"
	for _, tt := range []struct {
		name, line string
		want       []string
	}{
		{"ledger, made", "ulimit -f 20; sent-import run numbers.csv", []string{"the ledger in ", limit + "20480 bytes). " + raise, "run the same command again"}},
		{"ledger", "ulimit -f 80; sent-import run numbers.csv", []string{"the ledger in ", limit + "81920 bytes). " + raise, "run the same command again"}},
		{"check", "ulimit -f 20; sent-import check numbers.csv",
			[]string{"write report: numbers.check/report.csv: " + limit, raise, "run the same command again"}},
		{"standard input", "ulimit -f 160; sent-import run - < wide.csv", []string{"standard input can't be kept in ", "/spool: " + limit, raise, "run the same command again"}},
		{"report", "ulimit -f 160; sent-import check wide.csv",
			[]string{"write report: wide.check/retry.csv: " + limit, raise, "run the same command again"}},
	} {
		_, said := s.typed(exitFailed, tt.line)
		for _, want := range tt.want {
			if !strings.Contains(said, want) {
				t.Errorf("%s: got %q, want %q in it", tt.name, said, want)
			}
		}
		for _, no := range []string{"disk is full", "no room", "I/O error", ".tmp", "/.retry", "TMPDIR", "--report"} {
			if strings.Contains(said, no) {
				t.Errorf("%s: got %q, and %q in it", tt.name, said, no)
			}
		}
		if n := strings.Count(said, raise); n != 1 {
			t.Errorf("%s: the fix is said %d times in %q", tt.name, n, said)
		}
	}
	if left, err := filepath.Glob(filepath.Join(s.dir, "*", ".*.csv*")); err != nil || len(left) > 0 {
		t.Errorf("%v is left (%v)", left, err)
	}
}

// An error for lack of room for the report says what to do, in a check as well.
func TestAttack28NoRoomForTheReport(t *testing.T) {
	for _, job := range []string{"", "0123456789"} {
		text := reportLost(fmt.Errorf("write report: list.check/report.csv: %w", syscall.ENOSPC), job).Error()
		if want := "Make room there, or give another directory with --report"; !strings.Contains(text, want) {
			t.Errorf("job %q: got %q, want %q in it", job, text, want)
		}
		want := "run the same command again"
		if job != "" {
			want = "run sent-import report " + job
		}
		if !strings.HasSuffix(text, want) {
			t.Errorf("job %q: got %q, want %q at its end", job, text, want)
		}
	}
}
