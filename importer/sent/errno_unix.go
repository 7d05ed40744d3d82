//go:build !windows

package sent

import "syscall"

// What the system says of a connection.
const (
	refused     = syscall.ECONNREFUSED
	reset       = syscall.ECONNRESET
	aborted     = syscall.ECONNABORTED
	broken      = syscall.EPIPE
	noWay       = syscall.ENETUNREACH
	noHost      = syscall.EHOSTUNREACH
	networkDown = syscall.ENETDOWN
)
