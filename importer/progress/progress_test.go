package progress

import (
	"math"
	"testing"
	"time"

	"sent-import/importer/outcome"
)

// The gauge says what went out in the last minute.
func TestGauge(t *testing.T) {
	start := time.Unix(1_800_000_000, 0)
	at := func(seconds float64) time.Time { return start.Add(time.Duration(seconds * float64(time.Second))) }
	g := new(gauge)
	if got := g.perMinute(at(100)); got != 0 {
		t.Errorf("before the first request: got %v, want 0", got)
	}
	for i := range 200 { // two a second, for 100 s
		g.add(at(float64(i) / 2))
		if now := at(float64(i) / 2); i == 10 && g.perMinute(now) != 0 {
			t.Errorf("after five seconds: got %v, want nothing to be said", g.perMinute(now))
		}
	}
	for _, test := range []struct {
		at, want float64
	}{{100, 120}, {130, 60}, {159, 2}, {161, 0}, {1e6, 0}} {
		if got := g.perMinute(at(test.at)); math.Abs(got-test.want) > 4 {
			t.Errorf("after %v s: got %v, want about %v", test.at, got, test.want)
		}
	}
}

func TestRequestsLeft(t *testing.T) {
	for _, test := range []struct {
		name string
		at   Snapshot
		left int
		time time.Duration
		ok   bool
	}{
		{"nothing is known", Snapshot{}, 0, 0, false},
		{"no limit", Snapshot{ToSettle: 10, PerMinute: math.Inf(1)}, 10, 0, false},
		{"no limit, and measured", Snapshot{ToSettle: 10, PerMinute: math.Inf(1), RealRate: 60}, 10, 10 * time.Second, true},
		{"the limiter's rate", Snapshot{ToSettle: 100, Settled: outcome.Counts{Rows: 40}, PerMinute: 60}, 60, time.Minute, true},
		{"the real rate is less", Snapshot{ToSettle: 100, Settled: outcome.Counts{Rows: 40}, PerMinute: 60, RealRate: 30}, 60, 2 * time.Minute, true},
		{"before the list", Snapshot{ToSettle: 1000, Pages: 10, PerMinute: 60}, 1010, 1010 * time.Second, true},
		{"the list shows none", Snapshot{ToSettle: 1000, Pages: 10, PagesRead: 5, PerMinute: 60}, 1005, 1005 * time.Second, true},
		{"the list shows all", Snapshot{ToSettle: 1000, Pages: 10, PagesRead: 5, Settled: outcome.Counts{Rows: 500, Duplicate: 500}, PerMinute: 60}, 5, 5 * time.Second, true},
		{"it shows more than can be", Snapshot{ToSettle: 1000, Pages: 10, PagesRead: 1, Settled: outcome.Counts{Rows: 500, Duplicate: 500}, PerMinute: 60}, 9, 9 * time.Second, true},
		{"look-ups", Snapshot{ToSettle: 100, Settled: outcome.Counts{Rows: 90, Duplicate: 20}, ToResolve: 20, Resolved: 5, PerMinute: 60}, 25, 25 * time.Second, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			left, ok := test.at.TimeLeft()
			if got, _ := test.at.RequestsLeft(); got != test.left || left.Round(time.Millisecond) != test.time || ok != test.ok {
				t.Errorf("got %d requests in %v, %t, want %d in %v, %t", got, left, ok, test.left, test.time, test.ok)
			}
		})
	}
}

// TestNothingIsKnownBeforeThePlan: nothing left, and nothing known yet, are not the same, also
// where a timetable could say how long no request at all takes.
func TestNothingIsKnownBeforeThePlan(t *testing.T) {
	for phase := Starting; phase <= Undoing; phase++ {
		p := new(Progress)
		p.Follow(Ahead{
			TimeFor:     func(n int, _ float64) time.Duration { return time.Duration(n) * time.Second },
			Settling:    func() bool { return false },
			ClosedUntil: func() time.Time { return time.Unix(1_900_000_000, 0) },
		})
		p.Start(phase, 0)
		_, known := p.Snapshot().RequestsLeft()
		if _, ok := p.Snapshot().TimeLeft(); known != (phase > Asking) || ok != known {
			t.Errorf("phase %d: got requests %t, time %t, want %t", phase, known, ok, phase > Asking)
		}
		p.Expect(3, 0)
		n, known := p.Snapshot().RequestsLeft()
		if left, ok := p.Snapshot().TimeLeft(); n != 3 || !known || left != 3*time.Second || !ok {
			t.Errorf("phase %d, with a plan: got %d, %t in %v, %t", phase, n, known, left, ok)
		}
	}
}

// With a timetable the time left is what it says, and a rate that is out of date is left out.
func TestAhead(t *testing.T) {
	settling, closed := false, time.Unix(1_900_000_000, 0)
	p := new(Progress)
	p.Expect(100, 0)
	p.Follow(Ahead{
		TimeFor: func(n int, perMinute float64) time.Duration {
			return time.Duration(n)*time.Hour + time.Duration(perMinute)
		},
		Settling:    func() bool { return settling },
		ClosedUntil: func() time.Time { return closed },
	})
	p.requests.began = time.Now().Add(-time.Hour)
	for range 30 {
		p.Sent()
	}
	s := p.Snapshot()
	if left, ok := s.TimeLeft(); !ok || left != 100*time.Hour+30 || s.ClosedUntil != closed {
		t.Errorf("got %v, %t, closed until %v", left, ok, s.ClosedUntil)
	}
	settling = true
	if left, _ := p.Snapshot().TimeLeft(); left != 100*time.Hour {
		t.Errorf("after a change: got %v", left)
	}
}
