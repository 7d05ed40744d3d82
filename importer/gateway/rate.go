package gateway

import (
	"sync"
	"sync/atomic"
	"time"

	"sent-import/importer/pace"
	"sent-import/importer/progress"
	"sent-import/importer/sent"
)

// unaskedPause is how long everybody waits after a 429 that doesn't say how long.
const unaskedPause = 10 * time.Second

// rate is the limiter, and what answers say about the rate.
type rate struct {
	limiter  *pace.Limiter
	outage   time.Duration // how long nothing but 429s may come
	stop     func(error)
	progress *progress.Progress
	answers  atomic.Int64 // of the API, to any request, but 429s

	mu    sync.Mutex
	since time.Time   // of the 429s since the last other answer
	times int         // how many they are
	timer *time.Timer // ends the run when they are an outage; nil while there are none
}

// observe learns the rate limit from an answer.
func (r *rate) observe(a sent.Answer) {
	r.limiter.Observe(pace.Observation{
		Limit: a.RateLimit.Limit, Remaining: a.RateLimit.Remaining, HasRemaining: a.RateLimit.HasRemaining,
		Reset: a.RateLimit.Reset, Date: a.Date, SentAt: a.SentAt, ReceivedAt: a.ReceivedAt,
	})
	r.progress.Allow(r.limiter.PerMinute())
}

// limited records a 429, and returns how long everybody is to wait. When nothing else has
// come for as long as an outage may last, the run stops: the error is the StopError, and
// stopInPause ends a pause that is under way.
func (r *rate) limited(a sent.Answer) (pause time.Duration, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.since.IsZero() {
		r.since, r.times = time.Now(), 0
		r.timer = time.AfterFunc(r.outage, r.stopInPause)
	}
	pause = pauseAfter(a, r.times)
	r.times++
	if time.Since(r.since) >= r.outage {
		err = &StopError{Cause: RateLimited, Lasted: r.outage}
	}
	return pause, err
}

// pauseAfter is how long everybody waits after a 429, when times others came before it
// with no answer in between. What the server asks for is obeyed, but a wait of nothing,
// or into the past, would only make the next one.
func pauseAfter(a sent.Answer, times int) time.Duration {
	d := unaskedPause
	switch {
	case a.HasRetryAfter:
		d = a.RetryAfter
	case !a.RateLimit.Reset.IsZero() && !a.Date.IsZero():
		d = a.RateLimit.Reset.Sub(a.Date)
	}
	return max(d, min(time.Second<<min(times, 5), lastProbe))
}

// answered says that an answer came that is no 429, and is the API's own.
func (r *rate) answered() {
	r.answers.Add(1)
	paused := r.isPaused()
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.timer == nil:
	case paused: // the request was under way when the pause began
		r.since = time.Now()
		r.timer.Reset(r.outage)
	default:
		r.timer.Stop()
		r.since, r.timer = time.Time{}, nil
	}
}

func (r *rate) isPaused() bool { return r.limiter.PausedUntil().After(time.Now()) }

// stopInPause ends the run in the middle of a pause, if nothing but 429s has come for
// as long as an outage may last.
func (r *rate) stopInPause() {
	paused := r.isPaused()
	r.mu.Lock()
	defer r.mu.Unlock()
	if paused && r.timer != nil && time.Since(r.since) >= r.outage {
		r.stop(&StopError{Cause: RateLimited, Lasted: r.outage})
	}
}
