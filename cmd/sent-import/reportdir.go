package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"iter"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/printable"
	"sent-import/importer/reporting"
	"sent-import/report"
	"sent-import/report/human"
)

// The endings of a report's directory: what the report is of.
const (
	runReport     = "report"
	sandboxReport = "sandbox"
	checkReport   = "check"
)

// reportDir is the usual directory of a file's report: beside the file, or for
// standard input in the directory that the command was started in.
func reportDir(input, kind string) string { return reportDirs(input, kind, 0) }

// reportDirs is the nth directory, from 0, that is tried for a file's report:
// contacts.report, and if that is another file's, contacts.csv.report,
// contacts.csv-2.report and so on. A file without an extension has the first of
// them twice.
func reportDirs(input, kind string, n int) string {
	if input == "-" {
		input = standardInput
	}
	stem := strings.TrimSuffix(input, filepath.Ext(input))
	switch {
	case n > 1:
		return withEnding(input, fmt.Sprintf("-%d.%s", n, kind))
	case n == 1 || stem == "" || strings.HasSuffix(stem, string(filepath.Separator)): // .csv
		stem = input
	}
	return withEnding(stem, "."+kind)
}

// longestName is how many bytes a name may have in the usual file systems.
const longestName = 255

// withEnding adds the ending to a path. A name that would be too long is cut, and a
// hash of the whole name replaces its end, so that names which begin alike stay
// different.
func withEnding(path, ending string) string {
	dir, name := filepath.Split(path)
	if len(name)+len(ending) <= longestName {
		return path + ending
	}
	ending = fmt.Sprintf("-%.4x%s", sha256.Sum256([]byte(name)), ending)
	end := longestName - len(ending)
	for end > 0 && !utf8.RuneStart(name[end]) {
		end--
	}
	return dir + name[:end] + ending
}

// reporter takes the directory of a command's report, and holds it until close.
type reporter struct {
	ctx   context.Context
	dir   string // as it was given, or found
	given bool
	input string // the file as it was given
	// within is the directory that holds those of several files; "" where each is beside
	// its file. taken are those that this command has for files before this one.
	within string
	taken  map[string]bool
	kind   string
	state  string // the ledger's directory, if it was given
	place  *report.Place
	draft  *report.Draft // of a check, once the file has been read
}

// newReporter is for a file; dir is the directory that was asked for, if any.
func (a *app) newReporter(dir, input, kind, state string) *reporter {
	return &reporter{ctx: a.ctx, dir: dir, given: dir != "", input: input, kind: kind, state: state}
}

// take is called by the engine before anything is sent. file is the file's name.
func (r *reporter) take(file string) (importer.ReportPlace, error) {
	given := r.input
	if file == standardInput {
		r.input = "-"
	}
	notes, err := r.open(file)
	if err != nil {
		return importer.ReportPlace{}, r.explain(err)
	}
	if file == standardInput && filepath.Base(given) != standardInput && given != "-" {
		notes = append(notes, fmt.Sprintf("%s was read like standard input. The report goes to %s.", printable.Path(given), printable.Path(r.dir)))
	}
	before := r.place.Owner()
	if err := r.place.Claim(report.Owner{File: file, Job: before.Job}); err != nil {
		return importer.ReportPlace{}, r.explain(err)
	}
	if err := r.place.Lockless(); err != nil {
		notes = append(notes, fmt.Sprintf("The file system of %s has no locks (%v): let no other command write its report there meanwhile.", printable.Path(r.dir), err))
	}
	abs, err := filepath.Abs(r.dir)
	return importer.ReportPlace{Dir: abs, Before: before.Job, Notes: notes, Claim: r.claim(file, before)}, err
}

// open opens the directory that was given, or the first one that is not another
// file's. notes tell the user about the choice.
func (r *reporter) open(file string) (notes []string, err error) {
	if r.given {
		if r.place, err = report.Open(r.ctx, r.dir, ""); err != nil {
			return nil, err
		}
		if owner := r.place.Owner().File; owner != "" && owner != file {
			notes = append(notes, fmt.Sprintf("%s holds the report of %s: this one replaces it.", printable.Path(r.dir), printable.Path(owner)))
		}
		return notes, nil
	}
	first, other := "", "" // owners of the directories that were tried
	for n := 0; n == 0 || other != ""; n++ {
		r.dir = reportDirs(r.beside(), r.kind, n)
		if other, err = r.openUnless(file); err != nil {
			return nil, err
		}
		first = cmp.Or(first, other)
	}
	if r.taken != nil {
		r.taken[r.dir] = true
	}
	if first != "" {
		notes = []string{fmt.Sprintf("%s is the directory of %s: this report goes to %s.",
			printable.Path(reportDir(r.beside(), r.kind)), printable.Path(first), printable.Path(r.dir))}
	}
	return notes, nil
}

// beside is the path that the usual directory is named after, and beside which it is.
func (r *reporter) beside() string {
	switch {
	case r.within == "":
		return r.input
	case r.input == "-":
		return filepath.Join(r.within, standardInput)
	}
	return filepath.Join(r.within, filepath.Base(r.input))
}

// openUnless opens the directory unless another file has it, whose name is
// returned then.
func (r *reporter) openUnless(file string) (owner string, err error) {
	if r.taken[r.dir] {
		return "another " + file, nil
	}
	r.place, err = report.Open(r.ctx, r.dir, "")
	var busy *report.BusyError
	switch {
	case errors.As(err, &busy) && busy.Owner.File != "" && busy.Owner.File != file:
		return busy.Owner.File, nil
	case err != nil:
		return "", err
	}
	if owner := r.place.Owner().File; owner != "" && owner != file {
		return owner, r.place.Close()
	}
	return "", nil
}

// explain adds what an error of the report's directory means for the command.
func (r *reporter) explain(err error) error {
	var busy *report.BusyError
	if errors.As(err, &busy) {
		return fmt.Errorf("%w: %w; wait until it has ended, or give another directory with --report", importer.ErrLocked, err)
	}
	return fmt.Errorf("the report could not be written, so nothing was sent: %w", err)
}

// claim returns a function that writes down which job has the directory. note tells
// the user about the job whose report was there.
func (r *reporter) claim(file string, was report.Owner) func(importer.JobInfo, *importer.JobStatus) (string, error) {
	return func(job importer.JobInfo, before *importer.JobStatus) (note string, err error) {
		switch {
		case before != nil:
			note = fmt.Sprintf("%s is the directory of job %s as well (%s), which has %s open. To have its report: %s",
				printable.Path(r.dir), before.ID, printable.Path(before.InputName), human.Count(before.Counts.Pending+before.Counts.Failed, "row", "rows"),
				r.reportCommand(before.ID))
		case job.ID == "" && was.Job != "":
			note = fmt.Sprintf("%s holds the report of an import: this one, of a check, replaces it. To have the other again: %s",
				printable.Path(r.dir), r.reportCommand(was.Job))
		}
		return note, r.place.Claim(report.Owner{File: file, Job: job.ID})
	}
}

// reportCommand is the command that writes the report of a job to another directory.
func (r *reporter) reportCommand(job string) string {
	dir := strings.TrimSuffix(r.dir, filepath.Ext(r.dir))
	dir = withEnding(dir, fmt.Sprintf(".%.8s.%s", job, runReport)) // enough of the id to tell jobs apart
	words := []string{"report", job, "--report", noFlag(dir)}
	if r.state != "" {
		words = append(words, "--state", noFlag(fromHere(r.state)))
	}
	return commandLine(words)
}

// takeRows writes the rows of a check while the file is read. Its error is that of rows,
// unless it is about the report.
func (r *reporter) takeRows(job importer.JobInfo, rows iter.Seq2[outcome.Row, error]) (err error) {
	r.discard()
	var read error
	r.draft, err = r.place.Draft(context.WithoutCancel(r.ctx), reporting.Input(job), func(yield func(outcome.Row, error) bool) {
		for row, err := range rows {
			if read = err; !yield(row, err) {
				return
			}
		}
	})
	var sig *signalError
	switch {
	case err == nil:
		return nil
	case read != nil && !errors.As(read, &sig):
		return read
	}
	return reportLost(err, "")
}

// write writes the report of the result, or finishes it.
func (r *reporter) write(ctx context.Context, s report.Summary, in report.Input, result *importer.Result) (report.Files, report.Digest, error) {
	if r.draft == nil {
		return r.writeRows(ctx, s, in, result.Contacts(), result.RowsThatGoBack(ctx), result.Rows(ctx))
	}
	return r.draft.Finish(ctx, s, in)
}

// writeRows writes the report of an import from all of its rows, of which that many have a
// contact. fewer are the same where these carry no cells, which is enough if contacts.csv can
// stay.
func (r *reporter) writeRows(ctx context.Context, s report.Summary, in report.Input, contacts int, fewer, all iter.Seq2[outcome.Row, error]) (report.Files, report.Digest, error) {
	if in.Contacts && r.place.HasContacts(s.Job, contacts) {
		in.ContactsStay = true
		files, digest, err := r.place.Write(ctx, s, in, fewer)
		if !errors.Is(err, report.ErrContactsDiffer) {
			return files, digest, err
		}
		in.ContactsStay = false
	}
	return r.place.Write(ctx, s, in, all)
}

// discard removes what takeRows has written, unless the report is finished.
func (r *reporter) discard() {
	if r.draft != nil {
		r.draft.Discard()
		r.draft = nil
	}
}

// close gives the directory back, if it was taken.
func (r *reporter) close() error {
	r.discard()
	if r.place == nil {
		return nil
	}
	return r.place.Close()
}
