package main

import "runtime"

// headroom is how many bytes the heap may grow beyond Go's own target, which is
// twice the live heap, before the garbage collector runs. An import has a few
// megabytes of live heap, and most of what a row allocates is garbage a moment
// later, so the collector would run hundreds of times without need. headroom is a
// fixed amount and not a higher GOGC, because a list of millions of numbers must
// not take several times its memory. A check, which keeps less of the file, does
// not use headroom.
const headroom = 32 << 20

// giveHeadroom raises the collector's target until release is called. The block is
// never written to, so it takes addresses and no memory; but it counts as live
// heap, and the target is twice that.
func giveHeadroom() (release func()) {
	block := make([]byte, headroom/2)
	return func() { runtime.KeepAlive(block) }
}
