package main

import (
	"errors"
	"slices"
	"strings"
	"time"

	"sent-import/cmd/internal/fileflags"
	"sent-import/importer"
)

// checkCmd is sent-import check.
type checkCmd struct {
	File    []string        `arg:"" optional:"" help:"The files; '-' for standard input. A pattern in quotes, such as 'exports/*.csv', stands for the files that fit it."`
	List    listFlag        `embed:""`
	Reading fileflags.Flags `embed:""`
	Rate    string          `help:"Rate to estimate the time with: auto, 200/m, 10/s, unlimited." default:"auto"`
	Reserve string          `help:"Part of the limit to count as left to others: a share such as 20%, or requests a minute; or a timetable, such as '08:00,50% 20:00,0': from each local time on, that reserve, where 100% pauses. Default: none." placeholder:"N|P%|TIMETABLE"`
	Output  outputFlags     `embed:""`
}

func (c *checkCmd) Help() string {
	return `Classifies every row as far as that can be done by looking, and writes the report files. Nothing is sent, no key is needed, and no job is left behind.

Examples:
  sent-import check contacts.csv
  sent-import check 'exports/*.csv'
  sent-import check --region GB --report /tmp/check contacts.csv`
}

// Run is called by the command line's parser.
func (c *checkCmd) Run(a *app) (err error) {
	files, err := a.choose(c.File, c.List)
	if err != nil {
		return err
	}
	files.check = true
	o := importer.Options{Stdin: a.stdin, Rate: c.Rate, Reserve: c.Reserve, Version: version()}
	if err := c.Reading.Apply(&o); err != nil {
		return err
	}
	return a.each(files, c.Output, time.Time{}, func(f *inputFile) error { return c.checkFile(a, o, f) })
}

// checkFile looks at one file of the command.
func (c *checkCmd) checkFile(a *app, o importer.Options, f *inputFile) (err error) {
	r := f.reporter(a, checkReport, "")
	defer func() { err = errors.Join(err, r.close()) }()
	o.Input, o.Rows = f.path, r.takeRows
	result, err := a.watch(importer.Check, o, c.Output, r)
	if err != nil {
		return err
	}
	args, file := asRead(f.arguments(r), f.path, result.Job)
	return a.finish(result, finish{flags: c.Output, to: r, invalidOK: c.Reading.InvalidOK, next: a.runAfterCheck(args, file), end: f.end, check: true, options: a.optionsInForce()})
}

// runAfterCheck is the command that sends what a check with these arguments has looked at.
func (a *app) runAfterCheck(args []string, file string) string {
	return strings.Replace(again(a.withoutDryRun(args), file), " check ", " run ", 1)
}

// withoutDryRun are the arguments of a run that sends something.
func (a *app) withoutDryRun(args []string) []string {
	args = slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return strings.HasPrefix(arg, "--dry-run") })
	if i := slices.Index(args, "run"); i >= 0 && a.settings.isSet("dry-run") {
		args = slices.Insert(args, i+1, "--dry-run=false")
	}
	return args
}
