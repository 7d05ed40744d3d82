package main

import (
	"context"
	"io"

	"github.com/alecthomas/kong"

	"sent-import/cmd/internal/asgiven"
)

const description = `Import contact lists into the Sent v3 API, and know what became of every row.

Kill it at any moment and run the same command again: it goes on where it stopped, each valid number of the file is in the account exactly once, and the report says so row by row.`

const examples = `Examples:
  sent-import check contacts.csv             look before you send: no key, no network
  sent-import run contacts.csv               import, or go on with an import
  sent-import run --region DE kunden.csv     national numbers are German ones
  gunzip -c list.csv.gz | sent-import run -  from standard input
  sent-import demo                           see it work on a built-in simulator

The API key comes from SENT_DM_API_KEY or SENT_API_KEY, or from a file with --api-key-file; never from the command line, where others can see it. Every flag has an environment variable: SENT_IMPORT_ and its name, such as SENT_IMPORT_REGION; and a name in the configuration file: its own. A flag beats the environment, which beats the file.

Exit codes: 0 every row is created or duplicate; 1 could not run; 2 usage; 3 finished, some rows are invalid or failed; 4 stopped early, run again to go on; 5 another run has the job; 129, 130 or 143 hung up, interrupted or terminated.`

// cli is the command line.
type cli struct {
	Run        runCmd           `cmd:"" help:"Import a file, or go on with its import."`
	Check      checkCmd         `cmd:"" help:"Read a file and report what would be sent. Sends nothing; needs no key."`
	Demo       demoCmd          `cmd:"" help:"Run on a built-in simulator with a sample file."`
	Simulate   simulateCmd      `cmd:"" help:"Serve the simulator of the API, to try things out."`
	Jobs       jobsCmd          `cmd:"" help:"List the jobs and how far each is."`
	Report     reportCmd        `cmd:"" help:"Write the report files of a job again."`
	Verify     verifyCmd        `cmd:"" help:"Ask the API whether it holds what a job's report says."`
	Undo       undoCmd          `cmd:"" help:"Delete the contacts that a job has created."`
	Licenses   licensesCmd      `cmd:"" help:"Print the licences of sent-import and of what it contains."`
	Config     configCmd        `cmd:"" help:"Show what is in force for a run, and where it comes from."`
	Completion completionCmd    `cmd:"" help:"Print a script that completes command lines in a shell."`
	Man        manCmd           `cmd:"" help:"Print the manual page."`
	Settings   string           `name:"config" help:"Configuration file. Default: $XDG_CONFIG_HOME/sent-import/config.toml, or ~/.config/sent-import/config.toml, if it is there." placeholder:"FILE" type:"path"`
	Version    kong.VersionFlag `help:"Show the version."`
}

// run is the whole program. Everything that it uses is passed in, and it
// returns the exit code.
func run(args []string, getenv func(string) string, stdin io.Reader, stdout, stderr io.Writer) int {
	asked, ignore := askedWhere()
	defer ignore()
	return untilSignal(stderr, func(ctx, leave context.Context, wait *drain) int {
		return execute(&app{ctx: ctx, leave: leave, drain: wait, asked: asked, args: args, getenv: getenv, stdin: stdin, stdout: stdout, stderr: stderr})
	})
}

// execute parses the command line and runs the command.
func execute(a *app) int {
	var c cli
	a.settings, a.lines = newSettings(a.getenv), linesAsked(a.stdout, a.args, a.getenv)
	exited, shown, code := false, a.stdout, exitOK
	if len(a.args) == 0 { // help a person, and fail a script that forgot the command
		a.args, shown, code = []string{"--help"}, a.stderr, exitUsage
		a.lines.fail(code, "a command is missing, such as "+usageExample(nil))
	}
	parser, err := kong.New(&c,
		kong.Name("sent-import"),
		kong.Description(description+"\n\n"+examples),
		kong.Vars{"version": versionText()},
		kong.Writers(shown, a.stderr),
		kong.Exit(func(int) { exited = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		kong.ValueFormatter(helpOf),
		asgiven.Text(),
		kong.NamedMapper("path", asgiven.Mapper("path", absolute)),
		kong.Bind(a.settings),
		kong.Resolvers(a.settings),
	)
	if err != nil {
		panic("sent-import: the command line's grammar is wrong: " + err.Error())
	}
	kctx, err := parser.Parse(a.args)
	switch {
	case exited:
		return code // --help or --version, which have been shown
	case err != nil:
		code := a.refuse(err)
		a.outletsOf().end(a, code)
		return code
	}
	a.lines = newLines(a.stdout)
	if wantsLines(kctx) {
		a.lines.enable()
	}
	code = a.fail(kctx.Run(a))
	a.outlets.end(a, code)
	return code
}

// BeforeResolve is called by the command line's parser once it knows the command and the
// flags that were given.
func (c *cli) BeforeResolve(ctx *kong.Context, s *settings) error {
	s.failed = s.collect(ctx)
	return s.failed
}
