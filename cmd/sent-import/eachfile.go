package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/printable"
	"sent-import/report"
	"sent-import/report/human"
)

// inputFile is one file of a command.
type inputFile struct {
	path  string
	args  []string        // of the command that imports this file alone, but for --report
	end   *ending         // filled when it has ended; nil where it is the only file
	given string          // value of --report; "" if it was not given
	taken map[string]bool // report directories of the files before this one; nil where it is the only one
}

// ending is how one file of several ended.
type ending struct {
	path    string
	begun   bool
	code    int            // exit code of the file by itself
	stop    *importer.Stop // nil: it came to its end, or could not begin
	counted bool           // counts and dir are known
	counts  outcome.Counts
	repair  int    // rows to repair
	dir     string // of its report
}

// reporter is for the report of the file.
func (f *inputFile) reporter(a *app, kind, state string) *reporter {
	if f.end == nil {
		return a.newReporter(f.given, f.path, kind, state)
	}
	r := a.newReporter("", f.path, kind, state)
	r.within, r.taken = f.given, f.taken
	return r
}

// arguments are those of the command that imports this file alone, to the same report.
func (f *inputFile) arguments(r *reporter) []string {
	if f.end == nil || f.given == "" {
		return f.args
	}
	last := len(f.args) - 1
	return append(slices.Clone(f.args[:last]), "--report", noFlag(fromHere(r.dir)), f.args[last])
}

// alone are the arguments of a command that imports one of the files with the flags of
// this command, without --report.
func (a *app) alone(files inputFiles, path string) []string {
	words, flags := a.args, []string(nil)
	for ; len(words) > 0 && words[0] != "--"; words = words[1:] {
		name, _, whole := strings.Cut(words[0], "=")
		switch {
		case name == "--files-from" || name == "--report":
			if !whole && len(words) > 1 {
				words = words[1:]
			}
		case !slices.Contains(files.words, words[0]):
			flags = append(flags, words[0])
		}
	}
	if a.settings.isSet("files-from") {
		flags = append(flags, "--files-from=")
	}
	if path != "-" {
		path = noFlag(path)
	}
	return append(flags, path)
}

// each calls one for each file, one file after the other, until an error that is not
// about the file alone; until is when the command's time is over, zero for never. The
// error is the exit code of the command.
func (a *app) each(files inputFiles, out outputFlags, until time.Time, one func(*inputFile) error) error {
	if files.form == oneFile {
		return one(&inputFile{path: files.paths[0], args: a.args, given: out.Report})
	}
	a.said = make(map[string]bool)
	ends := make([]*ending, 0, len(files.paths))
	for _, path := range files.paths {
		ends = append(ends, &ending{path: path})
	}
	worst, taken := exitOK, make(map[string]bool)
	for i, end := range ends {
		if code := a.over(until); code != exitOK {
			worst = worse(worst, code)
			break
		}
		if !out.Quiet {
			tell(a.stderr, fmt.Sprintf("\nFile %d of %d: %s", i+1, len(ends), printable.Path(end.path)))
		}
		a.lines.begin()
		end.begun, a.subject = true, printable.Path(end.path)+": "
		err := one(&inputFile{path: end.path, args: a.alone(files, end.path), end: end, given: out.Report, taken: taken})
		everywhere := a.endFile(end, err)
		if everywhere && end.code == exitUsage {
			return &exitError{code: exitUsage}
		}
		if worst = worse(worst, end.code); everywhere {
			break
		}
	}
	return a.conclude(files, ends, worst, out)
}

// endFile shows why a file has ended, and reports whether that ends the whole command.
func (a *app) endFile(end *ending, err error) (everywhere bool) {
	var stop error
	if end.stop != nil {
		stop = end.stop
	}
	everywhere = importer.Everywhere(stop) || importer.Everywhere(err)
	if everywhere { // it is said once for all
		a.subject = ""
	}
	verdict := a.verdict(err)
	verdict.code = ofOneFile(err, verdict.code)
	end.code = a.failWith(verdict)
	a.subject = ""
	return everywhere || end.code > exitInterrupted
}

// exitCode is the exit code of the file by itself.
func (f *inputFile) exitCode(a *app, err error) int {
	if f.end == nil {
		return a.verdict(err).code
	}
	return ofOneFile(err, a.verdict(err).code)
}

// over is the exit code of a command that may begin no further file: a signal has come, or
// its time is over; exitOK if it may.
func (a *app) over(until time.Time) int {
	var sig *signalError
	switch {
	case errors.As(context.Cause(a.ctx), &sig):
		return sig.exitCode()
	case !until.IsZero() && !time.Now().Before(until):
		a.complain("stopped: the command has taken the time that it may (--max-duration)")
		return exitStopped
	}
	return exitOK
}

// conclude shows how the files of a command have ended.
func (a *app) conclude(files inputFiles, ends []*ending, worst int, out outputFlags) error {
	notBegun := slices.DeleteFunc(slices.Clone(ends), func(e *ending) bool { return e.begun })
	var err error
	switch {
	case a.lines.enabled() && len(notBegun) > 0:
		var names []string
		for _, e := range notBegun {
			names = append(names, printable.Path(e.path))
		}
		tell(a.stderr, fmt.Sprintf("%s not begun: %s", human.Count(len(notBegun), "file was", "files were"), strings.Join(names, ", "))) // the last line is the result
	case !a.lines.enabled():
		if !out.Quiet {
			tell(a.stderr, "")
		}
		width := lineWidth(a.stdout)
		text := filesTable(ends, worst, width) + a.adviceFor(files, ends, worst, width)
		_, err = fmt.Fprint(a.stdout, text)
	}
	if err != nil && worst < exitInterrupted {
		return fmt.Errorf("print the summary: %w", err)
	}
	return &exitError{code: worst}
}

// adviceFor says what to do about the files of a command, in lines of at most width
// columns, 0 for any; "" for nothing.
func (a *app) adviceFor(files inputFiles, ends []*ending, worst, width int) string {
	repair, again := 0, files.check
	for _, e := range ends {
		repair += e.repair
		again = again || !e.begun || e.code != exitOK && (e.code != exitRowsLeft || e.counts.Failed > 0)
	}
	text := ""
	if repair > 0 {
		text = fmt.Sprintf("invalid: %s to repair, in %s of the reports", human.Count(repair, "row", "rows"), report.InvalidBookName)
		if width > 0 {
			text = fit(text, width)
		}
		text += "\n"
	}
	if again || worst > exitInterrupted {
		text += human.Labelled("next:    ", a.sameCommand(files), width)
	}
	if text != "" {
		text = "\n" + text
	}
	return text
}

// sameCommand is the command that goes on with all files.
func (a *app) sameCommand(files inputFiles) string {
	command := commandLine(a.args)
	if files.check {
		command = a.runAfterCheck(a.args, "")
	}
	switch {
	case slices.Contains(files.paths, "-"):
		command += " < the same input"
	case files.list == "-":
		command += " < the same list"
	}
	return command
}

// note is told what became of the file's rows, and where its report goes. It does nothing
// for the only file of a command.
func (e *ending) note(result *importer.Result, dir string) {
	if e == nil {
		return
	}
	if abs, err := filepath.Abs(dir); err == nil {
		dir = fromHere(abs)
	}
	e.counted, e.counts, e.repair, e.stop, e.dir = true, result.Counts, result.Reasons.ToRepair(), result.Stopped, dir
}

// tell says in a line what became of the file's rows.
func (e *ending) tell(a *app, f finish) {
	if !f.flags.Quiet {
		tell(a.stderr, fmt.Sprintf("%s. Report: %s", countsText(e.counts, outcome.Statuses()), printable.Path(e.dir)))
	}
}

// countsText is the numbers of rows of some statuses in words.
func countsText(c outcome.Counts, of []outcome.Status) string {
	var parts []string
	for _, s := range of {
		if n := c.Of(s); n > 0 || s == outcome.Created {
			parts = append(parts, human.Number(n)+" "+string(s))
		}
	}
	return strings.Join(parts, ", ")
}
