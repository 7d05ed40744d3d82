package room

import (
	"errors"
	"syscall"

	"golang.org/x/sys/windows"
)

// Limit is 0: Windows limits no sizes of a process's files.
func Limit() uint64 { return 0 }

// Lacking reports whether the error is that there was no room.
func Lacking(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL) ||
		errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED) || errors.Is(err, syscall.ENOSPC) || TooLarge(err)
}

// TooLarge reports whether the error is that a file may not be so large.
func TooLarge(err error) bool {
	return errors.Is(err, windows.ERROR_FILE_TOO_LARGE) || errors.Is(err, syscall.EFBIG)
}
