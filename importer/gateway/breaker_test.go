package gateway

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// silence says nothing of outages.
type silence struct{}

func (silence) begins(time.Time) {}
func (silence) ends()            {}

func quietBreaker(limit time.Duration) *breaker { return newBreaker(limit, silence{}) }

// fail has n requests of the given rows fail, in turn.
func fail(t *testing.T, b *breaker, n int, rows ...int) {
	t.Helper()
	for i := range n {
		p, err := b.enter(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		b.failed(p, Caller{Row: rows[i%len(rows)]}, time.Time{})
	}
}

func TestBreakerAFewRowsAreNoOutage(t *testing.T) {
	b := quietBreaker(time.Minute)
	fail(t, b, 50, 1, 2, 3, 4)
	if out, _ := b.state(); out {
		t.Error("the trouble of four rows was taken for an outage")
	}
}

func TestBreakerAnswersInBetweenAreNoOutage(t *testing.T) {
	b := quietBreaker(time.Minute)
	for range 50 {
		fail(t, b, outageFailures-1, 1, 2, 3, 4, 5)
		b.answered(pass{})
	}
	if out, _ := b.state(); out {
		t.Error("an outage in spite of answers")
	}
}

// What is suspicious, and what has been answered since.
func TestBreakerSuspicion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := quietBreaker(time.Minute)
		began := time.Now()
		if b.suspicious() || b.answeredSince(began) {
			t.Error("before anything: suspicious, or answered")
		}
		fail(t, b, outageFailures-1, 1)
		if b.suspicious() {
			t.Error("suspicious after a few failures")
		}
		fail(t, b, 1, 1)
		if !b.suspicious() {
			t.Error("not suspicious after many failures")
		}
		<-time.After(time.Second)
		b.answered(pass{})
		if b.suspicious() || !b.answeredSince(began) || b.answeredSince(time.Now().Add(1)) {
			t.Error("after an answer: suspicious, or not answered then")
		}
		fail(t, b, outageFailures, 1)
		if b.suspicious() {
			t.Error("suspicious at once after an answer")
		}
		<-time.After(outageSilence)
		if !b.suspicious() {
			t.Error("not suspicious after a second without an answer")
		}
		b.failed(pass{}, Caller{NoBlame: true}, time.Time{})
		if out, _ := b.state(); !out || b.suspicious() {
			t.Error("suspicious of an outage that is known, or none")
		}
	})
}

// At a high rate five failures in a row are nothing, until a second has passed.
func TestBreakerAMomentIsNoOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := quietBreaker(time.Minute)
		b.answered(pass{})
		fail(t, b, 100, 1, 2, 3, 4, 5, 6, 7)
		if out, _ := b.state(); out {
			t.Error("an outage at once after an answer")
		}
		<-time.After(outageSilence)
		fail(t, b, 1, 1)
		if out, _ := b.state(); !out {
			t.Error("no outage after a second of failures")
		}
	})
}

// The rows that failed before an answer are no longer held against the server.
func TestBreakerForgetsTheRowsBeforeAnAnswer(t *testing.T) {
	b := quietBreaker(time.Minute)
	fail(t, b, outageFailures-1, 1, 2, 3, 4)
	b.answered(pass{})
	b.last = b.last.Add(-outageSilence)
	for range 50 {
		b.failed(pass{}, Caller{Row: 5}, time.Time{})
	}
	if out, _ := b.state(); out {
		t.Error("the trouble of one row was taken for an outage")
	}
}

// Once every row has had its turn, creations that fail may be rows that the server can't
// stand, however many they are.
func TestBreakerEndOfTheJob(t *testing.T) {
	b := quietBreaker(time.Minute)
	b.end()
	for row := range 50 {
		b.failed(pass{}, Caller{Row: row}, time.Time{})
	}
	if out, _ := b.state(); out {
		t.Error("the trouble of the last rows was taken for an outage")
	}
}

func TestBreakerLastResort(t *testing.T) {
	b := quietBreaker(time.Minute)
	fail(t, b, outageFailures-1, 1)
	b.failed(pass{}, Caller{Row: 1, NoBlame: true}, time.Time{})
	if out, _ := b.state(); !out {
		t.Error("no outage when neither creations nor the look-up are answered")
	}
}

// A question beside the rows makes no outage by itself, however often it is asked. Those
// about five rows do, and one about a row counts beside the row's creation.
func TestBreakerQuestionsAside(t *testing.T) {
	for _, test := range []struct {
		name    string
		failed  []Caller
		outages int
	}{
		{"one question again and again", slices.Repeat([]Caller{{aside: true}}, 50), 0},
		{"about one row again and again", slices.Repeat([]Caller{{Row: 7, aside: true}}, 50), 0},
		{"about five rows", []Caller{{Row: 1, aside: true}, {Row: 2, aside: true}, {Row: 3, aside: true}, {Row: 4, aside: true}, {Row: 5, aside: true}}, 1},
		{"beside creations", []Caller{{Row: 1}, {Row: 2}, {Row: 3}, {Row: 4}, {Row: 4, aside: true}}, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := quietBreaker(time.Minute)
			for _, by := range test.failed {
				b.failed(pass{}, by, time.Time{})
			}
			if _, outages := b.state(); outages != test.outages {
				t.Errorf("got %d outages, want %d", outages, test.outages)
			}
		})
	}
}

// In an outage one request at a time goes out, in the order of arrival, with
// growing waits; the first answer lets everybody go.
func TestBreakerProbes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := quietBreaker(time.Hour)
		began := time.Now()
		fail(t, b, outageFailures, 1, 2, 3, 4, 5)

		var mu sync.Mutex
		var at []time.Duration
		var probes, free int
		var waiters sync.WaitGroup
		for i := range 10 {
			waiters.Go(func() {
				p, err := b.enter(t.Context())
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
					b.answered(p)
				} else {
					b.failed(p, Caller{Row: i}, time.Time{})
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

func TestBreakerEndsAnOutageThatLasts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := quietBreaker(15 * time.Minute)
		began := time.Now()
		fail(t, b, outageFailures, 1, 2, 3, 4, 5)
		for {
			p, err := b.enter(t.Context())
			if errors.Is(err, errOutage) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			b.failed(p, Caller{Row: 1}, time.Time{})
		}
		if took := time.Since(began); took != 15*time.Minute {
			t.Errorf("gave up after %v, want 15m", took)
		}
	})
}

func TestBreakerWaitersLeaveWithTheirContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := quietBreaker(time.Hour)
		fail(t, b, outageFailures, 1, 2, 3, 4, 5)
		ctx, cancel := context.WithCancelCause(t.Context())
		reason := errors.New("the reason")
		var waiters sync.WaitGroup
		for range 3 {
			waiters.Go(func() {
				if _, err := b.enter(ctx); !errors.Is(err, reason) {
					t.Errorf("got %v, want %v", err, reason)
				}
			})
		}
		synctest.Wait()
		cancel(reason)
		waiters.Wait()
		b.answered(pass{})
		if p, err := b.enter(t.Context()); err != nil || p.probe {
			t.Errorf("after the outage: got %v, %v", p, err)
		}
	})
}

// A turn that was taken and not used is there for the next one.
func TestBreakerUnusedTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := quietBreaker(time.Hour)
		fail(t, b, outageFailures, 1, 2, 3, 4, 5)
		for range 3 {
			p, err := b.enter(t.Context())
			if err != nil || !p.probe {
				t.Fatalf("got %v, %v, want a probe", p, err)
			}
			b.unused(p)
		}
	})
}
