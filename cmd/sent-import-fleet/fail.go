package main

import (
	"context"
	"errors"
	"strings"

	"sent-import/importer"
	"sent-import/importer/fleet/engine"
	"sent-import/importer/fleet/pool"
	"sent-import/importer/fleet/queue"
	"sent-import/importer/ledger"
	"sent-import/importer/ledger/postgres"
	"sent-import/importer/printable"
)

// The exit codes, those of sent-import.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitRowsLeft    = 3
	exitStopped     = 4
	exitInterrupted = 128
)

// exitError carries an exit code, and a text that is shown if it is not empty.
type exitError struct {
	code int
	text string
}

func (e *exitError) Error() string { return e.text }

// refuse says what is wrong with a command line, and shows one that works.
func (a *app) refuse(err error, args []string) int {
	text := strings.ReplaceAll(err.Error(), "a valid 64 bit int", "a number")
	a.say("sent-import-fleet: " + printable.Line(text))
	a.say("Try: " + usageExample(args))
	return exitUsage
}

// usageExample is a command line that works, for the command that was tried.
func usageExample(args []string) string {
	for _, arg := range args {
		switch arg {
		case "migrate":
			return "sent-import-fleet migrate --database postgres://imports@db/imports"
		case "enqueue":
			return "sent-import-fleet enqueue contacts.csv --key-ref acme"
		case "work":
			return "sent-import-fleet work --keys-dir /run/keys"
		case "status":
			return "sent-import-fleet status --help"
		case "forget":
			return "sent-import-fleet forget --older-than 2160h"
		case "cancel":
			return "sent-import-fleet status, then sent-import-fleet cancel IMPORT"
		case "report":
			return "sent-import-fleet status, then sent-import-fleet report IMPORT --to DIR"
		case "verify":
			return "sent-import-fleet status, then sent-import-fleet verify IMPORT --keys-dir /run/keys"
		}
	}
	return "sent-import-fleet --help"
}

// fail shows an error and returns its exit code. No other function does that.
func (a *app) fail(err error) int {
	if err == nil {
		return exitOK
	}
	var exit *exitError
	var usage *importer.UsageError
	var sig *signalError
	switch {
	case errors.As(err, &exit):
		if exit.text != "" {
			a.say("sent-import-fleet: " + exit.text)
		}
		return exit.code
	case errors.As(err, &usage):
		text := usage.Message
		if usage.Option != "" && strings.HasPrefix(text, usage.Option) {
			text = "--" + text
		}
		a.say("sent-import-fleet: " + text)
		return exitUsage
	case errors.As(err, &sig), a.ctx.Err() != nil && errors.As(context.Cause(a.ctx), &sig):
		a.say("sent-import-fleet: " + sig.Error())
		return exitInterrupted + int(sig.signal)
	}
	a.say("sent-import-fleet: " + explained(err))
	return exitFailed
}

// explained is the error's text with what to do about it.
func explained(err error) string {
	text := printable.Line(engine.Words(err.Error()))
	switch {
	case errors.Is(err, pool.ErrOldTables), errors.Is(err, queue.ErrOldTables), errors.Is(err, postgres.ErrNotMigrated):
		return text + ": run sent-import-fleet migrate with the same --database"
	case errors.Is(err, ledger.ErrUnreachable):
		return text + ": is it running, and is --database right?"
	case errors.Is(err, pool.ErrNoImport):
		return text + ": sent-import-fleet status lists them"
	}
	return text
}
