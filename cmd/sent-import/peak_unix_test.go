//go:build !windows

package main

import (
	"runtime"
	"syscall"
)

// childrenPeak is the peak of memory in bytes of the processes that this one has
// waited for.
func childrenPeak() (int64, error) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_CHILDREN, &usage); err != nil {
		return 0, err
	}
	unit := int64(1) // macOS counts bytes, Linux and the BSDs KiB
	if runtime.GOOS != "darwin" {
		unit = 1024
	}
	return int64(usage.Maxrss) * unit, nil
}
