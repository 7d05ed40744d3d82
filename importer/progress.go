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
	Starting Phase = iota
	Hashing        // the file is read once to see whether its job is known
	Planning       // the file is read, and its rows written to the ledger
	Creating       // contacts are created
	Ending         // requests in flight settle
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

func (p *Progress) settle(s outcome.Status) {
	for i, status := range outcome.Statuses() {
		if s == status {
			p.settled[i].Add(1)
		}
	}
}
