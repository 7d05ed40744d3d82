package serverclock

import (
	"slices"
	"testing"
	"time"
)

var t0 = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// at is the offset of a clock that is known to the nanosecond.
func at(d time.Duration) Offset { return Offset{Low: d, High: d} }

// between is an offset that is known to lie between two.
func between(low, high time.Duration) Offset { return Offset{Low: low, High: high} }

func TestServerClockNarrows(t *testing.T) {
	const ahead = 3 * time.Hour
	var c Clock
	if c.Offsets() != nil {
		t.Fatal("an offset is known before any answer")
	}
	for i := range 20 { // answers at all fractions of a second, 40 ms each way
		sentAt := t0.Add(time.Duration(i) * 1050 * time.Millisecond)
		date := sentAt.Add(ahead + 40*time.Millisecond).Truncate(time.Second)
		c.Observe(Exchange{SentAt: sentAt, ReceivedAt: sentAt.Add(80 * time.Millisecond), Date: date})
		got := c.Offsets()
		if len(got) != 1 || got[0].Low > ahead || got[0].High < ahead {
			t.Fatalf("answer %d: got %v, which leaves out %v", i, got, ahead)
		}
	}
	if got := c.Offsets()[0]; got.High-got.Low > 150*time.Millisecond {
		t.Errorf("got %v to %v: no narrower than %v", got.Low, got.High, got.High-got.Low)
	}
}

// What answers contradict is kept apart, and both hold.
func TestOffsetsWith(t *testing.T) {
	const s = time.Second
	for _, c := range []struct {
		name string
		set  Offsets
		seen Offset
		want Offsets
	}{
		{"the first", nil, between(1, 2), Offsets{between(1, 2)}},
		{"narrower from both sides", Offsets{between(0, 10)}, between(3, 12), Offsets{between(3, 10)}},
		{"wider", Offsets{between(3, 5)}, between(0, 10), Offsets{between(3, 5)}},
		{"at the edge", Offsets{between(3, 5)}, between(5, 10), Offsets{at(5)}},
		{"a step ahead", Offsets{at(0)}, between(30*s, 31*s), Offsets{at(0), between(30*s, 31*s)}},
		{"a step back", Offsets{at(0)}, between(-31*s, -30*s), Offsets{between(-31*s, -30*s), at(0)}},
		{"between two", Offsets{at(-s), at(s)}, at(0), Offsets{at(-s), at(0), at(s)}},
		{"one of two", Offsets{between(0, s), between(90*s, 91*s)}, between(90*s, 90*s+1), Offsets{between(0, s), between(90*s, 90*s+1)}},
		{"either of two", Offsets{at(0), at(s)}, between(-s, 2*s), Offsets{at(0), at(s)}},
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
	var set Offsets
	for i := range 5000 {
		seen := at(time.Duration(i) * 3 * time.Millisecond)
		if set = set.with(seen); len(set) > maxOffsets {
			t.Fatalf("got %d offsets, want no more than %d", len(set), maxOffsets)
		}
		if _, n := set.overlapping(seen); n != 1 {
			t.Fatalf("%v is in %d of the offsets", seen, n)
		}
	}
	if h := set.Hull(); h.Low != 0 || h.High != 4999*3*time.Millisecond {
		t.Errorf("got %v, want all that was seen", h)
	}
	if !slices.IsSortedFunc(set, func(a, b Offset) int { return int(a.Low - b.High) }) {
		t.Errorf("got %v, want them ascending and disjoint", set)
	}
}

func TestServerClockIgnoresNonsense(t *testing.T) {
	var c Clock
	c.Observe(Exchange{SentAt: t0, ReceivedAt: t0.Add(time.Second)})
	c.Observe(Exchange{ReceivedAt: t0, Date: t0})
	c.Observe(Exchange{SentAt: t0, ReceivedAt: t0.Add(-time.Second), Date: t0, Timestamp: t0})
	if c.Offsets() != nil {
		t.Error("an offset was learnt from nothing")
	}
}

// The offset of an answer is that of the clock which has dated it.
func TestServerClockOf(t *testing.T) {
	var c Clock
	c.Restore(Offsets{at(0), at(90 * time.Second)})
	answer := func(stamp, date time.Time) Exchange {
		return Exchange{SentAt: t0, ReceivedAt: t0.Add(time.Second), Timestamp: stamp, TimestampUnit: time.Millisecond, Date: date}
	}
	for name, test := range map[string]struct {
		a    Exchange
		want Offset
	}{
		"by its timestamp":     {answer(t0, t0.Add(90*time.Second)), at(0)},
		"by its Date":          {answer(time.Time{}, t0.Add(90*time.Second)), at(90 * time.Second)},
		"by neither":           {answer(time.Time{}, time.Time{}), between(0, 90*time.Second)},
		"of a clock of others": {answer(t0.Add(time.Hour), t0), between(time.Hour-time.Second, time.Hour+time.Millisecond)},
	} {
		if got := c.Of(test.a); got != test.want {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}
