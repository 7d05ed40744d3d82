package testenv

import (
	"os"
	"runtime/debug"
	"strconv"
)

// CollectSeldom has the garbage collector run a few times less often than by default,
// unless GOGC says how often: tests have little that lives and leave much behind, so a
// large part of their processor time would be the collector's. What a test says of memory
// it measures in a process that collects as the program does. TestMain calls it.
func CollectSeldom() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapRoom())
	}
}

// GOGC is the environment variable that has a process collect as CollectSeldom does.
func GOGC() string { return "GOGC=" + strconv.Itoa(heapRoom()) }

// heapRoom is how much the heap may grow between two collections, in percent of what
// lives. With the race detector all that lives is several times as large.
func heapRoom() int { return Size(400, 200) }
