package serverclock

import (
	"slices"
	"testing"
	"time"
)

func TestClaimSpan(t *testing.T) {
	if got, want := ClaimSpan(3, t0, t0.Add(20*time.Second), time.Minute), (Span{Run: 3, From: t0, To: t0.Add(80 * time.Second)}); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := ClaimSpan(3, t0.Add(time.Hour), t0.Add(20*time.Second), time.Minute), (Span{Run: 3, From: t0.Add(time.Hour), To: t0.Add(time.Hour + 80*time.Second)}); got != want {
		t.Errorf("after the clock was set back: got %v, want %v", got, want)
	}
}

// A span outlives the process and a computer's sleep, in which the monotonic
// clock stands still: its ends are times of the wall clock alone.
func TestSpansAreOfTheWallClock(t *testing.T) {
	now := time.Now()
	spans := RequestSpans(1, now, now, 0)
	if len(spans) != 1 || spans[0].From != spans[0].From.Round(0) || spans[0].To != spans[0].To.Round(0) {
		t.Errorf("got %v, with the monotonic clock", spans)
	}
}

func TestSpansJoin(t *testing.T) {
	var ss Spans
	ss = ss.Add(Span{Run: 1, From: t0, To: t0.Add(time.Minute)})
	ss = ss.Add(Span{Run: 2, From: t0, To: t0.Add(time.Minute)})
	ss = ss.Add(Span{Run: 2, From: t0.Add(30 * time.Second), To: t0.Add(2 * time.Minute)})
	ss = ss.Add(Span{Run: 2, From: t0.Add(time.Hour), To: t0.Add(time.Hour + time.Minute)})
	ss = ss.Add(Span{Run: 2, From: t0, To: t0.Add(time.Second)}) // our clock was set back
	want := Spans{
		{Run: 1, From: t0, To: t0.Add(time.Minute)}, {Run: 2, From: t0, To: t0.Add(2 * time.Minute)},
		{Run: 2, From: t0.Add(time.Hour), To: t0.Add(time.Hour + time.Minute)}, {Run: 2, From: t0, To: t0.Add(time.Second)},
	}
	if !slices.Equal(ss, want) {
		t.Errorf("got %v, want %v", ss, want)
	}
}
