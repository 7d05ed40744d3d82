package main

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"sent-import/importer"
	"sent-import/importer/handles"
	"sent-import/importer/printable"
)

// refuse shows an error of the command line's parser, or of the settings, and returns its
// exit code.
func (a *app) refuse(err error) int {
	var usage *importer.UsageError
	switch {
	case errors.As(err, &usage): // of the settings
		return a.fail(usage)
	case a.settings.failed != nil:
		return a.fail(a.settings.failed)
	}
	code := a.fail(&importer.UsageError{Message: strings.ReplaceAll(err.Error(), "\n", `\n`)})
	fmt.Fprintln(a.stderr, "Try: "+usageExample(a.args))
	return code
}

// fail shows an error and returns its exit code.
func (a *app) fail(err error) int { return a.failWith(a.verdict(err)) }

// failWith shows how something has ended, and returns its exit code. No other function does
// that.
func (a *app) failWith(end exitError) int {
	if end.text != "" {
		a.complain(end.text)
	}
	if end.code != exitOK {
		a.lines.fail(end.code, cmp.Or(a.subject+end.text, fmt.Sprintf("ended with exit code %d", end.code)))
	}
	a.outlets.write(a)
	return end.code
}

// verdict is what an error means for whoever has started the command.
func (a *app) verdict(err error) exitError {
	var exit *exitError
	var usage *importer.UsageError
	var sig *signalError
	var stop *importer.Stop
	switch {
	case err == nil:
		return exitError{}
	case errors.As(err, &exit):
		return *exit
	case errors.As(err, &usage):
		return exitError{exitUsage, a.settings.explain(usageText(usage))}
	case errors.As(err, &stop): // before there was a job that could be reported
		return *stopped(stop)
	case errors.Is(err, importer.ErrLocked):
		return exitError{exitLocked, printable.Error(err)}
	case errors.As(err, &sig):
		return exitError{sig.exitCode(), "stopped before anything was sent; run the same command again"}
	case errors.Is(err, syscall.EPIPE): // the reader of the output has left: end silently, as SIGPIPE would
		return exitError{code: exitInterrupted + int(syscall.SIGPIPE)}
	}
	return exitError{exitFailed, withFlag(printable.Error(handles.Explain(err)), err)}
}

// notice shows a text on the terminal, and as a JSON line unless the result has been
// written, which is the last one.
func (a *app) notice(text string) {
	tell(a.stderr, text)
	_ = a.lines.notice(printable.Text(text)) // the summary says whether stdout can be written
}

// sayLost says that JSON lines can't be written any more.
func (a *app) sayLost(err error) {
	why := fmt.Sprintf("The JSON lines can't be written any more (%s)", printable.Error(err))
	if errors.Is(err, syscall.EPIPE) {
		why = "The reader of the JSON lines has left"
	}
	text := why + ": the command goes on to its end without them, and the report has what they would have said."
	if !a.drain.tellAboveBar(text) {
		tell(a.stderr, text)
	}
}

// complain shows the text of an error on the terminal.
func (a *app) complain(text string) {
	tell(a.stderr, "sent-import: "+a.subject+strings.ReplaceAll(strings.TrimSpace(text), "\n", "\nsent-import: "))
}

// usageExample is a command that works, for the command that was tried.
func usageExample(args []string) string {
	for _, arg := range args {
		switch arg {
		case "check", "demo", "simulate", "jobs", "licenses", "config", "completion", "man":
			return "sent-import " + arg + " --help"
		case "report", "verify", "undo":
			return "sent-import jobs, then sent-import " + arg + " JOB"
		}
	}
	return "sent-import run contacts.csv"
}

// stopped is the exit of a command that was stopped early. An interrupt that leaves
// no row in doubt needs no text: the signal has been answered already.
func stopped(s *importer.Stop) *exitError {
	if interrupted(s) && s.InDoubt == 0 {
		return &exitError{code: stopCode(s)}
	}
	return &exitError{stopCode(s), "stopped: " + stopMessage(s)}
}

func interrupted(s *importer.Stop) bool { return s != nil && s.Cause == importer.StopInterrupted }

// stopCode is the exit code of what was stopped early.
func stopCode(s *importer.Stop) int {
	var sig *signalError
	switch {
	case errors.As(s.Err, &sig):
		return sig.exitCode()
	case interrupted(s):
		return exitInterrupted + int(syscall.SIGINT)
	case s.AtStart:
		return exitFailed
	}
	return exitStopped
}
