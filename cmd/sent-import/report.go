package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"

	"sent-import/importer"
	"sent-import/importer/printable"
	"sent-import/report"
)

// reportCmd is sent-import report.
type reportCmd struct {
	Job string `arg:"" help:"The job's id, or the beginning of it; sent-import jobs lists them."`
	outputFlags
	stateFlag
}

func (c *reportCmd) Help() string {
	return `Writes the report files of a job again, from the ledger and the file. Possible at any time, after an interruption too; it costs no request.

Example:
  sent-import report 3f9a`
}

// Run is called by the command line's parser.
func (c *reportCmd) Run(a *app) (err error) {
	state, err := c.dir(a)
	if err != nil {
		return err
	}
	result, err := importer.Report(state, c.Job)
	if err != nil {
		return err
	}
	args, file := a.runOf(result.Job, c.State)
	r, err := a.reporterOf(result.Job, c.Report, c.State)
	if err != nil {
		return errors.Join(err, result.Close())
	}
	defer func() { err = errors.Join(err, r.close()) }()
	return a.finish(result, finish{
		flags: c.outputFlags, to: r, next: again(args, file), mend: mend(args, file, r.dir, result.Job.Options.Encoding, a.getenv),
	})
}

// reporterOf takes the directory for the report of a job: the one that was
// asked for, or that of the job's runs, or the usual one. It says if that held
// the report of another job.
func (a *app) reporterOf(job importer.JobInfo, dir, state string) (*reporter, error) {
	kind, input := runReport, job.InputPath
	if job.Sandbox {
		kind = sandboxReport
	}
	if job.InputName == standardInput {
		input = "-"
	}
	if dir == "" {
		dir = fromHere(cmp.Or(job.ReportDir, reportDir(input, kind)))
	}
	r := a.newReporter(dir, input, kind, state)
	var err error
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
		tell(a.stderr, fmt.Sprintf("%s held the report of job %s (%s), which this one replaces. To have the other again: %s",
			printable.Path(dir), owner.Job, printable.Path(owner.File), r.reportCommand(owner.Job)))
	case owner.File != "":
		tell(a.stderr, fmt.Sprintf("%s held the report of a check of %s, which this one replaces.", printable.Path(dir), printable.Path(owner.File)))
	}
	return r, nil
}

// runOf is the command line that goes on with a job: its file and the flags that
// make it this job, without those that say how it is run. state is the ledger's
// directory, if it was given.
func (a *app) runOf(job importer.JobInfo, state string) (args []string, file string) {
	if file = "-"; job.InputName != standardInput {
		file = fromHere(job.InputPath)
	}
	o := job.Options
	args = []string{"run", file}
	flag := func(name, value, usual string) {
		if value != usual {
			args = append(args, name, value)
		}
	}
	flag("--phone-column", kong.JoinEscaped(o.PhoneColumns, ','), "")
	flag("--region-column", o.RegionColumn, "")
	flag("--region", o.Region, "")
	if o.NoHeader {
		args = append(args, "--no-header")
	}
	if o.Delimiter != 0 {
		args = append(args, "--delimiter", delimiterWord(o.Delimiter))
	}
	flag("--encoding", o.Encoding, "")
	flag("--types", o.Types, "")
	flag("--extension", cmp.Or(o.Extension, "reject"), "reject")
	flag("--multiple", cmp.Or(o.Multiple, "reject"), "reject")
	flag("--base-url", job.BaseURL, cmp.Or(strings.TrimRight(a.baseURL(), "/"), importer.DefaultBaseURL))
	flag("--profile", job.Profile, "")
	if job.Sandbox {
		args = append(args, "--sandbox")
	}
	if state != "" {
		state = fromHere(state)
	}
	flag("--state", state, "")
	return args, file
}

// fromHere is the path as it is given in the current directory, if the file is
// in it or below, and so that it is not taken for a flag.
func fromHere(path string) string {
	here, err := os.Getwd()
	if err != nil {
		return path
	}
	below, err := filepath.Rel(here, path)
	if err != nil || !filepath.IsLocal(below) {
		return path
	}
	return noFlag(below)
}
