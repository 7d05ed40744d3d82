package main

import (
	"slices"

	"sent-import/importer"
)

// The exit codes. Scripts rely on them.
const (
	exitOK          = 0 // every row is created or duplicate
	exitFailed      = 1 // could not run: key, account, file, disk
	exitUsage       = 2 // the command line does not fit
	exitRowsLeft    = 3 // finished, and some rows are invalid or failed
	exitStopped     = 4 // stopped early; running again goes on
	exitLocked      = 5 // another run has the job, or the directory of its report
	exitInterrupted = 128
)

// exitError carries an exit code, and a text that is shown if it is not empty.
type exitError struct {
	code int
	text string
}

func (e *exitError) Error() string { return e.text }

// worse is the exit code that counts of two: of a signal, then 1, 4, 5, 3, 0.
func worse(a, b int) int {
	order := []int{exitOK, exitRowsLeft, exitLocked, exitStopped, exitFailed}
	rank := func(code int) int {
		if i := slices.Index(order, code); i >= 0 {
			return i
		}
		return len(order)
	}
	if rank(b) > rank(a) {
		return b
	}
	return a
}

// ofOneFile is the exit code of one file of several that has ended with err, which means code
// for the only file of a command: what is wrong with the usage for this file alone is no usage
// error of the command.
func ofOneFile(err error, code int) int {
	if code == exitUsage && !importer.Everywhere(err) {
		return exitFailed
	}
	return code
}
