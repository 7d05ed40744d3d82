package main

import (
	"errors"

	"sent-import/importer"
)

// runCmd is sent-import run.
type runCmd struct {
	File    string      `arg:"" help:"The file; '-' for standard input."`
	Reading fileFlags   `embed:""`
	Target  targetFlags `embed:""`
	Pace    paceFlags   `embed:""`
	Output  outputFlags `embed:""`
	Ledger  stateFlag   `embed:""`
	DryRun  bool        `help:"Do what check does: send nothing."`
}

func (c *runCmd) Help() string {
	return `Reads the whole file first, says what is coming, and then creates one contact for each valid number that is new. Interrupt it at any moment; the same command goes on where it stopped, and tries failed rows again.

Examples:
  sent-import run contacts.csv
  sent-import run --phone-column Mobile,Phone --region-column Country contacts.csv
  sent-import run --region FR --report out/ clients.csv
  sent-import run --max-duration 6h contacts.csv
  timeout 6h sent-import run --drain 10s contacts.csv
  sent-import run --sandbox contacts.csv`
}

// Run is called by the command line's parser.
func (c *runCmd) Run(a *app) (err error) {
	if c.DryRun {
		return (&checkCmd{c.File, c.Reading, c.Pace.Rate, c.Pace.Reserve, c.Output}).Run(a)
	}
	o, err := c.options(a)
	if err != nil {
		return err
	}
	kind := runReport
	if c.Target.Sandbox {
		kind = sandboxReport
	}
	r := a.newReporter(c.Output.Report, c.File, kind, c.Ledger.State)
	defer func() { err = errors.Join(err, r.close()) }()
	a.drain.nanoseconds.Store(int64(c.Pace.Drain))
	result, err := a.watch(importer.Run, o, c.Output, r)
	a.drain.nanoseconds.Store(0)
	if err != nil {
		return err
	}
	args, file := asRead(a.args, c.File, result.Job)
	return a.finish(result, finish{
		flags: c.Output, to: r, invalidOK: c.Reading.InvalidOK, next: again(args, file), fixed: fixing{args, file, r.dir, c.Reading.Encoding, result.Job, a.settings.isSet}.command,
	})
}

func (c *runCmd) options(a *app) (importer.Options, error) {
	state, err := c.Ledger.dir(a)
	o := importer.Options{Input: c.File, Stdin: a.stdin, State: state, Version: version()}
	if err == nil {
		err = errors.Join(c.Reading.apply(&o), c.Pace.apply(&o))
	}
	if err == nil {
		err = c.Target.apply(a, &o)
	}
	return o, err
}
