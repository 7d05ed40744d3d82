package simulator

import (
	"hash/maphash"
	"net/http"
	"sync"
	"time"
)

// remembered is what the cache knows of one key.
type remembered struct {
	done    chan struct{} // closed by the request that holds the key
	body    uint64        // a hash of the request's body
	answer  answer        // valid once done is closed and kept is true
	kept    bool          // false: the answer was none to remember
	expires time.Time
}

// cache is the idempotency cache of one customer.
type cache struct {
	hash   maphash.Seed
	shards [shards]struct {
		sync.Mutex
		byKey map[string]*remembered
	}
}

func newCache() *cache {
	c := &cache{hash: maphash.MakeSeed()}
	for i := range c.shards {
		c.shards[i].byKey = map[string]*remembered{}
	}
	return c
}

// claim takes the key for a request with this body, or finds who has it.
func (c *cache) claim(key string, body []byte, now time.Time) (m *remembered, mine bool) {
	sh := &c.shards[maphash.String(c.hash, key)%shards]
	sh.Lock()
	defer sh.Unlock()
	m = sh.byKey[key]
	if m != nil && (!m.settled() || now.Before(m.expires)) {
		return m, false
	}
	m = &remembered{done: make(chan struct{}), body: maphash.Bytes(c.hash, body)}
	sh.byKey[key] = m
	return m, true
}

// settle ends the flight of a claimed key: the answer is kept for ttl, or the
// key is free again.
func (c *cache) settle(key string, m *remembered, a answer, ttl time.Duration, now time.Time) {
	sh := &c.shards[maphash.String(c.hash, key)%shards]
	sh.Lock()
	defer sh.Unlock()
	if ttl > 0 {
		m.answer, m.kept, m.expires = a, true, now.Add(ttl)
	} else {
		delete(sh.byKey, key)
	}
	close(m.done)
}

func (c *cache) sameBody(m *remembered, body []byte) bool {
	return m.body == maphash.Bytes(c.hash, body)
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
	if x.req.Key == "" || x.s.o.IdempotencyTTL < 0 {
		return execute()
	}
	c := x.s.cache(x.cacheScope())
	if m, mine := c.claim(x.req.Key, x.body, x.s.now()); mine {
		return x.holding(c, m, execute)
	}
	// Only a key that is known already needs the timer.
	deadline := time.NewTimer(max(x.s.o.InFlightWait, 0))
	defer deadline.Stop()
	for {
		m, mine := c.claim(x.req.Key, x.body, x.s.now())
		if mine {
			return x.holding(c, m, execute)
		}
		if a, over := x.await(c, m, deadline.C); over {
			return a
		}
	}
}

// await waits for the key's holder. over is false when the key has become free.
func (x *exchange) await(c *cache, m *remembered, deadline <-chan time.Time) (a answer, over bool) {
	if x.s.o.Conflict005 && !c.sameBody(m, x.body) {
		return failure(http.StatusConflict, "CONFLICT_005", "The idempotency key was used with another body"), true
	}
	// A settled key goes first: with InFlightWait below 0 the deadline is past.
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
	x.s.count.replays.Add(1)
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

func (s *Server) cache(sc scope) *cache {
	if c, ok := s.caches.Load(sc); ok {
		return c.(*cache)
	}
	c, _ := s.caches.LoadOrStore(sc, newCache())
	return c.(*cache)
}

// isKey is the documented shape of an Idempotency-Key: ^[a-zA-Z0-9_-]{1,255}$.
func isKey(s string) bool {
	if len(s) < 1 || len(s) > 255 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '-') {
			return false
		}
	}
	return true
}
