package main

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"sent-import/importer"
	"sent-import/importer/printable"
	"sent-import/report"
)

// asRead returns the arguments and the file with which a command can be repeated. A
// file that could be read only once, such as a pipe, was read like standard input,
// and is given as "-".
func asRead(args []string, file string, job importer.JobInfo) ([]string, string) {
	if job.InputName != standardInput || file == "-" {
		return args, file
	}
	args = slices.Clone(args)
	for i := range args {
		if args[i] == file {
			args[i] = "-"
		}
	}
	return args, "-"
}

// again is the command that continues the job: the one that was given, without
// --fresh, which would start over.
func again(args []string, file string) string {
	command := commandLine(slices.DeleteFunc(slices.Clone(args), func(arg string) bool { return arg == "--fresh" }))
	if file == "-" {
		command += " < the same input"
	}
	return command
}

// commandLine is the command with these arguments, to be pasted into a shell.
func commandLine(args []string) string {
	line := "sent-import"
	for _, arg := range args {
		line += " " + printable.Word(arg)
	}
	return line
}

// afterFixing is the command that imports the fixed invalid.csv of the report in dir:
// the command that was given, for that file, with another report. encoding is the
// value of --encoding for the user's file; invalid.csv is UTF-8.
func afterFixing(args []string, file, dir, encoding string, getenv func(string) string) string {
	fixed := noFlag(filepath.Join(dir, report.InvalidName))
	var ours []string // flags that override variables of the environment
	if encoding != "" {
		ours = append(ours, "--encoding", "utf-8")
	}
	if getenv("SENT_IMPORT_REPORT") != "" {
		ours = append(ours, "--report", reportDir(fixed, runReport))
	}
	var words []string
	for ; len(args) > 0; args = args[1:] {
		name, _, whole := strings.Cut(args[0], "=")
		switch arg := args[0]; {
		case arg == "--fresh":
		case name == "--report" || name == "--encoding":
			if !whole && len(args) > 1 {
				args = args[1:]
			}
		case arg == "--": // flags must stand before it
			words, ours = append(append(words, ours...), arg), nil
		case arg == file:
			words = append(words, fixed)
		default:
			words = append(words, arg)
		}
	}
	return commandLine(append(words, ours...))
}

// noFlag is the path, with ./ in front if it could be read as a flag.
func noFlag(path string) string {
	if strings.HasPrefix(path, "-") {
		return "." + string(filepath.Separator) + path
	}
	return path
}

// runOf is the command line that continues a job: its file and the flags that make it
// this job, without those that say how fast and how long. state is the value of
// --state; "" if it was not given.
func (a *app) runOf(job importer.JobInfo, state string) (args []string, file string) {
	file = fromHere(inputPath(job))
	o := job.Reading
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
	flag("--delimiter", delimiterWord(o.Delimiter), "")
	flag("--encoding", o.Encoding, "")
	flag("--numbers", cmp.Or(o.Numbers, "auto"), "auto")
	flag("--skip-lines", strconv.Itoa(o.SkipLines), "0")
	flag("--sheet", o.Sheet, "")
	flag("--opt-out-column", o.OptOutColumn, "")
	flag("--opt-out", cmp.Or(o.OptOut, "skip"), "skip")
	flag("--types", o.Types, "")
	flag("--extension", cmp.Or(o.Extension, "reject"), "reject")
	flag("--multiple", cmp.Or(o.Multiple, "reject"), "reject")
	flag("--base-url", job.BaseURL, cmp.Or(strings.TrimRight(a.baseURL(), "/"), importer.DefaultBaseURL))
	flag("--profile", job.Profile, "")
	if job.Sandbox {
		args = append(args, "--sandbox")
	}
	flag("--state", fromHere(state), "")
	return args, file
}

// inputPath is how a job's file is named on the command line.
func inputPath(job importer.JobInfo) string {
	if job.InputName == standardInput {
		return "-"
	}
	return job.InputPath
}

// fromHere is the path relative to the current directory, if the file is in that
// directory or below, and never like a flag; "" for "".
func fromHere(path string) string {
	here, _ := os.Getwd() // "" with an error, and no path is below ""
	below, err := filepath.Rel(here, path)
	if err != nil || !filepath.IsLocal(below) {
		return path
	}
	return noFlag(below)
}
