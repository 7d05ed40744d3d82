package ledger

import (
	"database/sql"
	"sync/atomic"
	"time"

	"sent-import/importer/ledger/storage"
	"sent-import/importer/outcome"
	"sent-import/importer/serverclock"
)

// Run is one run of a job, in progress. Its methods may be called from several
// goroutines.
type Run struct {
	Number int // 1 for the job's first

	ledger *Ledger
	job    Job
	lease  atomic.Int64 // Unix ms; the disk says this or later
	state  func() RunState

	touched   bool      // the run has a part in the transaction under way; used only inside transactions, like touchedAt
	touchedAt time.Time // the latest time of that part
}

// RunState is what a run has counted and measured. It is written with every commit.
type RunState struct {
	Requests outcome.Requests
	Offsets  serverclock.Offsets  // of the server's clock, ascending; none before the first answer
	Datings  []serverclock.Dating // of contacts
	Timeline string               // of the job so far; "": as it was
}

// RunInfo is a run as the ledger remembers it.
type RunInfo struct {
	Number     int
	StartedAt  time.Time
	FinishedAt time.Time // its last commit
	LeaseUntil time.Time // no request started later
	Requests   outcome.Requests
	Offsets    serverclock.Offsets // as in RunState
	Datings    []serverclock.Dating
}

// StartRun begins a run of the job. state is called at every commit, from another
// goroutine. The caller holds the job's lock: two runs that began at once would take
// the same number, and the second would fail.
func (l *Ledger) StartRun(j Job, now time.Time, state func() RunState) (*Run, error) {
	last, err := l.LastRun(j)
	if err != nil {
		return nil, err
	}
	r := &Run{Number: last + 1, ledger: l, job: j, state: state}
	err = storage.Write(l.db, func(tx storage.Tx) error {
		return tx.Exec(`INSERT INTO runs (job, run, started_at, finished_at, lease_until,
			creates, lookups, lists, mes, retries, rate_limited) VALUES (?, ?, ?, ?, 0, 0, 0, 0, 0, 0, 0)`,
			j.pk, r.Number, millis(now), millis(now))
	})
	if err != nil {
		return nil, l.wrap("start run", err)
	}
	return r, nil
}

// LastRun is the number of the job's last run; 0 if there was none.
func (l *Ledger) LastRun(j Job) (int, error) {
	last, err := storage.Query(l.db, `SELECT coalesce(max(run), 0) FROM runs WHERE job = ?`, storage.ScanOne[int], j.pk)
	if err != nil {
		return 0, l.wrap("read runs", err)
	}
	return last[0], nil
}

// touch makes the run a part of a transaction: its lease is renewed and its state
// written, once, at the end.
func (r *Run) touch(tx storage.Tx, now time.Time) {
	if !r.touched {
		r.touched, r.touchedAt = true, now
		tx.AtEnd(r.flush, r.committed)
	}
	if now.After(r.touchedAt) {
		r.touchedAt = now
	}
}

// flush writes the run's part of a transaction.
func (r *Run) flush(tx storage.Tx) error {
	s := r.state()
	var low, high any // of all offsets together
	if n := len(s.Offsets); n > 0 {
		low, high = floorMillis(s.Offsets[0].Low), ceilMillis(s.Offsets[n-1].High)
	}
	if s.Timeline != "" {
		if err := r.job.saveTimeline(tx, s.Timeline); err != nil {
			return err
		}
	}
	q := s.Requests
	return tx.ExecRows(1, `UPDATE runs SET commits = commits + 1, finished_at = max(finished_at, ?), lease_until = max(lease_until, ?), offset_low = ?, offset_high = ?, offsets = ?, datings = ?,
		creates = ?, lookups = ?, lists = ?, mes = ?, gets = ?, marks = ?, deletes = ?, retries = ?, rate_limited = ? WHERE job = ? AND run = ?`,
		millis(r.touchedAt), millis(r.touchedAt.Add(serverclock.LeaseTime)), low, high, text(offsetsText(s.Offsets)), text(datingsText(s.Datings)),
		q.Create, q.Lookup, q.List, q.Me, q.Get, q.Mark, q.Delete, q.Retries, q.RateLimited, r.job.pk, r.Number)
}

// committed extends the lease when the commit is on the disk. A lease never gets
// shorter: requests may rest on the longer one.
func (r *Run) committed() {
	r.touched = false
	if until := millis(r.touchedAt.Add(serverclock.LeaseTime)); until > r.lease.Load() {
		r.lease.Store(until)
	}
}

// Lease returns when the lease on the disk lasts for at least half of LeaseTime after
// now; the time that Lease itself takes is added to now. It makes a commit only when
// the lease has less than half of its time left. After an error of any write it
// returns that error: the outcome of a request could not be written.
func (r *Run) Lease(now time.Time) error {
	began := time.Now()
	for {
		if err := r.ledger.db.Failure(); err != nil {
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
	return r.ledger.wrap("save run", storage.Write(r.ledger.db, func(tx storage.Tx) error {
		r.touch(tx, now)
		return nil
	}))
}

// Runs returns all runs of the job, the first first.
func (l *Ledger) Runs(j Job) ([]RunInfo, error) {
	runs, err := storage.Query(l.db, `SELECT run, started_at, finished_at, lease_until, offset_low, offset_high, coalesce(offsets, ''), coalesce(datings, ''),
		creates, lookups, lists, mes, gets, marks, deletes, retries, rate_limited FROM runs WHERE job = ? ORDER BY run`, scanRun, j.pk)
	return runs, l.wrap("read runs", err)
}

func scanRun(s *storage.Row, r *RunInfo) error {
	var started, finished, lease int64
	var low, high sql.NullInt64
	var offsets, datings string
	q := &r.Requests
	err := s.Scan(&r.Number, &started, &finished, &lease, &low, &high, &offsets, &datings,
		&q.Create, &q.Lookup, &q.List, &q.Me, &q.Get, &q.Mark, &q.Delete, &q.Retries, &q.RateLimited)
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
	found, err := storage.Query(l.db, `SELECT max(lease_until) FROM runs`, scanMillis)
	if err != nil {
		return time.Time{}, l.wrap("read runs", err)
	}
	return found[0], nil
}

func scanMillis(s *storage.Row, t *time.Time) error {
	var ms sql.NullInt64
	err := s.Scan(&ms)
	*t = fromMillis(ms.Int64)
	return err
}

// Datings returns what is known about the clock that dates the contacts of an API,
// from the last run that knew anything about it.
func (l *Ledger) Datings(baseURL string) ([]serverclock.Dating, error) {
	found, err := storage.Query(l.db, `SELECT datings FROM runs JOIN jobs USING (job)
		WHERE base_url = ? AND datings IS NOT NULL ORDER BY finished_at DESC LIMIT 1`, storage.ScanOne[string], baseURL)
	if err != nil || len(found) == 0 {
		return nil, l.wrap("read clocks", err)
	}
	datings, err := parseDatings(found[0])
	return datings, l.wrap("read clocks", err)
}
