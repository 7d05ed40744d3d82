package main

import (
	"fmt"
	"math"
	"runtime/debug"
)

const (
	// reserved is the address space in bytes that Go's runtime takes before main. The
	// runtime itself refuses to start with less.
	reserved = 768 << 20
	// leastSpace is the smallest address space that an import starts with. With less,
	// memory may run out half-way, where Go's runtime ends the program with a dump and
	// the exit code of a usage error.
	leastSpace = 3 << 29 // 1.5 GiB
)

// fitMemory sets the limit of the heap below that of the address space, in bytes.
func fitMemory(limit uint64) error {
	if limit < leastSpace {
		return fmt.Errorf("there is not enough memory: the limit of the address space is %d MiB, and %d MiB are needed at least. Raise it, as with ulimit -v %d, and run the same command again",
			limit>>20, leastSpace>>20, leastSpace>>10)
	}
	debug.SetMemoryLimit(int64(min(limit, math.MaxInt64)) - reserved)
	return nil
}
