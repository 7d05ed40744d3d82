package gateway

import (
	"fmt"
	"sync"
	"time"

	"sent-import/importer/handles"
)

// starvation is that requests have no file handle.
type starvation struct {
	mu    sync.Mutex
	since time.Time // zero: the last request had one
	said  bool      // that one had none
}

// begins counts a request without a handle. first reports whether it is the first of
// the run; lasted is for how long none has had one.
func (s *starvation) begins() (first bool, lasted time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	first = !s.said
	if s.since.IsZero() {
		s.since = time.Now()
	}
	s.said = true
	return first, time.Since(s.since)
}

// ended says that a request had a handle.
func (s *starvation) ended() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.since = time.Time{}
}

// starved is about a request without a file handle, which no row and no server is to
// blame for. It returns a StopError when none has had one for as long as an outage may
// last.
func (g *Gateway) starved() error {
	first, lasted := g.handles.begins()
	if first {
		g.o.Note(fmt.Sprintf("Requests waited, as there were %s. %s, if this goes on; no row is failed for it.", handles.What(), handles.Fix()))
	}
	if lasted >= g.o.Outage {
		return &StopError{Cause: NoHandles, Lasted: g.o.Outage}
	}
	return nil
}
