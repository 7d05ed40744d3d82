package simulator

import (
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Server is the simulated service, an [http.Handler]. It is safe for concurrent
// use. A fault that cuts the connection ends the handler by panicking with
// [http.ErrAbortHandler], as net/http provides for, where it cannot hijack the
// connection.
type Server struct {
	o        Options
	start    time.Time // on the server's clock
	rejected map[string]bool
	closed   chan struct{} // closed by Close
	close    sync.Once

	ordinal  atomic.Uint64
	step     atomic.Int64 // a time.Duration; see StepClock
	outage   atomic.Bool
	stops    atomic.Pointer[[]Stop]
	lockout  lockout
	attempts attempts
	arrivals arrivals

	spacesMu sync.Mutex
	spaces   sync.Map // scope → *space
	caches   sync.Map // scope → *cache
	poolsMu  sync.RWMutex
	pools    map[scope]*pool
	perMin   int // guarded by poolsMu

	count   counters
	history history
	scratch sync.Pool // of *scratch
}

// New makes a server; its time starts now. It panics if [Options.Outage] is a kind
// that needs an executed request.
func New(o Options) *Server {
	o = o.withDefaults()
	if o.Outage.stage() == afterOnly {
		panic("simulator: an outage executes nothing, so it cannot be " + o.Outage.String())
	}
	s := &Server{
		o:        o,
		rejected: map[string]bool{},
		closed:   make(chan struct{}),
		lockout:  lockout{keys: map[string]*failures{}},
		pools:    map[scope]*pool{},
		perMin:   o.RateLimit,
		count:    newCounters(),
		history:  history{most: o.History},
	}
	for _, phone := range o.Rejected {
		s.rejected[phone] = true
	}
	s.start = s.now()
	s.SetStops(o.Stops...)
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

// SetOutage begins or ends an outage: every request is answered with
// [Options.Outage] before anything is looked at.
func (s *Server) SetOutage(on bool) { s.outage.Store(on) }

// SetStops replaces the stops. None: nothing is refused any more.
func (s *Server) SetStops(stops ...Stop) {
	stops = append([]Stop(nil), stops...)
	s.stops.Store(&stops)
}

// SetRateLimit changes [Options.RateLimit] for every pool; negative: unlimited.
// The pools start afresh.
func (s *Server) SetRateLimit(perMinute int) {
	s.poolsMu.Lock()
	defer s.poolsMu.Unlock()
	s.perMin = orInt(perMinute, 200)
	clear(s.pools)
}

// Insert puts a contact into an account as somebody else would, at the dashboard
// say; "" is no profile. A number that is there already stays as it is.
func (s *Server) Insert(account, profile, phone string, createdAt time.Time) {
	sp := s.space(scope{account, profile})
	sp.put(phone, func(old *contact) *contact {
		if old != nil && !old.deleted {
			return nil
		}
		return &contact{id: s.uuid("contact", account, profile, phone), phone: phone, created: createdAt}
	})
}

// Delete soft-deletes a contact as somebody else would. A number that is not
// there is nothing to it.
func (s *Server) Delete(account, profile, phone string) {
	sp := s.space(scope{account, profile})
	sp.put(phone, func(old *contact) *contact {
		if old == nil || old.deleted {
			return nil
		}
		gone := *old
		gone.deleted = true
		return &gone
	})
}

// StepClock sets the clock that shows in answers and dates contacts forward
// (negative: back). The rate pools and the [Truth] do not see it.
func (s *Server) StepClock(d time.Duration) { s.step.Add(int64(d)) }

// now is the server's clock, which never steps.
func (s *Server) now() time.Time { return s.o.Now().Add(s.o.ClockOffset) }

// off is how far the clock that a request meets is ahead of the server's clock.
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
func (x *exchange) dated() time.Time { return x.clock().Add(x.s.o.ContactsOffset) }

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

// sleep waits, client or not, and reports whether the server is still open.
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

// pool is the rate pool of a request: the organization's, whatever the profile,
// or the one of a profile's own key.
func (s *Server) pool(a Account) *pool {
	sc := scope{a.ID, a.Profile}
	s.poolsMu.RLock()
	p := s.pools[sc]
	s.poolsMu.RUnlock()
	if p != nil {
		return p
	}
	s.poolsMu.Lock()
	defer s.poolsMu.Unlock()
	if p = s.pools[sc]; p == nil {
		p = newPool(s.o.Algorithm, s.perMin, s.o.BucketSize)
		s.pools[sc] = p
	}
	return p
}
