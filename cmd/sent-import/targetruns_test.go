//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nyaruka/phonenumbers"

	"sent-import/importer"
)

// cell is a phone number as a list has it.
type cell struct{ text, region string }

// list is a file, with some of its cells for the loop to compare with.
type list struct {
	path   string
	rows   int
	sample []cell
}

// loopCells is how many cells a round of the bare loop takes: a second or so.
const loopCells = 60_000

// writeList writes a list of n rows. format gives the line of the row i and its cell.
func writeList(b *testing.B, path, header string, n int, format func(i int) (line string, c cell)) list {
	b.Helper()
	f, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	l := list{path: path, rows: n}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, header)
	every := max(n/loopCells, 1)
	for i := range n {
		line, c := format(i)
		fmt.Fprintln(w, line)
		if i%every == 0 {
			l.sample = append(l.sample, c)
		}
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		b.Fatal(err)
	}
	return l
}

// e164List writes a list of numbers in E.164, each once.
func e164List(b *testing.B, path string, n int) list {
	return writeList(b, path, "name,phone", n, func(i int) (string, cell) {
		number := targetNumber(i)
		return fmt.Sprintf("contact %d,%s", i, number), cell{number, "ZZ"}
	})
}

// targetNumber is a valid number for each i below 8,000,000; neighbours are not in the
// order of their digits.
func targetNumber(i int) string {
	area := []int{212, 312, 415, 206, 617, 646, 305, 702, 713, 214}[i%10]
	return fmt.Sprintf("+1%d%03d%04d", area, 200+i/10/10_000, i/10%10_000)
}

// nationalList writes a list of numbers as people in six countries write them.
func nationalList(b *testing.B, path string, n int) list {
	return writeList(b, path, "name,country,phone", n, func(i int) (string, cell) {
		c, at := cell{}, i/6
		switch i % 6 {
		case 0:
			c = cell{fmt.Sprintf("(212) %03d-%04d", 200+at/10_000, at%10_000), "US"}
		case 1:
			c = cell{fmt.Sprintf("0171 %07d", 1_000_000+at), "DE"}
		case 2:
			c = cell{fmt.Sprintf("06 %02d %02d %02d %02d", 10+at/1_000_000, at/10_000%100, at/100%100, at%100), "FR"}
		case 3:
			c = cell{fmt.Sprintf("(11) 9%04d-%04d", 6_000+at/10_000, at%10_000), "BR"}
		case 4:
			c = cell{fmt.Sprintf("07400 %06d", at), "GB"}
		case 5:
			c = cell{fmt.Sprintf("98%03d %05d", 100+at/100_000, at%100_000), "IN"}
		}
		return fmt.Sprintf("contact %d,%s,%s", i, c.region, c.text), c
	})
}

// bareNumbers is the loop to compare with: it parses, validates and formats the cells with
// the phone number library, on all processors, and does nothing else.
func bareNumbers(b *testing.B, cells []cell) {
	b.Helper()
	workers := runtime.GOMAXPROCS(0)
	var valid atomic.Int64
	var pool sync.WaitGroup
	for w := range workers {
		pool.Go(func() {
			for _, c := range cells[w*len(cells)/workers : (w+1)*len(cells)/workers] {
				n, err := phonenumbers.Parse(c.text, c.region)
				if err == nil && phonenumbers.IsValidNumber(n) && phonenumbers.Format(n, phonenumbers.E164) != "" {
					valid.Add(1)
				}
			}
		})
	}
	pool.Wait()
	if int(valid.Load()) != len(cells) {
		b.Fatalf("the loop finds %d of %d numbers valid", valid.Load(), len(cells))
	}
}

// checks measures check: its speed, and its memory.
func (m *measuring) checks() {
	national := nationalList(m.b, m.path("national.csv"), m.rows)
	for _, c := range []struct {
		name   string
		l      list
		target float64
	}{
		{"check, E.164, report files written", m.e164, targetCheck},
		{"check, national formats and countries", national, targetNational},
	} {
		m.against(c.name, c.target, c.l, func() cost {
			took := m.run([]int{exitOK}, "check", "--quiet", "--report", m.path("check"), c.l.path)
			if counts := m.summary("check").Counts; counts["pending"] != c.l.rows {
				m.b.Fatalf("got the counts %v, want %d rows that can be sent", counts, c.l.rows)
			}
			return took
		})
	}
	m.memory("memory of check", m.peak([]string{"check", "--quiet", "--report", m.path("check"), m.e164.path}))
}

// memory adds a peak of memory in bytes, of a program that has met each number once.
func (m *measuring) memory(name string, peak int64) {
	m.atMost(name, "%.1f MiB", float64(peak)/(1<<20), float64(targetMemoryBase+targetPerNumber*m.rows)/(1<<20))
}

type benchSummary struct {
	Job    string
	Counts map[string]int
}

// summary reads what the report in a directory says.
func (m *measuring) summary(dir string) (s benchSummary) {
	m.b.Helper()
	text, err := os.ReadFile(filepath.Join(m.path(dir), "summary.json"))
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		m.b.Fatal(err)
	}
	return s
}

// plans measures what a run does before its first request. One row has no number, which is
// one more than the run is told to bear.
func (m *measuring) plans() {
	text, err := os.ReadFile(m.e164.path)
	if err == nil {
		err = os.WriteFile(m.path("planned.csv"), append(text, "nobody,none\n"...), 0o600)
	}
	if err != nil {
		m.b.Fatal(err)
	}
	planned := m.e164
	planned.rows++
	m.against("plan of a run", targetPlan, planned, func() cost {
		return here(func() {
			result, err := importer.Run(m.b.Context(), importer.Options{
				Input: m.path("planned.csv"), State: m.path("plan"), Key: "test", BaseURL: "http://localhost", MaxInvalid: importer.Limit{Rows: 0, Set: true},
			})
			if err == nil {
				err = result.Close()
			}
			if err != nil || result.Counts.Pending != m.rows || result.Stopped == nil {
				m.b.Fatalf("got %v and %+v", err, result)
			}
		})
	})
}

// reports measures what is done with a job that has come to its end: its contacts were in
// the account, and the list of contacts has shown them.
func (m *measuring) reports() {
	var numbers bytes.Buffer
	for i := range m.rows {
		fmt.Fprintln(&numbers, targetNumber(i))
	}
	if err := os.WriteFile(m.path("existing"), numbers.Bytes(), 0o600); err != nil {
		m.b.Fatal(err)
	}
	sim := startSimulator(m.b, "--rate-limit=-1", "--latency", "0s", "--existing", "@"+m.path("existing"))
	run := []string{"run", m.e164.path, "--base-url", sim.url, "--rate", "unlimited", "--existing", "list", "--quiet",
		"--state", m.path("state"), "--report", m.path("report")}
	m.memory("memory of run", m.peak(run))
	job := m.summary("report")
	if job.Counts["duplicate"] != m.rows {
		m.b.Fatalf("got the counts %v, want %d contacts that exist", job.Counts, m.rows)
	}
	m.against("report of a finished job", targetReport, m.e164, func() cost {
		return m.run([]int{exitOK}, "report", job.Job, "--quiet", "--state", m.path("state"), "--report", m.path("report"))
	})
	before := sim.stats()
	again := m.run([]int{exitOK}, run...)
	if n := sim.stats().Requests - before.Requests; n != 0 {
		m.b.Fatalf("a settled job cost %d requests", n)
	}
	m.atMost("a settled job run again", "%.2f s", again.wall.Seconds(), targetSettled*float64(m.rows)/1e6)
}

// peak runs the program and returns the peak of its memory in bytes.
func (m *measuring) peak(args []string) int64 {
	m.b.Helper()
	cmd := program(m.b, args...)
	cmd.Path, cmd.Args = lookPath(m.b, "peak-memory"), append([]string{"peak-memory", m.binary}, args...)
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		m.b.Fatalf("%v: %s", err, said.String())
	}
	lines := strings.Fields(said.String())
	peak, err := strconv.ParseInt(lines[len(lines)-1], 10, 64)
	if err != nil {
		m.b.Fatal(err)
	}
	return peak
}

// creates measures an import end to end, and what its ledger takes.
func (m *measuring) creates() {
	e := endToEnd(m.b, *targetCreates, m.path("created"))
	ratio := e.loop.Seconds() / e.whole.Seconds()
	m.add(figure{
		name: "end to end, creating", measured: perSecond(*targetCreates, e.whole) + " rows/s", ratio: times(ratio),
		target: fmt.Sprintf("≥ %g ×", targetEndToEnd), met: ratio >= targetEndToEnd,
	})
	info, err := os.Stat(filepath.Join(m.path("created"), "ledger.db"))
	if err != nil {
		m.b.Fatal(err)
	}
	m.atMost("ledger, a created row", "%.0f bytes", float64(info.Size())/float64(*targetCreates), targetRowBytes)
}

// starts measures the best of 20 starts.
func (m *measuring) starts() {
	ten := e164List(m.b, m.path("ten.csv"), 10)
	for _, s := range []struct {
		name   string
		args   []string
		target float64
	}{
		{"--help", []string{"--help"}, targetHelp},
		{"check of 10 rows", []string{"check", "--quiet", "--report", m.path("ten"), ten.path}, targetTenRows},
	} {
		best := cost{wall: time.Hour, cpu: time.Hour}
		for range 20 {
			c := m.run([]int{exitOK}, s.args...)
			best = cost{min(best.wall, c.wall), min(best.cpu, c.cpu)}
		}
		m.atMost(s.name, "%.1f ms", float64(best.wall.Microseconds())/1000, s.target)
		m.figures[len(m.figures)-1].cpu = fmt.Sprintf("%.1f ms", float64(best.cpu.Microseconds())/1000)
	}
}
