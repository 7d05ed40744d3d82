package main

import (
	"errors"

	"sent-import/importer"
)

// runCmd is sent-import run.
type runCmd struct {
	File string `arg:"" help:"The file; '-' for standard input."`
	fileFlags
	targetFlags
	existingFlags
	paceFlags
	outputFlags
	stateFlag
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
	defer giveHeadroom()()
	o, err := c.options(a)
	if err != nil {
		return err
	}
	kind := runReport
	if c.Sandbox {
		kind = sandboxReport
	}
	r := a.newReporter(c.Report, c.File, kind, c.State)
	defer func() { err = errors.Join(err, r.close()) }()
	o.Report = r.take
	s := a.show(&o, c.outputFlags)
	waitsNoMore := a.drain.during(c.Drain)
	result, err := importer.Run(a.ctx, o)
	waitsNoMore()
	s.stop()
	if err != nil {
		return err
	}
	args, file := asRead(a.args, c.File, result.Job)
	return a.finish(result, finish{
		flags: c.outputFlags, to: r, next: again(args, file), mend: mend(args, file, r.dir, c.Encoding, a.getenv),
	})
}

func (c *runCmd) options(a *app) (importer.Options, error) {
	o := importer.Options{Input: c.File, Stdin: a.stdin, Version: version()}
	state, err := c.dir(a)
	if err == nil {
		o.State = state
		err = errors.Join(c.fileFlags.apply(&o), c.paceFlags.apply(&o))
		c.existingFlags.apply(&o)
	}
	if err == nil {
		err = c.targetFlags.apply(a, &o)
	}
	return o, err
}
