//go:build !windows

package main

import (
	"math"
	"syscall"
)

// enoughMemory checks the limit of the address space (ulimit -v), and sets the limit
// of the heap below it.
func enoughMemory() error {
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_AS, &r); err != nil || r.Cur > math.MaxInt64 {
		return nil //nolint:nilerr // an unknown limit is no limit
	}
	return fitMemory(uint64(r.Cur))
}
