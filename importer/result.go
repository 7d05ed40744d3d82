package importer

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"time"

	"sent-import/importer/jobid"
	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/printable"
	"sent-import/importer/source"
)

// Requests counts what was sent to the API.
type Requests = outcome.Requests

// Result is what is known of a job: the material of a report. It holds the
// ledger open, and after Run the job's lock, until it is closed.
type Result struct {
	Job      JobInfo
	Counts   outcome.Counts
	Reasons  map[outcome.Reason]int
	Requests Requests // over all runs of the job
	Started  time.Time
	Finished time.Time     // the last time that anything changed
	Duration time.Duration // that runs took, all together
	ThisRun  ThisRun       // the zero value where nothing was left to do
	Stopped  *Stop         // nil: the run came to its end
	Notes    []string      // what a reader of the report should know

	session *session
}

// ThisRun is the part of the run that the Result comes from.
type ThisRun struct {
	Settled  outcome.Counts // rows by the class that this run found for them
	Requests Requests
	Started  time.Time
	Finished time.Time
}

// result gathers the report's material from the ledger. this is nil where
// nothing was left to do.
func (s *session) result(this *ThisRun, stop *Stop) (*Result, error) {
	if stop != nil {
		stop.LastError = s.met.lastError()
	}
	err := s.claimReport()
	if err != nil {
		return nil, err
	}
	r := &Result{Job: s.jobInfo(), Stopped: stop, Notes: s.notes, session: s}
	if r.Job.ReportDir, err = s.ledger.ReportDir(s.job); err != nil {
		return nil, err
	}
	if r.Reasons, err = s.ledger.ReasonCounts(s.job); err != nil {
		return nil, err
	}
	r.Counts = sum(r.Reasons)
	runs, err := s.ledger.Runs(s.job)
	if err != nil {
		return nil, err
	}
	r.Started, r.Finished = s.job.CreatedAt, s.job.CreatedAt
	for _, run := range runs {
		r.Requests = r.Requests.Add(run.Requests)
		r.Duration += run.FinishedAt.Sub(run.StartedAt)
		r.Finished = run.FinishedAt
	}
	if this != nil {
		r.ThisRun = *this
	}
	return r, nil
}

// StorageError says why the state directory can't hold the ledger, or no longer.
type StorageError = ledger.StorageError

// resultOf is the result of a run that can't go on because nothing more can be
// written to the ledger: what is in it can be reported all the same, perhaps on
// another disk. Rows that were under way are pending/unresolved there. If it can't
// be read either, the error is err.
func (s *session) resultOf(err error) (*Result, error) {
	var storage *ledger.StorageError
	if errors.Is(err, ledger.ErrDamaged) || !errors.As(err, &storage) {
		return nil, err
	}
	r, unread := s.result(nil, &Stop{Cause: StopLedger, Message: s.cure(storage).Error(), Err: storage, AtStart: true})
	if unread != nil {
		return nil, err
	}
	return r, nil
}

// Close gives the lock and the ledger back. A spooled standard input is
// forgotten once no report needs it any more.
func (r *Result) Close() error {
	s := r.session
	if r.Counts.Complete() && r.Counts.Invalid == 0 {
		if err := removeSpooled(s.job, s.o.State); err != nil {
			return err
		}
	}
	return s.close()
}

// LedgerRows reads the rows in file order, without the user's own cells: what
// can be said when the file is gone or has changed.
func (r *Result) LedgerRows() iter.Seq2[outcome.Row, error] {
	s := r.session
	return func(yield func(outcome.Row, error) bool) {
		for row, err := range s.ledger.Rows(s.job) {
			if s.job.ID != checkID && sentFor(row.Row) {
				row.Row.Key = keyOf(s.job, row.Row.Phone, row.KeyNumber)
			}
			if !yield(row.Row, err) || err != nil {
				return
			}
		}
	}
}

// keyOf is the idempotency key under which a number of a job is created.
func keyOf(j ledger.Job, phone string, number int) string {
	return jobid.Key{Job: j.ID, Profile: j.Profile, Sandbox: j.Sandbox, Phone: phone, Number: number}.String()
}

// sentFor reports whether the row is one that creations are sent for: not one
// that repeats a number, and not one that the list of contacts has shown.
func sentFor(r outcome.Row) bool {
	listed := r.Reason == outcome.AlreadyExists && r.Attempts == 0
	return r.Phone != "" && r.Reason != outcome.InFile && !listed
}

// Rows reads the rows in file order; those that go back to the user (invalid,
// failed, pending) carry the user's own cells, read from the file. In a file
// without a header the first row carries them too, for it says how many columns
// there are. The file is opened only if there are rows that go back. The last
// error is ErrInputChanged if the file is not the one that was planned;
// LedgerRows says the same without it. When ctx ends while the file is read, the
// last error is its cause.
func (r *Result) Rows(ctx context.Context) iter.Seq2[outcome.Row, error] {
	first := 0 // row that is carried in any case
	if r.Job.Options.NoHeader && r.Counts.Invalid+r.Counts.Failed+r.Counts.Pending > 0 {
		first = 1
	}
	return func(yield func(outcome.Row, error) bool) {
		var m *merger
		defer func() { m.close() }()
		for row, err := range r.LedgerRows() {
			if err == nil && (goesBack(row) || row.Number == first) {
				if m == nil {
					m, err = openMerger(ctx, r.session.job, r.session.meaning)
				}
				if err == nil {
					row.Record, err = m.record(row)
				}
			}
			if !yield(row, ended(ctx, err)) || err != nil {
				return
			}
		}
		if err := ended(ctx, m.verify()); err != nil {
			yield(outcome.Row{}, err)
		}
	}
}

// ended is why the context ended, if that is why there is an error.
func ended(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func goesBack(r outcome.Row) bool {
	return r.Status == outcome.Invalid || r.Status == outcome.Failed || r.Status == outcome.Pending
}

// merger reads the job's file again, beside its rows.
type merger struct {
	job  ledger.Job
	file *os.File
	all  io.Reader // the file, through the digest
	sum  func() string
	next func() (source.Row, error, bool)
	stop func()
}

func openMerger(ctx context.Context, job ledger.Job, m meaning) (*merger, error) {
	if info, err := os.Stat(job.Input.Path); err == nil && !info.Mode().IsRegular() { // opening a pipe would wait for a writer
		return nil, changed(job, "it is no regular file")
	}
	f, err := os.Open(job.Input.Path)
	if err != nil {
		return nil, changed(job, err.Error())
	}
	digest := sha256.New()
	all := io.TeeReader(&contextReader{ctx, f}, digest)
	src, err := source.Open(all, f, job.Input.Bytes, m.options().sourceOptions())
	if err != nil {
		return nil, errors.Join(changed(job, err.Error()), f.Close())
	}
	next, stop := iter.Pull2(src.Rows())
	return &merger{job: job, file: f, all: all, next: next, stop: stop,
		sum: func() string { return hex.EncodeToString(digest.Sum(nil)) }}, nil
}

func changed(job ledger.Job, why string) error {
	return fmt.Errorf("%s: %w: %s", printable.Path(job.Input.Name), ErrInputChanged, why)
}

// record reads on to the row and returns its cells.
func (m *merger) record(row outcome.Row) ([]string, error) {
	for {
		r, err, ok := m.next()
		switch {
		case err != nil:
			return nil, changed(m.job, err.Error())
		case !ok || r.Number > row.Number || (r.Number == row.Number && r.Line != row.Line):
			return nil, changed(m.job, fmt.Sprintf("row %d is not where it was", row.Number))
		case r.Number == row.Number:
			return r.Record, nil
		}
	}
}

// verify reads the rest of the file and compares its digest with the job's.
func (m *merger) verify() error {
	if m == nil {
		return nil
	}
	for {
		_, err, ok := m.next()
		if err != nil {
			return changed(m.job, err.Error())
		}
		if !ok {
			break
		}
	}
	if _, err := io.Copy(io.Discard, m.all); err != nil {
		return changed(m.job, err.Error())
	}
	if m.sum() != m.job.Input.SHA256 {
		return changed(m.job, "its content is another")
	}
	return nil
}

func (m *merger) close() {
	if m == nil {
		return
	}
	m.stop()
	_ = m.file.Close() // only read
}
