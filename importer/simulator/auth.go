package simulator

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// As documented, ten authentication failures in a row lock a key, for a minute
// at first and for an hour at most.
const (
	failuresToLock = 10
	firstLock      = time.Minute
	longestLock    = time.Hour
)

// lockout counts the authentication failures of each key in a row.
type lockout struct {
	mu   sync.Mutex
	keys map[string]*failures
}

type failures struct {
	inARow int
	lock   time.Duration // the last lock's length
	until  time.Time
}

// locked returns how long the key is still locked; 0: it is not.
func (l *lockout) locked(key string, now time.Time) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	if f := l.keys[key]; f != nil {
		return max(0, f.until.Sub(now))
	}
	return 0
}

// fail counts a failure, and locks the key after too many.
func (l *lockout) fail(key string, now time.Time) {
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

// succeed forgets the key's failures.
func (l *lockout) succeed(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.keys, key)
}

// authenticate finds the account and the scope of a request, or returns the
// answer that refuses it and false. No such refusal counts for the rate pool.
func (x *exchange) authenticate() (answer, bool) {
	key := x.r.Header.Get("X-Api-Key")
	if wait := x.s.lockout.locked(key, x.now); key != "" && wait > 0 {
		x.s.count.add(func(st *Stats) { st.Locked++ })
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
	if stopped && stop.refusesAll() {
		return x.refuse(stop.Status, stop.Code), false
	}
	return x.enterProfile()
}

// enterProfile sets the profile that x-profile-id or a profile's own key names.
func (x *exchange) enterProfile() (answer, bool) {
	x.req.Profile = x.account.Profile
	asked := x.r.Header.Get("X-Profile-Id")
	switch {
	case asked == "":
	case x.account.Profile != "":
		return x.refuse(http.StatusForbidden, "AUTH_004"), false
	case !uuidFormat.MatchString(asked):
		return invalid("VALIDATION_003", "x-profile-id", "must be a UUID"), false
	case !slices.Contains(x.account.Profiles, asked):
		return failure(http.StatusNotFound, "RESOURCE_014", "Profile not found"), false
	default:
		x.req.Profile = asked
		x.w.Header().Set("X-Profile-Id", asked)
	}
	return answer{}, true
}

// refuse returns a refusal of the account. 401 and 403 have no body, unless
// Options.AuthBodies is set.
func (x *exchange) refuse(status int, code string) answer {
	x.s.count.add(func(st *Stats) { st.Refused++ })
	a := failure(status, code, "The request was refused")
	empty := status == http.StatusUnauthorized || status == http.StatusForbidden
	if empty && !x.s.o.AuthBodies {
		a.form = formEmpty
	}
	return a
}

// account returns the account of a key, and whether the key is good.
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

// stopFor returns the first stop that is in force for the request.
func (s *Server) stopFor(r *Request) (Stop, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, stop := range s.stops {
		inForce := stop.From <= r.Ordinal && (stop.Until == 0 || r.Ordinal < stop.Until)
		if inForce && (stop.refusesAll() || r.Operation == Create) {
			return stop, true
		}
	}
	return Stop{}, false
}

// refusesAll reports whether the stop refuses reads as well as creations.
func (s Stop) refusesAll() bool {
	switch s.Status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound:
		return true
	}
	return false
}
