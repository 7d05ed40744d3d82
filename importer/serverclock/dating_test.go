package serverclock

import (
	"slices"
	"testing"
	"time"
)

// shown is what one creation shows: contacts are dated from low to high ahead.
func shown(low, high time.Duration) Dating {
	return Dating{Low: low, High: high, Count: 1}
}

// learnt is what n creations of this run that agree show.
func learnt(n int, low, high time.Duration) Datings {
	var ds Datings
	for range n {
		ds = ds.with(shown(low, high))
	}
	return ds
}

func TestSeenDating(t *testing.T) {
	const hour = time.Hour
	x := Exchange{SentAt: t0, ReceivedAt: t0.Add(time.Second)}
	at := t0.Add(hour + 250*time.Millisecond)
	made := Dates{Made: Interval{at, at.Add(time.Millisecond)}}
	got, ok := SeenDating(x, made, between(5, 7))
	if want := shown(hour-750*time.Millisecond-7, hour+251*time.Millisecond-5); !ok || got != want {
		t.Errorf("got %v, %t, want %v", got, ok, want)
	}
	if got, ok := SeenDating(x, Dates{Created: made.Made}, Offset{}); ok {
		t.Errorf("without the date of the request: got %v, want nothing", got)
	}
	if got, ok := SeenDating(Exchange{ReceivedAt: t0}, made, Offset{}); ok {
		t.Errorf("without the time of the request: got %v, want nothing", got)
	}
}

func TestDatingsAgree(t *testing.T) {
	const ms, hour = time.Millisecond, time.Hour
	ds := learnt(3, -hour, -hour+20*ms).with(shown(-hour+10*ms, -hour+40*ms)) // narrower
	ds = ds.with(shown(-hour+100*ms, -hour+110*ms))                           // jitter
	ds = ds.with(shown(5*hour, 5*hour+ms))                                    // somebody's old contact
	ds = ds.with(shown(-2*hour, 6*hour))                                      // an answer that took long
	zoneless := shown(-hour, -hour)
	zoneless.Zoneless = true
	ds = ds.with(zoneless)
	want := []Dating{
		{Low: -hour + 100*ms, High: -hour + 20*ms, Count: 5}, {Low: 5 * hour, High: 5*hour + ms, Count: 1}, zoneless,
	}
	for i, d := range ds {
		if i >= len(want) || d.Dating != want[i] {
			t.Errorf("got %+v, want %+v", ds, want)
		}
	}
	if got := ds[0].span(); got != between(-hour+20*ms, -hour+100*ms) {
		t.Errorf("got %v, want from the one to the other", got)
	}
}

// A clock that wanders in small steps stays one opinion, from where it was to where
// it is; strays never crowd it out.
func TestDatingsWander(t *testing.T) {
	var ds Datings
	for i := range 2000 {
		d := time.Duration(i) * time.Millisecond
		ds = ds.with(shown(d, d))
		ds = ds.with(shown(time.Duration(i)*time.Hour+time.Minute, time.Duration(i)*time.Hour+time.Minute))
	}
	if len(ds) > maxDatings {
		t.Errorf("got %d opinions, want no more than %d", len(ds), maxDatings)
	}
	if d := ds[0]; d.Count != 2000 || d.span() != between(0, 1999*time.Millisecond) {
		t.Errorf("got %+v, want it to have wandered 2 s", d)
	}
}

// What earlier runs have seen is counted on, and no longer believed for what happens
// in a run that knows better by itself.
func TestDatingsOfEarlierRuns(t *testing.T) {
	const hour = time.Hour
	seen := Dating{Low: -hour, High: -hour, Count: 12}
	var c ContactClock
	c.Restore(Datings(nil).Earlier([]Dating{seen, {Low: 3 * hour, High: 3 * hour, Count: 500}}).Earlier([]Dating{{Low: -hour, High: -hour, Count: 3}}))
	for n := range Enough {
		more := c.Observe(shown(-hour, -hour))
		if want := 12+n+1 == Enough || n+1 == Enough; more != want {
			t.Errorf("creation %d: more is known: %t, want %t", n+1, more, want)
		}
	}
	want := []Dating{{Low: -hour, High: -hour, Count: 12 + Enough}}
	if got := c.Kept(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := len(c.Datings()); got != 2 {
		t.Errorf("got %d opinions for requests of earlier runs, want 2", got)
	}
	if c = (ContactClock{}); !c.Observe(shown(0, 0)) || c.Observe(shown(0, 0)) {
		t.Error("the first creation tells more, the second does not")
	}
}
