package pace

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// The models of this file count requests as a server may: written apart from
// the limiter and from the simulator, and as simple as can be.

// pool is the allowance of an account.
type pool interface {
	// take lets a request through or not, and tells what remains then, and when
	// the pool is whole again.
	take(now time.Time) (ok bool, remaining int, reset time.Time)
	// limit changes the requests a minute. What was used stays used.
	limit(perMinute int)
}

// tokens is a bucket of size that is refilled at perMinute.
type tokens struct {
	perMinute, size float64
	level           float64
	at              time.Time
}

func (p *tokens) limit(perMinute int) { p.perMinute = float64(perMinute) }

func (p *tokens) take(now time.Time) (bool, int, time.Time) {
	if p.at.IsZero() {
		p.level = p.size
	} else {
		p.level = min(p.size, p.level+now.Sub(p.at).Minutes()*p.perMinute)
	}
	p.at = now
	ok := p.level >= 1
	if ok {
		p.level--
	}
	full := time.Duration((p.size - p.level) / p.perMinute * float64(time.Minute))
	return ok, int(p.level), now.Add(full)
}

// minute counts from each full minute, or over the last 60 s if it slides.
type minute struct {
	perMinute int
	slides    bool
	sent      []time.Time
}

func (p *minute) limit(perMinute int) { p.perMinute = perMinute }

func (p *minute) take(now time.Time) (bool, int, time.Time) {
	start := now.Truncate(time.Minute)
	if p.slides {
		start = now.Add(-time.Minute).Add(1)
	}
	for len(p.sent) > 0 && p.sent[0].Before(start) {
		p.sent = p.sent[1:]
	}
	ok := len(p.sent) < p.perMinute && !p.rushed(now)
	if ok {
		p.sent = append(p.sent, now)
	}
	return ok, max(0, p.perMinute-len(p.sent)), start.Add(time.Minute)
}

// rushed says that 50 have come within a second already, or more where the
// limit is so high that it can't be used with that.
func (p *minute) rushed(now time.Time) bool {
	atOnce := max(serverBurst, p.perMinute/20)
	return len(p.sent) >= atOnce && now.Sub(p.sent[len(p.sent)-atOnce]) < time.Second
}

// pools are all the ways of counting.
func pools(perMinute int) map[string]func() pool {
	return map[string]func() pool{
		"bucket of 50":   func() pool { return &tokens{perMinute: float64(perMinute), size: serverBurst} },
		"large bucket":   func() pool { return &tokens{perMinute: float64(perMinute), size: float64(perMinute)} },
		"fixed window":   func() pool { return &minute{perMinute: perMinute} },
		"sliding window": func() pool { return &minute{perMinute: perMinute, slides: true} },
	}
}

// account is a pool that an importer and a neighbour share.
type account struct {
	mu        sync.Mutex
	pool      pool
	perMinute int
	headers   bool
	ours      counted
	theirs    counted
}

// counted is what one of them got.
type counted struct {
	sent    []time.Time // what was let through
	refused []time.Time
}

func (c *counted) add(ok bool, now time.Time) {
	if ok {
		c.sent = append(c.sent, now)
	} else {
		c.refused = append(c.refused, now)
	}
}

// since counts what was let through after t.
func (c *counted) since(t time.Time) (n int) {
	for _, at := range c.sent {
		if at.After(t) {
			n++
		}
	}
	return n
}

func (a *account) change(perMinute int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.perMinute = perMinute
	a.pool.limit(perMinute)
}

// request is one of ours, as it arrives.
func (a *account) request() (Observation, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	now := time.Now()
	ok, remaining, reset := a.pool.take(now)
	a.ours.add(ok, now)
	if !a.headers {
		return Observation{}, ok
	}
	return Observation{
		Limit: a.perMinute, Remaining: remaining, HasRemaining: true,
		Reset: reset.Truncate(time.Second), Date: now.Truncate(time.Second),
	}, ok
}

// burst is n requests of the neighbour's at once.
func (a *account) burst(n int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for range n {
		ok, _, _ := a.pool.take(time.Now())
		a.theirs.add(ok, time.Now())
	}
}

// latency is how long a request takes on its way there and back.
type latency struct{ least, most time.Duration }

func (l latency) half(rnd *rand.Rand) time.Duration {
	return (l.least + time.Duration(rnd.Int64N(int64(l.most-l.least)+1))) / 2
}

// importing sends requests with a limiter until ctx ends.
func (a *account) importing(ctx context.Context, l *Limiter, workers int, lat latency, rnd *rand.Rand) {
	var mu sync.Mutex
	way := func() time.Duration {
		mu.Lock()
		defer mu.Unlock()
		return lat.half(rnd)
	}
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for l.Wait(ctx) == nil {
				sent := time.Now()
				pass(way())
				o, ok := a.request()
				pass(way())
				o.SentAt, o.ReceivedAt = sent, time.Now()
				l.Observe(o)
				if !ok {
					l.Pause(time.Until(o.Reset))
				}
			}
		})
	}
	all.Wait()
}

// neighbour is somebody else who uses the pool, until ctx ends.
type neighbour func(ctx context.Context, burst func(n int), rnd *rand.Rand)

// evenly sends n at once, perMinute on average.
func evenly(perMinute float64, n int, phase time.Duration) neighbour {
	return func(ctx context.Context, burst func(int), _ *rand.Rand) {
		period := time.Duration(float64(n) / perMinute * float64(time.Minute))
		for wait := phase; sleep(ctx, wait); wait = period {
			burst(n)
		}
	}
}

// randomly sends bursts of 1 to most at random moments, as a bucket of most
// that is refilled at perMinute allows, and uses nearly all of it.
func randomly(perMinute float64, most int) neighbour {
	return func(ctx context.Context, burst func(int), rnd *rand.Rand) {
		for level, n := float64(most), 0; ; level -= float64(n) {
			n = 1 + rnd.IntN(most)
			wait := max(0, (float64(n)-level)/perMinute*60) + rnd.Float64()*float64(most-n)/perMinute*60
			if !sleep(ctx, time.Duration(wait*float64(time.Second))) {
				return
			}
			burst(n)
			level = min(float64(most), level+wait*perMinute/60)
		}
	}
}

func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// sharing is an importer and a neighbour on one account.
type sharing struct {
	limit   int
	options Options
	lat     latency
	workers int
	them    neighbour
	seed    uint64
	silent  bool // no headers
}

// play goes on for d and returns the account.
func (s sharing) play(t *testing.T, p pool, d time.Duration) *account {
	t.Helper()
	a := new(account)
	s.on(t, a, p, d)
	return a
}

// on is play with an account that the caller has.
func (s sharing) on(t *testing.T, a *account, p pool, d time.Duration) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		a.pool, a.perMinute, a.headers = p, s.limit, !s.silent
		ctx, cancel := context.WithTimeout(t.Context(), d)
		defer cancel()
		var all sync.WaitGroup
		if s.them != nil {
			all.Go(func() { s.them(ctx, a.burst, rand.New(rand.NewPCG(s.seed, 2))) })
		}
		a.importing(ctx, New(s.options), s.workers, s.lat, rand.New(rand.NewPCG(s.seed, 1)))
		all.Wait()
	})
}

// between is a neighbour that comes and goes.
func between(from, to time.Duration, them neighbour) neighbour {
	return func(ctx context.Context, burst func(int), rnd *rand.Rand) {
		ctx, cancel := context.WithTimeout(ctx, to)
		defer cancel()
		if sleep(ctx, from) {
			them(ctx, burst, rnd)
		}
	}
}
