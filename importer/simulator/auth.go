package simulator

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// failuresToLock is how many authentication failures in a row lock a key; the
// lock holds for a minute at first and for an hour at most (documented).
const (
	failuresToLock = 10
	firstLock      = time.Minute
	longestLock    = time.Hour
)

// lockout counts the authentication failures of each key in a row.
type lockout struct {
	used atomic.Bool // false: no key has ever failed, and nothing needs the lock
	mu   sync.Mutex
	keys map[string]*failures
}

type failures struct {
	inARow int
	lock   time.Duration // the last lock's length
	until  time.Time
}

// locked is how long the key is still locked.
func (l *lockout) locked(key string, now time.Time) time.Duration {
	if !l.used.Load() {
		return 0
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if f := l.keys[key]; f != nil {
		return max(0, f.until.Sub(now))
	}
	return 0
}

func (l *lockout) fail(key string, now time.Time) {
	l.used.Store(true)
	l.mu.Lock()
	defer l.mu.Unlock()
	f := l.keys[key]
	if f == nil {
		f = &failures{}
		l.keys[key] = f
	}
	if f.inARow++; f.inARow >= failuresToLock {
		f.lock = min(max(firstLock, 2*f.lock), longestLock)
		f.until = now.Add(f.lock)
	}
}

func (l *lockout) succeed(key string) {
	if !l.used.Load() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.keys, key)
}

// authenticate finds the account and the scope of a request, or the answer that
// refuses it. None of these refusals counts for the rate pool.
func (x *exchange) authenticate() (answer, bool) {
	key := x.r.Header.Get("X-Api-Key")
	if wait := x.s.lockout.locked(key, x.now); key != "" && wait > 0 {
		x.s.count.locked.Add(1)
		a := failure(http.StatusTooManyRequests, "BUSINESS_002", "Too many authentication failures")
		a.retryAfter = seconds(wait)
		return a, false
	}
	account, known := x.s.account(key)
	stop, stopped := x.s.stopFor(&x.req)
	switch {
	case key == "":
		return x.refuse(http.StatusUnauthorized, "AUTH_001"), false
	case !known:
		x.s.lockout.fail(key, x.now)
		return x.refuse(http.StatusUnauthorized, "AUTH_002"), false
	case stopped && stop.Status == http.StatusUnauthorized:
		x.s.lockout.fail(key, x.now)
		return x.refuse(stop.Status, stop.Code), false
	}
	x.s.lockout.succeed(key)
	x.account, x.req.Account = account, account.ID
	if stopped && stop.everything() {
		return x.refuse(stop.Status, stop.Code), false
	}
	return x.enterProfile()
}

// enterProfile sets the scope that x-profile-id or a profile's own key asks for.
func (x *exchange) enterProfile() (answer, bool) {
	x.req.Profile = x.account.Profile
	asked := x.r.Header.Get("X-Profile-Id")
	switch {
	case asked == "":
	case x.account.Profile != "":
		return x.refuse(http.StatusForbidden, "AUTH_004"), false
	case !isUUID(asked):
		return invalid("VALIDATION_003", "x-profile-id", "must be a UUID"), false
	case !x.account.owns(asked):
		return failure(http.StatusNotFound, "RESOURCE_014", "Profile not found"), false
	default:
		x.req.Profile = asked
		x.w.Header().Set("X-Profile-Id", asked)
	}
	return answer{}, true
}

func (a Account) owns(profile string) bool {
	for _, p := range a.Profiles {
		if p == profile {
			return true
		}
	}
	return false
}

// refuse is an answer about the account; 401 and 403 often have no body.
func (x *exchange) refuse(status int, code string) answer {
	x.s.count.refused.Add(1)
	a := failure(status, code, "The request was refused")
	empty := status == http.StatusUnauthorized || status == http.StatusForbidden
	if empty && !x.s.o.AuthBodies {
		a.form = formEmpty
	}
	return a
}

// account is who the key belongs to.
func (s *Server) account(key string) (Account, bool) {
	a, ok := s.o.Keys[key]
	if len(s.o.Keys) == 0 {
		ok = key != ""
	}
	if a.ID == "" {
		a.ID = defaultAccount
	}
	if a.Profiles == nil {
		a.Profiles = s.o.Profiles
	}
	return a, ok
}

// stopFor is the first stop that is in force for the request.
func (s *Server) stopFor(r *Request) (Stop, bool) {
	for _, stop := range *s.stops.Load() {
		inForce := stop.From <= r.Ordinal && (stop.Until == 0 || r.Ordinal < stop.Until)
		if inForce && (stop.everything() || r.Operation == Create) {
			return stop, true
		}
	}
	return Stop{}, false
}

func (s Stop) everything() bool {
	switch s.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return true
	}
	return false
}
