package simulator

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Server is the simulated service, an [http.Handler]. It is safe for concurrent
// use. A fault that cuts the connection ends the handler by panicking with
// [http.ErrAbortHandler], as net/http provides for, if it cannot hijack the
// connection.
type Server struct {
	o        Options
	start    time.Time // on the server's clock
	rejected map[string]bool
	closed   chan struct{} // closed by Close
	close    sync.Once

	ordinal atomic.Uint64
	step    atomic.Int64 // a time.Duration; see StepClock
	outage  atomic.Bool

	mu        sync.Mutex // guards the fields below; no request holds it while it waits
	stops     []Stop
	spaces    map[scope]*space
	caches    map[scope]*cache
	pools     map[scope]*pool
	perMinute int // of each pool; 0: unlimited

	lockout  lockout
	attempts attempts
	arrivals arrivals
	count    counters
	history  history
}

// New makes a server; its time starts now. It panics if the options are wrong:
// ask [Options.Validate] first if a person has chosen them.
func New(o Options) *Server {
	if err := o.Validate(); err != nil {
		panic("simulator: " + err.Error())
	}
	o = o.withDefaults()
	s := &Server{
		o:        o,
		rejected: map[string]bool{},
		closed:   make(chan struct{}),
		stops:    slices.Clone(o.Stops),
		spaces:   map[scope]*space{},
		caches:   map[scope]*cache{},
		pools:    map[scope]*pool{},
		lockout:  lockout{keys: map[string]*failures{}},
		count:    newCounters(),
		history:  history{most: o.History},
	}
	if !o.Unlimited {
		s.perMinute = o.RateLimit
	}
	for _, phone := range o.Rejected {
		s.rejected[phone] = true
	}
	s.start = s.now()
	s.openSpaces()
	return s
}

// Close ends the waits of [Options.Latency], [Slow], [Late] and of keys in
// flight: those requests are cut off, and what was not committed never will be.
// It returns nil. Without it they end by themselves.
func (s *Server) Close() error {
	s.close.Do(func() { close(s.closed) })
	return nil
}

// BeginOutage makes every request get [Options.Outage] before any other check.
func (s *Server) BeginOutage() { s.outage.Store(true) }

// EndOutage ends what [Server.BeginOutage] began.
func (s *Server) EndOutage() { s.outage.Store(false) }

// SetStops replaces the stops. None: nothing is refused any more.
func (s *Server) SetStops(stops ...Stop) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stops = slices.Clone(stops)
}

// SetRateLimit changes [Options.RateLimit] for every pool. The pools start
// afresh.
func (s *Server) SetRateLimit(perMinute int) {
	if perMinute <= 0 || perMinute > maxRateLimit {
		panic("simulator: " + errRateLimit(perMinute).Error())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.perMinute = perMinute
	clear(s.pools)
}

// Insert puts a contact into an account as another program or the dashboard
// would; profile "" is none. A live contact with that number stays as it is.
func (s *Server) Insert(account, profile, phone string, createdAt time.Time) {
	sp := s.space(scope{account, profile})
	sp.put(phone, func(old *contact) *contact {
		if old.live() {
			return nil
		}
		return &contact{id: s.uuid("contact", account, profile, phone), phone: phone, created: createdAt}
	})
}

// Touch changes a contact as another program would: its updated_at is now, on the clock
// that dates contacts. It does nothing if there is none.
func (s *Server) Touch(account, profile, phone string) {
	at := s.now().Add(time.Duration(s.step.Load()) + s.o.ContactsOffset)
	s.space(scope{account, profile}).put(phone, func(old *contact) *contact {
		if !old.live() {
			return nil
		}
		changed := *old
		changed.updated = at
		return &changed
	})
}

// Delete soft-deletes a contact as another program would. It does nothing if
// there is none.
func (s *Server) Delete(account, profile, phone string) {
	sp := s.space(scope{account, profile})
	sp.put(phone, func(old *contact) *contact {
		if !old.live() {
			return nil
		}
		gone := *old
		gone.deleted = true
		return &gone
	})
}

// StepClock sets the clock that answers show and that dates contacts forward by d
// (negative: back). The rate pools and the [Truth] do not see the step.
func (s *Server) StepClock(d time.Duration) { s.step.Add(int64(d)) }

// now is the server's clock, which never steps.
func (s *Server) now() time.Time { return s.o.Now().Add(s.o.ClockOffset) }

// off returns how far the clock that a request meets is ahead of the server's.
func (s *Server) off(ordinal uint64) time.Duration {
	d := time.Duration(s.step.Load())
	if n := uint64(len(s.o.ClockOffsets)); n > 0 {
		d += s.o.ClockOffsets[ordinal%n]
	}
	return d
}

// clock is the time on the clock that the request meets.
func (x *exchange) clock() time.Time { return x.s.now().Add(x.s.off(x.req.Ordinal)) }

// stamp is the meta.timestamp of the request's first answer: its arrival.
func (x *exchange) stamp() time.Time { return x.now.Add(x.s.off(x.req.Ordinal)) }

// dated is the time on the clock that dates contacts.
func (x *exchange) dated() time.Time {
	if x.s.o.ContactsSteady {
		return x.s.now().Add(time.Duration(x.s.step.Load()) + x.s.o.ContactsOffset)
	}
	return x.clock().Add(x.s.o.ContactsOffset)
}

// ServeHTTP answers one request, or cuts it off.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if route, ok := strings.CutPrefix(r.URL.Path, "/_simulator/"); ok {
		s.control(w, r, route)
		return
	}
	x := s.receive(w, r)
	defer x.finish()
	x.deliver(x.answer())
}

// sleep waits, even if the client has gone, and reports whether the server is
// still open.
func (s *Server) sleep(d time.Duration) bool {
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.closed:
		return false
	}
}

// pool returns the rate pool of an account: the organization's, whatever the
// profile, or the one of a profile's own key. nil: unlimited.
func (s *Server) pool(a Account) *pool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.perMinute == 0 {
		return nil
	}
	sc := scope{a.ID, a.Profile}
	p := s.pools[sc]
	if p == nil {
		p = newPool(s.o.Algorithm, s.perMinute, s.o.BucketSize)
		s.pools[sc] = p
	}
	return p
}
