//go:build fleet && linux

package main

import (
	"context"
	"os"
	"strings"
	"testing"
)

// TestInterruptedLeavesNothing: whoever interrupts the demo finds neither its files nor its
// database after it.
func TestInterruptedLeavesNothing(t *testing.T) {
	dir, err := os.MkdirTemp("/tmp", "d") // short: a socket is in it
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o755); err != nil { // as root the server is another user's
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", dir)
	ctx, interrupt := context.WithCancel(t.Context())
	interrupt()
	if err := run(ctx, []string{"no-program"}); err == nil || !strings.HasPrefix(err.Error(), "interrupted") {
		t.Errorf("got %v", err)
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) > 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}
