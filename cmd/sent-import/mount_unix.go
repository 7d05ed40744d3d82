//go:build !windows

package main

import (
	"os"
	"syscall"
)

// mountOf is the flags of the mount of the file itself, wherever links to the file
// are; 0 if they are not known.
func mountOf(f *os.File) int64 {
	var s syscall.Statfs_t
	_ = syscall.Fstatfs(int(f.Fd()), &s)
	return int64(s.Flags)
}
