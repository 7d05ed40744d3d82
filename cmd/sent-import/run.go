package main

import (
	"errors"
	"time"

	"sent-import/cmd/internal/fileflags"
	"sent-import/importer"
)

// runCmd is sent-import run.
type runCmd struct {
	File    []string        `arg:"" optional:"" help:"The files; '-' for standard input. A pattern in quotes, such as 'exports/*.csv', stands for the files that fit it."`
	List    listFlag        `embed:""`
	Reading fileflags.Flags `embed:""`
	Target  targetFlags     `embed:""`
	Pace    paceFlags       `embed:""`
	Output  outputFlags     `embed:""`
	Tell    tellFlags       `embed:""`
	Ledger  stateFlag       `embed:""`
	DryRun  bool            `help:"Do what check does: send nothing."`
}

func (c *runCmd) Help() string {
	return `Reads the whole file first, says what is coming, and then creates one contact for each valid number that is new. Interrupt it at any moment; the same command goes on where it stopped, and tries failed rows again.

Several files are imported one after the other, each by a job of its own, and the flags hold for all of them. An outage, the account, a full disk, a signal, --max-duration and --max-requests end the whole command; what is wrong with one file does not. The exit code is the worst: of a signal, then 1, 4, 5, 3, 0.

Examples:
  sent-import run contacts.csv
  sent-import run a.csv b.xlsx 'exports/*.csv'
  find exports -name '*.csv' -print0 | sent-import run --files-from -
  sent-import run --phone-column Mobile,Phone --region-column Country contacts.csv
  sent-import run --region FR --report out/ clients.csv
  sent-import run --max-duration 6h contacts.csv
  timeout 6h sent-import run --drain 10s contacts.csv
  sent-import run --sandbox contacts.csv`
}

// Run is called by the command line's parser.
func (c *runCmd) Run(a *app) (err error) {
	if c.DryRun {
		return (&checkCmd{c.File, c.List, c.Reading, c.Pace.Rate, c.Pace.Reserve, c.Output}).Run(a)
	}
	if a.outlets, err = c.Tell.outlets(); err != nil {
		return err
	}
	files, err := a.choose(c.File, c.List)
	if err != nil {
		return err
	}
	state, _ := c.Ledger.dir(a) // "" with an error, which ends the command
	a.outlets.take(files.paths, state)
	if c.Target.Sandbox {
		a.outlets.rehearse(a)
	}
	if err := a.outlets.metricsFileRefused(); err != nil {
		a.outlets.file = ""
		a.outlets.failed(a, err)
		return err
	}
	o, err := c.options(a)
	if err == nil && c.Pace.Fresh && files.form == severalFiles {
		err = &importer.UsageError{Message: "--fresh starts the job of one file over: give it with one file at a time, since a command for several that is interrupted could not be told which of them to start over again"}
	}
	if err != nil {
		a.outlets.failed(a, err)
		return err
	}
	a.outlets.begin(a)
	return a.each(files, c.Output, c.Pace.until(o.Begun), func(f *inputFile) error {
		list := a.outlets.run(f.path)
		err := c.runFile(a, o, f, list)
		a.outlets.ended(a, list, f.exitCode(a, err))
		return err
	})
}

// runFile imports one file of the command.
func (c *runCmd) runFile(a *app, o importer.Options, f *inputFile, list *listRun) (err error) {
	kind := runReport
	if c.Target.Sandbox {
		kind = sandboxReport
	}
	r := f.reporter(a, kind, c.Ledger.State)
	defer func() { err = errors.Join(err, r.close()) }()
	o.Input = f.path
	a.drain.nanoseconds.Store(int64(c.Pace.Drain))
	result, err := a.watch(importer.Run, o, c.Output, r)
	a.drain.nanoseconds.Store(0)
	if err != nil {
		return err
	}
	args, file := asRead(f.arguments(r), f.path, result.Job)
	return a.finish(result, finish{
		flags: c.Output, to: r, list: list, refresh: true, invalidOK: c.Reading.InvalidOK, next: again(args, file), end: f.end, options: a.optionsInForce(),
		fixed: fixing{args, file, r.dir, c.Reading.Encoding, result.Job, a.settings.isSet}.command,
	})
}

func (c *runCmd) options(a *app) (importer.Options, error) {
	state, err := c.Ledger.dir(a)
	o := importer.Options{Stdin: a.stdin, State: state, Version: version(), Begun: time.Now()}
	if err == nil {
		err = errors.Join(c.Reading.Apply(&o), c.Pace.apply(&o))
	}
	if err == nil {
		err = c.Target.apply(a, &o)
	}
	if c.Tell.JSONRows {
		o.Settled = a.lines.row
	}
	return o, err
}
