package main

import (
	"cmp"
	"errors"
	"fmt"

	"sent-import/importer"
	"sent-import/importer/printable"
	"sent-import/report"
)

// reportCmd is sent-import report.
type reportCmd struct {
	Job    string      `arg:"" help:"The job's id, or the beginning of it; sent-import jobs lists them."`
	Output outputFlags `embed:""`
	Ledger stateFlag   `embed:""`
}

func (c *reportCmd) Help() string {
	return `Writes the report files of a job again, from the ledger and the file. Possible at any time, after an interruption too; it costs no request.

Example:
  sent-import report 3f9a`
}

// Run is called by the command line's parser.
func (c *reportCmd) Run(a *app) error {
	state, err := c.Ledger.dir(a)
	if err != nil {
		return err
	}
	for last := -1; ; {
		changes, err := c.write(a, state, last)
		if !errors.Is(err, report.ErrNewer) {
			return err
		}
		last = changes
		a.notice("A newer report of this job stands in its directory by now. This one is made anew.")
	}
}

// write writes the report of the job as it is now, and returns how often its rows can have
// changed so far. An older report replaces no newer one: the error is report.ErrNewer, and
// the job is to be read again. If it has not changed since, which last says, the newer
// report is of a ledger that has been replaced by an older copy of itself, and goes.
func (c *reportCmd) write(a *app, state string, last int) (changes int, err error) {
	result, err := importer.Report(state, c.Job)
	if err != nil {
		return 0, err
	}
	changes = result.Changes
	args, file := a.runOf(result.Job, c.Ledger.State)
	r, err := a.reporterOf(result.Job, c.Output.Report, c.Ledger.State)
	if err != nil {
		return 0, errors.Join(err, result.Close())
	}
	defer func() { err = errors.Join(err, r.close()) }()
	return changes, a.finish(result, finish{
		flags: c.Output, to: r, options: optionsOf(args), next: again(args, file), meanwhile: changes != last,
		fixed: fixing{args, file, r.dir, result.Job.Reading.Encoding, result.Job, a.settings.isSet}.command,
	})
}

// reporterOf takes the directory for the report of a job: dir, or if that is "", the
// directory of the job's runs, or the usual one. It tells the user if the directory
// held the report of another job.
func (a *app) reporterOf(job importer.JobInfo, dir, state string) (r *reporter, err error) {
	kind, input := runReport, inputPath(job)
	if job.Sandbox {
		kind = sandboxReport
	}
	if dir == "" {
		dir = fromHere(cmp.Or(job.ReportDir, reportDir(input, kind)))
	}
	r = a.newReporter(dir, input, kind, state)
	if r.place, err = report.Open(r.ctx, dir, job.ID); err != nil {
		return nil, r.explain(err)
	}
	owner := r.place.Owner()
	if owner.Job == job.ID {
		return r, nil
	}
	if err := r.place.Claim(report.Owner{File: job.InputName, Job: job.ID}); err != nil {
		return nil, errors.Join(r.explain(err), r.close())
	}
	switch {
	case owner.Job != "":
		a.notice(fmt.Sprintf("%s held the report of job %s (%s), which this one replaces. To have the other again: %s",
			printable.Path(dir), owner.Job, printable.Path(owner.File), r.reportCommand(owner.Job)))
	case owner.File != "":
		a.notice(fmt.Sprintf("%s held the report of a check of %s, which this one replaces.", printable.Path(dir), printable.Path(owner.File)))
	}
	return r, nil
}
