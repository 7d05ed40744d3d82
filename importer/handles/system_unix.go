//go:build !windows

package handles

import (
	"errors"
	"math"
	"syscall"
)

// Limit is how many handles the process may have; 0 if that is not known.
func Limit() int {
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r); err != nil {
		return 0
	}
	return int(min(r.Cur, math.MaxInt32))
}

// Lacking reports whether the error is that there was no handle left, for the
// process or on the machine.
func Lacking(err error) bool {
	return errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}
