package sent

import (
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
)

// trace watches how far a request gets. The zero value is ready.
type trace struct {
	sought atomic.Int32 // times a connection was asked for
	got    atomic.Int32 // times one was got, after which bytes can leave
	kept   atomic.Bool  // the one that was got last had been kept alive
	begun  atomic.Bool  // the first byte of an answer came
	stale  atomic.Bool  // what came is not the answer to this request
	conn   atomic.Pointer[conn]
}

func (t *trace) hooks() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { t.sought.Add(1) },
		GotConn: func(i httptrace.GotConnInfo) {
			t.got.Add(1)
			t.kept.Store(i.Reused)
			t.conn.Store(connOf(i.Conn))
		},
		GotFirstResponseByte: t.begins,
	}
}

// begins records the first byte of an answer.
func (t *trace) begins() {
	if c := t.conn.Load(); c != nil && !c.begins() {
		t.stale.Store(true)
		return
	}
	t.begun.Store(true)
}

// unasked reports whether what came is not the answer to this request, but a second
// one to the request before. It must be called before the body is read: after that
// the next request may have the connection.
func (t *trace) unasked(h http.Header, ids *requestIDs) bool {
	id := h.Get("X-Request-Id")
	differ := ids.see(id)
	if c := t.conn.Load(); c != nil && c.repeats(id) && differ {
		t.stale.Store(true)
		t.begun.Store(false)
	}
	return t.stale.Load()
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
