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
	headroom  = 14 << 20
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
	// What the last collection has left, and what else Go takes its percentage of.
	sizes := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/scan/globals:bytes"}, {Name: "/gc/scan/stack:bytes"}}
	var found func(*cycle)
	found = func(c *cycle) {
		metrics.Read(sizes)
		live := sizes[0].Value.Uint64()
		debug.SetGCPercent(roomPercent(live, live+sizes[1].Value.Uint64()+sizes[2].Value.Uint64()))
		runtime.SetFinalizer(c, found)
	}
	found(&cycle{found})
}

// roomPercent is the room beyond so many live bytes, in percent of the bytes of which the
// collector takes it. The percentage is set some time after a collection, and at the start
// the live bytes grow fast meanwhile, so it is never that of very few.
func roomPercent(live, of uint64) int {
	const least = 4 << 20
	return int((headroom + live/liveShare) * 100 / max(of, least))
}
