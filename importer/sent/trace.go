package sent

import (
	"net/http/httptrace"
	"sync/atomic"
)

// trace watches how far a request gets. The zero value is ready.
type trace struct {
	sought atomic.Int32 // times a connection was asked for
	got    atomic.Int32 // times one was got, after which bytes can leave
}

func (t *trace) hooks() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { t.sought.Add(1) },
		GotConn: func(httptrace.GotConnInfo) { t.got.Add(1) },
	}
}

// sends returns how many times the request was given to a connection.
func (t *trace) sends() int { return int(t.got.Load()) }

// neverSent reports the proof that no byte of the request left: a connection
// was asked for, so the transport does call the hooks, and there never was
// one. Refused dials, names that don't resolve and failed TLS handshakes end
// so.
func (t *trace) neverSent() bool { return t.sought.Load() > 0 && t.got.Load() == 0 }
