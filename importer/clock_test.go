package importer

import (
	"slices"
	"testing"
	"time"

	"sent-import/importer/ledger"
	"sent-import/importer/sent"
)

// at is the offset of a clock that is known to the nanosecond.
func at(d time.Duration) ledger.Offset { return ledger.Offset{Low: d, High: d} }

// between is an offset that is known to lie between two.
func between(low, high time.Duration) ledger.Offset { return ledger.Offset{Low: low, High: high} }

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
		if len(got) != 1 || got[0].Low > ahead || got[0].High < ahead {
			t.Fatalf("answer %d: got %v, which leaves out %v", i, got, ahead)
		}
	}
	if got := c.get()[0]; got.High-got.Low > 150*time.Millisecond {
		t.Errorf("got %v to %v: no narrower than %v", got.Low, got.High, got.High-got.Low)
	}
}

// What answers contradict is kept apart, and both hold.
func TestOffsetsWith(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		name string
		set  offsets
		seen ledger.Offset
		want offsets
	}{
		{"the first", nil, between(1, 2), offsets{between(1, 2)}},
		{"narrower from both sides", offsets{between(0, 10)}, between(3, 12), offsets{between(3, 10)}},
		{"wider", offsets{between(3, 5)}, between(0, 10), offsets{between(3, 5)}},
		{"at the edge", offsets{between(3, 5)}, between(5, 10), offsets{at(5)}},
		{"a step ahead", offsets{at(0)}, between(30*s, 31*s), offsets{at(0), between(30*s, 31*s)}},
		{"a step back", offsets{at(0)}, between(-31*s, -30*s), offsets{between(-31*s, -30*s), at(0)}},
		{"between two", offsets{at(-s), at(s)}, at(0), offsets{at(-s), at(0), at(s)}},
		{"one of two", offsets{between(0, s), between(90*s, 91*s)}, between(90*s, 90*s+1), offsets{between(0, s), between(90*s, 90*s+1)}},
		{"either of two", offsets{at(0), at(s)}, between(-s, 2*s), offsets{at(0), at(s)}},
	} {
		before := slices.Clone(c.set)
		if got := c.set.with(c.seen); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
		if !slices.Equal(c.set, before) {
			t.Errorf("%s: the set was changed in place", c.name)
		}
	}
}

// A clock that drifts for days costs no more than a handful of offsets, and none of
// those that were seen is left out.
func TestOffsetsAreBounded(t *testing.T) {
	var set offsets
	for i := range 5000 {
		seen := at(time.Duration(i) * 3 * time.Millisecond)
		if set = set.with(seen); len(set) > maxOffsets {
			t.Fatalf("got %d offsets, want no more than %d", len(set), maxOffsets)
		}
		if _, n := set.met(seen); n != 1 {
			t.Fatalf("%v is in %d of the offsets", seen, n)
		}
	}
	if h := set.hull(); h.Low != 0 || h.High != 4999*3*time.Millisecond {
		t.Errorf("got %v, want all that was seen", h)
	}
	if !slices.IsSortedFunc(set, func(a, b ledger.Offset) int { return int(a.Low - b.High) }) {
		t.Errorf("got %v, want them ascending and disjoint", set)
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

// The offset of an answer is that of the clock which has dated it.
func TestServerClockOf(t *testing.T) {
	var c serverClock
	c.begin(offsets{at(0), at(90 * time.Second)})
	answer := func(stamp, date time.Time) sent.Answer {
		return sent.Answer{SentAt: t0, ReceivedAt: t0.Add(time.Second), Timestamp: stamp, TimestampUnit: time.Millisecond, Date: date}
	}
	for name, test := range map[string]struct {
		a    sent.Answer
		want ledger.Offset
	}{
		"by its timestamp":     {answer(t0, t0.Add(90*time.Second)), at(0)},
		"by its Date":          {answer(time.Time{}, t0.Add(90*time.Second)), at(90 * time.Second)},
		"by neither":           {answer(time.Time{}, time.Time{}), between(0, 90*time.Second)},
		"of a clock of others": {answer(t0.Add(time.Hour), t0), between(time.Hour-time.Second, time.Hour+time.Millisecond)},
	} {
		if got := c.of(test.a); got != test.want {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}

func TestLostWith(t *testing.T) {
	run := ledger.RunInfo{Number: 3, LeaseUntil: t0.Add(20 * time.Second)}
	if got, want := lostWith(run, t0, time.Minute), (ledger.Span{Run: 3, From: t0, To: t0.Add(80 * time.Second)}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := lostWith(run, t0.Add(time.Hour), time.Minute), (ledger.Span{Run: 3, From: t0.Add(time.Hour), To: t0.Add(time.Hour + 80*time.Second)}); got != want {
		t.Errorf("after the clock was set back: got %v, want %v", got, want)
	}
}

// A span outlives the process and a computer's sleep, in which the monotonic
// clock stands still: its ends are times of the wall clock alone.
func TestSpansAreOfTheWallClock(t *testing.T) {
	now := time.Now()
	spans := spansOf(1, now, now, 0)
	if len(spans) != 1 || spans[0].From != spans[0].From.Round(0) || spans[0].To != spans[0].To.Round(0) {
		t.Errorf("got %v, with the monotonic clock", spans)
	}
}
