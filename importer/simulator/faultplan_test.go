package simulator

import (
	"fmt"
	"math"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestRandomDependsOnNumberAndAttemptOnly(t *testing.T) {
	plan := Random(3, map[Fault]float64{{Kind: Internal}: 0.3, {Kind: Reset, After: true}: 0.3})
	for i := range 200 {
		r := Request{Operation: Create, Phone: fmt.Sprint("+1415555", 1000+i), Attempt: 1 + i%3}
		first := plan(r)
		r.Ordinal, r.At, r.Since, r.Key = 99, time.Now(), time.Hour, "other"
		if got := plan(r); got != first {
			t.Errorf("%s: got %v, want %v", r.Phone, got, first)
		}
	}
}

func TestRandomKeepsItsRates(t *testing.T) {
	rates := map[Fault]float64{
		{Kind: Internal, After: true}: 0.02, {Kind: Reset}: 0.1, {Kind: TooMany, On: OnLookup}: 0.5,
	}
	plan := Random(1, rates)
	got := map[Fault]int{}
	const n = 50_000
	for i := range n {
		got[plan(Request{Operation: Create, Phone: fmt.Sprint(i / 2), Attempt: 1 + i%2})]++
	}
	for f, rate := range rates {
		if f.On == OnLookup {
			rate = 0
		}
		// Four standard deviations.
		if diff := math.Abs(float64(got[f]) - n*rate); diff > 4*math.Sqrt(n*rate*(1-rate)) {
			t.Errorf("%v: got %d of %d, want %v", f, got[f], n, rate)
		}
	}
}

// The same seed gives the same faults, whatever the concurrency.
func TestFaultsAreReproducible(t *testing.T) {
	run := func(clients int) map[string]string {
		s := New(Options{Unlimited: true, Faults: Random(5, map[Fault]float64{{Kind: Internal}: 0.2, {Kind: BadGateway, After: true}: 0.2})})
		work := make(chan string) // closed below, by its only sender
		var wg sync.WaitGroup
		for range clients {
			wg.Go(func() {
				for phone := range work {
					for do(t, s, create(phone, "k"+phone[1:])).status >= 500 {
					}
				}
			})
		}
		for i := range 300 {
			work <- fmt.Sprintf("+1415555%04d", i)
		}
		close(work)
		wg.Wait()
		got := map[string]string{}
		for _, r := range s.Truth().Requests {
			got[fmt.Sprint(r.Phone, " ", r.Attempt)] = r.Fault
		}
		return got
	}
	one, many := run(1), run(16)
	if len(one) != len(many) {
		t.Errorf("requests: got %d with one client and %d with many", len(one), len(many))
	}
	for request, fault := range one {
		if many[request] != fault {
			t.Errorf("%s: got %q with one client and %q with many", request, fault, many[request])
		}
	}
}

func TestScript(t *testing.T) {
	s := New(Options{Faults: Script(
		map[uint64]Fault{2: {Kind: BadGateway}},
		map[string][]Fault{alice: {{}, {Kind: Internal}, {Kind: TooMany}}},
		map[string][]Fault{alice: {{Kind: Timeout504}}},
	)})
	for i, step := range []struct {
		c      call
		status int
	}{
		{create(alice, "a"), 201}, {create(bob, "b"), 502}, {create(alice, "a"), 500}, {lookup(alice), 504},
		{create(alice, "a"), 429}, {create(alice, "a"), 201}, {lookup(alice), 200}, {call{path: "/v3/me"}, 200},
	} {
		if got := do(t, s, step.c).status; got != step.status {
			t.Errorf("request %d: got %d, want %d", i+1, got, step.status)
		}
	}
}

func TestWindows(t *testing.T) {
	down := Fault{Kind: Unavailable}
	for _, c := range []struct {
		name string
		plan FaultPlan
		hits []int // which of ten requests, one each second from 0 on
	}{
		{"between", Between(3, 5, down), []int{3, 4, 5}},
		{"during", During(2*time.Second, 4*time.Second, down), []int{3, 4}},
		{"flapping", Flapping(2*time.Second, 3*time.Second, down), []int{3, 4, 5, 8, 9, 10}},
		{"first attempts", FirstAttempts(2, func(Request) Fault { return down }), []int{1, 2}},
		{"the first that strikes", First(Between(1, 1, down), Between(10, 10, down)), []int{1, 10}},
		{"another operation", Between(1, 9, Fault{Kind: Unavailable, On: OnLookup}), nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := New(Options{Faults: c.plan})
				var got []int
				for i := range 10 {
					if do(t, s, create(alice, "key")).status == http.StatusServiceUnavailable {
						got = append(got, i+1)
					}
					pass(time.Second)
				}
				equal(t, "hits", fmt.Sprint(got), fmt.Sprint(c.hits))
			})
		})
	}
}

func TestFlappingNeedsPositiveTimes(t *testing.T) {
	equal(t, "panics", panics(func() { Flapping(0, time.Second, Fault{Kind: Reset}) }), true)
}

// A 429 of the pool does not reach the plan: it costs no attempt.
func TestRateLimitedRequestsAreNoAttempts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{BucketSize: 1, Faults: Script(nil, map[string][]Fault{alice: {{Kind: Internal}}}, nil)})
		do(t, s, call{path: "/v3/me"})
		equal(t, "pool", do(t, s, create(alice, "")).status, 429)
		pass(time.Second)
		equal(t, "first attempt", do(t, s, create(alice, "")).status, 500)
	})
}

func TestScopes(t *testing.T) {
	for _, c := range []struct {
		scope                    Scope
		create, lookup, list, me bool
	}{
		{0, true, true, false, false},
		{OnCreate, true, false, false, false},
		{OnLookup | OnList | OnMe, false, true, true, true},
		{OnMe, false, false, false, true},
		{OnList, false, false, true, false},
	} {
		for op, want := range map[Operation]bool{Create: c.create, Lookup: c.lookup, List: c.list, Me: c.me, Other: false} {
			equal(t, fmt.Sprint(c.scope, " covers ", op), c.scope.covers(op), want)
		}
	}
}
