package sent

import "golang.org/x/sys/windows"

// What the system says of a connection. The errors of syscall with the usual names are
// Go's inventions on Windows, which no connection gives.
const (
	refused     = windows.WSAECONNREFUSED
	reset       = windows.WSAECONNRESET
	aborted     = windows.WSAECONNABORTED
	broken      = windows.WSAESHUTDOWN
	noWay       = windows.WSAENETUNREACH
	noHost      = windows.WSAEHOSTUNREACH
	networkDown = windows.WSAENETDOWN
)
