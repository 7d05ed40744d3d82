package main

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"sent-import/importer"
	"sent-import/importer/printable"
	"sent-import/report"
	"sent-import/report/metrics"
	"sent-import/report/notify"
)

// startTime is how long the import waits until it is told that it begins.
const startTime = 10 * time.Second

// outlets are where else a command says how it began and ended. The zero value tells
// nobody.
type outlets struct {
	notify, start, failure notify.Address
	push                   notify.Address // a Pushgateway
	file                   string         // of metrics; "" for none
	name                   string         // of the list of all files; "": each file's own

	client    *notify.Client
	budget    tellBudget
	rehearsal bool
	state     string   // the ledger's directory; "" where it is not known
	paths     []string // of all files
	lists     []string // of all files, in order, each once
	figures   map[string]metrics.Figures
	unwritten []string // lists whose figures are new
}

// measured reports whether metrics are wanted.
func (o *outlets) measured() bool { return o.file != "" || !o.push.IsZero() }

// listOf is the list that a file is of.
func (o *outlets) listOf(path string) string {
	if o.name != "" {
		return o.name
	}
	return listOf(path)
}

// take says which files the command imports, and where its ledger is; "" where that is not
// known.
func (o *outlets) take(paths []string, state string) {
	o.paths, o.state, o.figures = paths, state, make(map[string]metrics.Figures)
	for _, path := range paths {
		if list := o.listOf(path); !slices.Contains(o.lists, list) {
			o.lists = append(o.lists, list)
		}
	}
}

// rehearse says that the command imports nothing.
func (o *outlets) rehearse(a *app) {
	if o.rehearsal = true; o.measured() {
		a.notice("A rehearsal writes no metrics: it imports nothing.")
	}
}

// run begins a run of a file's list; nil for a rehearsal, which is none.
func (o *outlets) run(path string) *listRun {
	if o.rehearsal {
		return nil
	}
	o.budget.next()
	return &listRun{name: o.listOf(path), began: time.Now()}
}

// failed notes that no file could be begun.
func (o *outlets) failed(a *app, err error) {
	for _, path := range o.paths {
		o.ended(a, o.run(path), a.verdict(err).code)
	}
}

// begin says that the files are about to be imported.
func (o *outlets) begin(a *app) {
	if o.start.IsZero() {
		return
	}
	ctx, cancel := context.WithTimeout(a.ctx, startTime)
	defer cancel()
	o.post(ctx, a, "--notify-start", o.start, startOf(o.lists))
}

// jsonStart is what is posted when a command begins.
type jsonStart struct {
	Lists   []string `json:"lists"`
	Version string   `json:"version"`
}

func startOf(lists []string) []byte {
	return joinedLine(lineHead{report.Schema, "start", stamp(time.Now()), "", 0}, jsonStart{lists, version()})
}

// jsonEnds is what is posted when a command for several files has ended.
type jsonEnds struct {
	ExitCode int               `json:"exit_code"`
	Results  []json.RawMessage `json:"results"` // a summary or an error for each file that was begun
}

// end says how the command has ended. It never changes the exit code.
func (o *outlets) end(a *app, code int) {
	if o == nil {
		return
	}
	to, flag := o.notify, "--notify"
	if code != exitOK && !o.failure.IsZero() {
		to, flag = o.failure, "--notify-failure"
	}
	if to.IsZero() {
		return
	}
	ctx, end := o.budget.notifying(a)
	defer end()
	o.post(ctx, a, flag, to, o.endOf(a.lines.results(), code))
}

// endOf is what is posted: the result of the only file, as --json prints it, or those of
// all.
func (o *outlets) endOf(results []json.RawMessage, code int) []byte {
	if len(results) == 1 {
		return results[0]
	}
	return joinedLine(lineHead{report.Schema, "results", stamp(time.Now()), "", 0}, jsonEnds{code, append([]json.RawMessage{}, results...)})
}

func (o *outlets) post(ctx context.Context, a *app, flag string, to notify.Address, body []byte) {
	if err := o.sender().Post(ctx, to, o.withoutNumbers(a, body)); err != nil {
		a.notice(fmt.Sprintf("%s: nothing could be posted to %s: %v. That changes nothing of the import.", flag, to, err))
	}
}

func (o *outlets) sender() *notify.Client {
	if o.client == nil {
		o.client = notify.NewClient("sent-import/"+version(), nil)
	}
	return o.client
}

// withoutNumbers masks the phone numbers that people may have given files as names.
func (o *outlets) withoutNumbers(a *app, body []byte) []byte {
	text := maskNumbers(string(body))
	for _, path := range slices.Concat(o.paths, a.args) {
		for _, part := range numberInName.FindAllString(filepath.Base(path), -1) {
			text = strings.ReplaceAll(text, part, hidden(part))
		}
	}
	return []byte(text)
}

// listRun is what a run has found out about its list.
type listRun struct {
	name      string
	began     time.Time
	job       *metrics.Job // nil: the file has not been reported
	perMinute float64
	status    importer.ListStatus
	known     bool // status is what the ledger says
}

// note is told the result of the list's run, and its exit code, before the result is
// closed. It does nothing for what is no run of a list, such as a rehearsal.
func (l *listRun) note(a *app, result *importer.Result, code int) {
	if l == nil {
		return
	}
	l.job, l.perMinute = &metrics.Job{Reasons: result.Reasons, Requests: result.Requests}, result.PerMinute
	var err error
	l.status, err = result.EndList(l.name, importer.ListEnd{At: time.Now(), Complete: code == exitOK || code == exitRowsLeft, Success: code == exitOK})
	if l.known = err == nil; err != nil && result.Stopped == nil {
		a.notice("The ledger could not keep when the list was imported: " + printable.Error(err))
	}
}

// ended notes the figures of a file's list when its run has ended with the code.
func (o *outlets) ended(a *app, run *listRun, code int) {
	if run == nil || !o.measured() {
		return
	}
	list := run.name
	f := metrics.Figures{Job: run.job, Version: version()}
	if run.job == nil && o.state != "" { // it came to no report
		if status, err := importer.List(o.state, list); err == nil {
			run.status, run.known = status, true
		}
		if run.status.Job != "" {
			f.Job = &metrics.Job{Reasons: run.status.Reasons, Requests: run.status.Requests}
		}
	}
	if run.known {
		f.Complete, f.Success = run.status.Completed, run.status.Succeeded
	}
	now := time.Now()
	f.Run = &metrics.Run{Ended: now, Took: now.Sub(run.began), ExitCode: code, PerMinute: run.perMinute}
	if before, again := o.figures[list]; again { // by another file of the list
		f.Run.ExitCode = worse(before.Run.ExitCode, code)
		f.Run.Took += before.Run.Took
	}
	o.figures[list] = f
	o.unwritten = append(o.unwritten, list)
}

// write writes the metrics of the runs that have ended since the last call. It is called
// when people have been told how they ended: a Pushgateway can keep it waiting.
func (o *outlets) write(a *app) {
	if o == nil || len(o.unwritten) == 0 {
		return
	}
	if o.file != "" {
		err := o.checkMetricsFile() // again: hours have passed
		if err == nil {
			err = metrics.WriteFile(o.file, o.figures, o.lists)
		}
		if err != nil {
			a.notice(fmt.Sprintf("--metrics-file: the metrics could not be written: %s. That changes nothing of the import.", printable.Error(err)))
		}
	}
	ctx, end := o.budget.pushing(a)
	defer end()
	o.budget.vain = false
	for _, list := range o.unwritten {
		if o.push.IsZero() {
			break
		}
		if err := metrics.Push(ctx, o.sender(), o.push, list, o.figures[list]); err != nil {
			o.budget.vain = true
			a.notice(fmt.Sprintf("--metrics-push: the metrics of %s could not be pushed to %s: %v. That changes nothing of the import.", list, o.push, err))
		}
	}
	o.unwritten = nil
}
