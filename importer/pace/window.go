package pace

import (
	"slices"
	"time"
)

// window counts the requests of the last span of time. It holds whatever the
// bucket before it does: a bucket does not know what left before its rate was
// lowered.
type window struct {
	span  time.Duration
	keep  time.Duration // how long times are remembered, at least span
	limit int           // requests in any span, at least 1
	sent  []time.Time   // oldest first
}

// wait returns how long at time now there is no room for another request; 0
// when there is.
func (w *window) wait(now time.Time) time.Duration {
	for len(w.sent) > 0 && now.Sub(w.sent[0]) >= w.keep {
		w.sent = w.sent[1:]
	}
	if len(w.sent) < w.limit {
		return 0
	}
	return max(0, w.sent[len(w.sent)-w.limit].Add(w.span).Sub(now))
}

// add counts a request that leaves at time now.
func (w *window) add(now time.Time) { w.sent = append(w.sent, now) }

// between returns the requests after from, up to and including to, as far as
// they are remembered.
func (w *window) between(from, to time.Time) []time.Time {
	return w.sent[w.after(from):w.after(to)]
}

// after is the index of the first request after t.
func (w *window) after(t time.Time) int {
	i, _ := slices.BinarySearchFunc(w.sent, t, func(at, t time.Time) int {
		if at.After(t) {
			return 1
		}
		return -1
	})
	return i
}
