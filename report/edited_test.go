package report

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sent-import/importer/outcome"
)

// edited are the files in a directory that were kept.
func edited(t *testing.T, dir string) (found []string) {
	t.Helper()
	for _, name := range names(t, dir) {
		if strings.Contains(name, ".edited-") {
			found = append(found, name)
		}
	}
	return found
}

func edit(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Any of the five files that a person has changed is kept under the next free name,
// and the new report is whole.
func TestAttack19WhatSomebodyChangedIsKept(t *testing.T) {
	for _, name := range all {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			in, rows := mixed()
			dir := t.TempDir()
			if _, _, err := write(dir, summary(), in, seq(rows, nil)); err != nil {
				t.Fatal(err)
			}
			fresh := contents(t, dir)
			for n := 1; n <= 2; n++ {
				repaired := fmt.Sprintf("repaired, for the %d. time", n)
				edit(t, filepath.Join(dir, name), repaired)
				f, _, err := write(dir, summary(), in, seq(rows, nil))
				if err != nil {
					t.Fatal(err)
				}
				ext := filepath.Ext(name)
				as := filepath.Join(dir, fmt.Sprintf("%s.edited-%d%s", strings.TrimSuffix(name, ext), n, ext))
				if len(f.Kept) != 1 || f.Kept[0] != (Kept{filepath.Join(dir, name), as, false}) {
					t.Fatalf("kept: got %v, want %s as %s", f.Kept, name, as)
				}
				if got := string(read(t, as)); got != repaired {
					t.Errorf("got %q, want %q", got, repaired)
				}
				if got := string(read(t, filepath.Join(dir, name))); got != fresh[name] {
					t.Errorf("%s is not the new one: %q", name, got)
				}
			}
		})
	}
}

func TestUnchangedOrDeletedFilesAreNoMatter(t *testing.T) {
	in, rows := mixed()
	dir := t.TempDir()
	for range 3 {
		if _, _, err := write(dir, summary(), in, seq(rows, nil)); err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(dir, InvalidName)); err != nil {
			t.Fatal(err)
		}
		rows[0].RequestID += "x" // another content each time
	}
	if got := edited(t, dir); got != nil {
		t.Errorf("got %q, want nothing kept", got)
	}
}

// A file with the name of ours that we never wrote is the user's.
func TestForeignFilesAreKept(t *testing.T) {
	in, rows := mixed()
	dir := t.TempDir()
	edit(t, filepath.Join(dir, ReportName), "somebody else's report")
	if err := os.Symlink("nowhere", filepath.Join(dir, RetryName)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := write(dir, summary(), in, seq(rows, nil)); err != nil {
		t.Fatal(err)
	}
	if got := string(read(t, filepath.Join(dir, "report.edited-1.csv"))); got != "somebody else's report" {
		t.Errorf("got %q", got)
	}
	if to, err := os.Readlink(filepath.Join(dir, "retry.edited-1.csv")); err != nil || to != "nowhere" {
		t.Errorf("the link: got %q, %v", to, err)
	}
}

// The file that is being imported is not overwritten, even if we wrote it.
func TestTheFileThatIsImportedIsKept(t *testing.T) {
	in, rows := mixed()
	dir := t.TempDir()
	if _, _, err := write(dir, summary(), in, seq(rows, nil)); err != nil {
		t.Fatal(err)
	}
	in.Path = filepath.Join(dir, InvalidName)
	want := string(read(t, in.Path))
	rows[0].RequestID = "another"
	f, _, err := write(dir, summary(), in, seq(rows, nil))
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Kept) != 1 || !f.Kept[0].Input || string(read(t, filepath.Join(dir, "invalid.edited-1.csv"))) != want {
		t.Errorf("got %v kept, want the input, unchanged", f.Kept)
	}
}

// An edit while the report is being written counts like one before.
func TestAnEditWhileTheReportIsWrittenIsKept(t *testing.T) {
	in, rows := mixed()
	dir := t.TempDir()
	if _, _, err := write(dir, summary(), in, seq(rows, nil)); err != nil {
		t.Fatal(err)
	}
	var late iter.Seq2[outcome.Row, error] = func(yield func(outcome.Row, error) bool) {
		for i, r := range rows {
			if i == len(rows)-1 {
				edit(t, filepath.Join(dir, InvalidName), "late")
			}
			if !yield(r, nil) {
				return
			}
		}
	}
	if _, _, err := write(dir, summary(), in, late); err != nil {
		t.Fatal(err)
	}
	if got := string(read(t, filepath.Join(dir, "invalid.edited-1.csv"))); got != "late" {
		t.Errorf("got %q, want the late edit", got)
	}
}

// A kill at any moment during the renames does not make one of our files look changed.
func TestAttack19AKillBetweenRenamesIsNoEdit(t *testing.T) {
	for renamed := 0; renamed <= len(all); renamed++ {
		t.Run(fmt.Sprint(renamed, " renamed"), func(t *testing.T) {
			t.Parallel()
			in, rows := mixed()
			dir := t.TempDir()
			if _, _, err := write(dir, summary(), in, seq(rows, nil)); err != nil {
				t.Fatal(err)
			}
			rows[0].RequestID = "killed"
			s := summary()
			s.Version = "killed"
			d, err := (&Place{dir: dir}).Draft(t.Context(), in, seq(rows, nil))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.complete(t.Context(), s, in); err != nil {
				t.Fatal(err)
			}
			killCommit(t, d.stage, renamed)
			for range 2 {
				rows[0].RequestID += "after"
				if _, _, err := write(dir, summary(), in, seq(rows, nil)); err != nil {
					t.Fatal(err)
				}
				if got := edited(t, dir); got != nil {
					t.Fatalf("got %q, want nothing kept", got)
				}
			}
		})
	}
}

// killCommit does what commit does until it has renamed so many files.
func killCommit(t *testing.T, st *stage, renamed int) {
	t.Helper()
	for _, f := range st.files {
		if err := f.finish(); err != nil {
			t.Fatal(err)
		}
	}
	m := readMarker(st.dir)
	m.expect(st.files)
	if err := m.write(st.dir); err != nil {
		t.Fatal(err)
	}
	if _, err := (&stage{dir: st.dir, files: st.files[:renamed]}).replace(m, make([]oldSum, renamed), ""); err != nil {
		t.Fatal(err)
	}
}

// A directory of an older version without a marker is recognised by its summary.json.
func TestAnOlderVersionsDirectory(t *testing.T) {
	in, rows := mixed()
	dir := t.TempDir()
	if _, _, err := write(dir, summary(), in, seq(rows, nil)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{markerName, lockName} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	edit(t, filepath.Join(dir, RetryName), "repaired")
	p, err := Open(context.Background(), dir, "")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := p.Owner(), (Owner{in.Name, summary().Job}); got != want {
		t.Errorf("owner: got %v, want %v", got, want)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := write(dir, summary(), in, seq(rows, nil)); err != nil {
		t.Fatal(err)
	}
	if got := edited(t, dir); len(got) != 1 || got[0] != "retry.edited-1.csv" {
		t.Errorf("kept: got %q, want retry.csv alone", got)
	}
}

// With a marker that can't be read, no file counts as ours.
func TestADamagedMarkerVouchesForNothing(t *testing.T) {
	in, rows := mixed()
	dir := t.TempDir()
	if _, _, err := write(dir, summary(), in, seq(rows, nil)); err != nil {
		t.Fatal(err)
	}
	edit(t, filepath.Join(dir, markerName), "{")
	edit(t, filepath.Join(dir, SummaryName), "{}")
	for i := range rows {
		rows[i] = row(i+1, "", outcome.PhoneMissing)
	}
	rows[0] = row(1, "", outcome.NotAttempted)
	if _, _, err := write(dir, summary(), in, seq(rows, nil)); err != nil {
		t.Fatal(err)
	}
	if got := edited(t, dir); len(got) != len(all) {
		t.Errorf("kept: got %q, want all", got)
	}
}

// An interrupted report leaves the earlier one whole and no temporary file, even if
// the rows never end.
func TestAttack21AnInterruptLeavesTheLastReport(t *testing.T) {
	in, rows := mixed()
	dir := t.TempDir()
	if _, _, err := write(dir, summary(), in, seq(rows, nil)); err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir)
	cause := errors.New("interrupted")
	for _, at := range []int{0, 1, 5000} {
		ctx, cancel := context.WithCancelCause(context.Background())
		p, err := Open(ctx, dir, "")
		if err != nil {
			t.Fatal(err)
		}
		in.Rows = 1 << 40
		_, _, err = p.Write(ctx, summary(), in, generate(in.Rows, func(number int) outcome.Row {
			if number > at {
				cancel(cause)
			}
			return row(number, "", outcome.PhoneMissing)
		}))
		if !errors.Is(err, cause) {
			t.Fatalf("got %v, want the cause", err)
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
		if after := contents(t, dir); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("got %q, want the last report, and nothing else", names(t, dir))
		}
	}
}
