package simulator

import (
	"bytes"
	"net"
	"sync/atomic"
	"syscall"
)

// FewConnections returns a listener that keeps at most most() connections at a
// time and resets each further one at once, as an overloaded server or proxy
// does. most() 0 is no limit.
func FewConnections(l net.Listener, most func() int) net.Listener {
	return &fewConnections{Listener: l, most: most}
}

type fewConnections struct {
	net.Listener
	most func() int
	open atomic.Int64
}

// Accept waits for a connection that is kept.
func (l *fewConnections) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		if most := l.most(); most > 0 && l.open.Load() >= int64(most) {
			reset(c)
			continue
		}
		l.open.Add(1)
		return &countedConn{Conn: c, open: &l.open}, nil
	}
}

// countedConn counts as open until it is closed.
type countedConn struct {
	net.Conn
	open   *atomic.Int64
	closed atomic.Bool
}

func (c *countedConn) Close() error {
	if !c.closed.Swap(true) {
		c.open.Add(-1)
	}
	return c.Conn.Close()
}

// DyingConnections returns a listener whose kept-alive connections die unnoticed
// between two requests whenever dies() says so, as behind a firewall that forgets
// idle connections: the next request on such a connection meets a reset, and
// nothing has read the request.
func DyingConnections(l net.Listener, dies func() bool) net.Listener {
	return &dyingConnections{l, dies}
}

type dyingConnections struct {
	net.Listener
	dies func() bool
}

// Accept waits for a connection.
func (l *dyingConnections) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &dyingConn{Conn: c, dies: l.dies}, nil
}

// dyingConn looks at the first bytes that follow an answer.
type dyingConn struct {
	net.Conn
	dies     func() bool
	answered atomic.Bool
}

func (c *dyingConn) Write(p []byte) (int, error) {
	c.answered.Store(true)
	return c.Conn.Write(p)
}

func (c *dyingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 && c.answered.Swap(false) && c.dies() {
		reset(c.Conn)
		return 0, syscall.ECONNRESET
	}
	return n, err
}

// reset closes a connection so that the other side sees a reset: with unsent data
// dropped (linger 0).
func reset(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // fails only if the connection has gone already
	}
	_ = c.Close()
}

// SpoiltAnswers is a listener whose connections send what spoil makes of each
// answer in its place, such as the answer twice: something on the way is broken.
// Each part of now is a packet of its own; late is sent when the next request has
// come.
func SpoiltAnswers(l net.Listener, spoil func(answer []byte) (now [][]byte, late []byte)) net.Listener {
	return &spoiltAnswers{l, spoil}
}

type spoiltAnswers struct {
	net.Listener
	spoil func([]byte) ([][]byte, []byte)
}

// Accept waits for a connection.
func (l *spoiltAnswers) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &spoiltConn{Conn: c, spoil: l.spoil}, nil
}

// spoiltConn looks at writes that begin an answer. net/http writes an answer of less
// than 4 kB at once.
type spoiltConn struct {
	net.Conn
	spoil func([]byte) ([][]byte, []byte)
	late  atomic.Pointer[[]byte]
}

func (c *spoiltConn) Write(p []byte) (int, error) {
	if !bytes.HasPrefix(p, []byte("HTTP/1.1 ")) {
		return c.Conn.Write(p)
	}
	now, late := c.spoil(p)
	for _, part := range now {
		if _, err := c.Conn.Write(part); err != nil {
			return 0, err
		}
	}
	if late != nil {
		late = bytes.Clone(late)
		c.late.Store(&late)
	}
	return len(p), nil
}

func (c *spoiltConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if late := c.late.Load(); n > 0 && late != nil {
		c.late.Store(nil)
		if _, err := c.Conn.Write(*late); err != nil {
			return 0, err
		}
	}
	return n, err
}
