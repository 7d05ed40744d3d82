package simulator

import (
	"maps"
	"sync"
	"sync/atomic"
	"time"
)

// Stats counts requests from the server's start, apart from those to /_simulator/.
type Stats struct {
	Requests int64 `json:"requests"` // received, whatever became of them
	Creates  int64 `json:"creates"`  // POST /v3/contacts
	Lookups  int64 `json:"lookups"`  // GET /v3/contacts with phone
	Lists    int64 `json:"lists"`    // GET /v3/contacts without phone
	Mes      int64 `json:"mes"`      // GET /v3/me
	Others   int64 `json:"others"`   // routes that do not exist

	Created     int64 `json:"created"`      // contacts created by requests
	Restored    int64 `json:"restored"`     // deleted contacts brought back
	Duplicates  int64 `json:"duplicates"`   // creations that met RESOURCE_007, also if the answer was lost
	Replays     int64 `json:"replays"`      // answers from the idempotency cache, also if the answer was lost
	RateLimited int64 `json:"rate_limited"` // 429 of a rate pool; not the locks', not a fault plan's
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
	creates, lookups, lists, mes, others                 atomic.Int64
	created, restored, duplicates, replays               atomic.Int64
	rateLimited, locked, refused, inFlight, mostInFlight atomic.Int64
	statuses                                             [1000]atomic.Int64 // by status, as net/http allows them
	minute, second                                       *peak
	mu                                                   sync.Mutex
	faults                                               map[string]int64
}

func newCounters() counters {
	return counters{
		minute: newPeak(time.Minute, time.Millisecond),
		second: newPeak(time.Second, time.Millisecond),
		faults: map[string]int64{},
	}
}

// arrive counts a request that came in.
func (c *counters) arrive(op Operation, since time.Duration) {
	c.of(op).Add(1)
	c.minute.add(since)
	c.second.add(since)
	now := c.inFlight.Add(1)
	for {
		most := c.mostInFlight.Load()
		if now <= most || c.mostInFlight.CompareAndSwap(most, now) {
			return
		}
	}
}

func (c *counters) of(op Operation) *atomic.Int64 {
	switch op {
	case Create:
		return &c.creates
	case Lookup:
		return &c.lookups
	case List:
		return &c.lists
	case Me:
		return &c.mes
	}
	return &c.others
}

func (c *counters) answer(status int) { c.statuses[status].Add(1) }

func (c *counters) fault(f Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults[f.String()]++
}

// Stats is the counters' state now.
func (s *Server) Stats() Stats {
	c := &s.count
	st := Stats{
		Requests: int64(s.ordinal.Load()),
		Creates:  c.creates.Load(), Lookups: c.lookups.Load(), Lists: c.lists.Load(), Mes: c.mes.Load(), Others: c.others.Load(),
		Created: c.created.Load(), Restored: c.restored.Load(), Duplicates: c.duplicates.Load(), Replays: c.replays.Load(),
		RateLimited: c.rateLimited.Load(), Locked: c.locked.Load(), Refused: c.refused.Load(),
		Statuses:     map[int]int64{},
		MaxPerMinute: c.minute.max(), MaxPerSecond: c.second.max(), MaxInFlight: c.mostInFlight.Load(),
	}
	for status := range c.statuses {
		if n := c.statuses[status].Load(); n > 0 {
			st.Statuses[status] = n
		}
	}
	c.mu.Lock()
	st.Faults = maps.Clone(c.faults)
	c.mu.Unlock()
	for _, sp := range s.sortedSpaces() {
		_, total := sp.page(0, 0, false)
		st.Contacts += int64(total)
	}
	return st
}
