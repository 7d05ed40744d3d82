package main

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sent-import/importer/outcome"
)

// Names in a list are bytes: only line ends, empty lines and comments are taken off.
func TestListed(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"lines", "a.csv\nb c.csv\n", []string{"a.csv", "b c.csv"}},
		{"no end, Windows, blank lines, comments", "# night\r\n\r\na.csv\r\n\nb.csv", []string{"a.csv", "b.csv"}},
		{"spaces belong to names", " a.csv \n", []string{" a.csv "}},
		{"any bytes", "\xff\xe9.csv\n./#1.csv\n*.csv\n", []string{"\xff\xe9.csv", "./#1.csv", "*.csv"}},
		{"zero bytes", "#1.csv\x00two\nlines.csv\x00", []string{"#1.csv", "two\nlines.csv"}},
		{"nothing", "# none\n\n", nil},
	} {
		if got := listed(tt.text); !slices.Equal(got, tt.want) {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestReadList(t *testing.T) {
	got, err := readList(t.Context(), "-", strings.NewReader("\ufeffa.csv\n"))
	if err != nil || !slices.Equal(got, []string{"a.csv"}) {
		t.Errorf("got %q, %v", got, err)
	}
	if _, err := readList(t.Context(), "-", strings.NewReader("\xff\xfea\x00\n\x00")); err == nil || !strings.Contains(err.Error(), "UTF-16") {
		t.Errorf("UTF-16: got %v", err)
	}
}

// A pattern stands for what a shell would take, and for files only.
func TestExpand(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, file := range []string{"a/1.csv", "a/2.csv", "a/.3.csv", ".b/1.csv", "a/dir.csv/x", "literal[1].csv"} {
		if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		word    string
		want    []string
		problem string
	}{
		{"a/*.csv", []string{"a/1.csv", "a/2.csv"}, ""},
		{"*/1.csv", []string{"a/1.csv"}, ""},
		{".*/?.csv", []string{".b/1.csv"}, ""},
		{"./a/[2-9].csv", []string{"a/2.csv"}, ""},
		{"literal[1].csv", nil, ""},
		{"a/1.csv", nil, ""},
		{"-", nil, ""},
		{"a/*.xlsx", nil, "no file fits the pattern a/*.xlsx"},
		{"a/**", nil, "any depth"},
		{"a/[", nil, ""},
	} {
		got, err := expand(tt.word)
		if !slices.Equal(got, tt.want) || (err != nil) != (tt.problem != "") || err != nil && !strings.Contains(err.Error(), tt.problem) {
			t.Errorf("%s: got %q, %v, want %q, %q", tt.word, got, err, tt.want, tt.problem)
		}
	}
}

// The same file by two names is one.
func TestChooseOnce(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, file := range []string{"a.csv", "b.csv"} {
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("a.csv", "c.csv"); err != nil {
		t.Fatal(err)
	}
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	a := &app{ctx: t.Context(), stderr: io.Discard, settings: newSettings(os.Getenv)}
	f, err := a.choose([]string{"b.csv", "?.csv", "./a.csv", filepath.Join(here, "a.csv"), "gone.csv", "gone.csv", "-", "-"}, listFlag{})
	if want := []string{"b.csv", "a.csv", "gone.csv", "-"}; err != nil || !slices.Equal(f.paths, want) || f.form != severalFiles {
		t.Errorf("got %q, form %d, %v, want %q", f.paths, f.form, err, want)
	}
	if f, err := a.choose([]string{"a.csv"}, listFlag{}); err != nil || f.form != oneFile {
		t.Errorf("one name: got %+v, %v", f, err)
	}
	if f, err := a.choose([]string{"a.cs?"}, listFlag{}); err != nil || f.form != severalFiles || len(f.paths) != 1 {
		t.Errorf("a pattern that one file fits: got %+v, %v", f, err)
	}
}

// The command for one of several files has its flags, and no other file.
func TestAlone(t *testing.T) {
	files := inputFiles{words: []string{"a.csv", "-b.csv", "x*.csv"}, paths: []string{"a.csv", "-b.csv", "x1.csv"}}
	a := &app{args: []string{"run", "--report", "out", "a.csv", "--region=DE", "--files-from", "list", "--rate", "60/m", "--", "-b.csv", "x*.csv"}, settings: newSettings(os.Getenv)}
	for path, want := range map[string]string{
		"a.csv":  "sent-import run --region=DE --rate 60/m a.csv",
		"-b.csv": "sent-import run --region=DE --rate 60/m ./-b.csv",
		"x1.csv": "sent-import run --region=DE --rate 60/m x1.csv",
	} {
		if got := commandLine(a.alone(files, path)); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	a.settings.found["files-from"] = setting{value: "list"}
	if got, want := commandLine(a.alone(files, "a.csv")), "sent-import run --region=DE --rate 60/m --files-from= a.csv"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestWorse(t *testing.T) {
	order := []int{exitOK, exitRowsLeft, exitLocked, exitStopped, exitFailed, exitInterrupted + 15}
	for i, a := range order {
		for j, b := range order {
			if got, want := worse(a, b), order[max(i, j)]; got != want {
				t.Errorf("of %d and %d: got %d, want %d", a, b, got, want)
			}
		}
	}
}

// The table fits the terminal, whatever the names are.
func TestFilesTable(t *testing.T) {
	counts := outcome.Counts{Rows: 1_234_567, Created: 1_200_000, Duplicate: 30_000, Invalid: 4_000, Failed: 560, Pending: 7}
	ends := []*ending{
		{path: "exports/a.csv", begun: true, counted: true, counts: outcome.Counts{Rows: 2, Created: 2}, dir: "exports/a.report"},
		{path: "exports/" + strings.Repeat("long", 30) + ".csv", begun: true, code: exitFailed},
		{path: "내보내기/" + strings.Repeat("고객", 20) + ".csv", begun: true, counted: true, code: exitRowsLeft, counts: counts, dir: "내보내기/" + strings.Repeat("고객", 20) + ".report"},
		{path: "\x1b[31mred.csv"},
	}
	for _, width := range []int{79, 59, 39} {
		text := filesTable(ends, exitFailed, width)
		for line := range strings.Lines(text) {
			if n := shownWidth(strings.TrimSuffix(line, "\n")); n > width {
				t.Errorf("at %d: a line of %d: %q", width, n, line)
			}
		}
		for _, want := range []string{"exit 3", "exit 1", "not begun", "560 failed", "7 pending", "4 files"} {
			if !strings.Contains(strings.Join(strings.Fields(text), " "), want) {
				t.Errorf("at %d: no %q in\n%s", width, want, text)
			}
		}
		if strings.Contains(text, "\x1b") {
			t.Errorf("at %d: a name changes the terminal:\n%s", width, text)
		}
	}
	got := filesTable(ends[:1], exitOK, 79)
	if want := "FILE           CREATED  DUPLICATE  INVALID  EXIT  REPORT\n" +
		"exports/a.csv        2          0        0     0  exports/a.report\n" +
		"1 file               2          0        0     0\n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// A list of files names files: one that is called - is no standard input.
func TestAListNamesTheFileDash(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t, "--rate-limit=-1", "--latency", "0s")
	s := newShell(t, "SENT_IMPORT_BASE_URL="+sim.url)
	s.write("-", "phone\n+14155550101\n")
	s.write("names", "-\n")
	ran, said := s.typed(0, "echo none | sent-import run --files-from names")
	if !strings.Contains(ran, "1 file") || !strings.Contains(said, "File 1 of 1: ./-") {
		t.Errorf("got\n%s\n%s", ran, said)
	}
}
