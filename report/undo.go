package report

import (
	"context"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"sent-import/importer/feedback"
	"sent-import/importer/outcome"
	"sent-import/importer/printable"
	"sent-import/report/human"
)

// Undo is how far the undo of a job is.
type Undo struct {
	Counts     outcome.UndoCounts `json:"counts"`
	Complete   bool               `json:"complete"` // no contact is pending
	StartedAt  time.Time          `json:"started_at,omitzero"`
	FinishedAt time.Time          `json:"finished_at,omitzero"` // when it was complete

	Rows iter.Seq2[outcome.UndoRow, error] `json:"-"` // for undo.csv, in file order
}

// UndoColumns returns the columns of undo.csv in their order.
func UndoColumns() []string { return []string{"line", "phone", "contact_id", "result", "message"} }

// writeUndo writes undo.csv.
func writeUndo(ctx context.Context, st *stage, rows iter.Seq2[outcome.UndoRow, error]) error {
	file, err := st.create(UndoName)
	if err != nil {
		return err
	}
	t := &table{file: file, comma: ',', append: appendRecord}
	if err := t.header(UndoColumns()); err != nil {
		return err
	}
	for r, err := range rows {
		if err == nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err == nil {
			err = t.row([]string{fmt.Sprint(r.Line), r.Phone, feedback.Guard(r.ContactID), string(r.Result), feedback.Guard(r.Message)})
		}
		if err != nil {
			return err
		}
	}
	return t.file.flush()
}

// Sentence says in a sentence what the undo has done.
func (u Undo) Sentence() string {
	when := "This job is being undone"
	if u.Complete {
		when = "This job was undone on " + whole(u.FinishedAt).Format(time.DateTime) + " UTC"
	}
	return fmt.Sprintf("%s: %s of %s deleted, %s.", when, human.Number(u.Counts.Deleted), human.Count(u.Counts.Contacts, "contact", "contacts"), u.rest())
}

// rest is what became of the contacts that the undo has not deleted.
func (u Undo) rest() string {
	var parts []string
	for _, p := range []struct {
		n    int
		text string
	}{{u.Counts.AlreadyGone, "%s already gone"}, {u.Counts.Changed, "%s changed since and kept"}, {u.Counts.Failed, "%s failed"}, {u.Counts.Pending, "%s pending"}} {
		if p.n > 0 {
			parts = append(parts, fmt.Sprintf(p.text, human.Number(p.n)))
		}
	}
	if len(parts) == 0 {
		return "none is left"
	}
	return strings.Join(parts, ", ")
}

// WriteUndoText writes for people what an undo has done: the results, the requests and the
// time of this run, notes, where undo.csv is, and the command to run next. s and f are what
// Write was given and gave. It holds no phone number.
func WriteUndoText(w io.Writer, in Window, s Summary, f Files) error {
	p := newTextPage(in, densities[0])
	p.line(printable.Path(s.Input.Name) + ": " + s.Undo.headline())
	if s.Stopped != nil {
		p.wrapped("  ", s.Stopped.Message, 3)
	}
	p.b.WriteByte('\n')
	width := len(human.Number(s.Undo.Counts.Contacts))
	for _, r := range s.Undo.results() {
		p.line(strings.TrimRight(fmt.Sprintf("  %-12s  %*s  %s", r.Name, width, human.Number(r.Count), r.Text), " "))
	}
	if n := s.ThisRun.Requests.Total(); n > 0 {
		p.b.WriteByte('\n')
		p.line(fmt.Sprintf("  %s in %s", human.Count(n, "request", "requests"), human.Measured(seconds(s.ThisRun.DurationSeconds))))
	}
	if sentence := s.Undo.Sentence(); len(s.Notes) > 0 && s.Notes[0] == sentence { // the figures say it
		s.Notes = s.Notes[1:]
	}
	p.writeNotes(s.Notes)
	p.b.WriteByte('\n')
	p.line("undo:    " + printable.Path(f.Undo))
	for _, k := range f.Kept {
		p.line("kept:    " + k.String())
	}
	p.next(s.Next)
	_, err := io.WriteString(w, p.b.String())
	return err
}

func (u Undo) headline() string {
	switch {
	case !u.Complete:
		return fmt.Sprintf("being undone, %s of %s left", human.Number(u.Counts.Pending), human.Count(u.Counts.Contacts, "contact", "contacts"))
	case u.Counts.Kept() > 0:
		return fmt.Sprintf("undone, but for %s", human.Count(u.Counts.Kept(), "contact", "contacts"))
	}
	return "undone"
}

// undoResult is a result with its number of contacts and what it means.
type undoResult struct {
	Name  string
	Count int
	Text  string
}

// results are those to show: deleted, and the others where there are any.
func (u Undo) results() []undoResult {
	all := []undoResult{{string(outcome.UndoDeleted), u.Counts.Deleted, ""}}
	for _, r := range []undoResult{
		{string(outcome.UndoGone), u.Counts.AlreadyGone, "somebody else had deleted them"},
		{string(outcome.UndoChanged), u.Counts.Changed, "kept; " + UndoName + " says why (--changed delete deletes those that were changed since)"},
		{string(outcome.UndoFailed), u.Counts.Failed, UndoName + " says why; the same command tries again"},
		{string(outcome.UndoPending), u.Counts.Pending, "the same command goes on"},
	} {
		if r.Count > 0 {
			all = append(all, r)
		}
	}
	return append(all, undoResult{"contacts", u.Counts.Contacts, ""})
}
