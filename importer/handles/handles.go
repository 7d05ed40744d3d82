// Package handles tells how many files and connections the process may have open at
// once, and what people can do if that is not enough.
//
// The limit is the soft one of RLIMIT_NOFILE; on Windows there is none. Go raises it to the hard one when a
// program starts.
package handles

import (
	"fmt"
	"os"
)

const (
	// ours is how many handles an import needs in addition to its connections: standard
	// input, output and error, and Go's poller (5); the ledger, its log and its
	// index for the writer and five readers (13); the locks of two jobs, the file
	// of the pace and its lock (4); the input; the answers of the name service and
	// its configuration (4); a few that the parent process has left open.
	ours = 32
	// perConnection is how many a connection needs while it is made: IPv6 and IPv4
	// are tried at once.
	perConnection = 2
)

// Connections is how many connections the limit allows, at most most. The error says
// that it does not allow a single one.
func Connections(limit, most int) (int, error) {
	if limit == 0 {
		return most, nil
	}
	if limit < ours+perConnection {
		return 0, fmt.Errorf("too many open files would be needed (limit %d): this takes %d at least. %s", limit, ours+perConnection, fix)
	}
	return min(most, (limit-ours)/perConnection), nil
}

// fix is what to do. The number is enough for the most connections that a run makes.
const fix = "Raise the limit, as with ulimit -n 1024, and run the same command again"

// Exhausted reports whether there is no handle left now, for errors of libraries that
// don't say so.
func Exhausted() bool {
	f, err := os.Open(os.DevNull)
	if err == nil {
		_ = f.Close() // only read
	}
	return Lacking(err)
}

// What says what is missing.
func What() string { return fmt.Sprintf("too many open files (limit %d)", Limit()) }

// Fix is what to do about a lack of handles.
func Fix() string { return fix }

// Explain adds to an error what to do about it, if the reason is a lack of handles.
func Explain(err error) error {
	if !Lacking(err) {
		return err
	}
	return fmt.Errorf("%s. %s (%w)", What(), fix, err)
}
