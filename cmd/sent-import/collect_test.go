package main

import (
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
)

// boundedHeap is a separate program, since what it sets is the whole process's. Its exit
// code is 0 if the collector's target follows what is live, up and down.
func boundedHeap() {
	boundHeap(func(string) string { return "" })
	block := make([]byte, 256<<20) // never written to: it takes no memory
	if !comesTo(func(percent int) bool { return percent >= 100/liveShare && percent < 30 }) {
		os.Exit(exitFailed)
	}
	runtime.KeepAlive(block)
	if !comesTo(func(percent int) bool { return percent > 100 }) {
		os.Exit(exitRowsLeft)
	}
}

// comesTo collects until the target is one that is wanted.
func comesTo(wanted func(percent int) bool) bool {
	target := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	for range 1000 {
		runtime.GC()
		runtime.Gosched() // finalizers run in a goroutine of their own
		if metrics.Read(target); wanted(int(target[0].Value.Uint64())) {
			return true
		}
	}
	return false
}

func TestHeapIsBounded(t *testing.T) {
	t.Parallel()
	cmd := exec.Command("bounded-heap")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("got %v: %s", err, out)
	}
}

// TestGOGCStands: what somebody has set is left alone.
func TestGOGCStands(t *testing.T) {
	before := debug.SetGCPercent(77)
	defer debug.SetGCPercent(before)
	boundHeap(func(name string) string { return map[string]string{"GOGC": "77"}[name] })
	runtime.GC()
	if got := debug.SetGCPercent(before); got != 77 {
		t.Errorf("got the target %d, want 77", got)
	}
}

func TestRoomPercent(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{
		{0, 350},
		{10 << 20, 152},
		{160 << 20, 21},
	} {
		if got := roomPercent(c.live, c.live); got != c.want {
			t.Errorf("%d live bytes: got %d, want %d", c.live, got, c.want)
		}
	}
}
