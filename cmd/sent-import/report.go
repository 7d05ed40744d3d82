package main

import (
	"path/filepath"

	"sent-import/importer"
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
func (c *reportCmd) Run(a *app) error {
	state, err := c.dir(a)
	if err != nil {
		return err
	}
	result, err := importer.Report(state, c.Job)
	if err != nil {
		return err
	}
	dir := c.Report
	if dir == "" {
		dir = reportDir("", result.Job.InputPath)
		if result.Job.InputName == "stdin" {
			dir = reportDir("", "-")
		}
	}
	next := "sent-import run " + shellWord(filepath.Base(result.Job.InputPath))
	return a.finish(result, finish{flags: c.outputFlags, dir: dir, next: next})
}
