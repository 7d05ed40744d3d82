package main

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
