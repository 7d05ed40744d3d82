package simulator

import (
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// through counts the requests that pass at once.
func through(t *testing.T, s *Server, c call, tries int) int {
	t.Helper()
	n := 0
	for range tries {
		if do(t, s, c).status != http.StatusTooManyRequests {
			n++
		}
	}
	return n
}

func TestRateAlgorithms(t *testing.T) {
	me := call{path: "/v3/me"}
	for _, c := range []struct {
		name      string
		algorithm Algorithm
		start     time.Duration // into the minute
		steps     []time.Duration
		passes    []int
	}{
		{"bucket", TokenBucket, 0,
			[]time.Duration{0, 299 * time.Millisecond, time.Millisecond, 3 * time.Second, time.Minute, 0},
			[]int{50, 0, 1, 10, 50, 0}},
		{"fixed window", FixedWindow, 55 * time.Second,
			[]time.Duration{0, time.Second - 1, 1, time.Second, time.Second, time.Second, time.Second, time.Second},
			[]int{50, 0, 50, 50, 50, 0, 50, 50}},
		{"sliding window", SlidingWindow, 55 * time.Second,
			[]time.Duration{0, time.Second - 1, 1, time.Second, time.Second, time.Second, 55 * time.Second, time.Second, time.Second},
			[]int{50, 0, 50, 50, 50, 0, 0, 50, 50}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				pass(c.start)
				s := New(Options{Algorithm: c.algorithm})
				for i, step := range c.steps {
					pass(step)
					if got := through(t, s, me, 60); got != c.passes[i] {
						t.Errorf("step %d: got %d through, want %d", i, got, c.passes[i])
					}
				}
			})
		})
	}
}

// A client that waits as it is told is let through at the next try.
func TestRetryAfterIsEnough(t *testing.T) {
	for _, algorithm := range []Algorithm{TokenBucket, FixedWindow, SlidingWindow} {
		t.Run(strconv.Itoa(int(algorithm)), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := New(Options{Algorithm: algorithm, RateLimit: 90, BucketSize: 40})
				for range 300 {
					r := do(t, s, call{path: "/v3/me"})
					if r.status == http.StatusOK {
						continue
					}
					want(t, "refused", r, http.StatusTooManyRequests, "BUSINESS_002")
					wait, err := strconv.Atoi(r.header.Get("Retry-After"))
					if err != nil || wait < 1 || wait > 60 {
						t.Fatalf("Retry-After: got %q, want 1 to 60", r.header.Get("Retry-After"))
					}
					pass(time.Duration(wait) * time.Second)
					equal(t, "after the wait", do(t, s, call{path: "/v3/me"}).status, http.StatusOK)
				}
			})
		})
	}
}

func TestLimitHoldsInAnyMinute(t *testing.T) {
	for _, c := range []struct {
		algorithm Algorithm
		most      int
	}{
		{TokenBucket, 250}, {FixedWindow, 400}, {SlidingWindow, 200},
	} {
		t.Run(strconv.Itoa(int(c.algorithm)), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := New(Options{Algorithm: c.algorithm})
				var granted []time.Time
				for range 5 * 60 * 10 { // five minutes, ten tries a second
					if do(t, s, call{path: "/v3/me"}).status == http.StatusOK {
						granted = append(granted, time.Now())
					}
					pass(100 * time.Millisecond)
				}
				most := 0
				for i, first := range granted {
					n := 0
					for _, g := range granted[i:] {
						if g.Sub(first) < time.Minute {
							n++
						}
					}
					most = max(most, n)
				}
				if most > c.most || most < 200 {
					t.Errorf("most in 60 s: got %d, want 200 to %d", most, c.most)
				}
			})
		})
	}
}

func Test429ExecutesNothing(t *testing.T) {
	s := New(Options{BucketSize: 1})
	do(t, s, create(alice, ""))
	want(t, "refused", do(t, s, create(bob, "key")), http.StatusTooManyRequests, "BUSINESS_002")
	equal(t, "contacts", s.Stats().Contacts, 1)
	equal(t, "429", s.Stats().RateLimited, 1)
	equal(t, "committed", s.Truth().OfKey("key")[0].Committed, false)
}

func TestRateHeaders(t *testing.T) {
	for _, c := range []struct {
		name          string
		headers       RateHeaders
		onOK, on429   bool
		rateUnlimited int
	}{
		{"always", HeadersAlways, true, true, 0},
		{"on 429", HeadersOn429, false, true, 0},
		{"never", HeadersNever, false, false, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := New(Options{RateHeaders: c.headers, BucketSize: 1})
			for _, r := range []struct {
				result
				headers bool
			}{{do(t, s, create(alice, "")), c.onOK}, {do(t, s, create(bob, "")), c.on429}} {
				for _, name := range []string{"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} {
					equal(t, name, r.header.Get(name) != "", r.headers)
				}
			}
		})
	}
	r := do(t, New(Options{Unlimited: true}), create(alice, ""))
	equal(t, "unlimited", r.header.Get("X-RateLimit-Limit"), "")
}

func TestRateHeaderValues(t *testing.T) {
	for _, c := range []struct {
		name      string
		algorithm Algorithm
		remaining string
		reset     int64 // seconds after the first request
	}{
		{"bucket", TokenBucket, "49", 1},
		{"fixed window", FixedWindow, "199", 60},
		{"sliding window", SlidingWindow, "199", 60},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := do(t, New(Options{Algorithm: c.algorithm}), create(alice, "")).header
				equal(t, "limit", h.Get("X-RateLimit-Limit"), "200")
				equal(t, "remaining", h.Get("X-RateLimit-Remaining"), c.remaining)
				equal(t, "reset", h.Get("X-RateLimit-Reset"), strconv.FormatInt(time.Now().Unix()+c.reset, 10))
			})
		})
	}
}

func TestPoolsAreTheOrganizationsWhateverTheProfile(t *testing.T) {
	s := New(Options{
		Keys:     map[string]Account{"org": {ID: "A"}, "second": {ID: "A"}, "own": {ID: "A", Profile: profileA}, "b": {ID: "B"}},
		Profiles: []string{profileA}, BucketSize: 1,
	})
	equal(t, "first", do(t, s, create(alice, "").by("org")).status, 201)
	equal(t, "a profile of it", do(t, s, create(alice, "").by("org").in(profileA)).status, 429)
	equal(t, "another key of it", do(t, s, create(bob, "").by("second")).status, 429)
	equal(t, "the profile's own key", do(t, s, create(alice, "").by("own")).status, 201)
	equal(t, "another account", do(t, s, create(alice, "").by("b")).status, 201)
}

func TestSetRateLimit(t *testing.T) {
	s := New(Options{BucketSize: 1})
	do(t, s, create(alice, ""))
	s.SetRateLimit(10_000)
	equal(t, "limit", do(t, s, create(bob, "")).header.Get("X-RateLimit-Limit"), "10000")
}

func TestPeak(t *testing.T) {
	p := newPeak(time.Second, time.Millisecond)
	for _, ms := range []time.Duration{0, 0, 500, 999, 1000, 1001, 900, 5000, 5001, 6001} {
		p.add(ms * time.Millisecond)
	}
	// 0, 0, 500, 999 are four; at 1000 the two at 0 have left: 500, 999, 1000,
	// 1001 and one that came out of order.
	equal(t, "most", p.most, 5)
}
