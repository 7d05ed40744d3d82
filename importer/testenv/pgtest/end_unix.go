//go:build unix && !linux

package pgtest

import "syscall"

// endWithUs does nothing: only Linux tells a process of the end of its parent.
func endWithUs(*syscall.SysProcAttr) {}
