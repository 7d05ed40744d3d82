package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strconv"
	"time"

	"sent-import/importer"
	"sent-import/importer/fleet/pool"
	"sent-import/importer/fleet/worker"
	"sent-import/importer/reporting"
	"sent-import/report"
)

// The exit codes of sent-import, which people know.
const (
	exitOK       = 0
	exitFailed   = 1
	exitUsage    = 2
	exitRowsLeft = 3
	exitStopped  = 4
)

// ending is how an import ends whose run has a result. Where it has come to an end, or needs
// somebody, its report is in the store then.
func (j *job) ending(ctx context.Context, r *importer.Result) (pool.Ending, error) {
	e := pool.Ending{State: pool.Done, ExitCode: exitOK}
	if r.Stopped != nil { // in the report, too
		s := *r.Stopped
		s.Message = Words(s.Message)
		r.Stopped = &s
	}
	switch {
	case r.Stopped != nil:
		e = j.endingOf(r.Stopped)
	case r.Counts.Failed > 0 || r.Reasons.ToRepair() > 0 && !j.settings.InvalidOK:
		e.ExitCode = exitRowsLeft
	}
	if e.State == pool.Done && r.Counts.Pending > 0 {
		return pool.Ending{}, fmt.Errorf("an internal error of the program: the run came to its end, and %d rows are pending: please report it", r.Counts.Pending)
	}
	e.Job, e.Counts = r.Job.ID, countsText(r.Counts)
	if e.State == pool.Open {
		return e, nil
	}
	prefix, err := j.report(ctx, r, e.ExitCode)
	if errors.Is(err, importer.ErrInputChanged) {
		return e, err
	}
	if err != nil {
		what := "every row has its outcome"
		if r.Stopped != nil {
			what = "it stops (" + r.Stopped.Message + ")"
		}
		return pool.Ending{}, &worker.Wait{Err: fmt.Errorf("%s, and the report can't be written: %w", what, err), After: waitStore}
	}
	e.Report = prefix
	return e, nil
}

// endingOf is what a stop means for the import.
func (j *job) endingOf(s *importer.Stop) pool.Ending {
	switch s.Cause {
	case importer.StopMaxDuration:
		return pool.Ending{State: pool.Open, Reason: j.trouble(s)}
	case importer.StopInterrupted:
		return pool.Ending{State: pool.Open}
	case importer.StopOutage:
		return pool.Ending{State: pool.Open, Reason: s.Message, Wait: waitAPI}
	case importer.StopLedger:
		return pool.Ending{State: pool.Open, Reason: s.Message, Wait: waitDatabase}
	}
	e := pool.Ending{State: pool.Stopped, Reason: s.Message, ExitCode: exitStopped}
	if s.AtStart {
		e.ExitCode = exitFailed
	}
	return e
}

// trouble is what the requests of a slice met that was over in an outage, or before it got
// anywhere; "" where all is well. An outage that is longer than a slice never ends a run.
func (j *job) trouble(s *importer.Stop) string {
	p := j.pulse.progress.Snapshot()
	if s.LastError == "" || !p.Outage && p.Settled.Rows+p.PagesRead+p.Resolved > 0 {
		return ""
	}
	return "requests failed until the end of its last slice: " + s.LastError
}

// report writes the report of a result into the store, and returns its prefix there, which no
// other report has: an import that was enqueued again may have another one in the same epoch.
func (j *job) report(ctx context.Context, r *importer.Result, exit int) (prefix string, err error) {
	ctx = context.WithoutCancel(ctx) // the worker waits for the end of a slice
	dir := filepath.Join(filepath.Dir(j.input), "report")
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	place, err := report.Open(ctx, dir, r.Job.ID)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, place.Close()) }()
	if err := place.Claim(report.Owner{File: r.Job.InputName, Job: r.Job.ID}); err != nil {
		return "", err
	}
	var stop *report.Stop
	if s := r.Stopped; s != nil {
		stop = &report.Stop{Cause: string(s.Cause), Message: s.Message, LastError: s.LastError}
	}
	summary := reporting.Summary(r, exit, j.engine.o.Version, stop)
	input := summary.Input
	input.Contacts = r.HasContacts()
	if _, _, err := place.Write(ctx, summary, input, r.Rows(ctx)); err != nil {
		return "", err
	}
	prefix = path.Join("reports", strconv.FormatInt(j.slice.Import.ID, 10), fmt.Sprintf("%d-%d", j.slice.Lease.Epoch, time.Now().UnixMilli()))
	return prefix, j.engine.o.Store.PutReport(ctx, j.slice.Import.InputSHA256, prefix, dir)
}
