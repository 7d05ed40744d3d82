package importer

import (
	"testing"
	"time"

	"sent-import/importer/ledger"
)

func TestServerClockNarrows(t *testing.T) {
	const ahead = 3 * time.Hour
	var c serverClock
	if c.get() != nil {
		t.Fatal("an offset is known before any answer")
	}
	for i := range 20 { // answers at all fractions of a second, 40 ms each way
		sentAt := t0.Add(time.Duration(i) * 1050 * time.Millisecond)
		date := sentAt.Add(ahead + 40*time.Millisecond).Truncate(time.Second)
		c.observe(sentAt, sentAt.Add(80*time.Millisecond), date, time.Second)
		got := c.get()
		if got.Low > ahead || got.High < ahead {
			t.Fatalf("answer %d: got %v to %v, which leaves out %v", i, got.Low, got.High, ahead)
		}
	}
	if got := c.get(); got.High-got.Low > 150*time.Millisecond {
		t.Errorf("got %v to %v: no narrower than %v", got.Low, got.High, got.High-got.Low)
	}
}

// The clock that dates contacts is behind the one that dates answers: it
// is allowed for once two contacts have shown it.
func TestServerClockLag(t *testing.T) {
	var c serverClock
	c.dated(t0, t0.Add(-time.Second)) // nothing to compare it with
	c.observe(t0, t0.Add(time.Second), t0.Add(time.Hour), time.Second)
	low := c.get().Low
	sent, showed := t0.Add(time.Minute), t0.Add(time.Minute+low)
	for _, step := range []struct{ lag, want time.Duration }{
		{-time.Second, 0}, {time.Second, 0}, {maxLag + 1, 0}, {300 * time.Millisecond, 300 * time.Millisecond},
		{2 * time.Second, time.Second}, {1500 * time.Millisecond, 1500 * time.Millisecond}, {time.Hour, 1500 * time.Millisecond},
	} {
		c.dated(sent, showed.Add(-step.lag))
		if got := c.lag(); got != step.want {
			t.Errorf("after a lag of %v: got %v, want %v", step.lag, got, step.want)
		}
	}
	c.dated(sent, time.Time{})
	if got := c.lag(); got != 1500*time.Millisecond {
		t.Errorf("after a contact without a date: got %v", got)
	}
	c.setLag(3 * time.Second)
	for dates := c.dates; dates < enoughDates; dates++ {
		if got := c.lag(); got != 3*time.Second {
			t.Fatalf("after %d contacts: got %v, want what an earlier run has seen", dates, got)
		}
		if _, save := c.dated(sent, showed); save != (dates == enoughDates-1) {
			t.Errorf("after %d contacts: save is %t", dates, save)
		}
	}
	if got := c.lag(); got != 1500*time.Millisecond {
		t.Errorf("got %v, want what this run has seen", got)
	}
	c.setLag(time.Hour)
	if c.dates = 0; c.lag() != maxLag {
		t.Errorf("got %v, want no more than %v", c.lag(), maxLag)
	}
}

// A lag that grows in small steps is saved as it grows.
func TestServerClockLagDrifts(t *testing.T) {
	var c serverClock
	c.observe(t0, t0, t0, time.Millisecond)
	saved := time.Duration(0)
	for ms := range 2000 {
		lag, save := c.dated(t0, t0.Add(-time.Duration(ms)*time.Millisecond))
		if save {
			saved = lag
		}
		if lag != c.lag() || (lag-saved).Abs() > skew/2 {
			t.Fatalf("after %d ms: the lag is %v, and %v is saved", ms, lag, saved)
		}
	}
	if saved < 1900*time.Millisecond {
		t.Errorf("got %v saved in the end", saved)
	}
}

func TestServerClockFollowsAStep(t *testing.T) {
	var c serverClock
	c.observe(t0, t0, t0.Add(time.Hour), time.Millisecond)
	c.observe(t0, t0, t0.Add(-time.Hour), time.Millisecond)
	if got := c.get(); got.Low != -time.Hour {
		t.Errorf("got %v, want the newest, -1h", got.Low)
	}
}

func TestServerClockIgnoresNonsense(t *testing.T) {
	var c serverClock
	c.observe(t0, t0.Add(time.Second), time.Time{}, time.Second)
	c.observe(time.Time{}, t0, t0, time.Second)
	c.observe(t0, t0.Add(-time.Second), t0, time.Second)
	if c.get() != nil {
		t.Error("an offset was learnt from nothing")
	}
}

func TestLostWith(t *testing.T) {
	run := ledger.RunInfo{LeaseUntil: t0.Add(20 * time.Second), RunState: ledger.RunState{Clock: &ledger.Offset{Low: time.Hour, High: time.Hour + time.Second}}}
	got := lostWith(run, t0, time.Minute, &ledger.Offset{})
	want := ledger.Window{From: t0.Add(time.Hour - skew), To: t0.Add(time.Hour + 81*time.Second + skew)}
	if got != want {
		t.Errorf("with its own clock: got %v, want %v", got, want)
	}
	run.Clock = nil
	got = lostWith(run, t0, time.Minute, &ledger.Offset{Low: -time.Hour, High: -time.Hour})
	want = ledger.Window{From: t0.Add(-time.Hour - skew), To: t0.Add(80*time.Second - time.Hour + skew)}
	if got != want {
		t.Errorf("with the present clock: got %v, want %v", got, want)
	}
}

// A window outlives the process and a computer's sleep, in which the monotonic
// clock stands still: its ends are times of the wall clock alone.
func TestWindowIsOfTheWallClock(t *testing.T) {
	at := time.Now()
	if w := window(at, at, exact); w.From != w.From.Round(0) || w.To != w.To.Round(0) {
		t.Errorf("got %v, with the monotonic clock", w)
	}
}
