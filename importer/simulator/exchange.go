package simulator

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"
)

// exchange is one request on its way through the server.
type exchange struct {
	s         *Server
	w         http.ResponseWriter
	r         *http.Request
	now       time.Time // arrival, on the server's clock
	requestID string
	account   Account
	req       Request
	body      []byte
	creation  creation
	change    change
	contactID string // of Retrieve, Update and Delete, as in the path
	fault     Fault
	rec       Record
	booked    bool
}

// creation is the body of a POST.
type creation struct {
	phone   string
	sandbox bool
	problem answer // status 0: none
}

// maxBody is the most bytes of a body that are read: more than a creation needs.
const maxBody = 1 << 16

// receive reads a request. The body is read to its end: only then does net/http
// notice that a client goes away.
func (s *Server) receive(w http.ResponseWriter, r *http.Request) *exchange {
	x := &exchange{s: s, w: w, r: r, now: s.now()}
	x.req = Request{
		Ordinal: s.ordinal.Add(1), Operation: operationOf(r), Key: r.Header.Get("Idempotency-Key"),
		At: x.now, Since: x.now.Sub(s.start),
	}
	x.requestID = s.requestID(x.req.Ordinal)
	w.Header().Set("X-Request-Id", x.requestID)
	// A body that ends in an error is cut short, and then it is no JSON.
	x.body, _ = io.ReadAll(io.LimitReader(r.Body, maxBody))
	switch x.req.Operation {
	case Create:
		x.creation = parseCreation(x.body)
		x.req.Phone, x.req.Sandbox = x.creation.phone, x.creation.sandbox
	case Lookup:
		x.req.Phone = r.URL.Query().Get("phone")
	case Retrieve, Update, Delete:
		x.contactID = contactIn(r)
		x.change = parseChange(x.body)
		x.req.Sandbox = x.change.sandbox
	}
	s.count.arrive(x.req.Operation, x.req.Since)
	s.arrivals.reach(x.req.Ordinal)
	return x
}

// parseCreation reads a body without checking the number.
func parseCreation(body []byte) creation {
	var fields struct {
		Phone   *string `json:"phone_number"`
		Sandbox bool    `json:"sandbox"`
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	c := creation{}
	switch err := d.Decode(&fields); {
	case err != nil:
		c.problem = invalid("VALIDATION_001", "body", "must be an object with phone_number and sandbox")
	case !errors.Is(d.Decode(&struct{}{}), io.EOF):
		c.problem = invalid("VALIDATION_001", "body", "must be one object")
	case fields.Phone == nil || *fields.Phone == "":
		c.problem = invalid("VALIDATION_004", "phone_number", "is required")
	default:
		c.phone = *fields.Phone
	}
	c.sandbox = fields.Sandbox
	return c
}

// answer takes the request through the checks, in the order of the package
// comment.
func (x *exchange) answer() answer {
	if x.s.outage.Load() {
		x.fault = x.s.o.Outage
		return x.spoil(answer{})
	}
	if x.req.Operation == Other {
		return answer{status: http.StatusNotFound, form: formRaw, raw: "404 page not found\n", rawType: "text/plain; charset=utf-8"}
	}
	if a, ok := x.authenticate(); !ok {
		return a
	}
	if a, ok := x.takeShare(); !ok {
		return a
	}
	if stop, ok := x.s.stopFor(&x.req); ok {
		return x.refuse(stop.Status, stop.Code)
	}
	if x.contactID != "" {
		x.req.Phone = x.space().phoneOf(x.contactID)
	}
	x.chooseFault()
	if !x.fault.Executes() && !x.remembersFault() {
		return x.spoil(answer{})
	}
	return x.spoil(x.execute())
}

// takeShare takes one request from the rate pool, or returns the 429 and false.
func (x *exchange) takeShare() (answer, bool) {
	pool := x.s.pool(x.account)
	if pool == nil {
		return answer{}, true
	}
	g := pool.take(x.now)
	if x.s.o.RateHeaders == HeadersAlways || x.s.o.RateHeaders == HeadersOn429 && !g.ok {
		h := x.w.Header()
		h["X-Ratelimit-Limit"] = []string{strconv.Itoa(g.limit)}
		h["X-Ratelimit-Remaining"] = []string{strconv.Itoa(g.remaining)}
		h["X-Ratelimit-Reset"] = []string{strconv.FormatInt(ceilSecond(g.reset.Add(x.s.off(x.req.Ordinal))), 10)}
	}
	if g.ok {
		return answer{}, true
	}
	x.s.count.add(func(st *Stats) { st.RateLimited++ })
	a := failure(http.StatusTooManyRequests, "BUSINESS_002", "Rate limit exceeded")
	a.retryAfter = seconds(g.wait)
	return a, false
}

// ceilSecond is the Unix time of the first full second at or after t.
func ceilSecond(t time.Time) int64 { return t.Add(time.Second - 1).Unix() }

func (x *exchange) chooseFault() {
	if x.s.o.Faults == nil {
		return
	}
	x.req.Attempt = x.s.attempts.next(x.req.Operation, x.req.Phone)
	x.fault = x.s.o.Faults(x.req)
	if x.fault.needsKey() && (x.req.Operation != Create || x.req.Key == "") {
		x.fault = Fault{}
	}
	if x.fault.Kind != None {
		x.s.count.add(func(st *Stats) { st.Faults[x.fault.String()]++ })
	}
}

// remembersFault reports whether the fault is an error of the API's own that the
// idempotency cache keeps. It then takes the path of an executed request.
func (x *exchange) remembersFault() bool {
	return x.s.o.CacheErrors && x.fault.Kind == Internal && x.req.Operation == Create
}

func (x *exchange) execute() answer {
	switch x.req.Operation {
	case Create:
		return x.create()
	case Lookup:
		return x.lookup()
	case List:
		return x.list()
	case Retrieve, Update, Delete:
		return x.oneContact()
	}
	if x.r.URL.Path == senderProfiles {
		return x.senderProfiles()
	}
	return x.me()
}

// finish ends the request, also when the handler panics.
func (x *exchange) finish() {
	x.book()
	x.s.count.end()
}

// book writes the request into the history, once. It is called before the client
// can see how the request ends, so that the truth has every request that was
// answered.
func (x *exchange) book() {
	if x.booked || x.s.o.NoHistory {
		return
	}
	x.booked = true
	x.rec.Ordinal, x.rec.At, x.rec.RequestID = x.req.Ordinal, x.now, x.requestID
	x.rec.Operation, x.rec.Account, x.rec.Profile = x.req.Operation, x.req.Account, x.req.Profile
	x.rec.Phone, x.rec.Key, x.rec.Sandbox = x.req.Phone, x.req.Key, x.req.Sandbox
	x.rec.Attempt = x.req.Attempt
	if x.fault.Kind != None {
		x.rec.Fault = x.fault.String()
	}
	x.s.history.add(x.rec)
}
