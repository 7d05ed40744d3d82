package simulator

import (
	"cmp"
	"crypto/tls"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// deliver writes the answer, or treats the connection as the fault says.
func (x *exchange) deliver(a answer) {
	if a.form == formAbort {
		panic(http.ErrAbortHandler)
	}
	switch x.fault.Kind {
	case Reset:
		x.reset()
	case Hang:
		x.hang()
	case Cut:
		x.cut(a)
	case Huge:
		x.huge(a)
	case Late:
		if !x.s.sleep(x.fault.delay()) {
			panic(http.ErrAbortHandler)
		}
		x.write(a)
	default:
		x.write(a)
	}
}

// head writes the status and the headers of an answer with a body of size bytes.
func (x *exchange) head(a answer, size int64) {
	h := x.w.Header()
	h["Date"] = []string{x.date().UTC().Format(http.TimeFormat)}
	h["Content-Length"] = []string{strconv.FormatInt(size, 10)}
	switch a.form {
	case formEmpty:
	case formRaw:
		h["Content-Type"] = []string{a.rawType}
	default:
		h["Content-Type"] = []string{"application/json; charset=utf-8"}
	}
	if a.retryAfter != "" {
		h["Retry-After"] = []string{a.retryAfter}
	}
	if a.location != "" {
		h["Location"] = []string{a.location}
	}
	if a.replayed {
		h["Idempotent-Replayed"] = []string{"true"}
		h["X-Original-Request-Id"] = []string{a.requestID}
	}
	x.rec.Status, x.rec.Code = a.status, a.code
	x.s.count.add(func(st *Stats) { st.Statuses[a.status]++ })
	x.book()
	x.w.WriteHeader(a.status)
}

// date returns the Date of the answer: the proxy's if the proxy has answered.
func (x *exchange) date() time.Time {
	switch x.fault.Kind {
	case BadGateway, Unavailable, Timeout504, Empty, Foreign, Page:
		return x.s.now().Add(x.s.o.ProxyOffset)
	}
	return x.clock().Add(x.s.o.DateOffset)
}

// render returns the body, with the request's own meta unless the answer is a
// replay.
func (x *exchange) render(a answer) []byte {
	if a.requestID == "" {
		a.requestID, a.at = x.requestID, x.stamp()
	}
	return x.s.body(a)
}

func (x *exchange) write(a answer) {
	body := x.render(a)
	x.head(a, int64(len(body)))
	x.w.Write(body) // a client that has gone does not read it
}

// cut sends the first half of the body under the length of the whole.
func (x *exchange) cut(a answer) {
	body := x.render(a)
	x.head(a, int64(len(body)))
	x.w.Write(body[:len(body)/2])
	x.flush()
	panic(http.ErrAbortHandler)
}

// huge sends a very long value, for as long as the client reads.
func (x *exchange) huge(a answer) {
	size := cmp.Or(x.fault.Bytes, 10<<30)
	a.form = formData // for the content type of JSON
	x.head(a, size)
	io.Copy(x.w, io.LimitReader(io.MultiReader(strings.NewReader(`{"success":true,"data":{"id":"`), endless{}), size))
	x.flush()
}

// endless reads as the letter a without end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'a'
	}
	return len(p), nil
}

func (x *exchange) flush() {
	_ = http.NewResponseController(x.w).Flush() // a writer that cannot flush has nothing to flush
}

// hang gives no answer until the client has gone or the delay is over, and then
// cuts the connection.
func (x *exchange) hang() {
	x.book()
	var over <-chan time.Time
	if x.fault.Delay > 0 {
		timer := time.NewTimer(x.fault.Delay)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-over:
	case <-x.r.Context().Done():
	case <-x.s.closed:
	}
	panic(http.ErrAbortHandler)
}

// reset makes the client's kernel see a reset instead of an orderly end. If there
// is no TCP underneath, the connection is closed.
func (x *exchange) reset() {
	x.book()
	conn, _, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if secure, ok := conn.(*tls.Conn); ok {
		conn = secure.NetConn()
	}
	reset(conn)
}
