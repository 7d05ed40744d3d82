package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"sent-import/importer/testenv"
	"sent-import/report"
)

// The writing of a report after a first signal is given up at a further one; after a
// normal end it is given up at the first. Both have time to remove temporary files.
func TestAttack21SignalsWhileTheReportIsWritten(t *testing.T) {
	const ended = 7 // exit code of a command that removed its temporary files
	reporting := func(leave context.Context, wait *drain) int {
		wait.reporting.Store(true)
		defer wait.reporting.Store(false)
		<-leave.Done()
		if errors.As(context.Cause(leave), new(*signalError)) {
			time.Sleep(tidyTime / 2) // it removes its files
		}
		return ended
	}
	for _, tt := range []struct {
		name    string
		command func(ctx, leave context.Context, wait *drain) int
		signals []time.Duration // when they come
		want    int
		took    time.Duration
	}{
		{"the first, after a normal end", func(_, leave context.Context, wait *drain) int {
			return reporting(leave, wait)
		}, []time.Duration{time.Minute}, ended, time.Minute + tidyTime/2},
		{"a further one, after an interrupt", func(ctx, leave context.Context, wait *drain) int {
			<-ctx.Done()
			return reporting(leave, wait)
		}, []time.Duration{time.Minute, time.Minute + time.Millisecond, 2 * time.Minute}, 143, 2*time.Minute + tidyTime/2},
		{"a report that hangs", func(ctx, _ context.Context, wait *drain) int {
			wait.reporting.Store(true)
			defer wait.reporting.Store(false)
			time.Sleep(time.Hour)
			return ended
		}, []time.Duration{time.Minute, 2 * time.Minute}, 143, 2*time.Minute + tidyTime},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				signals := make(chan os.Signal, 2)
				go func() {
					for _, at := range tt.signals {
						time.Sleep(at - time.Since(began))
						signals <- syscall.SIGTERM
					}
				}()
				got := untilOneOf(signals, io.Discard, tt.command)
				if took := time.Since(began); got != tt.want || took != tt.took {
					t.Errorf("got %d after %v, want %d after %v", got, took, tt.want, tt.took)
				}
				time.Sleep(time.Hour) // until the command that hangs has ended as well
			})
		})
	}
}

// A real process, interrupted while it writes a long report: the exit code is
// the signal's, the earlier report is whole, and no temporary file is left.
func TestAttack21InterruptedReport(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.write("contacts.csv", "phone\n+14155550101\n")
	s.run(0, "check", "contacts.csv")
	dir := filepath.Join(s.dir, "contacts.check")
	before := s.job("contacts.check") + mustRead(t, filepath.Join(dir, report.SummaryName)) + mustRead(t, filepath.Join(dir, report.ReportName))
	var list strings.Builder
	list.WriteString("phone\n")
	for i := range testenv.Size(60_000, 10_000) {
		fmt.Fprintf(&list, "+1 415 555 %d\n", i)
	}
	s.write("contacts.csv", list.String())
	cmd := watched(t, "check", "contacts.csv", "--max-invalid", "100%")
	cmd.Dir = s.dir
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1) // one result
	go func() { ended <- cmd.Wait() }()
	for writing := false; !writing; {
		found, err := filepath.Glob(filepath.Join(dir, "."+report.ReportName+"*"))
		if writing = len(found) > 0; err != nil || writing {
			break
		}
		select {
		case err := <-ended:
			t.Fatalf("it ended before it wrote: %v: %s", err, said.String())
		case <-time.After(time.Millisecond):
		}
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	<-ended
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		t.Fatalf("got exit code %d, want 130: %s", code, said.String())
	}
	if !strings.Contains(said.String(), "The report before, if there is one, is as it was") {
		t.Errorf("it does not say what became of the report: %s", said.String())
	}
	after := s.job("contacts.check") + mustRead(t, filepath.Join(dir, report.SummaryName)) + mustRead(t, filepath.Join(dir, report.ReportName))
	if after != before {
		t.Error("the report before has changed")
	}
	if found, err := filepath.Glob(filepath.Join(dir, ".*[0-9]")); err != nil || len(found) > 0 {
		t.Errorf("left: %q, %v", found, err)
	}
}

func mustRead(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// A report that is written again and again and killed at any moment never takes one
// of its own files for changed.
func TestAttack19KilledReportsAreNoEdits(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t, "--rate-limit=-1", "--latency", "0s")
	s := newShell(t, "SENT_IMPORT_BASE_URL="+sim.url)
	s.write("list.csv", "phone\n+14155550101\n+1415\n")
	s.run(3, "run", "list.csv")
	job := s.job("list.report")
	for i := range 20 {
		cmd := watched(t, "report", job)
		cmd.Dir, cmd.Env = s.dir, append(cmd.Env, s.env...)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1) // one result
		go func() { ended <- cmd.Wait() }()
		select {
		case <-ended:
		case <-time.After(time.Duration(20+3*i) * time.Millisecond):
			_ = cmd.Process.Kill()
			<-ended
		}
	}
	s.run(3, "report", job)
	if found, err := filepath.Glob(filepath.Join(s.dir, "list.report", "*.edited-*")); err != nil || len(found) > 0 {
		t.Errorf("kept: %q, %v", found, err)
	}
}
