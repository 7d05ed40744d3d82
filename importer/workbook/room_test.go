package workbook

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"
	"testing"
)

// TestFullDiskSaysWhatToDo: where, and what to do, and not the name of a file that is gone.
func TestFullDiskSaysWhatToDo(t *testing.T) {
	full := &fs.PathError{Op: "write", Path: "/var/spool/workbook-123.tmp", Err: syscall.ENOSPC}
	got := noRoom("unpack the workbook", "/var/spool", full)
	for _, want := range []string{"unpack the workbook in /var/spool: ", "there is no room left", "Make room there, and run the same command again"} {
		if !strings.Contains(got.Error(), want) {
			t.Errorf("got %v, want %q", got, want)
		}
	}
	if strings.Contains(got.Error(), "123") || !errors.Is(got, syscall.ENOSPC) {
		t.Errorf("got %v, want the error without the name", got)
	}
	other := &fs.PathError{Op: "write", Path: "/x", Err: syscall.EIO}
	if got := noRoom("unpack the workbook", "", other); !errors.Is(got, syscall.EIO) || strings.Contains(got.Error(), "room") {
		t.Errorf("got %v, want the error alone", got)
	}
}
