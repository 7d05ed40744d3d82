package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"sync"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"sent-import/cmd/internal/asgiven"
	"sent-import/importer/printable"
)

const description = `Import contact lists of many accounts on many machines: PostgreSQL holds the state, workers drain one account each at a time, and a dead worker's imports go on elsewhere.

One machine imports as fast as an account's limit lets it: use sent-import unless a machine may fail without anybody to start it again, or there are thousands of accounts.`

const examples = `Examples:
  sent-import-fleet migrate                              once, and after each update
  sent-import-fleet enqueue contacts.csv --key-ref acme  the key is acme's, wherever workers find it
  sent-import-fleet work --slots 20 --keys-dir /run/keys on every machine
  sent-import-fleet status                               who does what, and how long it takes
  sent-import-fleet report 12 --to out/                  the report files of import 12
  sent-import-fleet forget --older-than 2160h            on a timer: lists are personal data

--database and --store are the same for all; SENT_IMPORT_DATABASE and SENT_IMPORT_STORE have them, too. API keys are never in the database: an import names its key, and workers look it up.

Exit codes: 0 done; 1 could not; 2 usage; 3 done, some rows are invalid or failed; 4 stopped, or not yet done; 130, 143 interrupted or terminated. A worker that was asked to end, and has, exits with 0.`

// cli is the command line.
type cli struct {
	Migrate  migrateCmd       `cmd:"" help:"Make the tables in the database, or bring them up to date."`
	Enqueue  enqueueCmd       `cmd:"" help:"Hand files over to the fleet."`
	Work     workCmd          `cmd:"" help:"Work on imports until asked to end."`
	Status   statusCmd        `cmd:"" help:"Show accounts, their workers, and their imports."`
	Cancel   cancelCmd        `cmd:"" help:"Cancel an import. What was created stays."`
	Report   reportCmd        `cmd:"" help:"Fetch the report files of an import."`
	Verify   verifyCmd        `cmd:"" help:"Ask the API whether it holds what an import's report says."`
	Forget   forgetCmd        `cmd:"" help:"Remove imports that have ended, with all that is kept of them."`
	Licenses licensesCmd      `cmd:"" help:"Print the licences of what the program contains."`
	Version  kong.VersionFlag `help:"Show the version."`
}

// app is what a command has to work with.
type app struct {
	ctx            context.Context // ends at the first signal
	stdout, stderr io.Writer
	saying         sync.Mutex
}

// say writes a line for people.
func (a *app) say(text string) {
	a.saying.Lock()
	defer a.saying.Unlock()
	fmt.Fprintln(a.stderr, printable.Text(text))
}

// log writes a line of a worker's log, with the time.
func (a *app) log(text string) { a.say(time.Now().UTC().Format(time.RFC3339) + " " + text) }

// signalError is the cause of the end of a context that a signal has ended.
type signalError struct{ signal syscall.Signal }

func (e *signalError) Error() string {
	if e.signal == syscall.SIGTERM {
		return "terminated"
	}
	return "interrupted"
}

// run is the whole program, and returns its exit code.
func run(args []string, stdout, stderr io.Writer) int {
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	signals := make(chan os.Signal, 1) // the first one; a second one ends the program as it does without us
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM)
	defer signal.Stop(signals)
	go func() {
		if s, ok := (<-signals).(syscall.Signal); ok {
			cancel(&signalError{s})
			signal.Reset(syscall.SIGINT, syscall.SIGTERM)
		}
	}()
	return execute(&app{ctx: ctx, stdout: stdout, stderr: stderr}, args)
}

// execute parses the command line and runs the command.
func execute(a *app, args []string) int {
	shown, exited, code := a.stdout, false, exitOK
	if len(args) == 0 { // help a person, and fail a script that forgot the command
		args, shown, code = []string{"--help"}, a.stderr, exitUsage
	}
	parser, err := kong.New(new(cli),
		kong.Name("sent-import-fleet"),
		kong.Description(description+"\n\n"+examples),
		kong.Vars{"version": version()},
		kong.Writers(shown, a.stderr),
		kong.Exit(func(int) { exited = true }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true, WrapUpperBound: 100}),
		asgiven.Text(),
	)
	if err != nil {
		panic("sent-import-fleet: the command line's grammar is wrong: " + err.Error())
	}
	parsed, err := parser.Parse(args)
	switch {
	case exited:
		return code // --help or --version, which have been shown
	case err != nil:
		return a.refuse(err, args)
	}
	return a.fail(parsed.Run(a))
}

var buildVersion string // set by the build: -X main.buildVersion=…

// version is the version that the build has set, or the one that the Go toolchain has
// recorded.
func version() string {
	if buildVersion != "" {
		return buildVersion
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}
