package sent

import (
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

// trace watches how far a request gets. The zero value is ready.
type trace struct {
	sought atomic.Int32 // times a connection was asked for
	got    atomic.Int32 // times one was got, after which bytes can leave
	kept   atomic.Bool  // the one that was got last had been kept alive
	begun  atomic.Bool  // the first byte of an answer came
	conn   atomic.Pointer[net.Conn]
}

func (t *trace) hooks() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { t.sought.Add(1) },
		GotConn: func(i httptrace.GotConnInfo) {
			t.got.Add(1)
			t.kept.Store(i.Reused)
			t.conn.Store(&i.Conn)
		},
		GotFirstResponseByte: func() { t.begun.Store(true) },
	}
}

// sends returns how many times the request was given to a connection.
func (t *trace) sends() int { return int(t.got.Load()) }

// neverSent reports the proof that no byte of the request left: a connection
// was asked for, so the transport does call the hooks, and none was got. That is
// so for refused dials, names that do not resolve and failed TLS handshakes.
func (t *trace) neverSent() bool { return t.sought.Load() > 0 && t.got.Load() == 0 }

// keptSilent reports whether the request had a kept-alive connection, on which no
// byte of its answer came: it may have been dead before.
func (t *trace) keptSilent() bool { return t.kept.Load() && !t.begun.Load() }
