package ledger

import (
	"database/sql"
	"sync/atomic"
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/serverclock"
)

// Requests counts what was sent to the API.
type Requests = outcome.Requests

// Run is one run of a job, in progress. Its methods may be called from several
// goroutines.
type Run struct {
	Number int // 1 for the job's first

	ledger *Ledger
	job    Job
	lease  atomic.Int64 // Unix ms; the disk says this or later
	state  func() RunState
}

// RunState is what a run knows of itself. It is written with every commit.
type RunState struct {
	Requests Requests
	Offsets  serverclock.Offsets  // of the server's clock, ascending: each that was known; none until it has been seen
	Datings  []serverclock.Dating // of contacts
}

// RunInfo is a run as the ledger remembers it.
type RunInfo struct {
	Number     int
	StartedAt  time.Time
	FinishedAt time.Time // its last commit
	LeaseUntil time.Time // no request started later
	RunState
}

// StartRun begins a run of the job. state is asked at every commit, from
// another goroutine. The caller holds the job's lock: two that began a run at
// once would want the same number, and the slower one would break its ledger.
func (l *Ledger) StartRun(j Job, now time.Time, state func() RunState) (*Run, error) {
	r := &Run{ledger: l, job: j, state: state}
	last, err := queryPage(l, `SELECT coalesce(max(run), 0) FROM runs WHERE job = ?`, scanOne[int], j.pk)
	if err != nil {
		return nil, l.wrap("start run", err)
	}
	r.Number = last[0] + 1
	err = l.write.run(func(w *writer) error {
		return w.exec(`INSERT INTO runs (job, run, started_at, finished_at, lease_until,
			creates, lookups, lists, mes, retries, rate_limited) VALUES (?, ?, ?, ?, 0, 0, 0, 0, 0, 0, 0)`,
			j.pk, r.Number, millis(now), millis(now))
	})
	if err != nil {
		return nil, l.wrap("start run", err)
	}
	return r, nil
}

// touch renews the lease and writes the counters, once in each commit that
// the run has a part in.
func (r *Run) touch(w *writer, now time.Time) {
	if seen, ok := w.touched[r]; !ok || now.After(seen) {
		w.touched[r] = now
	}
}

// flush is the end of the run's part in a commit.
func (r *Run) flush(w *writer, now time.Time) error {
	s := r.state()
	var low, high any // of all offsets together
	if n := len(s.Offsets); n > 0 {
		low, high = floorMillis(s.Offsets[0].Low), ceilMillis(s.Offsets[n-1].High)
	}
	q := s.Requests
	return w.execRows(1, `UPDATE runs SET commits = commits + 1, finished_at = max(finished_at, ?), lease_until = max(lease_until, ?), offset_low = ?, offset_high = ?, offsets = ?, datings = ?,
		creates = ?, lookups = ?, lists = ?, mes = ?, retries = ?, rate_limited = ? WHERE job = ? AND run = ?`,
		millis(now), millis(now.Add(serverclock.LeaseTime)), low, high, text(offsetsText(s.Offsets)), text(datingsText(s.Datings)),
		q.Create, q.Lookup, q.List, q.Me, q.Retries, q.RateLimited, r.job.pk, r.Number)
}

// leased takes in that a commit which the run had a part in at now is on the
// disk. A lease only ever grows: requests may rest on the longer one.
func (r *Run) leased(now time.Time) {
	if until := millis(now.Add(serverclock.LeaseTime)); until > r.lease.Load() {
		r.lease.Store(until)
	}
}

// Lease returns once the disk says that the run may start a request at now, and
// for half a lease from then on; the time that it takes is added to now. It
// costs a commit only when the lease has less than half of its time left. After
// an error of any write it returns that error: what a request would bring could
// not be written down.
func (r *Run) Lease(now time.Time) error {
	began := time.Now()
	for {
		if err := r.ledger.write.failure(); err != nil {
			return r.ledger.wrap("renew the lease", err)
		}
		at := now.Add(time.Since(began))
		if r.lease.Load()-millis(at) > (serverclock.LeaseTime / 2).Milliseconds() {
			return nil
		}
		if err := r.Save(at); err != nil {
			return err
		}
	}
}

// Save writes the run's counters and renews its lease.
func (r *Run) Save(now time.Time) error {
	return r.ledger.wrap("save run", r.ledger.write.run(func(w *writer) error {
		r.touch(w, now)
		return nil
	}))
}

// Runs returns all runs of the job, the first first.
func (l *Ledger) Runs(j Job) ([]RunInfo, error) {
	runs, err := queryPage(l, `SELECT run, started_at, finished_at, lease_until, offset_low, offset_high, coalesce(offsets, ''), coalesce(datings, ''),
		creates, lookups, lists, mes, retries, rate_limited FROM runs WHERE job = ? ORDER BY run`, scanRun, j.pk)
	return runs, l.wrap("read runs", err)
}

func scanRun(s *tuple, r *RunInfo) error {
	var started, finished, lease int64
	var low, high sql.NullInt64
	var offsets, datings string
	q := &r.Requests
	err := s.Scan(&r.Number, &started, &finished, &lease, &low, &high, &offsets, &datings,
		&q.Create, &q.Lookup, &q.List, &q.Me, &q.Retries, &q.RateLimited)
	if err != nil {
		return err
	}
	r.StartedAt, r.FinishedAt, r.LeaseUntil = fromMillis(started), fromMillis(finished), fromMillis(lease)
	if r.Offsets, err = parseOffsets(offsets); err != nil {
		return err
	}
	if offsets == "" && low.Valid && high.Valid { // of an older version, which kept one
		r.Offsets = serverclock.Offsets{{Low: milliseconds(low.Int64), High: milliseconds(high.Int64)}}
	}
	r.Datings, err = parseDatings(datings)
	return err
}

// LastRequest is the last time at which a run of any job can have started a
// request; zero if there was none.
func (l *Ledger) LastRequest() (time.Time, error) {
	found, err := queryPage(l, `SELECT max(lease_until) FROM runs`, scanMillis)
	if err != nil {
		return time.Time{}, l.wrap("read runs", err)
	}
	return found[0], nil
}

func scanMillis(s *tuple, t *time.Time) error {
	var ms sql.NullInt64
	err := s.Scan(&ms)
	*t = fromMillis(ms.Int64)
	return err
}
