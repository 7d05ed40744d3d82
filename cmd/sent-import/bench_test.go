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
	var all endToEndTimes
	for b.Loop() {
		e := endToEnd(b, rows, filepath.Join(b.TempDir(), "state"))
		all.whole += e.whole
		all.loop += e.loop
	}
	b.ReportMetric(float64(rows*b.N)/all.whole.Seconds(), "rows/s")
	b.ReportMetric(float64(rows*b.N)/all.loop.Seconds(), "bare-rows/s")
	b.ReportMetric(all.loop.Seconds()/all.whole.Seconds(), "ratio")
}

// endToEndTimes is what an import took from its beginning to its end, and the loop.
type endToEndTimes struct{ whole, loop time.Duration }

// endToEnd imports so many rows, with the ledger in the directory state, between two rounds
// of the loop.
func endToEnd(b *testing.B, rows int, state string) (e endToEndTimes) {
	b.Helper()
	file, numbers := writeNumbers(b, rows)
	start := func() simulation {
		return startSimulator(b, "--rate-limit=-1", "--latency", "0s", "--keys", "bare,test")
	}
	loop := func() {
		sim := start()
		began := time.Now()
		bareLoop(b, sim.url, "bare", numbers)
		e.loop += time.Since(began) / 2
	}
	loop()
	sim := start()
	began := time.Now()
	cmd := program(b, "run", file, "--base-url", sim.url, "--rate", "unlimited", "--quiet",
		"--state", state, "--report", filepath.Join(b.TempDir(), "report"))
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	e.whole = time.Since(began)
	if got := sim.stats().Creates; got != int64(rows) {
		b.Fatalf("got %d creations, want %d", got, rows)
	}
	loop()
	return e
}
