package main

import (
	"fmt"
	"math"
	"runtime/debug"
	"syscall"
)

const (
	// reserved is the address space that Go's runtime takes before it runs any of
	// ours: it does not start with less, and then says so itself.
	reserved = 768 << 20
	// leastSpace is the least that an import can be begun with: beyond that, memory
	// may run out in the middle, which Go's runtime ends with a dump and the exit
	// code of a usage error.
	leastSpace = 3 << 29 // 1.5 GiB
)

// enoughMemory looks at the limit of the address space (ulimit -v), and has the
// heap keep within it.
func enoughMemory() error {
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_AS, &r); err != nil || r.Cur > math.MaxInt64 {
		return nil //nolint:nilerr // not known: there is none
	}
	return fitMemory(uint64(r.Cur))
}

func fitMemory(limit uint64) error {
	if limit < leastSpace {
		return fmt.Errorf("there is not enough memory: the limit of the address space is %d MiB, and %d MiB are needed at least. Raise it, as with ulimit -v %d, and run the same command again",
			limit>>20, leastSpace>>20, leastSpace>>10)
	}
	debug.SetMemoryLimit(int64(min(limit, math.MaxInt64)) - reserved)
	return nil
}
