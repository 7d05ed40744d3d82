//go:build fleet && linux

package main

import (
	"bytes"
	"fmt"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestWaitIsInterrupted: whoever interrupts enqueue --wait is told that the import goes on,
// and it does.
func TestWaitIsInterrupted(t *testing.T) {
	t.Parallel()
	r := newRig(t, shared, 1, perMinute, nil)
	for signal, code := range map[syscall.Signal]int{syscall.SIGINT: 130, syscall.SIGTERM: 143} {
		var out bytes.Buffer
		cmd := r.command("enqueue", r.file("acct0", code, 5), "--key-ref", "acct0", "--wait")
		cmd.Stdout, cmd.Stderr = &out, &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("acct0-%d.csv", code)
		r.until("the import is there", time.Minute, func() bool { return r.number(`SELECT count(*) FROM imports WHERE input_name = $1`, name) == 1 })
		if err := cmd.Process.Signal(signal); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // how it ended is in ProcessState
		if got := cmd.ProcessState.ExitCode(); got != code || !strings.Contains(out.String(), "The imports go on without this command") {
			t.Errorf("%s: exit %d, want %d; it said %s", signal, got, code, &out)
		}
	}
	if n := r.number(`SELECT count(*) FROM imports WHERE state = 'open'`); n != 2 {
		t.Errorf("%d imports are open, want 2", n)
	}
}
