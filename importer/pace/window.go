package pace

import (
	"slices"
	"time"
)

// window limits the requests of any span of time, whatever the bucket allows: a
// bucket does not know what was sent before its rate was lowered.
type window struct {
	span  time.Duration
	keep  time.Duration // how long times are remembered, at least span
	limit int           // requests in any span, at least 1
	sent  []time.Time   // oldest first
}

// wait returns how long it takes from now until there is room for another request;
// 0: there is.
func (w *window) wait(now time.Time) time.Duration {
	for len(w.sent) > 0 && now.Sub(w.sent[0]) >= w.keep {
		w.sent = w.sent[1:]
	}
	if len(w.sent) < w.limit {
		return 0
	}
	return max(0, w.sent[len(w.sent)-w.limit].Add(w.span).Sub(now))
}

// add counts a request that is sent at time now.
func (w *window) add(now time.Time) { w.sent = append(w.sent, now) }

// between returns the remembered requests after from, up to and including to.
func (w *window) between(from, to time.Time) []time.Time {
	return w.sent[w.after(from):w.after(to)]
}

// after returns the index of the first request after t.
func (w *window) after(t time.Time) int {
	i, _ := slices.BinarySearchFunc(w.sent, t, func(at, t time.Time) int {
		if at.After(t) {
			return 1
		}
		return -1
	})
	return i
}
