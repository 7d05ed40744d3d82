package importer

import (
	"fmt"
	"time"

	"sent-import/importer/handles"
	"sent-import/importer/sent"
)

// handleWait is how long a request waits that had no file handle: for another
// connection of ours to be given back, or for whatever else took the handles.
const handleWait = time.Second

// connections is how many connections the process has file handles for.
func (s *session) connections() (int, error) {
	n, err := handles.Connections(handles.Limit(), maxSlots)
	if err == nil && s.o.Concurrency > n {
		s.note("--concurrency %d needs more open files than this process may have (limit %d): %d requests go at a time. %s.",
			s.o.Concurrency, handles.Limit(), n, handles.Fix())
	}
	return n, err
}

// starved takes in that a request had no file handle, which no row and no server is
// to blame for. It returns a Stop when none has had one for as long as an outage may
// last.
func (c *caller) starved() error {
	c.mu.Lock()
	first := c.starvedSince.IsZero() && !c.starvedSaid
	if c.starvedSince.IsZero() {
		c.starvedSince = time.Now()
	}
	c.starvedSaid = true
	over := time.Since(c.starvedSince) >= c.o.Outage
	c.mu.Unlock()
	if first {
		c.note("Requests waited, as there were %s. %s, if this goes on; no row is failed for it.", handles.What(), handles.Fix())
	}
	if over {
		return stopStarved(c.o.Outage)
	}
	return nil
}

// fed takes in that a request had a file handle.
func (c *caller) fed(v sent.Verdict) {
	if v.Kind == sent.NotSent {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.starvedSince = time.Time{}
}

func stopStarved(lasted time.Duration) *Stop {
	return &Stop{Cause: StopOutage, Message: fmt.Sprintf(
		"no connection could be made for %s: %s. The rows stay pending. %s", lasted, handles.What(), handles.Fix())}
}
