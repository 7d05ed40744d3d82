package main

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"sent-import/cmd/internal/fileflags"
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

// commandLine is the command with these arguments, to be pasted into a shell, without
// addresses that are not to be shown.
func commandLine(args []string) string {
	line := "sent-import"
	for _, arg := range withoutAddresses(args) {
		line += " " + printable.Word(arg)
	}
	return line
}

// fixing is what the command is made of that imports the fixed rows of a report.
type fixing struct {
	args     []string // the command that was given
	file     string   // among args
	dir      string   // of the report
	encoding string   // value of --encoding, from wherever it was given
	job      importer.JobInfo
	isSet    func(flag string) bool // by the environment or the configuration file
}

// command is the command that was given, for the file of the report with that name
// (invalid.xlsx or invalid.csv), with another report: without the flags that are about
// the user's own file alone, with the reading of numbers that was decided by looking at it,
// since what is left of it decides nothing, and without metrics: a few repaired rows are no
// run of the list.
func (f fixing) command(name string) string {
	fixed := noFlag(filepath.Join(f.dir, name))
	ours := f.ours(fixed)
	dropped := []string{"--report", "--delimiter", "--encoding", "--skip-lines", "--sheet", "--list", "--metrics-file", "--metrics-push"}
	var words []string
	for args := f.args; len(args) > 0; args = args[1:] {
		flag, _, whole := strings.Cut(args[0], "=")
		switch arg := args[0]; {
		case arg == "--fresh":
		case slices.Contains(dropped, flag):
			if !whole && len(args) > 1 {
				args = args[1:]
			}
		case arg == "--": // flags must stand before it
			words, ours = append(append(words, ours...), arg), nil
		case arg == f.file:
			words = append(words, fixed)
		default:
			words = append(words, arg)
		}
	}
	return commandLine(append(words, ours...))
}

// ours are the flags that the command gets: the decided numbers, and what overrides
// the environment and the configuration file. fixed is the file that it imports; as CSV it is UTF-8.
func (f fixing) ours(fixed string) (flags []string) {
	if f.job.International && !slices.ContainsFunc(f.args, isFlag("--numbers")) {
		flags = append(flags, "--numbers", "international")
	}
	if !isWorkbook(fixed) {
		flags = append(flags, f.form()...)
	}
	if f.isSet("skip-lines") {
		flags = append(flags, "--skip-lines", "0")
	}
	if f.isSet("sheet") {
		flags = append(flags, "--sheet=")
	}
	for _, name := range []string{"list", "metrics-file", "metrics-push"} {
		if f.isSet(name) {
			flags = append(flags, "--"+name+"=")
		}
	}
	if f.isSet("report") {
		flags = append(flags, "--report", reportDir(fixed, runReport))
	}
	return flags
}

// form are the flags that say how a CSV file of the report is written, where a flag says so
// of the user's file. Its delimiter is the one of the job, which is not the one that was
// given where no row has that: a file of one column.
func (f fixing) form() (flags []string) {
	if f.isSet("delimiter") || slices.ContainsFunc(f.args, isFlag("--delimiter")) {
		flags = append(flags, "--delimiter", fileflags.DelimiterWord(importer.Delimiter(f.job.Delimiter)))
	}
	if f.encoding != "" {
		flags = append(flags, "--encoding", "utf-8")
	}
	return flags
}

// isWorkbook reports whether the file of a report is a workbook, which has neither a
// delimiter nor an encoding.
func isWorkbook(path string) bool { return filepath.Ext(path) == filepath.Ext(report.InvalidBookName) }

// isFlag reports of an argument whether it is the flag, with or without its value.
func isFlag(name string) func(arg string) bool {
	return func(arg string) bool { return arg == name || strings.HasPrefix(arg, name+"=") }
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
	flag("--delimiter", fileflags.DelimiterWord(o.Delimiter), "")
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
	if a.settings.isGiven("config") {
		flag("--config", fromHere(a.settings.file.path), "")
	}
	return args, file
}

// baseURL is the base URL that the environment or the configuration file names; "" if
// neither does.
func (a *app) baseURL() string {
	for _, name := range []string{"SENT_IMPORT_BASE_URL", "SENT_DM_BASE_URL", "SENT_BASE_URL"} {
		if url := strings.TrimSpace(a.getenv(name)); url != "" {
			return url
		}
	}
	return a.settings.file.top["base-url"].value
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
