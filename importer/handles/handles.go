// Package handles knows how many files and connections the process may have open
// at once, and what to say where that is not enough.
//
// The limit is the soft one of RLIMIT_NOFILE. Go raises it to the hard one when a
// program starts.
package handles

import (
	"errors"
	"fmt"
	"math"
	"os"
	"syscall"
)

const (
	// ours is how many handles an import needs beside its connections: standard
	// input, output and error, and Go's poller (5); the ledger, its log and its
	// index for the writer and five readers (13); the locks of two jobs, the file
	// of the pace and its lock (4); the input; the answers of the name service and
	// its configuration (4); a few that whoever started the process has left open.
	ours = 32
	// perConnection is how many a connection needs while it is made: it is tried
	// over IPv6 and IPv4.
	perConnection = 2
)

// Limit is how many handles the process may have; 0 where that is not known.
func Limit() int {
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r); err != nil {
		return 0
	}
	return int(min(r.Cur, math.MaxInt32))
}

// Connections is how many connections there is room for under a limit, most at
// most. The error says that there is none for a single one.
func Connections(limit, most int) (int, error) {
	if limit == 0 {
		return most, nil
	}
	if limit < ours+perConnection {
		return 0, fmt.Errorf("too many open files would be needed (limit %d): this takes %d at least. %s", limit, ours+perConnection, fix)
	}
	return min(most, (limit-ours)/perConnection), nil
}

// fix is what to do. The number is enough for every connection that is ever made.
const fix = "Raise the limit, as with ulimit -n 1024, and run the same command again"

// Lacking reports whether the error is that there was no handle left, for the
// process or on the machine.
func Lacking(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}

// Exhausted reports whether there is no handle left now: not every library says so.
func Exhausted() bool {
	f, err := os.Open(os.DevNull)
	if err == nil {
		_ = f.Close() // only read
	}
	return Lacking(err)
}

// What says what is lacking.
func What() string { return fmt.Sprintf("too many open files (limit %d)", Limit()) }

// Fix is what to do about a lack of handles.
func Fix() string { return fix }

// Explain adds to an error what to do about it, if it is for lack of a handle.
func Explain(err error) error {
	if !Lacking(err) {
		return err
	}
	return fmt.Errorf("%s. %s (%w)", What(), fix, err)
}
