package sent

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"syscall"
)

// errUnasked is why bytes on a connection are not taken for the answer to a request:
// they were there before the request, or repeat the answer before.
var errUnasked = errors.New("the connection held an answer that nobody had asked for")

// conn is a connection that records which came first, a request or what was read as
// the answer to it. HTTP/1.1 has nothing else that ties the two together, and net/http
// takes whatever comes next: a second answer to the request before would be taken for
// the answer to this one, and so on for as long as the connection lives.
//
// A request is one Write, as it has less than 4 kB. TLS has other writes only before
// the first answer.
type conn struct {
	net.Conn
	raw    syscall.RawConn // nil where there is none
	writes atomic.Int64    // begun so far
	read   atomic.Int64    // the value of writes when bytes came last
	behind atomic.Int64    // the value of writes when the last answer began; 0: none has
	last   atomic.Pointer[string]
}

// dialFunc is the type of net.Dialer.DialContext.
type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// recorded makes each connection of dial a conn.
func recorded(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		inner, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		c := &conn{Conn: inner}
		if s, ok := inner.(syscall.Conn); ok {
			c.raw, _ = s.SyscallConn() // without it, unread bytes are not looked for
		}
		return c, nil
	}
}

// connOf is the conn below a connection that net/http has; nil where there is none.
func connOf(c net.Conn) *conn {
	for {
		switch layer := c.(type) {
		case *conn:
			return layer
		case interface{ NetConn() net.Conn }: // TLS
			c = layer.NetConn()
		default:
			return nil
		}
	}
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 {
		c.read.Store(c.writes.Load())
	}
	return n, err
}

// Write sends a request, unless more bytes have come behind the answer to the request
// before. Bytes that are still on their way then are not noticed here.
func (c *conn) Write(p []byte) (int, error) {
	if n := c.writes.Load(); n > 0 && n == c.behind.Load() && c.unread() {
		return 0, errors.Join(errUnasked, c.Close())
	}
	c.writes.Add(1)
	return c.Conn.Write(p)
}

// unread reports whether the kernel holds bytes that nobody has read.
func (c *conn) unread() (there bool) {
	if c.raw == nil {
		return false
	}
	err := c.raw.Control(func(fd uintptr) { there = holdsBytes(fd) })
	return there && err == nil
}

// begins records that an answer begins. It reports false if the answer was there
// before the request: no byte has come since the request was begun. Such a connection
// is closed.
func (c *conn) begins() bool {
	before := c.behind.Swap(c.writes.Load())
	if before > 0 && c.read.Load() <= before {
		_ = c.Close() // the request fails in either case
		return false
	}
	return true
}

// repeats records an answer's id, and reports whether the answer before on this
// connection had the same one.
func (c *conn) repeats(id string) bool {
	last := c.last.Swap(&id)
	return id != "" && last != nil && *last == id
}

// requestIDs finds out whether answers have ids that tell them apart: some servers
// give all answers the same one.
type requestIDs struct {
	first  atomic.Pointer[string]
	differ atomic.Bool
}

// see records an answer's id, and reports whether ids have differed so far.
func (r *requestIDs) see(id string) bool {
	if id != "" && !r.first.CompareAndSwap(nil, &id) && *r.first.Load() != id {
		r.differ.Store(true)
	}
	return r.differ.Load()
}
