package pace

import "time"

// window counts the requests of the last span of time. It holds whatever the
// bucket before it does: a bucket does not know what left before its rate was
// lowered.
type window struct {
	span  time.Duration
	limit int         // requests in any span, at least 1
	sent  []time.Time // of the last span, oldest first; never more than the largest limit
}

// wait returns how long at time now there is no room for another request; 0
// when there is.
func (w *window) wait(now time.Time) time.Duration {
	for len(w.sent) > 0 && now.Sub(w.sent[0]) >= w.span {
		w.sent = w.sent[1:]
	}
	if len(w.sent) < w.limit {
		return 0
	}
	return w.sent[len(w.sent)-w.limit].Add(w.span).Sub(now)
}

// add counts a request that leaves at time now.
func (w *window) add(now time.Time) { w.sent = append(w.sent, now) }
