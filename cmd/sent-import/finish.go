package main

import (
	"context"
	"errors"
	"fmt"

	"sent-import/importer"
	"sent-import/importer/reporting"
	"sent-import/importer/room"
	"sent-import/report"
	"sent-import/report/human"
)

// finish says how a command ends.
type finish struct {
	flags outputFlags
	to    *reporter
	next  string                   // the command that goes on
	fixed func(name string) string // the command that imports the file of the report with that name once it is fixed; nil: none
	check bool                     // nothing was to be sent
	undo  bool                     // contacts were to be deleted
	list  *listRun                 // to be filled; nil where it is no run of a list
	end   *ending                  // of one file of several, to be filled; nil where it is the only one

	options []report.Option // in force, for report.html

	refresh   bool // files of rows that stand there as they would be written stay
	meanwhile bool // the job's lock is not held: a run may write a newer report meanwhile, which stays
	invalidOK bool // invalid rows are no reason for an exit code other than 0
}

// finish writes the report of the result, prints the summary, and returns the
// exit code as an error.
func (a *app) finish(result *importer.Result, f finish) error {
	code := f.exitCode(result)
	f.end.note(result, f.to.dir)
	a.drain.reporting.Store(true)
	files, summary, digest, err := writeReport(a.leave, result, f, code)
	a.drain.reporting.Store(false)
	if err != nil {
		result.KeepInput()
		return errors.Join(reportLost(err, result.Job.ID), result.Close())
	}
	f.list.note(a, result, code)
	if err := errors.Join(a.tellKept(result, &summary, files.Kept), result.Close()); err != nil {
		return err
	}
	a.lines.about(summary.Job, summary.Run)
	err = a.lines.summary(summary)
	switch {
	case a.lines.enabled():
	case f.end != nil: // the summary of all files comes at the end
		f.end.tell(a, f)
	case f.undo && summary.Undo != nil:
		err = report.WriteUndoText(a.stdout, a.window(result.Stopped), summary, files)
	default:
		err = report.WriteTextIn(a.stdout, a.window(result.Stopped), summary, digest, files, summary.Next)
	}
	if err != nil && !interrupted(result.Stopped) { // the report is written, though a closed terminal can't show the summary
		return fmt.Errorf("print the summary: %w", err)
	}
	if result.Stopped != nil {
		return stopped(result.Stopped)
	}
	return &exitError{code: code}
}

// window is what the summary has to fit on the terminal, with the line of the prompt and
// what is said of a stop below it.
func (a *app) window(stop *importer.Stop) (in report.Window) {
	columns, lines := sizeOf(a.stdout)
	if columns == 0 {
		return in
	}
	in = report.Window{Columns: max(columns-1, narrowest), Lines: min(lines, usualLines) - 1}
	if stop != nil {
		if e := stopped(stop); e.text != "" {
			in.Lines -= len(human.Wrap("sent-import: "+e.text, in.Columns))
		}
	}
	in.Lines = max(in.Lines, 1)
	return in
}

// reportLost says what to do when the report can't be written.
func reportLost(err error, job string) error {
	var sig *signalError
	if errors.As(err, &sig) {
		text := err.Error() + ". The report before, if there is one, is as it was; "
		if job == "" {
			return &exitError{sig.exitCode(), text + "run the same command again"}
		}
		return &exitError{sig.exitCode(), text + "every outcome is safe in the ledger: run sent-import report " + job}
	}
	if room.Lacking(err) {
		err = fmt.Errorf("%w. %s", err, room.Fix(err, "--report"))
	}
	if job == "" { // a check
		return fmt.Errorf("%w. A check leaves nothing behind: when that is fixed, run the same command again", err)
	}
	return fmt.Errorf("%w. Every outcome is safe in the ledger: when that is fixed, run sent-import report %s", err, job)
}

// exitCode is the exit code of a result. Rows of people who opted out are as they should
// be.
func (f finish) exitCode(r *importer.Result) int {
	switch c := r.Counts; {
	case r.Stopped != nil:
		return stopCode(r.Stopped)
	case r.Undo != nil:
		return undoCode(r.Undo)
	case f.undo: // there was nothing to be undone
		return exitOK
	case c.Pending > 0 && !f.check: // the report of a job that is not finished
		return exitStopped
	case c.Failed > 0, r.Reasons.ToRepair() > 0 && !f.invalidOK:
		return exitRowsLeft
	}
	return exitOK
}

// basis is what the files of rows follow from; "" where they are not those of a job alone.
func (f finish) basis(in report.Input, r *importer.Result) string {
	if f.check || r.Undo != nil || r.State == "" {
		return ""
	}
	return fmt.Sprintf("%s; %s; %q; contacts %t", versionText(), r.State, in.Name, in.Contacts)
}

// versionOf is how new the rows of the result are.
func versionOf(r *importer.Result) report.Version {
	if r.State == "" { // a check
		return report.Version{}
	}
	return report.Version{Job: r.Job.ID, Planned: r.Job.Created.UnixMilli(), Changes: r.Changes}
}

// write writes the report, all of it or what is new.
func (f finish) write(ctx context.Context, s report.Summary, in report.Input, result *importer.Result) (report.Files, report.Digest, error) {
	if f.refresh && f.to.draft == nil {
		if files, digest, done, err := f.to.place.Refresh(ctx, s, in); done {
			return files, digest, err
		}
	}
	return f.to.write(ctx, s, in, result)
}

// writeReport writes the report files of the result.
func writeReport(ctx context.Context, result *importer.Result, f finish, code int) (report.Files, report.Summary, report.Digest, error) {
	summary := f.withContacts(reporting.Summary(result, code, version(), stopOf(result.Stopped)), result)
	summary.Page = pageOf(result, f)
	input := summary.Input
	switch stop, c := result.Stopped, result.Counts; {
	case result.Undo != nil:
		if result.Undo.Finished.IsZero() {
			summary.Next = f.undoCommand(result.Job.ID)
		}
	case stop != nil && stop.Cause == importer.StopMaxInvalid: // the same command would stop for the same reason
	case stop == nil && c.Complete() && result.Reasons.ToRepair() > 0 && f.fixed != nil:
		summary.Next, summary.NextCSV = f.fixed(report.InvalidBookName), f.fixed(report.InvalidName)
	case code != exitOK || f.check:
		summary.Next = f.next
	}
	input.Basis = f.basis(input, result)
	input.Version, input.Meanwhile = versionOf(result), f.meanwhile
	files, digest, err := f.write(ctx, summary, input, result)
	if errors.Is(err, importer.ErrInputChanged) {
		summary.Notes = append(summary.Notes, fmt.Sprintf(
			"This report is from the ledger: its outcomes are right, but retry.xlsx, invalid.xlsx, contacts.xlsx and their CSV files hold the phone cells only, not your other columns. %v", err))
		if result.Job.Reading.OptOut == "mark" {
			summary.Notes = append(summary.Notes, "These files don't say who opted out, either: import none of them before the file is back and this report is written again.")
		}
		input.Header, input.Comma, input.Basis = nil, 0, ""
		files, digest, err = f.to.writeRows(ctx, summary, input, result.Contacts(), result.LedgerRows(), result.LedgerRows())
	}
	if err != nil {
		return files, summary, digest, err
	}
	return files, digest.Fill(summary, files), digest, nil
}

// withContacts is the summary of a report that has contacts.csv, if the result has contacts
// and no file of the user's is in the way.
func (f finish) withContacts(s report.Summary, r *importer.Result) report.Summary {
	if !r.HasContacts() {
		return s
	}
	name := f.to.place.InTheWay(s.Input.Path)
	if s.Input.Contacts = name == ""; !s.Input.Contacts {
		s.Notes = append(s.Notes, fmt.Sprintf("The receipt for your CRM is not written, since a %s of yours is in the directory of the report: choose another one with --report.", name))
	}
	return s
}

// tellKept writes to the ledger which files of the report's directory were kept
// under another name, since one of them may be the input of a job. With --json the
// notes name these files for scripts.
func (a *app) tellKept(result *importer.Result, s *report.Summary, kept []report.Kept) error {
	for _, k := range kept {
		if a.lines.enabled() {
			s.Notes = append(s.Notes, "kept: "+k.String())
		}
		if err := result.MovedInput(k.From, k.As); err != nil {
			return fmt.Errorf("kept: %s, which the ledger could not be told: %w", k, err)
		}
	}
	return nil
}

// stopOf is a Stop in the report's terms; nil for none.
func stopOf(s *importer.Stop) *report.Stop {
	if s == nil {
		return nil
	}
	return &report.Stop{Cause: string(s.Cause), Message: stopMessage(s), LastError: s.LastError}
}
