//go:build unix

package sent

import "syscall"

// holdsBytes reports whether a socket has bytes that nobody has read. It does not wait,
// as Go's sockets don't block.
func holdsBytes(fd uintptr) bool {
	var one [1]byte
	n, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK)
	return n > 0 && err == nil
}
