package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestReportOverwritesNothing: rows that somebody has repaired in a report, or another
// import's report, are not overwritten; the same report again is there already.
func TestReportOverwritesNothing(t *testing.T) {
	to := t.TempDir()
	c := reportCmd{To: to}
	put := func(text string) error {
		draft := t.TempDir()
		for _, name := range []string{"invalid.csv", "report.csv"} {
			if err := os.WriteFile(filepath.Join(draft, name), []byte(text+name), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		return c.put(draft, []string{"invalid.csv", "report.csv"})
	}
	for range 2 {
		if err := put("one "); err != nil {
			t.Fatal(err)
		}
	}
	if err := put("two "); err == nil || !strings.Contains(err.Error(), "--to") {
		t.Errorf("another report: got %v", err)
	}
	other := filepath.Join(to, "notes.txt") // whatever else is there stays
	if err := os.WriteFile(other, []byte("notes"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := put("one "); err != nil {
		t.Errorf("beside another file: %v", err)
	}
	repaired := filepath.Join(to, "invalid.csv")
	if err := os.WriteFile(repaired, []byte("repaired"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := put("one "); err == nil {
		t.Error("a repaired file: no error")
	}
	if text, err := os.ReadFile(repaired); err != nil || string(text) != "repaired" {
		t.Errorf("got %q, %v", text, err)
	}
}
