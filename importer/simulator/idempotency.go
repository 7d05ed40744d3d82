package simulator

import (
	"net/http"
	"regexp"
	"sync"
	"time"
)

// idempotencyKey is the documented format of an Idempotency-Key. It is compiled when it is
// needed: that takes a millisecond, of which the start of every command would have its part.
var idempotencyKey = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-zA-Z0-9_-]{1,255}$`) })

// remembered is what the cache holds for one key.
type remembered struct {
	done    chan struct{} // closed by the request that holds the key
	body    string        // of that request
	answer  answer        // valid once done is closed and kept is true
	kept    bool          // false: the answer is not remembered
	expires time.Time
}

// cache is the idempotency cache of one customer.
type cache struct {
	mu    sync.Mutex
	byKey map[string]*remembered
}

// claim takes the key for a request with this body, or finds who has it.
func (c *cache) claim(key string, body []byte, now time.Time) (m *remembered, mine bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	m = c.byKey[key]
	if m != nil && (!m.settled() || now.Before(m.expires)) {
		return m, false
	}
	m = &remembered{done: make(chan struct{}), body: string(body)}
	c.byKey[key] = m
	return m, true
}

// settle ends the flight of a claimed key: the answer is kept for ttl, or the
// key is free again if ttl is 0.
func (c *cache) settle(key string, m *remembered, a answer, ttl time.Duration, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ttl > 0 {
		m.answer, m.kept, m.expires = a, true, now.Add(ttl)
	} else {
		delete(c.byKey, key)
	}
	close(m.done)
}

func (m *remembered) settled() bool {
	select {
	case <-m.done:
		return true
	default:
		return false
	}
}

// idempotently answers from the cache, or executes and remembers.
func (x *exchange) idempotently(execute func() answer) answer {
	if x.req.Key == "" || x.s.o.NoReplays {
		return execute()
	}
	c := x.s.cache(x.cacheScope())
	if m, mine := c.claim(x.req.Key, x.body, x.s.now()); mine {
		return x.holding(c, m, execute)
	}
	// Only a key that is known already needs the timer.
	patience := x.s.o.InFlightWait
	if x.s.o.NoInFlightWait {
		patience = 0
	}
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		m, mine := c.claim(x.req.Key, x.body, x.s.now())
		if mine {
			return x.holding(c, m, execute)
		}
		if a, over := x.await(m, deadline.C); over {
			return a
		}
	}
}

// await waits for the request that holds the key. over is false when the key has
// become free.
func (x *exchange) await(m *remembered, deadline <-chan time.Time) (a answer, over bool) {
	if x.s.o.Conflict005 && m.body != string(x.body) {
		return failure(http.StatusConflict, "CONFLICT_005", "The idempotency key was used with another body"), true
	}
	// A settled key goes first: without a wait the deadline has passed.
	if m.settled() {
		return x.replay(m)
	}
	select {
	case <-m.done:
		return x.replay(m)
	case <-deadline:
		return failure(http.StatusConflict, "CONFLICT_001", "A request with this idempotency key is in flight"), true
	case <-x.r.Context().Done():
	case <-x.s.closed:
	}
	return answer{form: formAbort}, true
}

// holding executes with the key in flight. The deferred call frees the key when
// execute panics.
func (x *exchange) holding(c *cache, m *remembered, execute func() answer) (a answer) {
	ttl := time.Duration(0)
	defer func() { c.settle(x.req.Key, m, a, ttl, x.s.now()) }()
	a = execute()
	a.requestID, a.at = x.requestID, x.stamp()
	if x.s.remembers(a) {
		ttl = x.s.o.IdempotencyTTL
	}
	return a
}

func (s *Server) remembers(a answer) bool {
	if a.form == formAbort {
		return false
	}
	return a.status < 300 || s.o.CacheErrors
}

// replay is the remembered answer, if the settled key has kept one.
func (x *exchange) replay(m *remembered) (answer, bool) {
	if !m.kept {
		return answer{}, false
	}
	x.s.count.add(func(st *Stats) { st.Replays++ })
	x.rec.Replayed = true
	a := m.answer
	a.replayed = true
	return a, true
}

func (x *exchange) cacheScope() scope {
	sc := scope{account: x.req.Account}
	if x.s.o.IdempotencyPerProfile {
		sc.profile = x.req.Profile
	}
	return sc
}

// cache returns the idempotency cache of a scope.
func (s *Server) cache(sc scope) *cache {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.caches[sc]
	if c == nil {
		c = &cache{byKey: map[string]*remembered{}}
		s.caches[sc] = c
	}
	return c
}
