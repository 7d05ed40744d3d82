//go:build !windows

package room

import (
	"errors"
	"syscall"
)

// Limit is the largest size that this process may give to a file, in bytes; 0 for
// any.
func Limit() uint64 {
	var r syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &r); err != nil || uint64(r.Cur) >= unlimited {
		return 0
	}
	return uint64(r.Cur)
}

// Lacking reports whether the error is that there was no room.
func Lacking(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || TooLarge(err)
}

// TooLarge reports whether the error is that a file may not be so large.
func TooLarge(err error) bool { return errors.Is(err, syscall.EFBIG) }
