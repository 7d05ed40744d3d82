//go:build unix

package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/report/human"
)

// The sizes of BenchmarkCurve. The usual ones take two minutes of two processors, and a
// gigabyte of disk.
var (
	curveChecks = flag.Int("curve.checks", 10_000_000, "rows of the largest file that is checked")
	curvePlans  = flag.Int("curve.plans", 3_000_000, "rows of the largest file that is planned and reported")
	curveWrite  = flag.Bool("curve.write", false, "write the figures and the plot into the reference")
)

// curveSizes are the rows of the files, from which those beyond the flags are left out.
var curveSizes = []int{10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000}

// BenchmarkCurve measures what a row costs in files of all sizes, in time of the
// processors, which others on the machine change little, and without what each start of
// the program costs, which a list of ten rows shows.
func BenchmarkCurve(b *testing.B) {
	for b.Loop() {
		m := newCurves(b)
		for _, n := range curveSizes {
			m.check(n)
			m.planAndReport(n)
		}
		fmt.Printf("\n%s\n", m.costs)
		if *curveWrite {
			costsIn(b, m.costs.String()).write(b) // as rounded as the table is
		}
	}
}

// curves is what BenchmarkCurve measures with, and what it has measured.
type curves struct {
	b     *testing.B
	with  *measuring
	start rowCosts // of ten rows, in microseconds of the whole
	costs costTable
}

func newCurves(b *testing.B) *curves {
	dir, err := os.MkdirTemp(*targetDir, "sent-import-curve-")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = os.RemoveAll(dir) })
	m := &curves{b: b, with: &measuring{b: b, dir: dir, binary: buildProgram(b, dir)}}
	const ten = 10
	m.start.check, _ = m.checked(ten, curveRounds)
	m.start.plan, m.start.report = m.planned(ten, curveRounds)
	return m
}

// curveRounds is how often a small file is measured: the median counts.
const curveRounds = 5

func rounds(n int) int {
	if n > 300_000 {
		return 1
	}
	return curveRounds
}

func (m *curves) check(n int) {
	if n > *curveChecks {
		return
	}
	took, peak := m.checked(n, rounds(n))
	m.costs.at(n).check = (took - m.start.check) / float64(n)
	m.costs.at(n).peak = float64(peak) / (1 << 20)
}

func (m *curves) planAndReport(n int) {
	if n > *curvePlans {
		return
	}
	plan, report := m.planned(n, rounds(n))
	m.costs.at(n).plan = (plan - m.start.plan) / float64(n)
	m.costs.at(n).report = (report - m.start.report) / float64(n)
}

// checked checks a file of n rows. took is in microseconds, peak in bytes.
func (m *curves) checked(n, rounds int) (took float64, peak int64) {
	l := e164List(m.b, m.with.path("checked.csv"), n)
	defer os.Remove(l.path)
	var all []float64
	for range rounds {
		var once float64
		once, peak = m.child("check", "--quiet", "--report", m.with.path("check"), l.path)
		all = append(all, once)
	}
	if counts := m.with.summary("check").Counts; counts["pending"] != n {
		m.b.Fatalf("got the counts %v, want %d rows that can be sent", counts, n)
	}
	return median(all), peak
}

// planned plans a file of n rows and one without a number, which the run does not bear, so
// that it ends before its first request; then it writes the job's report.
func (m *curves) planned(n, rounds int) (plan, report float64) {
	l := e164List(m.b, m.with.path("planned.csv"), n)
	defer os.Remove(l.path)
	text, err := os.ReadFile(l.path)
	if err == nil {
		err = os.WriteFile(l.path, append(text, "nobody,none\n"...), 0o600)
	}
	if err != nil {
		m.b.Fatal(err)
	}
	var plans, reports []float64
	for range rounds {
		state := m.with.path("state")
		var job string
		took := here(func() {
			result, err := importer.Run(m.b.Context(), importer.Options{
				Input: l.path, State: state, Key: "test", BaseURL: "http://localhost", MaxInvalid: importer.Limit{Rows: 0, Set: true},
			})
			if err != nil || result.Counts.Pending != n {
				m.b.Fatalf("got %v and %+v", err, result)
			}
			if job, err = result.Job.ID, result.Close(); err != nil {
				m.b.Fatal(err)
			}
		})
		once, _ := m.child("report", job, "--quiet", "--state", state, "--report", m.with.path("report"))
		plans, reports = append(plans, float64(took.cpu.Microseconds())), append(reports, once)
		if err := os.RemoveAll(state); err != nil {
			m.b.Fatal(err)
		}
	}
	return median(plans), median(reports)
}

// child runs the program. took is its processors' time in microseconds, peak its memory in
// bytes.
func (m *curves) child(args ...string) (took float64, peak int64) {
	m.b.Helper()
	cmd := program(m.b, args...)
	cmd.Path, cmd.Args = lookPath(m.b, "peak-memory"), append([]string{"peak-memory", m.with.binary}, args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	err := cmd.Run()
	if code := cmd.ProcessState.ExitCode(); code != exitOK && code != exitStopped {
		m.b.Fatalf("%q: %v: %s", args, err, said.String())
	}
	lines := strings.Fields(said.String())
	if peak, err = strconv.ParseInt(lines[len(lines)-1], 10, 64); err != nil {
		m.b.Fatal(err)
	}
	u := cmd.ProcessState.SysUsage().(*syscall.Rusage) // with that of its child
	return float64(time.Duration(u.Utime.Nano() + u.Stime.Nano()).Microseconds()), peak
}

func median(all []float64) float64 {
	slices.Sort(all)
	return all[len(all)/2]
}

// rowCosts are what a row of a file of so many rows costs, in microseconds of a processor;
// 0 where that was not measured.
type rowCosts struct {
	rows                int
	check, plan, report float64
	peak                float64 // of the memory of check, in MiB
}

// costTable are the costs by the size of the file.
type costTable []rowCosts

// at is the line for files of n rows.
func (t *costTable) at(n int) *rowCosts {
	i := slices.IndexFunc(*t, func(c rowCosts) bool { return c.rows == n })
	if i < 0 {
		i, *t = len(*t), append(*t, rowCosts{rows: n})
	}
	return &(*t)[i]
}

// String is the table in Markdown.
func (t costTable) String() string {
	var b strings.Builder
	b.WriteString("| rows | check | plan of a run | report | memory of check | its target |\n|---:|---:|---:|---:|---:|---:|\n")
	micro := func(x float64) string {
		if x == 0 {
			return "–"
		}
		return fmt.Sprintf("%.2f µs", x)
	}
	for _, c := range t {
		target := float64(targetMemoryBase+targetPerNumber*c.rows) / (1 << 20)
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %.0f MiB | %.0f MiB |\n", human.Number(c.rows), micro(c.check), micro(c.plan), micro(c.report), c.peak, target)
	}
	return b.String()
}

// The reference, and what stands before and after the table in it.
const (
	reference  = "README.md"
	curvePlot  = "curve.svg"
	curveBegin = "<!-- make curve writes this table -->\n"
	curveEnd   = "<!-- the end of it -->\n"
)

// write puts the table into the reference, and the plot beside it.
func (t costTable) write(tb testing.TB) {
	tb.Helper()
	text, err := os.ReadFile(reference)
	if err != nil {
		tb.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), curveBegin)
	_, after, ends := strings.Cut(rest, curveEnd)
	if !found || !ends {
		tb.Fatalf("%s has no place for the table", reference)
	}
	for path, text := range map[string]string{reference: before + curveBegin + t.String() + curveEnd + after, curvePlot: plotOf(t)} {
		if err := os.WriteFile(filepath.Clean(path), []byte(text), 0o644); err != nil {
			tb.Fatal(err)
		}
	}
}
