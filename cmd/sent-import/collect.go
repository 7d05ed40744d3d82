package main

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

// The room in bytes that the heap has beyond what is live, before the garbage collector
// runs: headroom, and a part of what is live. Go's own target is as much again as is live.
// That is too little where a few megabytes are live and each row leaves garbage behind, and
// too much with the numbers of a list of millions, which hold no pointers and cost the
// collector nothing.
const (
	headroom  = 12 << 20
	liveShare = 8 // an eighth
)

// cycle is an object that nobody needs, so that each collection finds it.
type cycle struct{ found func(*cycle) }

// boundHeap sets the collector's target anew after each collection. It does nothing where
// somebody has set a target with GOGC.
func boundHeap(getenv func(string) string) {
	if getenv("GOGC") != "" {
		return
	}
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}} // what the last collection has left
	var found func(*cycle)
	found = func(c *cycle) {
		metrics.Read(live)
		debug.SetGCPercent(roomPercent(live[0].Value.Uint64()))
		runtime.SetFinalizer(c, found)
	}
	found(&cycle{found})
}

// roomPercent is the room beyond so many live bytes, in percent of them.
func roomPercent(live uint64) int {
	const least = 1 << 20 // before the first collection nothing is known to be live
	live = max(live, least)
	return int((headroom + live/liveShare) * 100 / live)
}
