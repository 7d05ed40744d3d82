package main

import (
	"math"
	"sync"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/progress"
)

const (
	// progressEvery is how often a progress line is written: often enough for a bar that
	// somebody draws of it, and a long night's lines still are a few megabytes.
	progressEvery = 10 * time.Second
	// pauseLook is how often it is looked whether the API has asked for a pause.
	pauseLook = 200 * time.Millisecond
)

// follow writes progress and pause lines until stop is called.
func (l *lines) follow(p *importer.Progress) (stop func()) {
	if !l.enabled() {
		return func() {}
	}
	quit := make(chan struct{}) // closed by stop
	var done sync.WaitGroup
	done.Go(func() {
		looks, ticks := time.Tick(pauseLook), time.Tick(progressEvery)
		var pauses pauseWatch
		for {
			select {
			case <-quit:
				return
			case <-looks:
				if line, ok := pauses.see(p.Snapshot(), time.Now()); ok {
					_ = l.write("pause", line) // the summary says whether stdout can be written
				}
			case <-ticks:
				_ = l.write("progress", newJSONProgress(p.Snapshot(), time.Now()))
			}
		}
	})
	return func() {
		close(quit)
		done.Wait()
	}
}

// jsonPause says that nothing is sent for a while, or for longer than was said before.
type jsonPause struct {
	Until   time.Time  `json:"until"`
	Seconds float64    `json:"seconds"` // from now
	Cause   pauseCause `json:"cause"`
}

// pauseCause says who asked for a pause.
type pauseCause string

const (
	pauseOfAPI       pauseCause = "api"       // a 429
	pauseOfTimetable pauseCause = "timetable" // the reserve is the whole limit
)

// pauseOf is the pause that ends last, if any.
func pauseOf(p progress.Snapshot) (until time.Time, cause pauseCause) {
	if p.ClosedUntil.After(p.PausedUntil) {
		return p.ClosedUntil, pauseOfTimetable
	}
	return p.PausedUntil, pauseOfAPI
}

// samePause is how much later a pause has to end to be another one: answers that arrive
// together ask for almost the same.
const samePause = time.Second

// pauseWatch tells new pauses from those that are known. The zero value is ready.
type pauseWatch struct{ until time.Time }

// see returns the line of a pause that is new.
func (w *pauseWatch) see(p progress.Snapshot, now time.Time) (line jsonPause, isNew bool) {
	until, cause := pauseOf(p)
	if !until.After(now) || until.Sub(w.until) < samePause {
		return jsonPause{}, false
	}
	w.until = until
	return jsonPause{stamp(until), toMilli(until.Sub(now)), cause}, true
}

// jsonProgress is how far a run is.
type jsonProgress struct {
	Phase         string         `json:"phase"`
	Bytes         int64          `json:"bytes"`       // read of the file, in the phases that read it
	BytesTotal    int64          `json:"bytes_total"` // 0 where that is not known
	Planned       int            `json:"planned"`     // rows
	ToSettle      int            `json:"to_settle"`   // rows that this run has to create
	Settled       outcome.Counts `json:"settled"`     // by this run
	Pages         int            `json:"pages"`       // of the list of contacts, that are read
	PagesRead     int            `json:"pages_read"`
	Lookups       int            `json:"lookups"` // for the contact ids of duplicates
	LookedUp      int            `json:"looked_up"`
	ToUndo        int            `json:"to_undo"` // contacts that are to be deleted
	Undone        int            `json:"undone"`
	RequestsLeft  *int           `json:"requests_left"`   // if nothing goes wrong; null: it is not known yet
	PerMinute     *float64       `json:"per_minute"`      // requests that may go out; null: no limit, or not known yet
	RealPerMinute *float64       `json:"real_per_minute"` // that went out in the last minute; null: that can't be said
	SecondsLeft   *float64       `json:"seconds_left"`    // null: that can't be said
	PausedUntil   *time.Time     `json:"paused_until"`    // null: no pause
	Outage        bool           `json:"outage"`          // the API does not answer
	LastError     string         `json:"last_error"`      // what the last request met, if it failed for no reason of its row's
}

// phaseNames are the phases in JSON lines. Scripts rely on them.
var phaseNames = map[progress.Phase]string{
	progress.Starting: "starting", progress.Hashing: "reading", progress.Planning: "planning", progress.Asking: "asking", progress.Listing: "listing",
	progress.Creating: "creating", progress.Ending: "ending", progress.Resolving: "resolving", progress.Undoing: "undoing",
}

func newJSONProgress(p progress.Snapshot, now time.Time) jsonProgress {
	j := jsonProgress{
		Phase: phaseNames[p.Phase], Bytes: p.Bytes, BytesTotal: p.BytesTotal, Planned: p.Rows, ToSettle: p.ToSettle, Settled: p.Settled,
		Pages: p.Pages, PagesRead: p.PagesRead, Lookups: p.ToResolve, LookedUp: p.Resolved, ToUndo: p.ToUndo, Undone: p.Undone,
		Outage: p.Outage, LastError: p.Failure,
	}
	if n, ok := p.RequestsLeft(); ok {
		j.RequestsLeft = &n
	}
	if p.PerMinute > 0 && !math.IsInf(p.PerMinute, 1) {
		j.PerMinute = &p.PerMinute
	}
	if p.RealRate > 0 {
		j.RealPerMinute = &p.RealRate
	}
	if left, ok := p.TimeLeft(); ok {
		seconds := toMilli(left)
		j.SecondsLeft = &seconds
	}
	if until, _ := pauseOf(p); until.After(now) {
		until = stamp(until)
		j.PausedUntil = &until
	}
	return j
}

// toMilli is a time in seconds, to the millisecond.
func toMilli(d time.Duration) float64 { return d.Round(time.Millisecond).Seconds() }
