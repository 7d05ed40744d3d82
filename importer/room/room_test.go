package room

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Each lack of room is told with what helps against it.
func TestFixes(t *testing.T) {
	full, large := fmt.Errorf("write: %w", syscall.ENOSPC), fmt.Errorf("write: %w", syscall.EFBIG)
	for _, tt := range []struct {
		err       error
		flag, fix string
	}{
		{full, "", "Make room there"},
		{full, "--report", "Make room there, or give another directory with --report"},
		{syscall.EDQUOT, "", "Make room there"},
		{large, "", "Move it to another file system"},
		{large, "--report", "Give a directory on another file system with --report"},
	} {
		if got := Fix(tt.err, tt.flag); !Lacking(tt.err) || got != tt.fix {
			t.Errorf("%v: got %t and %q, want %q", tt.err, Lacking(tt.err), got, tt.fix)
		}
	}
	if Lacking(nil) || Lacking(syscall.EIO) {
		t.Error("nothing lacks, and it is said")
	}
}

// Without a limit no file is at it.
func TestNoLimit(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, make([]byte, 2*step), 0o600); err != nil {
		t.Fatal(err)
	}
	if limit := Limit(); limit > 0 && limit < 4*step || limit == 0 && AtLimit(file) {
		t.Errorf("a file of %d bytes is at the limit %d", 2*step, limit)
	}
}
