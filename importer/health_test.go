package importer

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func quietHealth(limit time.Duration) *health {
	return newHealth(limit, func(bool, time.Time) {})
}

// fail has n requests of the given rows fail, in turn.
func fail(t *testing.T, h *health, n int, rows ...int) {
	t.Helper()
	for i := range n {
		p, err := h.enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		h.failed(p, rows[i%len(rows)], false)
	}
}

func TestHealthAFewRowsAreNoOutage(t *testing.T) {
	h := quietHealth(time.Minute)
	fail(t, h, 50, 1, 2, 3, 4)
	if out, _ := h.state(); out {
		t.Error("the trouble of four rows was taken for an outage")
	}
}

func TestHealthAnswersInBetweenAreNoOutage(t *testing.T) {
	h := quietHealth(time.Minute)
	for range 50 {
		fail(t, h, outageFailures-1, 1, 2, 3, 4, 5)
		h.answered(pass{})
	}
	if out, _ := h.state(); out {
		t.Error("an outage in spite of answers")
	}
}

// What is suspicious, and what has been answered since.
func TestHealthSuspicion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := quietHealth(time.Minute)
		began := time.Now()
		if h.suspicious() || h.answeredSince(began) {
			t.Error("before anything: suspicious, or answered")
		}
		fail(t, h, outageFailures-1, 1)
		if h.suspicious() {
			t.Error("suspicious after a few failures")
		}
		fail(t, h, 1, 1)
		if !h.suspicious() {
			t.Error("not suspicious after many failures")
		}
		<-time.After(time.Second)
		h.answered(pass{})
		if h.suspicious() || !h.answeredSince(began) || h.answeredSince(time.Now().Add(1)) {
			t.Error("after an answer: suspicious, or not answered then")
		}
		fail(t, h, outageFailures, 1)
		if h.suspicious() {
			t.Error("suspicious at once after an answer")
		}
		<-time.After(outageSilence)
		if !h.suspicious() {
			t.Error("not suspicious after a second without an answer")
		}
		h.failed(pass{}, noRow, true)
		if out, _ := h.state(); !out || h.suspicious() {
			t.Error("suspicious of an outage that is known, or none")
		}
	})
}

// At a high rate five failures in a row are nothing, until a second has passed.
func TestHealthAMomentIsNoOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := quietHealth(time.Minute)
		h.answered(pass{})
		fail(t, h, 100, 1, 2, 3, 4, 5, 6, 7)
		if out, _ := h.state(); out {
			t.Error("an outage at once after an answer")
		}
		<-time.After(outageSilence)
		fail(t, h, 1, 1)
		if out, _ := h.state(); !out {
			t.Error("no outage after a second of failures")
		}
	})
}

func TestHealthLastResort(t *testing.T) {
	h := quietHealth(time.Minute)
	fail(t, h, outageFailures-1, 1)
	h.failed(pass{}, 1, true)
	if out, _ := h.state(); !out {
		t.Error("no outage when neither creations nor the look-up are answered")
	}
}

// In an outage one request at a time goes out, in the order of arrival, with
// growing waits; the first answer lets everybody go.
func TestHealthProbes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := quietHealth(time.Hour)
		began := time.Now()
		fail(t, h, outageFailures, 1, 2, 3, 4, 5)

		var mu sync.Mutex
		var at []time.Duration
		var probes, free int
		var waiters sync.WaitGroup
		for i := range 10 {
			waiters.Go(func() {
				p, err := h.enter(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if p.probe {
					probes++
					at = append(at, time.Since(began))
				} else {
					free++
				}
				answers := probes == 5
				mu.Unlock()
				if answers {
					h.answered(p)
				} else {
					h.failed(p, i, false)
				}
			})
		}
		waiters.Wait()
		if probes != 5 || free != 5 {
			t.Errorf("got %d probes and %d free requests, want 5 and 5", probes, free)
		}
		want := []time.Duration{1 * time.Second, 3 * time.Second, 7 * time.Second, 15 * time.Second, 25 * time.Second}
		for i := range min(len(at), len(want)) {
			if at[i] != want[i] {
				t.Errorf("probe %d went after %v, want %v", i, at[i], want[i])
			}
		}
	})
}

func TestHealthEndsAnOutageThatLasts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := quietHealth(15 * time.Minute)
		began := time.Now()
		fail(t, h, outageFailures, 1, 2, 3, 4, 5)
		for {
			p, err := h.enter(t.Context())
			if errors.Is(err, errOutage) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			h.failed(p, 1, false)
		}
		if took := time.Since(began); took != 15*time.Minute {
			t.Errorf("gave up after %v, want 15m", took)
		}
	})
}

func TestHealthWaitersLeaveWithTheirContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := quietHealth(time.Hour)
		fail(t, h, outageFailures, 1, 2, 3, 4, 5)
		ctx, cancel := context.WithCancelCause(t.Context())
		reason := errors.New("the reason")
		var waiters sync.WaitGroup
		for range 3 {
			waiters.Go(func() {
				if _, err := h.enter(ctx); !errors.Is(err, reason) {
					t.Errorf("got %v, want %v", err, reason)
				}
			})
		}
		synctest.Wait()
		cancel(reason)
		waiters.Wait()
		h.answered(pass{})
		if p, err := h.enter(t.Context()); err != nil || p.probe {
			t.Errorf("after the outage: got %v, %v", p, err)
		}
	})
}

// A turn that was taken and not used is there for the next one.
func TestHealthUnusedTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := quietHealth(time.Hour)
		fail(t, h, outageFailures, 1, 2, 3, 4, 5)
		for range 3 {
			p, err := h.enter(t.Context())
			if err != nil || !p.probe {
				t.Fatalf("got %v, %v, want a probe", p, err)
			}
			h.unused(p)
		}
	})
}
