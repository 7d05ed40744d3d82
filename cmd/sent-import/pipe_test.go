package main

import (
	"path/filepath"
	"strings"
	"testing"

	"sent-import/report"
	"sent-import/testdata"
)

// What can be read only once is read like standard input: bash's <(…), a named
// pipe, and the names of open files.
func TestAttack17PipesAreReadLikeStandardInput(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, line, next string }{
		{"process substitution", "sent-import run <(cat contacts.csv)", "sent-import run stdin.report/invalid.csv"},
		{"named pipe", "mkfifo list; timeout 60 sh -c 'cat contacts.csv > list' >/dev/null 2>&1 & sent-import run list", "sent-import run stdin.report/invalid.csv"},
		{"/dev/stdin", "sent-import run /dev/stdin < contacts.csv", "sent-import run stdin.report/invalid.csv"},
		{"/dev/fd", "sent-import run /dev/fd/5 5< contacts.csv", "sent-import run stdin.report/invalid.csv"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sim := startSimulator(t, "--rate-limit=-1", "--latency", "0s")
			s := newShell(t, "SENT_IMPORT_BASE_URL="+sim.url)
			s.write("contacts.csv", string(testdata.Contacts))
			ran, said := s.typed(exitRowsLeft, tt.line)
			if got := s.next(ran); got != tt.next {
				t.Errorf("next: got %s, want %s", got, tt.next)
			}
			if tt.name != "/dev/stdin" && !strings.Contains(said, "was read like standard input. The report goes to stdin.report.") {
				t.Errorf("it does not say where the report goes: %s", said)
			}
			rows, err := readTable(filepath.Join(s.dir, "stdin.report", report.ReportName))
			if err != nil || len(rows.rows) != sampleRows {
				t.Errorf("got %d rows and %v, want %d", len(rows.rows), err, sampleRows)
			}
			checked, _ := s.typed(exitRowsLeft, strings.Replace(strings.Replace(tt.line, "mkfifo list; ", "", 1), " run ", " check ", 1))
			if got := s.next(checked); got != "sent-import run - < the same input" {
				t.Errorf("next after a check: got %s", got)
			}
		})
	}
}
