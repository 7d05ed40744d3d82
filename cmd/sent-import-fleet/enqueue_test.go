//go:build fleet && linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestEnqueueEndsWhileItReads: SIGTERM ends enqueue at once, however large the file is.
func TestEnqueueEndsWhileItReads(t *testing.T) {
	t.Parallel()
	r := newRig(t, shared, 1, perMinute, nil)
	file := r.write("large.csv", "")
	if err := os.Truncate(file, 1<<40); err != nil { // of zeros that are nowhere
		t.Fatal(err)
	}
	var out bytes.Buffer
	cmd := r.command("enqueue", file, "--key-ref", "acct0")
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	r.until("it reads", time.Minute, func() bool { return slices.Contains(openFiles(cmd.Process.Pid), file) })
	began := time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	late := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
	_ = cmd.Wait() // how it ended is in ProcessState
	if late.Stop(); cmd.ProcessState.ExitCode() != 143 {
		t.Errorf("%s after %s; it said %s", cmd.ProcessState, time.Since(began), &out)
	}
}

// openFiles are the paths of the files that a process has open.
func openFiles(pid int) (files []string) {
	links, _ := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", pid)) // the pattern is right
	for _, link := range links {
		if file, err := os.Readlink(link); err == nil { // it may be closed meanwhile
			files = append(files, file)
		}
	}
	return files
}

// TestPipesAreRefused: one that nobody writes to would be waited for without end.
func TestPipesAreRefused(t *testing.T) {
	dir := t.TempDir()
	pipe := filepath.Join(dir, "list.csv")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	code, said := runHere("enqueue", pipe, "--key-ref", "a", "--store", "file://"+dir)
	if code != exitFailed || !strings.Contains(said, "list.csv is a pipe, which can be read only once") {
		t.Errorf("exit %d; it said %s", code, said)
	}
}

// TestNamesOfAnyBytes: the names of files and directories need not be UTF-8.
func TestNamesOfAnyBytes(t *testing.T) {
	t.Parallel()
	r := newRig(t, shared, 1, perMinute, nil)
	id := r.enqueue("acct0", r.write("caf\xe9.csv", "phone\n"+numberOf(0, 1)+"\n"))
	r.worker("w0")
	r.finished(time.Minute)
	to := filepath.Join(r.dir, "t\xe9l\xe9")
	if out, code := r.run("report", fmt.Sprint(id), "--to", to); code != exitOK {
		t.Fatalf("report: exit %d: %s", code, out)
	}
	if _, err := os.Stat(filepath.Join(to, "report.csv")); err != nil {
		t.Error(err)
	}
}
