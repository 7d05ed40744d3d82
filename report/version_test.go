package report

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"sent-import/importer/outcome"
)

// later is a report of the basis "2": a row that was open before is created.
func later(in Input, rows []outcome.Row) (Input, []outcome.Row) {
	rows = append([]outcome.Row(nil), rows...)
	for i := range rows {
		if rows[i].Status == outcome.Pending {
			rows[i].Outcome = outcome.Outcome{Status: outcome.Created, Reason: outcome.ReasonCreated, ContactID: "late"}
		}
	}
	in.Basis = "2"
	return in, rows
}

// A report that began before the end of a run, and whose rows are older than those of the
// run's report, does not replace it. All others do.
func TestAnOlderReportReplacesNoNewerOne(t *testing.T) {
	there := Version{Job: "job", Planned: 7, Changes: 5}
	for name, tt := range map[string]struct {
		there, mine Version
		alone, want bool
	}{
		"older":                          {there, Version{"job", 7, 4}, false, false},
		"older, with the job's lock":     {there, Version{"job", 7, 4}, true, true}, // the ledger is a copy of before
		"as new":                         {there, there, false, true},
		"newer":                          {there, Version{"job", 7, 6}, false, true},
		"of another job":                 {there, Version{"other", 7, 4}, false, true},
		"of another plan":                {there, Version{"job", 8, 4}, false, true},
		"of a check":                     {there, Version{}, true, true},
		"after a check":                  {Version{}, Version{"job", 7, 4}, false, true},
		"after a version without orders": {Version{}, Version{"job", 7, 0}, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			in, rows := mixed()
			dir := t.TempDir()
			old := open(t, dir, "job")
			if err := old.Claim(Owner{in.Name, "job"}); err != nil {
				t.Fatal(err)
			}
			mine := in
			mine.Version, mine.Meanwhile = tt.mine, !tt.alone
			draft, err := old.Draft(context.Background(), mine, seq(rows, nil))
			if err != nil {
				t.Fatal(err)
			}
			newer, done := later(in, rows)
			newer.Version = tt.there
			if _, _, err := open(t, dir, "job").Write(context.Background(), summary(), newer, seq(done, nil)); err != nil {
				t.Fatal(err)
			}
			before := contents(t, dir)
			_, _, err = draft.Finish(context.Background(), summary(), mine)
			draft.Discard()
			after := contents(t, dir)
			if written := after[ReportName] != before[ReportName]; written != tt.want || (err == nil) != tt.want {
				t.Errorf("got %v, and that it is written is %v, want %v", err, written, tt.want)
			}
			if !tt.want && (!errors.Is(err, ErrNewer) || after[markerName] != before[markerName] || after[SummaryName] != before[SummaryName]) {
				t.Errorf("got %v, want %v and nothing touched", err, ErrNewer)
			}
			if m := readMarker(dir); tt.want && m.Version != tt.mine {
				t.Errorf("the marker has %v, want %v", m.Version, tt.mine)
			}
		})
	}
}

// While files are renamed, no version is that of the report: whoever comes after a kill may
// replace the mixture.
func TestAMixtureHasNoVersion(t *testing.T) {
	in, rows := mixed()
	in.Version = Version{"job", 7, 5}
	dir := t.TempDir()
	p := open(t, dir, "job")
	if _, _, err := p.Write(context.Background(), summary(), in, seq(rows, nil)); err != nil {
		t.Fatal(err)
	}
	draft, err := p.Draft(context.Background(), in, seq(rows, nil))
	if err != nil {
		t.Fatal(err)
	}
	defer draft.Discard()
	if err := os.Mkdir(filepath.Join(dir, UndoName), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, UndoName, "in the way"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := newPending(filepath.Join(dir, UndoName))
	if err != nil {
		t.Fatal(err)
	}
	st := draft.stage // its last file can't be renamed, since a directory is in its place
	st.files = append(st.files, &staged{path: filepath.Join(dir, UndoName), name: UndoName, pending: file, buf: bufio.NewWriter(io.Discard), sum: sha256.New()})
	if _, err := st.commit(in); err == nil {
		t.Fatal("got no error, want one of the directory")
	}
	if m := readMarker(dir); m.Version != (Version{}) {
		t.Errorf("got %v, want none", m.Version)
	}
}

// Files that were to stay and that another command replaces meanwhile are written anew.
func TestFilesThatWereToStayMayBeReplacedMeanwhile(t *testing.T) {
	dir, in, rows, _ := written(t)
	m := readMarker(dir)
	p := open(t, dir, "")
	draft := &Draft{place: p, stage: &stage{dir: dir, receipt: m.Receipt}}
	draft.stage.stay(m.Standing.Files)
	newer, done := later(in, rows)
	if _, _, err := p.Write(context.Background(), summary(), newer, seq(done, nil)); err != nil {
		t.Fatal(err)
	}
	before := contents(t, dir)
	if _, err := draft.stage.commit(in); !errors.Is(err, ErrContactsDiffer) {
		t.Errorf("got %v, want %v", err, ErrContactsDiffer)
	}
	if got := contents(t, dir); got[markerName] != before[markerName] {
		t.Error("the marker tells of files that are not there")
	}
}
