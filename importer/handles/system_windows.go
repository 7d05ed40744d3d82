package handles

import (
	"errors"
	"syscall"

	"golang.org/x/sys/windows"
)

// Limit is 0: a process has 16 million handles on Windows, which is no limit here.
func Limit() int { return 0 }

// Lacking reports whether the error is that there was no handle left, for the
// process or on the machine.
func Lacking(err error) bool {
	return errors.Is(err, windows.ERROR_TOO_MANY_OPEN_FILES) || errors.Is(err, windows.WSAEMFILE) ||
		errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}
