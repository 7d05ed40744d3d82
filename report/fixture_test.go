package report

import (
	"context"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sent-import/importer/outcome"
)

var update = flag.Bool("update", false, "write the golden files anew")

// errRead is an error of the caller's iteration.
var errRead = errors.New("the disk is gone")

var start = time.Date(2025, 3, 4, 9, 30, 0, 0, time.UTC)

// seq gives the rows, and after them err unless it is nil.
func seq(rows []outcome.Row, err error) iter.Seq2[outcome.Row, error] {
	return func(yield func(outcome.Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
		if err != nil {
			yield(outcome.Row{}, err)
		}
	}
}

// generate gives n rows made by one, which is told the row's number.
func generate(n int, one func(number int) outcome.Row) iter.Seq2[outcome.Row, error] {
	return func(yield func(outcome.Row, error) bool) {
		for i := 1; i <= n; i++ {
			if !yield(one(i), nil) {
				return
			}
		}
	}
}

// row is a row of a file with the columns name, phone and city.
func row(number int, phone string, reason outcome.Reason) outcome.Row {
	r := outcome.Row{
		Number: number, Line: number + 1, Input: phone,
		Record:  []string{fmt.Sprintf("name %d", number), phone, "Lyon"},
		Outcome: outcome.Outcome{Status: reason.Status(), Reason: reason},
	}
	if r.Status != outcome.Invalid {
		r.Phone = fmt.Sprintf("+1415555%04d", number)
		r.Key = fmt.Sprintf("si1_%040x", number)
	}
	if r.Status != outcome.Pending {
		r.SettledAt = start.Add(time.Duration(number) * 300 * time.Millisecond)
	}
	return r
}

// mixed is a small file in which every class and the awkward cells occur.
func mixed() (Input, []outcome.Row) {
	in := Input{
		Name: "contacts.csv", Bytes: 4321, SHA256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		Header: []string{"name", "phone", "city"}, Comma: ';', PhoneColumn: "phone", Contacts: true,
	}
	created := row(1, "+1 415 555 0001", outcome.ReasonCreated)
	created.ContactID, created.HTTPStatus, created.Attempts, created.RequestID = "7c9e6679-7425-40de-944b-e07fc1f90ae7", 201, 1, "req_1"
	recovered := row(2, "(415) 555-0002", outcome.ReasonRecovered)
	recovered.ContactID, recovered.HTTPStatus, recovered.Attempts, recovered.RequestID = "550e8400-e29b-41d4-a716-446655440000", 201, 2, "req_2"
	inFile := row(3, "+14155550001", outcome.InFile)
	inFile.DuplicateOf = 2
	exists := row(4, "+14155550004", outcome.AlreadyExists)
	exists.HTTPStatus, exists.ErrorCode, exists.Attempts, exists.Message = 409, "RESOURCE_007", 1, "The contact exists already."
	excel := row(5, "4.47E+11", outcome.PhoneScientificNotation)
	formula := row(6, "=1+1", outcome.PhoneNotANumber)
	formula.Record = []string{"@SUM(A1)", "=1+1", "a;b \"c\"\nd"}
	short := row(7, "", outcome.RowMalformed)
	short.Line, short.Record, short.Message = 9, []string{"only"}, "The row has 1 cell where the header has 3."
	long := row(8, "+14155550008", outcome.RowMalformed)
	long.Line, long.Record, long.Message = 10, []string{"a", "+14155550008", "b", "c", "-d"}, "The row has 5 cells where the header has 3."
	failed := row(9, "+14155550009", outcome.OutcomeUnknown)
	failed.Line, failed.HTTPStatus, failed.ErrorCode, failed.Attempts, failed.Message = 11, 500, "INTERNAL_001", 5, "No answer could be trusted."
	pending := row(10, "-", outcome.NotAttempted)
	pending.Line, pending.Record = 12, []string{"+Name", "+14155550010", "Zürich"}
	rows := []outcome.Row{created, recovered, inFile, exists, excel, formula, short, long, failed, pending}
	in.Rows = len(rows)
	return in, rows
}

// summary is what the caller fills in for the run of mixed.
func summary() Summary {
	return Summary{
		Version: "1.0.0", Job: "4b68ab3847feda7d", BaseURL: "https://api.sent.dm",
		Requests:  Requests{Create: 10, Lookup: 1, Me: 1, Retries: 5, RateLimited: 2},
		StartedAt: start, FinishedAt: start.Add(83*time.Second + 400*time.Millisecond), DurationSeconds: 83.4,
		ExitCode: 4,
		ThisRun: Run{
			Counts: outcome.Counts{Rows: 2, Created: 1, Failed: 1}, Requests: Requests{Create: 6, Retries: 4},
			StartedAt: start.Add(time.Minute), FinishedAt: start.Add(83 * time.Second), DurationSeconds: 23.4,
		},
		Stopped: &Stop{Cause: "outage", Message: "The API has not answered for 15 minutes: run the same command again later.",
			LastError: "the API (192.0.2.7:443) refused the connection"},
		Notes: []string{"The delimiter is a semicolon.", "The numbers are taken from the column \"phone\"."},
		Next:  "sent-import run contacts.csv",
	}
}

// write writes a report as a command does.
func write(dir string, s Summary, in Input, rows iter.Seq2[outcome.Row, error]) (f Files, d Digest, err error) {
	p, err := Open(context.Background(), dir, "")
	if err != nil {
		return f, d, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if err := p.Claim(Owner{in.Name, s.Job}); err != nil {
		return f, d, err
	}
	return p.Write(context.Background(), s, in, rows)
}

// golden compares got with testdata/name.golden, or writes it with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v: go test ./report -update writes it", err)
	}
	if string(got) != string(want) {
		t.Errorf("%s: got\n%s\nwant\n%s", name, got, want)
	}
}

// read returns a file's content.
func read(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// names lists what is in a directory, but for the lock and the marker.
func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	all := []string{}
	for _, e := range entries {
		if e.Name() != lockName && e.Name() != markerName {
			all = append(all, e.Name())
		}
	}
	return all
}

// contents maps the names in a directory to what is in them.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	for _, name := range names(t, dir) {
		files[name] = string(read(t, filepath.Join(dir, name)))
	}
	return files
}

// mode returns the permissions of a file or directory.
func mode(t *testing.T, path string) os.FileMode {
	t.Helper()
	fi, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return fi.Mode().Perm()
}

// disagreements fails the test for each file that is not what summary.json says.
func disagreements(t *testing.T, dir string, s Summary) {
	t.Helper()
	if len(s.Files) != len(all)-1 {
		t.Errorf("files: got %d, want %d", len(s.Files), len(all)-1)
	}
	for _, f := range s.Files {
		b := read(t, filepath.Join(dir, f.Name))
		if got := fmt.Sprintf("%x", sha256.Sum256(b)); got != f.SHA256 || int64(len(b)) != f.Bytes {
			t.Errorf("%s: got %d bytes, %s, summary.json says %d, %s", f.Name, len(b), got, f.Bytes, f.SHA256)
		}
	}
}
