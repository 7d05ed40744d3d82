// Package testenv is what tests need to know of, and to set in, the place where they
// run. Only tests import it.
package testenv

import (
	"os"
	"syscall"
)

// Size is how large a test makes something: usual, or with the race detector another
// size that shows the same.
func Size(usual, race int) int {
	if Race {
		return race
	}
	return usual
}

// Some is what a test goes through of all: everything, or with the race detector the
// first n. The detector finds goroutines that use the same memory at the same time: what
// differs only in its data has it watch the same goroutines again, at ten times the cost.
// What sets other goroutines to work comes first, or is no part of all.
func Some[T any](all []T, n int) []T { return all[:Size(len(all), min(n, len(all)))] }

// enough is how much room a file system in memory must have: containers are often given
// 64 MiB.
const enough = 1 << 30

// UseMemory keeps the temporary files of a test in memory where the system has a file
// system for that with enough room: a sync costs nothing there, and a test can't see
// whether a disk obeys one. TestMain calls it.
func UseMemory() {
	var fs syscall.Statfs_t
	if err := syscall.Statfs("/dev/shm", &fs); err == nil && fs.Bavail*uint64(fs.Bsize) >= enough {
		os.Setenv("TMPDIR", "/dev/shm")
	}
}
