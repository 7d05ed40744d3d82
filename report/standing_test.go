package report

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"sent-import/importer/outcome"
)

// refresh writes a report as a run does.
func refresh(dir string, s Summary, in Input, rows iter.Seq2[outcome.Row, error]) (f Files, d Digest, err error) {
	p, err := Open(context.Background(), dir, "")
	if err != nil {
		return f, d, err
	}
	defer func() { err = errors.Join(err, p.Close()) }()
	if err := p.Claim(Owner{in.Name, s.Job}); err != nil {
		return f, d, err
	}
	if f, d, done, err := p.Refresh(context.Background(), s, in); done {
		return f, d, err
	}
	return p.Write(context.Background(), s, in, rows)
}

// unread are rows that must not be read.
func unread(yield func(outcome.Row, error) bool) { yield(outcome.Row{}, errRead) }

// written is a directory with a report of the basis "1".
func written(t *testing.T) (dir string, in Input, rows []outcome.Row, d Digest) {
	t.Helper()
	in, rows = mixed()
	in.Basis, in.Contacts, dir = "1", true, t.TempDir()
	_, d, err := refresh(dir, summary(), in, seq(rows, nil))
	if err != nil {
		t.Fatal(err)
	}
	return dir, in, rows, d
}

// A report of the same rows leaves their files alone, and tells of the run that it is of.
func TestRefreshKeepsTheFilesOfRows(t *testing.T) {
	dir, in, rows, first := written(t)
	before := contents(t, dir)
	later := summary()
	later.ThisRun.StartedAt = later.ThisRun.StartedAt.Add(time.Hour)
	for range 2 {
		f, d, err := refresh(dir, later, in, unread)
		if err != nil || len(f.Kept) != 0 || !reflect.DeepEqual(d, first) {
			t.Fatalf("got %v, %v, %+v, want the digest %+v", err, f.Kept, d, first)
		}
	}
	whole := t.TempDir()
	if _, _, err := write(whole, later, in, seq(rows, nil)); err != nil {
		t.Fatal(err)
	}
	got, want := contents(t, dir), contents(t, whole)
	delete(got, markerName)
	delete(want, markerName)
	if !reflect.DeepEqual(got, want) {
		t.Error("the report is another one than that which is written anew")
	}
	if before[SummaryName] == got[SummaryName] {
		t.Error("summary.json does not tell of the later run")
	}
	if _, _, err := write(dir, later, in, seq(rows, nil)); err != nil || len(edited(t, dir)) != 0 {
		t.Errorf("got %v, and %v are kept: want what Refresh has left to be ours", err, edited(t, dir))
	}
}

// Whatever is not as it was has all files written anew.
func TestRefreshWritesWhatIsNotAsItWas(t *testing.T) {
	type change func(t *testing.T, dir string, in *Input)
	changes := map[string]change{
		"another basis": func(_ *testing.T, _ string, in *Input) { in.Basis = "2" },
		"no basis":      func(_ *testing.T, _ string, in *Input) { in.Basis = "" },
		"the input":     func(_ *testing.T, dir string, in *Input) { in.Path = filepath.Join(dir, InvalidName) },
		"a kill between renames": func(t *testing.T, dir string, in *Input) {
			_, rows := mixed()
			rows[0].ContactID += "2"
			d, err := (&Place{dir: dir}).Draft(context.Background(), *in, seq(rows, nil))
			if err != nil {
				t.Fatal(err)
			}
			killCommit(t, d.stage, 1)
		},
	}
	for _, name := range []string{ReportName, RetryName, RetryBookName, InvalidName, InvalidBookName, ContactsName, ContactsBookName} {
		changes["edited "+name] = func(t *testing.T, dir string, _ *Input) { edit(t, filepath.Join(dir, name), "another") }
		changes["no "+name] = func(t *testing.T, dir string, _ *Input) {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
		}
		changes["a link instead of "+name] = func(t *testing.T, dir string, _ *Input) {
			path, elsewhere := filepath.Join(dir, name), filepath.Join(t.TempDir(), "the same")
			if err := errors.Join(os.Rename(path, elsewhere), os.Symlink(elsewhere, path)); err != nil {
				t.Fatal(err)
			}
		}
		for _, mode := range []os.FileMode{0o644, 0o400, 0} {
			changes[fmt.Sprintf("mode %03o of %s", mode, name)] = func(t *testing.T, dir string, _ *Input) {
				if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	for name, change := range changes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir, in, rows, _ := written(t)
			want := contents(t, dir)
			change(t, dir, &in)
			if _, _, err := refresh(dir, summary(), in, unread); !errors.Is(err, errRead) {
				t.Fatalf("got %v, want the rows to be read", err)
			}
			if _, _, err := refresh(dir, summary(), in, seq(rows, nil)); err != nil {
				t.Fatal(err)
			}
			got := contents(t, dir)
			for _, name := range all {
				if got[name] != want[name] {
					t.Errorf("%s is not as it was", name)
				}
				fi, err := os.Lstat(filepath.Join(dir, name))
				if err != nil || fi.Mode() != fileMode {
					t.Errorf("%s: got the mode %v, %v, want a file for the owner alone", name, fi.Mode(), err)
				}
			}
		})
	}
}
