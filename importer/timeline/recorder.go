package timeline

import (
	"sync"
	"time"
)

// Recorder writes the timeline of a run while its requests are sent. The zero value is
// ready. Its methods may be called from several goroutines.
type Recorder struct {
	mu         sync.Mutex
	line       Timeline
	pausedFrom time.Time // until when pauses are in line
	pausedTill time.Time
	outageFrom time.Time // until when the outage is in line; zero: there is none
	textAt     time.Time // when its text was taken last
}

// Continue puts what earlier runs have left before what this run has recorded.
func (r *Recorder) Continue(earlier *Timeline) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.line.Merge(earlier)
}

// Sent records n requests that began at the same time.
func (r *Recorder) Sent(at time.Time, n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.line.Add(at, Slot{Requests: n})
}

// Answered records how long the API took for an answer.
func (r *Recorder) Answered(took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.line.Latencies.Add(took)
}

// Limited records a 429, after which no request is sent until then.
func (r *Recorder) Limited(now, until time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.line.Add(now, Slot{Limited: 1})
	r.catchUp(now)
	if now.After(r.pausedFrom) {
		r.pausedFrom = now
	}
	if until.After(r.pausedTill) {
		r.pausedTill = until
	}
}

// OutageBegins records that the API gives no answer any more.
func (r *Recorder) OutageBegins(since time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.line.Outages++
	r.outageFrom = since
}

// OutageEnds records that the API answers again.
func (r *Recorder) OutageEnds(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.catchUp(now)
	r.outageFrom = time.Time{}
}

// catchUp records pauses and the outage as far as they have lasted.
func (r *Recorder) catchUp(now time.Time) {
	if till := earlier(now, r.pausedTill); r.pausedFrom.Before(till) {
		r.line.AddSpan(r.pausedFrom, till, func(d time.Duration) Slot { return Slot{Paused: d} })
		r.pausedFrom = till
	}
	if !r.outageFrom.IsZero() && r.outageFrom.Before(now) {
		r.line.AddSpan(r.outageFrom, now, func(d time.Duration) Slot { return Slot{Outage: d} })
		r.outageFrom = now
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// Text is the text of all that happened until now.
func (r *Recorder) Text(now time.Time) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.catchUp(now)
	r.textAt = now
	return r.line.Text()
}

// textEvery is how often the text is kept: what a run that is killed leaves out.
const textEvery = time.Second

// TextIfDue is Text if it was not taken for a second, and "" otherwise.
func (r *Recorder) TextIfDue(now time.Time) string {
	r.mu.Lock()
	due := now.Sub(r.textAt).Abs() >= textEvery
	r.mu.Unlock()
	if !due {
		return ""
	}
	return r.Text(now)
}
