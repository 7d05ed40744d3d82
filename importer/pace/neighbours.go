package pace

import (
	"math"
	"time"
)

const (
	// horizon is the time over which the others' use is averaged: long enough
	// that one burst does not look like a rate, short enough that others who
	// have stopped are soon forgotten.
	horizon = 3 * time.Minute

	// forgetAfter is the time without a sign of others after which they are
	// believed to have stopped.
	forgetAfter = time.Minute

	// shortest is the shortest time over which a use is averaged: the first burst
	// counts as its requests in that time. That rate all but stops us until more
	// is known.
	shortest = 15 * time.Second

	// bucketMargin is how many tokens are left in a bucket above the reserve, for
	// requests that take longer to the server than others.
	bucketMargin = 3

	// bucketShare is the largest part of a bucket that is kept full for others.
	// We need the rest for requests that arrive late.
	bucketShare = 0.86

	// lowest is the part of the reserve below which nothing is sent while
	// Remaining counts a window.
	lowest = 0.25
)

// overtaking is how much later a request that the server counted first can have
// been sent. After that time a server that contradicts itself is believed.
const overtaking = 10 * time.Second

// Observation is what the headers of an answer say about the pool. What an answer
// does not say is left at its zero value.
type Observation struct {
	Limit        int       // X-RateLimit-Limit, in requests a minute; 0 or less: not given
	Remaining    int       // X-RateLimit-Remaining
	HasRemaining bool      // false: Remaining is not given
	Reset        time.Time // X-RateLimit-Reset, by the server's clock; zero: not given
	Date         time.Time // by the server's clock; zero: not given
	SentAt       time.Time // when its request was sent, by our clock
	ReceivedAt   time.Time // when the answer came, by our clock
}

// neighbours estimates what others use of the pool: what is missing and was not
// sent by us. The package comment explains the method.
type neighbours struct {
	limit, reserve float64 // requests a minute

	last     Observation // the one sent last; zero before the first
	since    time.Time   // the first observation
	most     int         // the largest Remaining so far, plus the request that showed it
	balance  float64     // use that was seen and is less than a request, or noise
	rose     time.Time   // when Remaining last rose by more than a small bucket can
	recovers bool        // Remaining rises without a new window
	forgets  bool        // Remaining shows less use than ours of a minute, repeatedly
	forgot   time.Time   // when it did so first

	minute   float64   // what was missing last beyond our own requests of a minute
	began    time.Time // when the others' use began; zero: there is none
	lastSeen time.Time // the last sign of their use
	seconds  [horizon / time.Second]second
}

// second is what was seen in one second.
type second struct {
	at    int64   // Unix time by our clock
	used  float64 // requests of others
	above float64 // the sum of what was missing beyond our own requests of a minute
	seen  float64 // the number of observations in that sum
}

// setLimit changes the limit. What Remaining has shown of another limit is
// forgotten; what others use is not.
func (n *neighbours) setLimit(limit, reserve float64) {
	if limit != n.limit {
		n.last, n.most, n.balance, n.minute = Observation{}, 0, 0, 0
		n.rose, n.recovers, n.forgets, n.forgot = time.Time{}, false, false, time.Time{}
	}
	n.limit, n.reserve = limit, reserve
}

// noise is by how much Remaining may differ from what we expect because requests
// overtake each other on their way: the requests of a second, and up to 8. With a
// small limit few are on their way at once, and a new window brings little more.
func (n *neighbours) noise() float64 { return min(8, n.limit/25) + n.limit/60 }

// isBucket reports whether Remaining counts a bucket, which refills all the time,
// instead of the requests of a minute.
func (n *neighbours) isBucket() bool {
	most := float64(n.most)
	small := most <= max(serverBurst, n.limit/4)+1 && 2*most < n.limit
	jumped := n.last.SentAt.Sub(n.rose) < horizon
	return small && !jumped || n.recovers && n.forgets
}

// slides reports whether Remaining counts a sliding window.
func (n *neighbours) slides() bool { return !n.isBucket() && n.recovers }

// observe updates the estimate from an answer. An answer that was overtaken says
// nothing new.
func (n *neighbours) observe(a Observation, own *window) {
	if !a.HasRemaining || n.overtaken(a) {
		return
	}
	first := n.last.SentAt.IsZero()
	if first {
		n.since, n.last = a.SentAt, a
	}
	n.noteAbove(a, own)
	n.most = max(n.most, a.Remaining+1)
	if first && !n.isBucket() {
		n.use(a.SentAt, n.above(a, own))
	} else if !first {
		n.compare(a, own)
	}
	n.last = a
}

// overtaken reports whether the server saw an answer's request before the last
// one: it was sent before, or counted in the window before.
func (n *neighbours) overtaken(a Observation) bool {
	late := a.SentAt.Sub(n.last.SentAt)
	before := n.last.Reset.Sub(a.Reset) > time.Second && !a.Reset.IsZero()
	return late <= 0 || before && late < overtaking
}

// above returns what is missing beyond our own requests of the last minute. For a
// sliding window that is the others' use of the minute; for a fixed window it is
// at most their use.
func (n *neighbours) above(a Observation, own *window) float64 {
	mine := len(own.between(a.SentAt.Add(-time.Minute), a.SentAt))
	return n.limit - float64(a.Remaining) - float64(mine)
}

// noteAbove records what is missing beyond our own requests of the last minute.
func (n *neighbours) noteAbove(a Observation, own *window) {
	above := n.above(a, own)
	if above < -n.noise() {
		n.noteForgetful(a.SentAt)
	}
	if n.isBucket() {
		return
	}
	n.minute = above
	if above >= n.noise() {
		n.lastSeen = a.SentAt
	}
	if a.SentAt.Sub(n.began) >= time.Minute { // before that it counts a shorter time
		s := n.second(a.SentAt)
		s.above += above
		s.seen++
	}
}

// noteForgetful records that less is missing than we have sent in a minute. A
// server that has been restarted shows that once, for up to a minute; a larger
// bucket again and again.
func (n *neighbours) noteForgetful(at time.Time) {
	switch since := at.Sub(n.forgot); {
	case n.forgot.IsZero() || since > horizon:
		n.forgot = at
	case since > time.Minute+time.Second:
		n.forgets = true
	}
}

// compare finds out what was used since the last answer and was not ours.
func (n *neighbours) compare(a Observation, own *window) {
	expected := n.level(own, a.SentAt)
	gone := expected - float64(a.Remaining)
	if gone < -n.noise() {
		n.rise(a, own)
		return
	}
	n.balance += gone
	if n.balance < -n.noise() {
		n.balance, n.recovers = -n.noise(), true
	}
	least := 1.0
	if n.isBucket() { // a full bucket loses what comes in while our requests are on their way
		least = n.noise()
		if float64(a.Remaining+2) > n.size(a.SentAt) {
			n.balance = 0
		}
	}
	if whole := math.Floor(n.balance); whole >= least {
		n.balance -= whole
		n.use(a.SentAt, whole)
	}
}

// rise records that much more remains than before: a new window, or a sliding
// window that has forgotten old use. What is missing of a new window and is not
// ours was used by others since it began.
func (n *neighbours) rise(a Observation, own *window) {
	n.balance = 0
	contradicts := n.recovers && (n.isBucket() || n.above(a, own) < -n.noise())
	renewed := a.Reset.Sub(n.last.Reset) >= time.Minute/2 && !n.last.Reset.IsZero()
	again := !renewed && !n.rose.IsZero() && a.SentAt.Sub(n.rose) < time.Minute/2
	n.rose, n.recovers = a.SentAt, !contradicts && (n.recovers || again)
	if !n.recovers && renewed {
		ours := len(own.between(n.last.SentAt, a.SentAt))
		n.use(a.SentAt, n.limit-float64(a.Remaining)-float64(ours))
	}
}

// size returns the size of the bucket. Until the documented bucket would have
// filled up, what remains says nothing about the size.
func (n *neighbours) size(now time.Time) float64 {
	if now.Sub(n.since).Minutes()*n.limit < serverBurst {
		return max(serverBurst, float64(n.most))
	}
	return float64(n.most)
}

// level returns what remains at time now if others have used nothing since the
// last answer.
func (n *neighbours) level(own *window, now time.Time) float64 {
	level, at := float64(n.last.Remaining), n.last.SentAt
	sent := own.between(at, now)
	if !n.isBucket() {
		level -= float64(len(sent))
		if n.slides() {
			level += float64(len(own.between(at.Add(-time.Minute), now.Add(-time.Minute))))
		}
		return level
	}
	size := n.size(now)
	for _, t := range sent {
		level = min(level+t.Sub(at).Minutes()*n.limit, size) - 1
		at = t
	}
	return min(level+now.Sub(at).Minutes()*n.limit, size)
}

// use records what others have used.
func (n *neighbours) use(at time.Time, requests float64) {
	if requests < 1 {
		return
	}
	n.forget(at)
	if n.began.IsZero() {
		n.began = at
	}
	n.lastSeen = at
	n.second(at).used += requests
}

// second returns the entry of a time.
func (n *neighbours) second(at time.Time) *second {
	unix := at.Unix()
	s := &n.seconds[uint64(unix)%uint64(len(n.seconds))]
	if s.at != unix {
		*s = second{at: unix}
	}
	return s
}

// forget removes the estimate when others have stopped.
func (n *neighbours) forget(now time.Time) {
	if now.Sub(n.lastSeen) < forgetAfter {
		return
	}
	n.began, n.minute = time.Time{}, 0
	for i := range n.seconds {
		n.seconds[i] = second{}
	}
}

// perMinute returns what others use for certain, in requests a minute.
func (n *neighbours) perMinute(now time.Time) float64 {
	n.forget(now)
	var used, lastMinute, above, seen float64
	for _, s := range n.seconds {
		age := now.Unix() - s.at
		if age < 0 || age >= int64(len(n.seconds)) {
			continue
		}
		used += s.used
		above += s.above
		seen += s.seen
		if age < 60 {
			lastMinute += s.used
		}
	}
	span := horizon
	if !n.began.IsZero() {
		span = min(max(now.Sub(n.began), shortest), horizon)
	}
	use := max(used/span.Minutes(), lastMinute-n.reserve)
	if seen > 0 && !n.isBucket() {
		use = max(use, above/seen, n.minute-n.reserve/2)
	}
	return max(use, 0)
}

// wait returns how long nothing may be sent because too little remains for others;
// 0: enough remains. Each answer can change that.
func (n *neighbours) wait(now time.Time, own *window) time.Duration {
	if n.last.SentAt.IsZero() {
		return 0
	}
	level := n.level(own, now)
	if n.isBucket() {
		least := min(n.reserve+bucketMargin, bucketShare*n.size(now))
		wait := time.Duration(max(0, least+1-level) / n.limit * float64(time.Minute))
		if wait > 0 && len(own.between(now.Add(-n.refill()), now)) == 0 {
			return 0 // the answer to this request shows what remains: the last one may have come in a bad moment
		}
		return wait
	}
	ours := len(own.between(now.Add(-time.Minute), now))
	if room := n.limit - n.reserve/2 - n.perMinute(now); ours > 0 && float64(ours) >= room {
		return probeWait
	}
	if level-1 >= lowest*n.reserve {
		return 0
	}
	until := n.last.ReceivedAt.Add(n.hold())
	if until.After(now) {
		return until.Sub(now)
	}
	if probes := own.between(until, now); len(probes) > 0 && now.Sub(probes[len(probes)-1]) < probeWait {
		return probeWait
	}
	return 0
}

// refill returns the time in which the documented bucket fills up by itself. After
// that time one request is sent in any case: what was seen may have been the end
// of a burst, or of a window that looked like a bucket.
func (n *neighbours) refill() time.Duration {
	return max(probeWait, time.Duration(serverBurst/n.limit*float64(time.Minute)))
}

// probeWait is how long a request that probes for room waits for its answer before
// another one is sent.
const probeWait = 5 * time.Second

// hold returns how long nothing is sent when a window is nearly used up: until its
// end, if the answer says when that is, and at most a minute.
func (n *neighbours) hold() time.Duration {
	switch a := n.last; {
	case n.recovers:
		return probeWait
	case a.Reset.IsZero() || a.Date.IsZero():
		return shortest
	default: // the date is cut off at a second
		return min(max(a.Reset.Sub(a.Date)+time.Second, time.Second), time.Minute)
	}
}
