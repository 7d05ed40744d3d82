package pace

import (
	"slices"
	"time"
)

// together locks and reads the shared file, and reports whether there is one
// that can be used. l.mu is held. After it, l.shared.end is due.
func (l *Limiter) together(now time.Time) bool {
	if l.shared == nil || l.limit > maxShared || !l.shared.begin(now) {
		return false
	}
	if l.options.auto() {
		l.merge(now)
	}
	return true
}

// takeShared is take with the shared file at hand: what others have sent counts
// as ours, and the bucket is theirs too. l.mu is held.
func (l *Limiter) takeShared(now time.Time) time.Duration {
	s := &l.shared.state
	if wait := time.Duration(s.pausedUntil() - now.UnixNano()); wait > 0 {
		return min(wait, lookAtShared)
	}
	if !l.options.auto() {
		return l.takeExplicit(now)
	}
	wait := l.takeTurn(now)
	s.Tokens, s.TokensAt = l.bucket.tokens(), now.Add(l.bucket.at.Sub(now)).UnixNano()
	return wait
}

// takeExplicit goes at the user's rate, whatever others do. They are told.
func (l *Limiter) takeExplicit(now time.Time) time.Duration {
	wait := l.takeAlone(now)
	if s := &l.shared.state; wait <= 0 {
		s.count(now.UnixNano())
		s.Tokens = max(s.Tokens-1, -maxBurst)
		return wait
	}
	return min(wait, lookAtShared)
}

// takeTurn takes a token if there is one and nobody has waited for longer.
func (l *Limiter) takeTurn(now time.Time) time.Duration {
	s, unix := &l.shared.state, now.UnixNano()
	wait := l.pausedUntil.Sub(now)
	if wait <= 0 {
		l.paused = false // it is in the shared bucket
		wait = l.room(now)
	}
	behind := s.enqueue(l.shared.id, unix, unix+int64(lookAtShared+waiterTime))
	if behind {
		wait = max(wait, l.interval())
	}
	if wait > 0 {
		return min(wait, lookAtShared)
	}
	l.bucket.take()
	l.recent.add(now)
	s.count(unix)
	s.leave(l.shared.id, unix)
	return 0
}

// interval is the time between two requests, within what is worth waiting for.
func (l *Limiter) interval() time.Duration {
	perMinute := max(l.bucket.perMinute, 1)
	return max(time.Duration(float64(time.Minute)/perMinute), time.Millisecond)
}

// merge takes in what the other processes have done.
func (l *Limiter) merge(now time.Time) {
	s := &l.shared.state
	known := l.shared.known
	for _, at := range l.shared.since(now) {
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
	if l.shared.fresh {
		return // the bucket is what we know of it
	}
	at := min(s.TokensAt, max(s.pausedUntil(), now.UnixNano()))
	l.bucket.put(now.Add(time.Duration(at-now.UnixNano())), s.Tokens)
}

// sharePause has all processes wait. l.mu is held.
func (l *Limiter) sharePause(now time.Time) {
	if !l.together(now) {
		return
	}
	defer l.shared.end(now)
	s := &l.shared.state
	if until := now.Add(l.pausedUntil.Sub(now)).UnixNano(); until > s.Paused {
		s.Paused, s.PausedAt = until, now.UnixNano()
		s.Tokens, s.TokensAt = 0, until
	}
}

// leave gives the place among the waiting processes up.
func (l *Limiter) leave(now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.together(now) {
		return
	}
	defer l.shared.end(now)
	l.shared.state.leave(l.shared.id, now.UnixNano())
}

// Close gives back the shared file. The limiter must not be used any more.
func (l *Limiter) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shared == nil {
		return nil
	}
	return l.shared.close()
}
