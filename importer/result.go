package importer

import (
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"sent-import/importer/create"
	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/plan"
	"sent-import/importer/sent"
	"sent-import/importer/timeline"
)

// Requests counts what was sent to the API.
type Requests = outcome.Requests

// Result is what is known of a job: the material of a report. It holds the
// ledger open, and after Run the job's lock, until it is closed.
type Result struct {
	Job      JobInfo
	State    string // of the job: another text after every change of a row; "" in a Check
	Changes  int    // how often a row can have changed: of two Results of a job, the one with more is the later
	Run      int    // number of the job's last run, 1 for its first; 0 before that, and in a Check
	Counts   outcome.Counts
	Reasons  outcome.ByReason
	Requests Requests // over all runs of the job
	Started  time.Time
	Finished time.Time     // the last time that anything changed
	Duration time.Duration // that runs took, all together
	// PerMinute is how many requests a minute the run might send at its end, +Inf without a
	// limit; 0 where nothing could be sent.
	PerMinute float64
	ThisRun   ThisRun    // the zero value where nothing was left to do
	Stopped   *Stop      // nil: the run came to its end
	Undo      *UndoState // nil: the job is not undone
	Notes     []string   // what a reader of the report should know

	Account  AccountInfo        // whose contacts they are, as far as it is known
	Profile  ProfileInfo        // that they are in
	Timeline *timeline.Timeline // when the requests were sent; nil in a check
	Begins   []time.Time        // when each run of the job began

	session   *session
	keepInput bool
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
	err := s.claimReport()
	if err != nil {
		return nil, err
	}
	r := &Result{Job: s.job.info(), Stopped: stop, Notes: s.notesOfReport(), session: s}
	if r.Job.ReportDir, err = s.ledger.ReportDir(s.job.entry); err != nil {
		return nil, err
	}
	if r.State, err = s.ledger.State(s.job.entry); err != nil {
		return nil, err
	}
	if r.Changes, err = s.ledger.Changes(s.job.entry); err != nil {
		return nil, err
	}
	if r.Reasons, err = s.ledger.ReasonCounts(s.job.entry); err != nil {
		return nil, err
	}
	r.Counts = r.Reasons.Counts()
	runs, err := s.ledger.Runs(s.job.entry)
	if err != nil {
		return nil, err
	}
	r.Started, r.Finished = s.job.entry.CreatedAt, s.job.entry.CreatedAt
	for _, run := range runs {
		r.Requests = r.Requests.Add(run.Requests)
		r.Duration += run.FinishedAt.Sub(run.StartedAt)
		r.Finished, r.Run = run.FinishedAt, run.Number
		r.Begins = append(r.Begins, run.StartedAt)
	}
	if this != nil {
		r.ThisRun = *this
	}
	if s.limiter != nil {
		r.PerMinute = s.limiter.PerMinute()
	}
	if r.Undo, err = s.undoState(); err == nil {
		r.Timeline, err = s.timeline()
	}
	if err == nil {
		r.Account, r.Profile, err = s.owner()
	}
	return r, err
}

// notesOfReport is what a reader of the report should know.
func (s *session) notesOfReport() []string { return slices.Concat(s.job.layout.Advice, s.notes.kept) }

// StorageError says why the state directory can't hold the ledger, or no longer.
type StorageError = ledger.StorageError

// resultOf is the result of a run that can't go on because nothing more can be
// written to the ledger: what is in it can be reported all the same, perhaps on
// another disk. Rows that were under way are pending/unresolved there. If it can't
// be read either, the error is err. last is the request that failed last.
func (s *session) resultOf(err error, last sent.Verdict) (*Result, error) {
	var storage *ledger.StorageError
	if errors.Is(err, ledger.ErrDamaged) || !errors.As(err, &storage) {
		return nil, err
	}
	r, unread := s.result(nil, &Stop{
		Cause: StopLedger, Message: s.advise(storage).Error(), Err: storage, LastError: last.Message, AtStart: true,
	})
	if unread != nil {
		return nil, err
	}
	return r, nil
}

// KeepInput has Close keep a spooled standard input: a report that needs it is not written.
func (r *Result) KeepInput() { r.keepInput = true }

// Close gives the lock and the ledger back. A spooled standard input is
// forgotten once no report needs it any more.
func (r *Result) Close() error {
	s := r.session
	if !r.keepInput && r.Counts.Complete() && r.Reasons.ToRepair() == 0 {
		if err := plan.Forget(s.job.entry, s.o.State); err != nil {
			return err
		}
	}
	return s.close()
}

// LedgerRows reads the rows in file order, without the user's own cells: what
// can be said when the file is gone or has changed. A Check has no ledger: there it is
// Rows, and the file is read.
func (r *Result) LedgerRows() iter.Seq2[outcome.Row, error] {
	s := r.session
	if s.checked != nil {
		return s.checked.Rows(context.Background())
	}
	return func(yield func(outcome.Row, error) bool) {
		for row, err := range s.ledger.Rows(s.job.entry) {
			if !yield(s.reported(row), err) || err != nil {
				return
			}
		}
	}
}

// reported is a row of the ledger as a report shows it.
func (s *session) reported(row ledger.Row) outcome.Row {
	if sentFor(row.Row) {
		row.Row.Key = create.KeyOf(s.job.entry, row.Row.Phone, row.KeyNumber)
	}
	if row.Row.Message != "" {
		row.Row.Message += s.job.layout.Hints[row.Row.Reason]
	}
	return row.Row
}

// sentFor reports whether the row is one that creations are sent for: not one
// that repeats a number, not one of a person who opted out or may have, and not one
// that the list of contacts has shown.
func sentFor(r outcome.Row) bool {
	switch r.Reason {
	case outcome.InFile, outcome.OptedOut, outcome.OptOutUnclear:
		return false
	case outcome.AlreadyExists:
		return r.Attempts > 0
	}
	return r.Phone != "" && (r.Attempts > 0 || r.ContactID == "")
}

// HasContacts reports whether the report has contacts.csv, the receipt of an import: not in
// a check or a rehearsal, and not once an undo has begun.
func (r *Result) HasContacts() bool {
	return r.session.checked == nil && !r.Job.Sandbox && r.Undo == nil
}

// Contacts is how many rows have a contact (outcome.Outcome.HasContact).
func (r *Result) Contacts() int { return r.Counts.Created + r.Reasons[outcome.AlreadyExists] }

// Rows reads the rows in file order; those that go back to the user (invalid, but not
// opted_out, failed, pending) carry the user's own cells, read from the file, and so do
// those with a contact if HasContacts. In a file without a header the first row carries
// them too, for it says how many columns there are. The file is opened only if there are
// such rows. The last
// error is ErrInputChanged if the file is not the one that was planned;
// LedgerRows says the same without it. When ctx ends while the file is read, the
// last error is its cause.
func (r *Result) Rows(ctx context.Context) iter.Seq2[outcome.Row, error] {
	if r.session.checked != nil {
		return r.session.checked.Rows(ctx)
	}
	if c := r.Counts; !r.HasContacts() || c.Created+c.Duplicate == 0 {
		return r.RowsThatGoBack(ctx)
	}
	return r.carrying(ctx, r.firstRow(), func(row *outcome.Row) bool { return row.GoesBack() || row.HasContact() })
}

// RowsThatGoBack are the Rows of an import of which those alone carry cells that go back: what
// a report needs whose contacts.csv is there already.
func (r *Result) RowsThatGoBack(ctx context.Context) iter.Seq2[outcome.Row, error] {
	first := 0
	if c := r.Counts; c.Invalid+c.Failed+c.Pending > 0 {
		first = r.firstRow()
	}
	return r.carrying(ctx, first, func(row *outcome.Row) bool { return row.GoesBack() })
}

// firstRow is the number of the row that carries its cells in any case; 0 for none.
func (r *Result) firstRow() int {
	if r.Job.Reading.NoHeader {
		return 1
	}
	return 0
}

// carrying reads the rows. Those that carried names, and the row with the number first, carry
// the user's own cells.
func (r *Result) carrying(ctx context.Context, first int, carried func(*outcome.Row) bool) iter.Seq2[outcome.Row, error] {
	return func(yield func(outcome.Row, error) bool) {
		var records *plan.Records // nil until a row goes back
		defer func() {
			if records != nil {
				records.Close()
			}
		}()
		for row, err := range r.LedgerRows() {
			if err == nil && (carried(&row) || row.Number == first) {
				if records == nil {
					records, err = plan.OpenRecords(ctx, r.session.ledger, r.session.job.entry, r.session.job.reading, r.session.job.layout)
				}
				if err == nil {
					row.Record, err = records.Of(row)
				}
			}
			if !yield(row, ended(ctx, err)) || err != nil {
				return
			}
		}
		if records == nil {
			return
		}
		if err := ended(ctx, records.Verify()); err != nil {
			yield(outcome.Row{}, err)
		}
	}
}

// ErrInputChanged says that the file is not, or no longer, the one that the job was planned
// from.
var ErrInputChanged = plan.ErrInputChanged

// ended is why the context ended, if that is why there is an error.
func ended(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}
