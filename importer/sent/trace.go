package sent

import (
	"net/http/httptrace"
	"sync/atomic"
)

// trace watches how far a request gets. The zero value is ready.
type trace struct {
	sought atomic.Int32 // times a connection was asked for
	got    atomic.Int32 // times one was got, after which bytes can leave
	kept   atomic.Bool  // the one that was got last had been kept alive
	begun  atomic.Bool  // the first byte of an answer came
}

func (t *trace) hooks() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { t.sought.Add(1) },
		GotConn: func(i httptrace.GotConnInfo) {
			t.got.Add(1)
			t.kept.Store(i.Reused)
		},
		GotFirstResponseByte: func() { t.begun.Store(true) },
	}
}

// sends returns how many times the request was given to a connection.
func (t *trace) sends() int { return int(t.got.Load()) }

// neverSent reports the proof that no byte of the request left: a connection
// was asked for, so the transport does call the hooks, and there never was
// one. Refused dials, names that don't resolve and failed TLS handshakes end
// so.
func (t *trace) neverSent() bool { return t.sought.Load() > 0 && t.got.Load() == 0 }

// keptSilent reports whether the request had a kept-alive connection, on which no
// byte of an answer came: it may have been dead before.
func (t *trace) keptSilent() bool { return t.kept.Load() && !t.begun.Load() }
