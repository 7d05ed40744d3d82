package simulator

import (
	"maps"
	"sync"
	"time"
)

// Stats counts requests from the server's start, without those to /_simulator/.
type Stats struct {
	Requests int64 `json:"requests"` // received, whatever became of them
	Creates  int64 `json:"creates"`  // POST /v3/contacts
	Lookups  int64 `json:"lookups"`  // GET /v3/contacts with phone
	Lists    int64 `json:"lists"`    // GET /v3/contacts without phone
	Mes      int64 `json:"mes"`      // GET /v3/me
	Gets     int64 `json:"gets"`     // GET /v3/contacts/{id}
	Updates  int64 `json:"updates"`  // PATCH /v3/contacts/{id}
	Deletes  int64 `json:"deletes"`  // DELETE /v3/contacts/{id}
	Others   int64 `json:"others"`   // routes that do not exist

	Created     int64 `json:"created"`      // contacts created by requests
	Restored    int64 `json:"restored"`     // deleted contacts brought back
	Duplicates  int64 `json:"duplicates"`   // creations that met RESOURCE_007, also if the answer was lost
	Replays     int64 `json:"replays"`      // answers from the idempotency cache, also if the answer was lost
	RateLimited int64 `json:"rate_limited"` // 429 of a rate pool; not those of locks and fault plans
	Locked      int64 `json:"locked"`       // 429 of a locked key
	Refused     int64 `json:"refused"`      // 401, 403 and the stops

	Statuses map[int]int64    `json:"statuses"` // answers sent, by status
	Faults   map[string]int64 `json:"faults"`   // applied by the fault plan, by Fault.String

	// MaxPerMinute is the most requests that arrived within any 60 s, counted
	// in whole milliseconds; MaxPerSecond within any second. Refused ones count.
	MaxPerMinute int64 `json:"max_per_minute"`
	MaxPerSecond int64 `json:"max_per_second"`
	MaxInFlight  int64 `json:"max_in_flight"` // the most requests at the same time
	Contacts     int64 `json:"contacts"`      // live contacts, of all accounts and profiles
}

// counters is the state behind Stats.
type counters struct {
	mu             sync.Mutex
	stats          Stats
	inFlight       int64
	minute, second peak
}

func newCounters() counters {
	return counters{
		stats:  Stats{Statuses: map[int]int64{}, Faults: map[string]int64{}},
		minute: newPeak(time.Minute, time.Millisecond),
		second: newPeak(time.Second, time.Millisecond),
	}
}

// add changes the counters under their lock.
func (c *counters) add(change func(*Stats)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.stats)
}

// arrive counts a request that came in.
func (c *counters) arrive(op Operation, since time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stats.Requests++
	*c.stats.of(op)++
	c.minute.add(since)
	c.second.add(since)
	c.inFlight++
	c.stats.MaxInFlight = max(c.stats.MaxInFlight, c.inFlight)
}

// end counts a request that is over.
func (c *counters) end() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.inFlight--
}

// of is the counter of an operation.
func (st *Stats) of(op Operation) *int64 {
	switch op {
	case Create:
		return &st.Creates
	case Lookup:
		return &st.Lookups
	case List:
		return &st.Lists
	case Me:
		return &st.Mes
	case Retrieve:
		return &st.Gets
	case Update:
		return &st.Updates
	case Delete:
		return &st.Deletes
	}
	return &st.Others
}

// Stats returns the counts of this moment.
func (s *Server) Stats() Stats {
	s.count.mu.Lock()
	st := s.count.stats
	st.Statuses, st.Faults = maps.Clone(st.Statuses), maps.Clone(st.Faults)
	st.MaxPerMinute, st.MaxPerSecond = s.count.minute.most, s.count.second.most
	s.count.mu.Unlock()
	for _, sp := range s.sortedSpaces() {
		st.Contacts += int64(sp.size())
	}
	return st
}
