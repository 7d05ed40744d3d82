package report

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// staging makes a stage with two files.
func staging(t *testing.T, dir string) *stage {
	t.Helper()
	if err := os.MkdirAll(dir, dirMode); err != nil {
		t.Fatal(err)
	}
	st := &stage{dir: dir}
	for _, name := range []string{ReportName, SummaryName} {
		f, err := st.create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.buf.WriteString("new"); err != nil {
			t.Fatal(err)
		}
	}
	return st
}

func TestNothingIsRenamedBeforeAllIsOnTheDisk(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, ReportName), []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	st := staging(t, dir)
	if err := st.files[1].pending.file.Close(); err != nil { // the last file can't be written, as on a full disk
		t.Fatal(err)
	}
	if _, err := st.commit(Input{}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("commit: got %v, want %v", err, os.ErrClosed)
	}
	st.discard()
	if got := contents(t, dir); len(got) != 1 || got[ReportName] != "old" {
		t.Errorf("files: got %q, want only the old report.csv", got)
	}
}

func TestARenameThatFailsHalfWayIsSaid(t *testing.T) {
	for _, tt := range []struct {
		name, blocked string
		mixture       bool
	}{{"first", ReportName, false}, {"second", SummaryName, true}} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			st := staging(t, dir)
			if err := os.Mkdir(filepath.Join(dir, tt.blocked), 0o700); err != nil {
				t.Fatal(err)
			}
			_, err := st.commit(Input{})
			if err == nil {
				t.Fatal("got no error, want one")
			}
			if got := strings.Contains(err.Error(), "new and old files"); got != tt.mixture {
				t.Errorf("got %q; says that the directory is a mixture: %v, want %v", err, got, tt.mixture)
			}
			st.discard()
			for _, name := range names(t, dir) {
				if strings.HasPrefix(name, ".") {
					t.Errorf("got %s, want no temporary file", name)
				}
			}
		})
	}
}

func TestDiscardAfterCommitRemovesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	st := staging(t, dir)
	if _, err := st.commit(Input{}); err != nil {
		t.Fatal(err)
	}
	st.discard()
	if got, want := names(t, dir), []string{ReportName, SummaryName}; !slices.Equal(got, want) {
		t.Errorf("files: got %q, want %q", got, want)
	}
}

func TestStagedCountsWhatItWrites(t *testing.T) {
	st := staging(t, t.TempDir())
	defer st.discard()
	f := st.files[0]
	if err := errors.Join(f.finish(), f.finish()); err != nil {
		t.Fatal(err)
	}
	got := st.written()[0]
	want := File{Name: ReportName, Bytes: 3, SHA256: "11507a0e2f5e69d5dfa40a62a1bd7b6ee57e6bcd85c67c9b8431b36fff21c437"}
	if got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestLeftover(t *testing.T) {
	for name, want := range map[string]bool{
		".report.csv1": true, ".retry.csv42": true, ".invalid.csv7": true, ".report.html0": true, ".summary.json99": true,
		".report.csv": false, "report.csv1": false, ".report.csv1x": false, ".other.csv1": false, "": false,
	} {
		if got := leftover(name); got != want {
			t.Errorf("leftover(%q): got %v, want %v", name, got, want)
		}
	}
}

// A kill can leave a temporary file of any file that a report has.
func TestLeftoverKnowsEveryFileOfAReport(t *testing.T) {
	for name, u := range map[string]*Undo{"an import": nil, "an undo": undone()} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if _, err := writeTest(t, dir, u); err != nil {
				t.Fatal(err)
			}
			for _, name := range names(t, dir) {
				if !leftover("." + name + "1") {
					t.Errorf("the temporary file of %s is never removed", name)
				}
			}
		})
	}
}
