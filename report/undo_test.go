package report

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sent-import/importer/outcome"
)

// undone is an undo with a row of each result, and that many contacts of each.
func undone() *Undo {
	rows := []outcome.UndoRow{
		{Line: 2, Phone: "+14155550001", ContactID: "7c9e6679-7425-40de-944b-e07fc1f90ae7", Result: outcome.UndoDeleted},
		{Line: 3, Phone: "+14155550002", ContactID: "c2", Result: outcome.UndoGone},
		{Line: 5, Phone: "+14155550004", ContactID: "c3", Result: outcome.UndoChanged, Message: "kept: somebody, or something"},
		{Line: 6, Phone: "+14155550005", ContactID: "=c4", Result: outcome.UndoFailed, Message: "=no"},
		{Line: 7, Phone: "+14155550006", Result: outcome.UndoPending},
	}
	u := &Undo{StartedAt: start, Rows: undoSeq(rows, nil)}
	for _, r := range rows {
		u.Counts.Add(r.Result)
	}
	return u
}

func undoSeq(rows []outcome.UndoRow, err error) iter.Seq2[outcome.UndoRow, error] {
	return func(yield func(outcome.UndoRow, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
		if err != nil {
			yield(outcome.UndoRow{}, err)
		}
	}
}

// writeTest writes a report of the mixed file, with an undo unless that is nil.
func writeTest(t *testing.T, dir string, u *Undo) (Files, error) {
	t.Helper()
	p := open(t, dir, "j1")
	defer p.Close()
	if err := p.Claim(Owner{File: "contacts.csv", Job: "j1"}); err != nil {
		t.Fatal(err)
	}
	in, rows := mixed()
	in.Rows = len(rows)
	f, _, err := p.Write(t.Context(), Summary{Job: "j1", Undo: u}, in, seq(rows, nil))
	return f, err
}

// TestUndoFile: undo.csv has a line for each contact, is one of the files of summary.json,
// and is removed by a report of a job that is not undone. One that somebody has changed is kept.
func TestUndoFile(t *testing.T) {
	dir := t.TempDir()
	f, err := writeTest(t, dir, undone())
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(f.Undo)
	want := "line,phone,contact_id,result,message\n" +
		"2,+14155550001,7c9e6679-7425-40de-944b-e07fc1f90ae7,deleted,\n3,+14155550002,c2,already_gone,\n" +
		"5,+14155550004,c3,changed,\"kept: somebody, or something\"\n6,+14155550005,'=c4,failed,'=no\n7,+14155550006,,pending,\n"
	if err != nil || string(data) != want {
		t.Errorf("got %s, %v, want %s", data, err, want)
	}
	var summary struct {
		Undo  *Undo
		Files []File
	}
	if data, err = os.ReadFile(f.Summary); err == nil {
		err = json.Unmarshal(data, &summary)
	}
	last := summary.Files[len(summary.Files)-2] // before report.html
	if err != nil || last.Name != UndoName || last.Rows != 5 || summary.Undo == nil || summary.Undo.Counts != undone().Counts {
		t.Errorf("got %+v, %+v, %v", summary.Undo, last, err)
	}
	if f, err = writeTest(t, dir, nil); err != nil || f.Undo != "" {
		t.Errorf("got %+v, %v", f, err)
	}
	if _, err := os.Stat(filepath.Join(dir, UndoName)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it is still there: %v", err)
	}
	if f, err = writeTest(t, dir, undone()); err == nil {
		err = os.WriteFile(f.Undo, []byte("mine"), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if f, err = writeTest(t, dir, nil); err != nil {
		t.Fatal(err)
	}
	as := filepath.Join(dir, "undo.edited-1.csv")
	if data, err := os.ReadFile(as); err != nil || string(data) != "mine" || len(f.Kept) != 1 || f.Kept[0].As != as {
		t.Errorf("a file that somebody has changed: got %q, %v, kept %v", data, err, f.Kept)
	}
}

// TestUndoRowsFail: an error of the rows, or an interrupt, leaves the report as it was.
func TestUndoRowsFail(t *testing.T) {
	dir := t.TempDir()
	u := undone()
	u.Rows = undoSeq(nil, errRead)
	if _, err := writeTest(t, dir, u); !errors.Is(err, errRead) {
		t.Errorf("got %v, want %v", err, errRead)
	}
	for _, name := range []string{UndoName, SummaryName} {
		if _, err := os.Stat(filepath.Join(dir, name)); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := writeUndo(ctx, &stage{dir: dir}, undone().Rows); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestUndoText(t *testing.T) {
	all := undone()
	done := &Undo{Complete: true, FinishedAt: start, Counts: outcome.UndoCounts{Contacts: 3, Deleted: 3}}
	kept := &Undo{Complete: true, FinishedAt: start, Counts: outcome.UndoCounts{Contacts: 3, Deleted: 2, Changed: 1}}
	for _, c := range []struct {
		name  string
		undo  *Undo
		words []string
		not   string
	}{
		{"pending", all, []string{"being undone, 1 of 5 contacts left\n", "already_gone  1", "pending       1", "next:    go on"}, "sent-import undo"},
		{"done", done, []string{"contacts.csv: undone\n", "deleted       3\n", "contacts      3\n", "undo:    d/undo.csv\n"}, "changed"},
		{"kept", kept, []string{"contacts.csv: undone, but for 1 contact\n", "changed       1  kept;"}, "failed"},
	} {
		s := Summary{Input: Input{Name: "contacts.csv"}, Undo: c.undo, Notes: []string{c.undo.Sentence(), "something else"}}
		if !c.undo.Complete {
			s.Next = "go on"
		}
		s.ThisRun.Requests.Delete, s.ThisRun.DurationSeconds = 7, 2
		var b strings.Builder
		if err := WriteUndoText(&b, Window{}, s, Files{Undo: "d/undo.csv"}); err != nil {
			t.Fatal(err)
		}
		for _, word := range append(c.words, "7 requests in 2 s\n", "note: something else") {
			if !strings.Contains(b.String(), word) {
				t.Errorf("%s: it does not say %q:\n%s", c.name, word, b.String())
			}
		}
		if strings.Contains(b.String(), c.not) || strings.Contains(b.String(), "This job") {
			t.Errorf("%s: it says too much:\n%s", c.name, b.String())
		}
	}
	if got, want := kept.Sentence(), "This job was undone on "+start.Format(time.DateTime)+" UTC: 2 of 3 contacts deleted, 1 changed since and kept."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
