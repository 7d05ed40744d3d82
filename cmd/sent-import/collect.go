package main

import "runtime/debug"

// While contacts are created the heap may grow to nine times what is alive
// before it is collected: a few megabytes are alive, and most of what a request
// allocates is dead at its end, so the default would collect hundreds of times
// a minute for nothing. Before and after, when the file goes by, memory counts
// more than speed, and the default it is.
const (
	lazyGC    = 800
	defaultGC = 100
)

// collectLazily is called when creating begins. Who has set GOGC has decided.
func (a *app) collectLazily() {
	if a.getenv("GOGC") == "" {
		debug.SetGCPercent(lazyGC)
	}
}

// collectAgain is called when creating has ended.
func (a *app) collectAgain() {
	if a.getenv("GOGC") == "" {
		debug.SetGCPercent(defaultGC)
	}
}
