package pace

import (
	"slices"
	"time"
)

const (
	// maxShared is the rate in requests a minute above which a limiter is
	// alone: the file costs some fifty microseconds for each request.
	maxShared = 60_000

	// pollShared is the longest sleep of a process that shares its pace: the
	// time in which it notices pauses and limits of other processes.
	pollShared = time.Second

	// waiterGrace is how long after its next look at the file a waiting process
	// is believed to have ended. One that was killed delays the others by that
	// time, once.
	waiterGrace = time.Second
)

// shared locks the file that processes share, calls f with its state, and writes
// it back. It returns false, without a call, if this limiter is alone or has to
// go on alone. l.mu is held.
func (l *Limiter) shared(now time.Time, f func(*state)) bool {
	if l.file == nil || l.limit > maxShared || !l.file.begin(now) {
		return false
	}
	defer l.file.end(now)
	if l.options.auto() {
		l.merge(&l.file.state, now)
	}
	f(&l.file.state)
	return true
}

// takeShared is take with the shared state: the requests of other processes
// count as ours, and the bucket is one for all. l.mu is held.
func (l *Limiter) takeShared(s *state, now time.Time) time.Duration {
	wait := time.Duration(s.pausedUntil() - now.UnixNano())
	switch {
	case wait > 0:
		if until := now.Add(wait); until.After(l.pausedUntil) { // it is not this limiter's own
			l.options.Paused(until)
		}
	case l.options.auto():
		wait = l.takeTurn(s, now)
		s.Tokens, s.TokensAt = l.bucket.tokens(), now.Add(l.bucket.at.Sub(now)).UnixNano()
	default:
		wait = l.takeExplicit(s, now)
	}
	return min(wait, pollShared)
}

// takeExplicit goes at the user's rate, whatever other processes do, and records
// the request for them.
func (l *Limiter) takeExplicit(s *state, now time.Time) time.Duration {
	wait := l.takeAlone(now)
	if wait <= 0 {
		s.count(now.UnixNano())
		s.Tokens = max(s.Tokens-1, -maxBurst)
	}
	return wait
}

// takeTurn takes a token if there is one and no other process is before this one.
func (l *Limiter) takeTurn(s *state, now time.Time) time.Duration {
	unix := now.UnixNano()
	wait := l.pausedUntil.Sub(now)
	if wait <= 0 {
		l.paused = false // the pause has emptied the shared bucket
		wait = l.room(now)
	}
	if s.enqueue(l.file.id, unix, unix+int64(pollShared+waiterGrace)) {
		wait = max(wait, l.interval())
	}
	if wait > 0 {
		return wait
	}
	l.bucket.take()
	l.recent.add(now)
	s.count(unix)
	s.dequeue(l.file.id, unix)
	return 0
}

// interval is the time between two requests at the present rate, from a
// millisecond to a minute.
func (l *Limiter) interval() time.Duration {
	perMinute := max(l.bucket.perMinute, 1)
	return max(time.Duration(float64(time.Minute)/perMinute), time.Millisecond)
}

// merge updates this limiter with what other processes have done: their
// requests, the newest limit and the level of the bucket.
func (l *Limiter) merge(s *state, now time.Time) {
	known := l.file.known
	for _, at := range l.file.news(now) {
		l.recent.add(at)
	}
	if !known {
		slices.SortFunc(l.recent.sent, time.Time.Compare)
	}
	limitAge := time.Duration(now.UnixNano() - s.LimitAt)
	switch {
	case !l.limitAt.IsZero() && now.Sub(l.limitAt) <= limitAge:
		s.Limit, s.LimitAt = l.limit, now.Add(l.limitAt.Sub(now)).UnixNano()
	case s.Limit > 0 && limitAge < believeShared:
		l.setLimit(s.Limit, now)
	}
	if l.file.fresh {
		return // only this limiter knows the level of the bucket
	}
	at := min(s.TokensAt, max(s.pausedUntil(), now.UnixNano()))
	l.bucket.put(now.Add(time.Duration(at-now.UnixNano())), s.Tokens)
}

// leave gives up this limiter's place among the waiting processes.
func (l *Limiter) leave(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.shared(now, func(s *state) { s.dequeue(l.file.id, now.UnixNano()) })
}

// Close releases the shared file. The limiter must not be used afterwards.
func (l *Limiter) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.file == nil {
		return nil
	}
	return l.file.close()
}
