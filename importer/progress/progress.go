// Package progress holds what a run shows of itself while it goes on.
package progress

import (
	"io"
	"math"
	"sync/atomic"
	"time"

	"sent-import/importer/outcome"
)

// Phase is the part of a run that is under way.
type Phase int32

// The phases, in order.
const (
	Starting  Phase = iota
	Hashing         // the file is read once to see whether its job is known
	Planning        // the file is read, and its rows written to the ledger
	Asking          // the API is asked for the account, and how many contacts it has
	Listing         // the account's list of contacts is read
	Creating        // contacts are created
	Ending          // requests in flight settle
	Resolving       // the contact ids of duplicates are looked up
	Undoing         // contacts are deleted
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
	failure    atomic.Pointer[string] // nil before the first request
	pagesRead  atomic.Int64
	pages      atomic.Int64
	resolved   atomic.Int64
	toResolve  atomic.Int64
	marksLeft  atomic.Int64
	undone     atomic.Int64
	toUndo     atomic.Int64
	undoCost   atomic.Int64
	requests   gauge
	ahead      atomic.Pointer[Ahead] // nil: the rate stays as it is
}

// Ahead is what a timetable says of the time to come.
type Ahead struct {
	// TimeFor is how long so many requests take from now on; perMinute is the rate of
	// late, 0 where it can't be said.
	TimeFor func(requests int, perMinute float64) time.Duration
	// Settling reports whether the rate of the last minute says nothing of the next.
	Settling func() bool
	// ClosedUntil is until when nothing is sent; zero: something is.
	ClosedUntil func() time.Time
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
	ClosedUntil time.Time // zero, or until when the timetable leaves nothing to this run
	Outage      bool      // the server doesn't answer; one request at a time probes
	Failure     string    // what the last request met, if it failed for no reason of its row's; "": nothing
	RealRate    float64   // requests a minute that really went out of late; 0 while that can't be said
	PagesRead   int       // of the list of contacts
	Pages       int       // of it that this run reads; 0 outside of that phase
	Resolved    int       // duplicates that were looked up for their contact's id
	ToResolve   int       // that there are to look up, so far
	Undone      int       // contacts that were deleted, or kept
	ToUndo      int       // that there are to delete
	UndoCost    int       // requests for each of them
	MarksLeft   int       // contacts that are to be marked as opted out, beside the requests that their rows cost anyway
	ahead       *Ahead
}

// expects reports whether it is known what the run has to do: no longer than it reads the file
// and asks for the account it may have nothing to do yet.
func (s Snapshot) expects() bool {
	return s.Phase > Asking || s.ToSettle+s.ToResolve+s.ToUndo+s.Pages > 0
}

// RequestsLeft is how many requests the run still needs, if nothing goes wrong.
// While the list is being read, the rows that it will show are estimated from
// those that it has shown so far. ok is false where that is not known yet.
func (s Snapshot) RequestsLeft() (n int, ok bool) {
	rows := s.ToSettle - s.Settled.Rows
	pages := s.Pages - s.PagesRead
	if s.PagesRead > 0 {
		rows -= min(rows, s.Settled.Duplicate*pages/s.PagesRead)
	}
	n = max(0, rows+pages+s.ToResolve-s.Resolved+max(0, s.MarksLeft)+(s.ToUndo-s.Undone)*s.UndoCost)
	return n, s.expects()
}

// TimeLeft is how long these take, at the rate at which requests really go out
// or, before that is known, may go out. ok is false where neither says anything, and where
// it is not known how many there are.
func (s Snapshot) TimeLeft() (left time.Duration, ok bool) {
	n, known := s.RequestsLeft()
	if !known {
		return 0, false
	}
	if s.ahead != nil {
		return s.ahead.TimeFor(n, s.RealRate), true
	}
	rate := s.RealRate
	if rate <= 0 {
		rate = s.PerMinute
	}
	if rate <= 0 || math.IsInf(rate, 1) {
		return 0, false
	}
	return TimeFor(n, rate), true
}

// TimeFor is how long n requests take at a rate, or 146 years if that is longer; 0
// where there is no rate.
func TimeFor(n int, perMinute float64) time.Duration {
	if perMinute <= 0 {
		return 0
	}
	const longest = math.MaxInt64 / 2
	return time.Duration(min(float64(n)/perMinute*float64(time.Minute), longest))
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
		MarksLeft:  int(p.marksLeft.Load()),
		Undone:     int(p.undone.Load()),
		ToUndo:     int(p.toUndo.Load()),
		UndoCost:   int(p.undoCost.Load()),
	}
	if failure := p.failure.Load(); failure != nil {
		s.Failure = *failure
	}
	if s.ahead = p.ahead.Load(); s.ahead != nil {
		s.ClosedUntil = s.ahead.ClosedUntil()
		if s.ahead.Settling() {
			s.RealRate = 0
		}
	}
	for i, status := range outcome.Statuses() {
		s.Settled.Add(status, int(p.settled[i].Load()))
	}
	if till := p.pausedTill.Load(); till != 0 {
		s.PausedUntil = time.UnixMilli(till)
	}
	return s
}

// Start begins a phase. bytesTotal is the size of the file that the phase reads; 0
// where it reads none, or the size is not known.
func (p *Progress) Start(phase Phase, bytesTotal int64) {
	p.bytes.Store(0)
	p.bytesTotal.Store(bytesTotal)
	p.phase.Store(int32(phase))
}

// Reader counts the bytes that are read through it.
func (p *Progress) Reader(r io.Reader) io.Reader { return &reader{r, p} }

type reader struct {
	r io.Reader
	p *Progress
}

func (r *reader) Read(b []byte) (int, error) {
	n, err := r.r.Read(b)
	r.p.bytes.Add(int64(n))
	return n, err
}

// Planned says how many rows of the file have been planned so far.
func (p *Progress) Planned(rows int) { p.rows.Store(int64(rows)) }

// Expect says how many rows this run has to create, and how many duplicates it has
// to look up.
func (p *Progress) Expect(rows, lookups int) {
	p.toSettle.Store(int64(rows))
	p.toResolve.Store(int64(lookups))
}

// ExpectLookup says that one more duplicate is to be looked up.
func (p *Progress) ExpectLookup() { p.toResolve.Add(1) }

// LookedUp says that a duplicate was looked up.
func (p *Progress) LookedUp() { p.resolved.Add(1) }

// ExpectMarks says how many contacts this run has to create or find, and to mark then.
func (p *Progress) ExpectMarks(n int) { p.marksLeft.Store(int64(n)) }

// Marked says that one of them needs no further mark, or gets none.
func (p *Progress) Marked() { p.marksLeft.Add(-1) }

// ExpectUndo says how many contacts there are to delete, and how many requests each costs.
func (p *Progress) ExpectUndo(contacts, requests int) {
	p.toUndo.Store(int64(contacts))
	p.undoCost.Store(int64(requests))
}

// Undone says that a contact was deleted, or kept.
func (p *Progress) Undone() { p.undone.Add(1) }

// Settled says that a row was settled.
func (p *Progress) Settled(s outcome.Status) {
	for i, status := range outcome.Statuses() {
		if s == status {
			p.settled[i].Add(1)
		}
	}
}

// Listed says how many pages of the list have been read, of how many; 0 of 0 when
// the list is done.
func (p *Progress) Listed(read, pages int) {
	p.pagesRead.Store(int64(read))
	p.pages.Store(int64(pages))
}

// Sent counts a request that goes out now.
func (p *Progress) Sent() { p.requests.add(time.Now()) }

// Failed says what the last request met; "" once one gets what it asked for.
func (p *Progress) Failed(what string) { p.failure.Store(&what) }

// Allow says at which rate requests may go out, a minute; +Inf without a limit.
func (p *Progress) Allow(perMinute float64) { p.perMinute.Store(math.Float64bits(perMinute)) }

// Follow says that the rate follows a timetable.
func (p *Progress) Follow(a Ahead) { p.ahead.Store(&a) }

// PauseUntil says that the server asked for a pause.
func (p *Progress) PauseUntil(t time.Time) { p.pausedTill.Store(t.UnixMilli()) }

// OutageBegins says that the server does not answer.
func (p *Progress) OutageBegins() { p.outage.Store(true) }

// OutageEnds says that the server answers again.
func (p *Progress) OutageEnds() { p.outage.Store(false) }
