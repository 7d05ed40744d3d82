package store

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func openTemp(t *testing.T) (*Store, string) {
	t.Helper()
	dir := t.TempDir()
	s, err := Open(t.Context(), "file://"+dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s, dir
}

func write(t *testing.T, path, text string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestInputsAreTheirContent(t *testing.T) {
	s, dir := openTemp(t)
	file := write(t, filepath.Join(t.TempDir(), "a.csv"), "phone\n+12125550100\n")
	in, err := s.PutInput(t.Context(), file)
	if err != nil || in.Bytes != 19 {
		t.Fatalf("got %+v, %v; want 19 bytes", in, err)
	}
	if again, err := s.PutInput(t.Context(), file); err != nil || again != in {
		t.Errorf("again: got %+v, %v; want %+v", again, err, in)
	}
	to := filepath.Join(t.TempDir(), "back.csv")
	if err := s.FetchInput(t.Context(), in.SHA256, to); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(to); err != nil || string(text) != "phone\n+12125550100\n" {
		t.Errorf("got %q, %v", text, err)
	}
	write(t, filepath.Join(dir, "inputs", in.SHA256), "phone\n+12125550199\n")
	if err := s.FetchInput(t.Context(), in.SHA256, to); !errors.Is(err, ErrChanged) {
		t.Errorf("a changed one: got %v, want ErrChanged", err)
	}
	if err := os.Remove(filepath.Join(dir, "inputs", in.SHA256)); err != nil {
		t.Fatal(err)
	}
	if err := s.FetchInput(t.Context(), in.SHA256, to); !errors.Is(err, ErrMissing) {
		t.Errorf("a missing one: got %v, want ErrMissing", err)
	}
}

func TestReports(t *testing.T) {
	s, _ := openTemp(t)
	from, to := t.TempDir(), t.TempDir()
	write(t, filepath.Join(from, "report.csv"), "rows")
	write(t, filepath.Join(from, "summary.json"), "{}")
	if err := s.PutReport(t.Context(), "reports/1/7", from); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(from, "report.csv"), "others")
	if err := s.PutReport(t.Context(), "reports/1/70", from); err != nil {
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
