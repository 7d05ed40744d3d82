package report

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
	"testing"
)

// An error of a report names the file that people know, and what is wrong.
func TestAttack28ErrorsNameTheFile(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{&fs.PathError{Op: "write", Path: "d/.report.csv123", Err: syscall.ENOSPC}, "d/report.csv: there is no room left, on the disk or in a quota (no space left on device)"},
		{&fs.PathError{Op: "write", Path: "d/.report.csv123", Err: syscall.EFBIG}, "d/report.csv: its file system takes no file as large as that (FAT: up to 4 GiB) (file too large)"},
		{&fs.PathError{Op: "open", Path: "d/.report.csv123", Err: syscall.EACCES}, "d/report.csv: permission denied"},
		{&os.LinkError{Op: "rename", Old: "d/.report.csv123", New: "d/report.csv", Err: syscall.EROFS}, "d/report.csv: read-only file system"},
	} {
		got := fileError("d/report.csv", tt.err)
		if got.Error() != tt.want || !errors.Is(got, errors.Unwrap(tt.err)) {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
	if err := fileError("x", nil); err != nil {
		t.Errorf("got %v, want nil", err)
	}
}
