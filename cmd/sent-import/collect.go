package main

import "runtime"

// headroom is how much more than twice what is alive the heap may grow to
// before it is collected. A few megabytes are alive in an import, and most of
// what a row allocates is dead a moment later, so Go's own target has it
// collected hundreds of times for nothing. It is a fixed amount and not a
// higher GOGC: a list of millions of numbers must not take several times its
// memory, and memory that is used again soon is in the processor's caches. A
// check, which only lets the file go by, does without.
const headroom = 32 << 20

// giveHeadroom returns what has to be called in the end. The block is never
// written to, so it takes addresses and no memory; but it counts as alive, and
// the collector's target is twice what is alive.
func giveHeadroom() (release func()) {
	block := make([]byte, headroom/2)
	return func() { runtime.KeepAlive(block) }
}
