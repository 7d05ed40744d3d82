package simulator

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestPipeCarriesHTTPAndHTTPS(t *testing.T) {
	rt, closePipe := Pipe(New(Options{}))
	defer closePipe()
	for i, base := range []string{"http://sent.invalid", "https://api.sent.dm"} {
		resp, err := rt.RoundTrip(create([]string{alice, bob}[i], "").request(t, base))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		equal(t, base, resp.StatusCode, http.StatusCreated)
	}
}

// A minute of the rate limit and an hour of patience cost no real time.
func TestPipeInVirtualTime(t *testing.T) {
	began := time.Now()
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{})
		rt, closePipe := Pipe(s)
		defer closePipe()
		passed := 0
		for start := time.Now(); time.Since(start) < time.Minute; pass(100 * time.Millisecond) {
			r, err := over(t, rt, call{path: "/v3/me"})
			if err != nil {
				t.Fatal(err)
			}
			if r.status == http.StatusOK {
				passed++
			}
		}
		equal(t, "passed in a minute", passed, 249)
		pass(time.Hour)
		_, err := over(t, rt, call{path: "/v3/me"})
		if err != nil {
			t.Errorf("after an hour: %v", err)
		}
	})
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("real time: got %v for an hour", took)
	}
}

func TestPipeServesManyAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Latency: func(Request) time.Duration { return time.Second }})
		rt, closePipe := Pipe(s)
		defer closePipe()
		start := time.Now()
		var clients sync.WaitGroup
		for range 40 {
			clients.Go(func() {
				if r, err := over(t, rt, call{path: "/v3/me"}); err != nil || r.status != http.StatusOK {
					t.Errorf("got %d, %v, want 200", r.status, err)
				}
			})
		}
		clients.Wait()
		equal(t, "time", time.Since(start), time.Second)
		equal(t, "at the same time", s.Stats().MaxInFlight, 40)
		equal(t, "in a second", s.Stats().MaxPerSecond, 40)
	})
}

func TestClosedPipeRefuses(t *testing.T) {
	rt, closePipe := Pipe(New(Options{}))
	closePipe()
	closePipe()
	if _, err := over(t, rt, call{path: "/v3/me"}); err == nil || !strings.Contains(err.Error(), "make a new one") {
		t.Errorf("error: got %v, want what to do", err)
	}
}

func TestPipeDialObeysItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	rt := &pipeListener{} // nobody accepts, and it is never closed
	if _, err := rt.dial(ctx, "tcp", "x"); !errors.Is(err, context.Canceled) {
		t.Errorf("error: got %v, want context.Canceled", err)
	}
}

func TestPipeCloseWaitsForHandlers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New(Options{Faults: hits(Fault{Kind: Slow, Delay: time.Minute})})
		rt, closePipe := Pipe(s)
		client := &http.Client{Transport: rt, Timeout: time.Second}
		if _, err := client.Do(create(alice, "").request(t, "http://sent.invalid")); err == nil {
			t.Fatal("got an answer, want a timeout")
		}
		closePipe()
		equal(t, "contacts when it is closed", s.Stats().Contacts, 1)
	})
}
