package main

import (
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkEndToEnd imports 60,000 rows without a rate limit into the simulator
// in another process, the ledger and the report included, and compares that
// with a bare net/http loop that only posts, on the same server in the same
// run: once before and once after, as machines get faster and slower. The metric
// "ratio" is the import's rows a second divided by the loop's.
func BenchmarkEndToEnd(b *testing.B) {
	const rows = 60_000
	file, numbers := writeNumbers(b, rows)
	start := func() simulation {
		return startSimulator(b, "--rate-limit=-1", "--latency", "0s", "--keys", "bare,test")
	}
	var loop, whole time.Duration
	loops := func() {
		sim := start()
		began := time.Now()
		bareLoop(b, sim.url, "bare", numbers)
		loop += time.Since(began) / 2
	}
	for b.Loop() {
		loops()
		sim, dir := start(), b.TempDir()
		began := time.Now()
		cmd := program(b, "run", file, "--base-url", sim.url, "--rate", "unlimited", "--quiet",
			"--state", filepath.Join(dir, "state"), "--report", filepath.Join(dir, "report"))
		if out, err := cmd.CombinedOutput(); err != nil {
			b.Fatalf("%v: %s", err, out)
		}
		whole += time.Since(began)
		if got := sim.stats().Creates; got != rows {
			b.Fatalf("got %d creations, want %d", got, rows)
		}
		loops()
	}
	b.ReportMetric(float64(rows*b.N)/whole.Seconds(), "rows/s")
	b.ReportMetric(float64(rows*b.N)/loop.Seconds(), "bare-rows/s")
	b.ReportMetric(loop.Seconds()/whole.Seconds(), "ratio")
}
