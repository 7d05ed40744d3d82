package importer

import (
	"math"
	"sync/atomic"
	"time"

	"sent-import/importer/outcome"
)

// Phase is the part of a run that is under way.
type Phase int32

// The phases of a run, in order.
const (
	Starting  Phase = iota
	Hashing         // the file is read once to see whether its job is known
	Planning        // the file is read, and its rows written to the ledger
	Asking          // the API is asked for the account, and how many contacts it has
	Listing         // the account's list of contacts is read
	Creating        // contacts are created
	Ending          // requests in flight settle
	Resolving       // the contact ids of duplicates are looked up
)

// Progress shows how far a run is. The zero value is ready. It may be read
// while the run writes it.
type Progress struct {
	phase      atomic.Int32
	bytes      atomic.Int64
	bytesTotal atomic.Int64
	rows       atomic.Int64
	toSettle   atomic.Int64
	settled    [5]atomic.Int64 // in the order of outcome.Statuses
	perMinute  atomic.Uint64   // bits of a float64
	pausedTill atomic.Int64    // Unix ms
	outage     atomic.Bool
	failure    atomic.Pointer[string] // nil once a request gets what it asked for
	pagesRead  atomic.Int64
	pages      atomic.Int64
	resolved   atomic.Int64
	toResolve  atomic.Int64
	requests   gauge
}

// Snapshot is the progress at one moment.
type Snapshot struct {
	Phase       Phase
	Bytes       int64 // read of the file, in this phase
	BytesTotal  int64 // 0 where it is not known
	Rows        int   // planned
	ToSettle    int   // rows that this run has to create
	Settled     outcome.Counts
	PerMinute   float64   // requests, by the limiter; +Inf without a limit
	PausedUntil time.Time // zero, or when the pause that the server asked for ends
	Outage      bool      // the server doesn't answer; one request at a time probes
	Failure     string    // what the last request met, if it failed for no reason of its row's; "": nothing
	RealRate    float64   // requests a minute that really went out of late; 0 while that can't be said
	PagesRead   int       // of the list of contacts
	Pages       int       // of it that this run reads; 0 outside of that phase
	Resolved    int       // duplicates that were looked up for their contact's id
	ToResolve   int       // that there are to look up, so far
}

// RequestsLeft is how many requests the run still needs, if nothing goes wrong.
// While the list is being read, the rows that it will show are reckoned from
// those that it has shown so far.
func (s Snapshot) RequestsLeft() int {
	rows := s.ToSettle - s.Settled.Rows
	pages := s.Pages - s.PagesRead
	if s.PagesRead > 0 {
		rows -= min(rows, s.Settled.Duplicate*pages/s.PagesRead)
	}
	return max(0, rows+pages+s.ToResolve-s.Resolved)
}

// TimeLeft is how long these take, at the rate at which requests really go out
// or, before that is known, may go out. ok is false where neither says anything.
func (s Snapshot) TimeLeft() (left time.Duration, ok bool) {
	rate := s.RealRate
	if rate <= 0 {
		rate = s.PerMinute
	}
	if rate <= 0 || math.IsInf(rate, 1) {
		return 0, false
	}
	return timeFor(s.RequestsLeft(), rate), true
}

// Snapshot reads the progress.
func (p *Progress) Snapshot() Snapshot {
	s := Snapshot{
		Phase:      Phase(p.phase.Load()),
		Bytes:      p.bytes.Load(),
		BytesTotal: p.bytesTotal.Load(),
		Rows:       int(p.rows.Load()),
		ToSettle:   int(p.toSettle.Load()),
		PerMinute:  math.Float64frombits(p.perMinute.Load()),
		Outage:     p.outage.Load(),
		RealRate:   p.requests.perMinute(time.Now()),
		PagesRead:  int(p.pagesRead.Load()),
		Pages:      int(p.pages.Load()),
		Resolved:   int(p.resolved.Load()),
		ToResolve:  int(p.toResolve.Load()),
	}
	if failure := p.failure.Load(); failure != nil {
		s.Failure = *failure
	}
	for i, status := range outcome.Statuses() {
		s.Settled.Add(status, int(p.settled[i].Load()))
	}
	if till := p.pausedTill.Load(); till != 0 {
		s.PausedUntil = time.UnixMilli(till)
	}
	return s
}

func (p *Progress) start(phase Phase, bytesTotal int64) {
	p.bytes.Store(0)
	p.bytesTotal.Store(bytesTotal)
	p.phase.Store(int32(phase))
}

// list says how many pages of the list have been read, of how many.
func (p *Progress) list(read, pages int) {
	p.pagesRead.Store(int64(read))
	p.pages.Store(int64(pages))
}

func (p *Progress) settle(s outcome.Status) {
	for i, status := range outcome.Statuses() {
		if s == status {
			p.settled[i].Add(1)
		}
	}
}
