//go:build unix

package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"
)

// The sizes of BenchmarkTargets. The usual ones take three minutes of two processors,
// and half a gigabyte of disk.
var (
	targetRows    = flag.Int("targets.rows", 500_000, "rows of the files that are checked, planned and reported; up to 8,000,000")
	targetCreates = flag.Int("targets.creates", 60_000, "rows that are created end to end")
	targetDir     = flag.String("targets.dir", "/var/tmp", "directory on the disk that the ledgers are written to")
)

// The targets. Speeds are multiples of the bare loop, see bareNumbers, which goes before
// and after each of them.
const (
	targetCheck    = 15.0
	targetNational = 6.0
	targetPlan     = 4.0
	targetReport   = 6.0
	targetEndToEnd = 0.55 // of a bare net/http loop

	targetSettled  = 3.0 // seconds for a million rows
	targetHelp     = 30.0
	targetTenRows  = 60.0 // milliseconds
	targetRowBytes = 130.0

	targetMemoryBase = 60 << 20 // bytes
	targetPerNumber  = 24       // bytes, beside the base
)

// BenchmarkTargets measures the program as people run it, and prints each figure with its
// target. Nothing fails for being slow: a machine that others use, too, is slow.
func BenchmarkTargets(b *testing.B) {
	for b.Loop() {
		m := newMeasuring(b)
		m.checks()
		m.plans()
		m.reports()
		m.creates()
		m.starts()
		m.print()
	}
}

// figure is a line of the table.
type figure struct {
	name     string
	measured string
	ratio    string // by the wall clock
	cpu      string // the same by the processors' time, which others on the machine change less
	target   string
	met      bool
}

// measuring is what BenchmarkTargets has measured so far.
type measuring struct {
	b       *testing.B
	dir     string // on a disk
	binary  string // the program as it is released
	rows    int
	e164    list
	loops   []string // rows a second of the bare loop, each time
	figures []figure
}

func newMeasuring(b *testing.B) *measuring {
	b.Helper()
	dir, err := os.MkdirTemp(*targetDir, "sent-import-bench-")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	m := &measuring{b: b, dir: dir, binary: buildProgram(b, dir), rows: *targetRows}
	m.e164 = e164List(b, filepath.Join(dir, "e164.csv"), m.rows)
	return m
}

// buildProgram builds the program as it is released, and returns its path.
func buildProgram(b *testing.B, dir string) string {
	b.Helper()
	path := filepath.Join(dir, "sent-import")
	if out, err := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", path, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	return path
}

func (m *measuring) path(name string) string { return filepath.Join(m.dir, name) }

// cost is what something took.
type cost struct{ wall, cpu time.Duration }

func (c cost) add(other cost) cost { return cost{c.wall + other.wall, c.cpu + other.cpu} }

// run runs the program and returns what it cost. The exit code is one of those.
func (m *measuring) run(codes []int, args ...string) cost {
	m.b.Helper()
	cmd := program(m.b, args...)
	cmd.Path = m.binary
	began := time.Now()
	out, err := cmd.CombinedOutput()
	c := cost{wall: time.Since(began)}
	if cmd.ProcessState == nil {
		m.b.Fatal(err)
	}
	for _, code := range codes {
		if cmd.ProcessState.ExitCode() == code {
			c.cpu = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
			return c
		}
	}
	m.b.Fatalf("%q: %v: %s", args, err, out)
	return c
}

// here is what do costs in this process.
func here(do func()) cost {
	began, before := time.Now(), cpuTime()
	do()
	return cost{time.Since(began), cpuTime() - before}
}

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// against measures do, which takes the rows of the list, between two rounds of the bare
// loop over cells of the list.
func (m *measuring) against(name string, target float64, l list, do func() cost) {
	m.b.Helper()
	loop := here(func() { bareNumbers(m.b, l.sample) })
	took := do()
	loop = loop.add(here(func() { bareNumbers(m.b, l.sample) }))
	share := float64(l.rows) / float64(2*len(l.sample)) // of the rows to the loop's
	ratio := share * loop.wall.Seconds() / took.wall.Seconds()
	m.loops = append(m.loops, perSecond(2*len(l.sample), loop.wall))
	m.add(figure{
		name: name, measured: perSecond(l.rows, took.wall) + " rows/s", ratio: times(ratio),
		cpu: times(share * loop.cpu.Seconds() / took.cpu.Seconds()), target: fmt.Sprintf("≥ %g ×", target), met: ratio >= target,
	})
}

// atMost adds a figure that is to be small.
func (m *measuring) atMost(name, format string, value, target float64) {
	m.add(figure{
		name: name, measured: fmt.Sprintf(format, value), ratio: fmt.Sprintf("%.2f", value/target),
		target: fmt.Sprintf("≤ "+format, target), met: value <= target,
	})
}

func (m *measuring) add(f figure) { m.figures = append(m.figures, f) }

func perSecond(n int, took time.Duration) string {
	thousands := int(float64(n) / took.Seconds() / 1000)
	if thousands < 1000 {
		return fmt.Sprintf("%d,000", thousands)
	}
	return fmt.Sprintf("%d,%03d,000", thousands/1000, thousands%1000)
}

func times(ratio float64) string { return fmt.Sprintf("%.2f ×", ratio) }

// print prints the table. Ratios with × are multiples of a bare loop, the others parts of
// the target.
func (m *measuring) print() {
	fmt.Printf("\n%d rows (%d created end to end), %d processors, %s\nThe bare loop over the phone number library, rows a second: %s\n\n",
		m.rows, *targetCreates, runtime.GOMAXPROCS(0), runtime.Version(), strings.Join(m.loops, "; "))
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "figure\tmeasured\tratio\tof CPU\ttarget\tmet")
	for _, f := range m.figures {
		met := "no"
		if f.met {
			met = "yes"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", f.name, f.measured, f.ratio, f.cpu, f.target, met)
	}
	if err := w.Flush(); err != nil {
		m.b.Fatal(err)
	}
}
