package simulator

import (
	"sync"
	"time"
)

// grant is what a pool says to one request.
type grant struct {
	ok        bool
	limit     int           // requests a minute
	remaining int           // how many more requests may go now
	wait      time.Duration // until the next request may go; 0 if ok
	reset     time.Time     // when the pool is full again
}

// counter is one algorithm's state. take is called with times that may run a
// little backwards, as concurrent requests do.
type counter interface {
	take(now time.Time) grant
}

// pool is a counter that many requests share.
type pool struct {
	mu      sync.Mutex
	counter counter
}

func newPool(a Algorithm, perMinute, bucket int) *pool {
	switch a {
	case FixedWindow:
		return &pool{counter: &fixedWindow{perMinute: perMinute, atOnce: newRing(bucket)}}
	case SlidingWindow:
		return &pool{counter: &slidingWindow{perMinute: newRing(perMinute), atOnce: newRing(bucket)}}
	}
	return &pool{counter: &tokenBucket{perMinute: perMinute, size: bucket, interval: time.Minute / time.Duration(perMinute)}}
}

func (p *pool) take(now time.Time) grant {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counter.take(now)
}

// tokenBucket holds size tokens and gets one each interval. It remembers the
// time at which it will be full (the "theoretical arrival time" of GCRA), which
// is exact in integers.
type tokenBucket struct {
	perMinute, size int
	interval        time.Duration
	full            time.Time
}

func (b *tokenBucket) take(now time.Time) grant {
	if b.full.Before(now) {
		b.full = now
	}
	g := grant{limit: b.perMinute}
	if missing := b.full.Sub(now); missing > b.interval*time.Duration(b.size-1) {
		g.wait, g.reset = missing-b.interval*time.Duration(b.size-1), b.full
		return g
	}
	b.full = b.full.Add(b.interval)
	used := int((b.full.Sub(now) + b.interval - 1) / b.interval)
	g.ok, g.remaining, g.reset = true, b.size-used, b.full
	return g
}

// fixedWindow counts from each full minute, and no more than the ring's length
// within a second.
type fixedWindow struct {
	perMinute int
	start     time.Time
	count     int
	atOnce    ring
}

func (w *fixedWindow) take(now time.Time) grant {
	if start := now.Truncate(time.Minute); start.After(w.start) {
		w.start, w.count = start, 0
	}
	end := w.start.Add(time.Minute)
	g := grant{limit: w.perMinute, reset: end}
	if w.count >= w.perMinute {
		g.wait = end.Sub(now)
		return g
	}
	if g.wait = w.atOnce.wait(now, time.Second); g.wait > 0 {
		g.remaining = w.perMinute - w.count
		return g
	}
	w.count++
	w.atOnce.add(now)
	g.ok, g.remaining = true, w.perMinute-w.count
	return g
}

// slidingWindow remembers when the last requests were let through.
type slidingWindow struct {
	perMinute, atOnce ring
}

func (w *slidingWindow) take(now time.Time) grant {
	limit := len(w.perMinute.times)
	g := grant{limit: limit}
	g.wait = max(w.perMinute.wait(now, time.Minute), w.atOnce.wait(now, time.Second))
	if g.ok = g.wait == 0; g.ok {
		w.perMinute.add(now)
		w.atOnce.add(now)
	}
	g.remaining = limit - w.perMinute.since(now.Add(-time.Minute))
	g.reset = now.Add(w.perMinute.emptyAfter(now, time.Minute))
	return g
}

// ring holds the times of the last len(times) grants, the oldest at next.
type ring struct {
	times []time.Time
	next  int
}

func newRing(n int) ring { return ring{times: make([]time.Time, max(n, 1))} }

func (r *ring) add(t time.Time) {
	r.times[r.next] = t
	r.next = (r.next + 1) % len(r.times)
}

// wait returns how long it takes until fewer than len(times) grants lie within
// the span.
func (r *ring) wait(now time.Time, span time.Duration) time.Duration {
	oldest := r.times[r.next]
	if oldest.IsZero() {
		return 0
	}
	return max(0, oldest.Add(span).Sub(now))
}

// since counts the grants after t, by binary search: they lie in order, apart
// from the jitter of concurrent requests, which may cost the count one or two.
func (r *ring) since(t time.Time) int {
	low, high := 0, len(r.times)
	for low < high {
		mid := (low + high) / 2
		if r.times[(r.next+mid)%len(r.times)].After(t) {
			high = mid
		} else {
			low = mid + 1
		}
	}
	return len(r.times) - low
}

// emptyAfter returns how long it takes until the newest grant has left the span.
func (r *ring) emptyAfter(now time.Time, span time.Duration) time.Duration {
	newest := r.times[(r.next+len(r.times)-1)%len(r.times)]
	if newest.IsZero() {
		return 0
	}
	return max(0, newest.Add(span).Sub(now))
}
