package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"sent-import/report"
	"sent-import/testdata"
)

// A file that can be read only once is read like standard input: bash's <(…), a named
// pipe, and the names of open files.
func TestAttack17PipesAreReadLikeStandardInput(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, line, next string }{
		{"process substitution", "sent-import run <(cat contacts.csv)", "sent-import run stdin.report/invalid.xlsx"},
		{"named pipe", "mkfifo list; timeout 60 sh -c 'cat contacts.csv > list' >/dev/null 2>&1 & sent-import run list", "sent-import run stdin.report/invalid.xlsx"},
		{"/dev/stdin", "sent-import run /dev/stdin < contacts.csv", "sent-import run stdin.report/invalid.xlsx"},
		{"/dev/fd", "sent-import run /dev/fd/5 5< contacts.csv", "sent-import run stdin.report/invalid.xlsx"},
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

// A file that may never end, or is no list, is refused before a byte of it is stored;
// an empty device is an empty list.
func TestAttack17DevicesWithoutEndAreRefused(t *testing.T) {
	t.Parallel()
	s := newShell(t, "SENT_IMPORT_BASE_URL=http://127.0.0.1:1")
	for _, tt := range []struct{ line, want string }{
		{"sent-import run /dev/zero", "/dev/zero is a device, which may have no end: give a file, or a pipe"},
		{"sent-import check /dev/urandom", "/dev/urandom is a device, which may have no end"},
		{"sent-import run /dev/stdin < /dev/zero", "/dev/stdin is a device, which may have no end"},
		{"sent-import run /dev/fd/5 5< /dev/zero", "/dev/fd/5 is a device, which may have no end"},
		{"ln -s /dev/zero list.csv; sent-import run list.csv", "list.csv is a device, which may have no end"},
		{"sent-import run - < /dev/zero", "standard input is a device, which may have no end"},
		{"sent-import run - < .", "standard input is a directory: give one file of it"},
		{"sent-import run /dev/fd/5 5< .", "/dev/fd/5 is a directory: give one file of it"},
		{"sent-import run /dev/null", "the input is empty"},
		{"sent-import check - < /dev/null", "the input is empty"},
		{"sent-import run /dev/null --api-key-file /dev/zero", "API key file /dev/zero is neither a file nor a pipe"},
		{"sent-import run /dev/null --api-key-file <(yes)", "holds more than 65536 bytes, which is no key"},
	} {
		_, said := s.typed(exitFailed, "ulimit -f 512; "+tt.line) // KiB: room for an empty ledger, and a file that is not refused fails soon
		if !strings.Contains(said, tt.want) {
			t.Errorf("%s: got %q, want %q in it", tt.line, said, tt.want)
		}
		if left, err := filepath.Glob(filepath.Join(s.dir, "state", "spool", "*.tmp")); err != nil || len(left) > 0 {
			t.Errorf("%s: %v was kept (%v)", tt.line, left, err)
		}
	}
}

// A reader that leaves does not stop the import, which says so once, and has an exit code
// of its own. The report has the import's.
func TestAReaderThatLeavesIsToldOf(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t, "--rate-limit=-1", "--latency", "5ms")
	s := newShell(t, "SENT_IMPORT_BASE_URL="+sim.url)
	var list strings.Builder
	list.WriteString("phone\n")
	for i := range 500 {
		fmt.Fprintf(&list, "+1415555%04d\n", i)
	}
	s.write("list.csv", list.String())
	_, said := s.typed(exitInterrupted+int(syscall.SIGPIPE), "sent-import run list.csv --json-rows | head -1; exit ${PIPESTATUS[0]}")
	if strings.Count(said, "The reader of the JSON lines has left: the command goes on to its end without them") != 1 {
		t.Errorf("it is not said once: %s", said)
	}
	data, err := os.ReadFile(filepath.Join(s.dir, "list.report", report.SummaryName))
	if err != nil {
		t.Fatal(err)
	}
	code, err := jsonField(data, "exit_code")
	created, err2 := jsonField(data, "counts.created")
	if err := errors.Join(err, err2); err != nil || code != "0" || created != "500" {
		t.Errorf("got exit code %s and %s created, %v, want all of them", code, created, err)
	}
}

// An undo goes on as well: its contacts are gone, and undo.csv is there.
func TestAnUndoGoesOnWithoutItsLines(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t, "--rate-limit=-1", "--latency", "0s")
	s := newShell(t, "SENT_IMPORT_BASE_URL="+sim.url)
	s.write("list.csv", "phone\n+14155550100\n+14155550101\n")
	s.typed(exitOK, "sent-import run list.csv")
	s.typed(exitInterrupted+int(syscall.SIGPIPE), "sent-import jobs --json | grep -o '\"job\":\"[0-9a-f]*' | head -1 | cut -d'\"' -f4 > id; sent-import undo $(cat id) --yes --json --report list.report | true; exit ${PIPESTATUS[0]}")
	rows, err := readTable(filepath.Join(s.dir, "list.report", report.UndoName))
	if err != nil || len(rows.rows) != 2 {
		t.Errorf("got %d rows in undo.csv, %v, want both contacts", len(rows.rows), err)
	}
}

// A line that can't be written is told, and by the exit code, too, also where those after it
// can be written again.
func TestALostLineIsTold(t *testing.T) {
	var out, said bytes.Buffer
	full := &fullFor{w: &out, writes: 1}
	l := newLines(full).enable()
	for range 2 { // also for several files
		l.whenLost(func(lost error) { fmt.Fprintln(&said, lost) })
	}
	for range 2 {
		_ = l.notice("notice")
	}
	err := l.summary(report.Summary{})
	if !errors.Is(err, syscall.ENOSPC) || strings.Count(out.String(), "\n") != 2 || said.String() != syscall.ENOSPC.Error()+"\n" {
		t.Errorf("got %v, the lines %s and told %q, want the error, the second notice with the summary, and that it is told once", err, out.String(), said.String())
	}
	l.begin()
	if err := l.summary(report.Summary{}); err != nil {
		t.Errorf("the next file: got %v", err)
	}
}

// fullFor is a disk that is full for so many writes.
type fullFor struct {
	w      io.Writer
	writes int
}

func (f *fullFor) Write(p []byte) (int, error) {
	if f.writes--; f.writes >= 0 {
		return 0, syscall.ENOSPC
	}
	return f.w.Write(p)
}
