// Package timeline keeps when the requests of a job were sent and how long the answers
// took, for the people who look at its report. A timeline has the same size for a minute
// and for a year: its intervals become longer when there are too many. It is a help for the
// eye and no part of the truth: a run that is killed may leave the last second out, and a
// timeline that can't be read is as good as none.
//
// The package has no clock and no disk.
package timeline

import "time"

// Slot is what happened in an interval.
type Slot struct {
	Requests int           // sent
	Limited  int           // of them answered with 429
	Settled  int           // rows; not kept with a timeline: the rows say when they were settled
	Paused   time.Duration // no request was sent since the API had asked for a pause
	Outage   time.Duration // the API gave no answer
}

// Add returns the sum of two slots.
func (s Slot) Add(o Slot) Slot {
	return Slot{s.Requests + o.Requests, s.Limited + o.Limited, s.Settled + o.Settled, s.Paused + o.Paused, s.Outage + o.Outage}
}

// mostSlots is how many intervals a timeline spans at most: as many bars as can be told
// apart on a screen.
const mostSlots = 120

// widths are the lengths of an interval in seconds, in order. Each is a multiple of the
// one before, so that an interval is always a part of one that is longer. After a day they
// double.
var widths = [...]int64{1, 5, 15, 30, 60, 300, 900, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600, 24 * 3600}

// wider is the next length of an interval.
func wider(width int64) int64 {
	for _, w := range widths {
		if w > width {
			return w
		}
	}
	return 2 * width
}

// Timeline is what happened in each interval, and how long answers took. The zero value is
// empty and ready. It is not for several goroutines: see [Recorder].
type Timeline struct {
	Outages   int // that began
	Latencies Latencies

	width       int64          // of an interval in seconds; 0 while there is none
	slots       map[int64]Slot // by their start, in multiples of width since 1970
	first, last int64          // of slots; 0 while there is none
}

// Add adds what happened at a moment.
func (t *Timeline) Add(at time.Time, s Slot) {
	if t.slots == nil {
		t.width, t.slots = widths[0], make(map[int64]Slot)
		t.first, t.last = t.index(at), t.index(at)
	}
	for max(t.last, t.index(at))-min(t.first, t.index(at)) >= mostSlots {
		t.widen(wider(t.width))
	}
	index := t.index(at)
	t.first, t.last = min(t.first, index), max(t.last, index)
	t.slots[index] = t.slots[index].Add(s)
}

// AddSpan adds a span of time, as part makes a slot of the time that lies in one interval.
func (t *Timeline) AddSpan(from, to time.Time, part func(time.Duration) Slot) {
	if !from.Before(to) {
		return
	}
	t.Add(from, Slot{}) // the intervals are as long as they are going to be
	t.Add(to, Slot{})
	for from.Before(to) {
		end := time.Unix((t.index(from)+1)*t.width, 0)
		if end.After(to) {
			end = to
		}
		t.Add(from, part(end.Sub(from)))
		from = end
	}
}

// Merge adds another timeline.
func (t *Timeline) Merge(o *Timeline) {
	for index, s := range o.slots {
		at := time.Unix(index*o.width, 0)
		t.Add(at, Slot{})
		if o.width > t.width {
			t.widen(o.width)
		}
		t.Add(at, s)
	}
	t.Outages += o.Outages
	t.Latencies.merge(&o.Latencies)
}

// index is the interval that a moment is in.
func (t *Timeline) index(at time.Time) int64 { return floorDiv(at.Unix(), t.width) }

// widen makes intervals of that length, which is a multiple of theirs.
func (t *Timeline) widen(width int64) {
	slots := make(map[int64]Slot, len(t.slots))
	times := width / t.width
	for index, s := range t.slots {
		wide := floorDiv(index, times)
		slots[wide] = slots[wide].Add(s)
	}
	t.width, t.slots, t.first, t.last = width, slots, floorDiv(t.first, times), floorDiv(t.last, times)
}

func floorDiv(a, b int64) int64 {
	if a < 0 {
		return (a+1)/b - 1
	}
	return a / b
}

// Interval is what happened from Start on, for as long as a timeline's Width.
type Interval struct {
	Start time.Time // UTC
	Was   Slot
}

// Width is the length of an interval; 0 for an empty timeline.
func (t *Timeline) Width() time.Duration { return time.Duration(t.width) * time.Second }

// Intervals are all intervals from the first to the last, at most 120, those in which
// nothing happened among them.
func (t *Timeline) Intervals() []Interval {
	if len(t.slots) == 0 {
		return nil
	}
	all := make([]Interval, 0, t.last-t.first+1)
	for index := t.first; index <= t.last; index++ {
		all = append(all, Interval{time.Unix(index*t.width, 0).UTC(), t.slots[index]})
	}
	return all
}

// Total is the sum of all intervals.
func (t *Timeline) Total() (sum Slot) {
	for _, s := range t.slots {
		sum = sum.Add(s)
	}
	return sum
}
