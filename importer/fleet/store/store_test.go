package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// opened opens a store for the time of the test.
func opened(t *testing.T, address string) *Store {
	t.Helper()
	s, err := Open(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestInputsAreTheirContent(t *testing.T) { checkInputs(t, opened(t, "file://"+t.TempDir())) }
func TestReports(t *testing.T)               { checkReports(t, opened(t, "file://"+t.TempDir())) }

// checkInputs: an input is its content, and what is not it any more is noticed.
func checkInputs(t *testing.T, s *Store) {
	t.Helper()
	put := func(text string) Input {
		t.Helper()
		in, err := s.PutInput(t.Context(), write(t, filepath.Join(t.TempDir(), "a.csv"), text))
		if err != nil || in.Bytes != int64(len(text)) {
			t.Fatalf("got %+v, %v; want %d bytes", in, err, len(text))
		}
		return in
	}
	const text = "phone\n+12125550100\n"
	in := put(text)
	put("phone\n+12125550123\n") // another one
	to := filepath.Join(t.TempDir(), "back.csv")
	fetch := func(want error) {
		t.Helper()
		err := s.FetchInput(t.Context(), in.SHA256, to)
		if !errors.Is(err, want) {
			t.Fatalf("got %v, want %v", err, want)
		}
		if got, failed := os.ReadFile(to); err == nil && (string(got) != text || failed != nil) {
			t.Errorf("got %q, %v", got, failed)
		}
	}
	mend := func() {
		t.Helper()
		if again := put(text); again != in {
			t.Errorf("again: got %+v, want %+v", again, in)
		}
		fetch(nil)
	}
	fetch(nil)
	mend()
	if err := s.bucket.WriteAll(t.Context(), inputKey(in.SHA256), []byte("phone\n+12125550199\n"), nil); err != nil {
		t.Fatal(err)
	}
	fetch(ErrChanged)
	mend()
	for range 2 { // what is not there is no error
		if err := s.RemoveInput(t.Context(), in.SHA256); err != nil {
			t.Fatal(err)
		}
	}
	fetch(ErrMissing)
	mend()
}

// TestPutEndsWithItsContext: whoever asks for the end while a large file is read does not wait
// for the end of the file.
func TestPutEndsWithItsContext(t *testing.T) {
	s, file := opened(t, "file://"+t.TempDir()), write(t, filepath.Join(t.TempDir(), "large.csv"), "")
	if err := os.Truncate(file, 1<<40); err != nil { // of zeros that are nowhere
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	ended := make(chan error, 1)
	go func() {
		_, err := s.PutInput(ctx, file)
		ended <- err
	}()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context.Canceled", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("it reads on")
	}
}

// TestPutTakesFilesOnly: a device may have no end.
func TestPutTakesFilesOnly(t *testing.T) {
	s := opened(t, "file://"+t.TempDir())
	for _, path := range []string{os.DevNull, t.TempDir()} {
		if in, err := s.PutInput(t.Context(), path); err == nil || !strings.Contains(err.Error(), "is no regular file") {
			t.Errorf("%s: got %+v, %v", path, in, err)
		}
	}
}

// checkReports: a report is what was put under its prefix, and no other.
func checkReports(t *testing.T, s *Store) {
	t.Helper()
	from, to := t.TempDir(), t.TempDir()
	in, err := s.PutInput(t.Context(), write(t, filepath.Join(t.TempDir(), "a.csv"), "phone\n"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(from, "report.csv"), "rows")
	write(t, filepath.Join(from, "summary.json"), "")
	if err := s.PutReport(t.Context(), in.SHA256, "reports/1/7", from); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(from, "report.csv"), "others")
	if err := s.PutReport(t.Context(), in.SHA256, "reports/1/70", from); err != nil {
		t.Fatal(err)
	}
	names, err := s.FetchReport(t.Context(), "reports/1/7", to)
	if slices.Sort(names); err != nil || !slices.Equal(names, []string{"report.csv", "summary.json"}) {
		t.Errorf("got %v, %v", names, err)
	}
	if text, err := os.ReadFile(filepath.Join(to, "report.csv")); err != nil || string(text) != "rows" {
		t.Errorf("got %q, %v; want the report of run 7", text, err)
	}
	if _, err := s.FetchReport(t.Context(), "reports/2/1", to); !errors.Is(err, ErrMissing) {
		t.Errorf("a missing one: got %v, want ErrMissing", err)
	}
	checkRemoved(t, s, in, from)
}

// checkRemoved: the reports of an import are removed, and no other's.
func checkRemoved(t *testing.T, s *Store, in Input, from string) {
	t.Helper()
	if err := s.PutReport(t.Context(), in.SHA256, "reports/10/1", from); err != nil {
		t.Fatal(err)
	}
	for range 2 { // what is not there is no error
		if err := s.RemoveReports(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
	}
	for prefix, want := range map[string]error{"reports/1/7": ErrMissing, "reports/1/70": ErrMissing, "reports/10/1": nil} {
		if _, err := s.FetchReport(t.Context(), prefix, t.TempDir()); !errors.Is(err, want) {
			t.Errorf("%s: got %v, want %v", prefix, err, want)
		}
	}
}

// TestReportOfAStoreThatIsAway: where the import's input is not, its report is not written, and
// no directory is made in the place of the one that is away.
func TestReportOfAStoreThatIsAway(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "store")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	s, from := opened(t, "file://"+dir), t.TempDir()
	write(t, filepath.Join(from, "report.csv"), "rows")
	in, err := s.PutInput(t.Context(), write(t, filepath.Join(t.TempDir(), "a.csv"), "phone\n"))
	if err != nil {
		t.Fatal(err)
	}
	put := func() error { return s.PutReport(t.Context(), in.SHA256, "reports/1/1", from) }
	if err := os.Rename(dir, dir+".away"); err != nil {
		t.Fatal(err)
	}
	if err := put(); err == nil || errors.Is(err, ErrMissing) || !strings.Contains(err.Error(), "is it the right one, and mounted?") {
		t.Errorf("got %v, want an error that asks for the store", err)
	}
	if err := os.Rename(dir+".away", dir); err != nil { // it would go into one that was made meanwhile
		t.Fatal(err)
	}
	if err := put(); err != nil {
		t.Errorf("once it is back: %v", err)
	}
}

// TestNoDirectoryIsLeft: what is removed leaves no directory with its number behind.
func TestNoDirectoryIsLeft(t *testing.T) {
	dir := t.TempDir()
	checkReports(t, opened(t, "file://"+dir))
	left, err := os.ReadDir(filepath.Join(dir, "reports"))
	if err != nil || len(left) != 1 || left[0].Name() != "10" {
		t.Errorf("got %v, %v; want the reports of import 10 alone", left, err)
	}
}

// TestNothingMounted: where no input is at all, none is missing.
func TestNothingMounted(t *testing.T) {
	s := opened(t, "file://"+t.TempDir())
	err := s.FetchInput(t.Context(), "0", filepath.Join(t.TempDir(), "x"))
	if err == nil || errors.Is(err, ErrMissing) {
		t.Errorf("got %v, want an error that is not ErrMissing", err)
	}
}

func TestAddresses(t *testing.T) {
	file := write(t, filepath.Join(t.TempDir(), "file"), "")
	for _, address := range []string{"", "inputs", "http://host/", "file://relative", "file://" + file, "file://" + filepath.Join(t.TempDir(), "none")} {
		if s, err := Open(t.Context(), address); err == nil {
			t.Errorf("%q: got no error", address)
			s.Close()
		}
	}
}

// TestNoRoomInADirectory: what a directory does not take is said as the system says it.
func TestNoRoomInADirectory(t *testing.T) {
	dir := t.TempDir()
	s := opened(t, "file://"+dir)
	inputs := write(t, filepath.Join(dir, "inputs"), "") // where the directory should be
	_, err := s.PutInput(t.Context(), write(t, filepath.Join(t.TempDir(), "a.csv"), "phone\n"))
	if err == nil || strings.Contains(err.Error(), "code=") || !strings.Contains(err.Error(), inputs) {
		t.Errorf("got %v", err)
	}
}
