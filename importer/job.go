package importer

import (
	"context"
	"errors"
	"fmt"

	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/plan"
)

// known returns a job that the ledger has, if there was no error.
func known(entry ledger.Job, err error) (job, error) {
	if err != nil {
		return job{}, err
	}
	reading, layout, err := plan.Told(entry)
	return job{entry: entry, reading: reading, layout: layout, resumed: true}, err
}

// findJob finds the job of the file, or plans it.
func (s *session) findJob(ctx context.Context) error {
	if err := s.lookAtInput(ctx); err != nil {
		return err
	}
	c, err := s.findID()
	if err != nil {
		return err
	}
	if err := s.lock(c.id); err != nil {
		return err
	}
	if err := s.refuseUndone(c.id); err != nil {
		return err
	}
	if err := s.placeReport(); err != nil {
		return err
	}
	entry, err := s.ledger.Newest(c.id)
	again := s.o.Fresh
	if err == nil && !again {
		again, err = s.isUndone(entry)
	}
	switch {
	case err == nil && entry.Planned && !again:
		s.job, err = known(s.follow(entry))
	case err == nil && entry.Planned:
		s.job, err = s.plan(ctx, c, entry.Generation+1)
	case err == nil:
		s.job, err = s.plan(ctx, c, entry.Generation)
	case errors.Is(err, ledger.ErrNoJob):
		s.job, err = s.plan(ctx, c, 1)
	}
	return err
}

// lookAtInput finds the one spelling of the reading, which the job's id is made of.
func (s *session) lookAtInput(ctx context.Context) (err error) {
	s.canonical, err = plan.Canonical(ctx, s.input, s.o.Reading)
	return err
}

// follow keeps the place of the file up to date: a person may have moved it.
func (s *session) follow(entry ledger.Job) (ledger.Job, error) {
	in := s.input.File
	if entry.Input.Path == in.Path {
		return entry, nil
	}
	return s.ledger.MoveInput(entry, in.Path, in.Name)
}

func (s *session) lock(id string) error {
	lock, err := s.ledger.Lock(id, s.started)
	var held *ledger.LockedError
	if errors.As(err, &held) {
		return fmt.Errorf("%w: %w; wait until it has ended, or stop it with an interrupt: it settles what is in flight", ErrLocked, held)
	}
	if err == nil {
		s.locks = append(s.locks, lock)
	}
	return err
}

// plan reads the file into the ledger as the given generation of the job.
func (s *session) plan(ctx context.Context, c candidate, generation int) (job, error) {
	entry, err := s.ledger.CreateJob(ledger.Job{
		ID: ledger.GenerationID(c.id, generation), Generation: generation, Account: s.account.id,
		BaseURL: s.baseURL(), Profile: s.o.Profile, Sandbox: s.o.Sandbox,
		Input: s.input.File, Meaning: c.reading.Text(), CreatedAt: s.started,
	})
	if err != nil {
		return job{}, err
	}
	planned, reasons, err := plan.File(ctx, plan.Options{
		Reading: c.reading, Ledger: s.ledger, Job: entry, TempDir: s.input.TempDir, Now: s.started, Progress: s.o.Progress,
	})
	j, err := known(planned, err)
	if err != nil {
		dropped := s.ledger.Drop(entry) // if not now, then when it is met again
		if storage := (*ledger.StorageError)(nil); errors.As(err, &storage) {
			return job{}, err // of which dropped could only say the same
		}
		return job{}, errors.Join(err, dropped)
	}
	j.resumed, j.planned = false, reasons
	return j, nil
}

// reasons counts the rows of the job before the run settles any.
func (s *session) reasons() (outcome.ByReason, error) {
	if s.job.planned != nil {
		return s.job.planned, nil
	}
	return s.ledger.ReasonCounts(s.job.entry)
}

// info describes the job.
func (j job) info() JobInfo { return jobInfo(j.entry, j.reading, j.layout) }

func jobInfo(j ledger.Job, r plan.Reading, l plan.Layout) JobInfo {
	info := JobInfo{
		ID: j.ID, BaseURL: j.BaseURL, Profile: j.Profile, Sandbox: j.Sandbox,
		InputPath: j.Input.Path, InputName: j.Input.Name, InputBytes: j.Input.Bytes, SHA256: j.Input.SHA256,
		Rows: j.Rows, Header: l.Header, Phone: l.Phone, Columns: l.PhoneColumns(r), Planned: j.Planned, Created: j.CreatedAt, Delimiter: ',', Mark: l.Mark,
		Reading: r, International: l.International(),
	}
	if l.Delimiter != 0 {
		info.Delimiter = rune(l.Delimiter)
	}
	if info.ID == checkID {
		info.ID = ""
	}
	return info
}

// checkID stands for the job that a check does not have: without an account
// there is none, and no idempotency keys.
const checkID = "check"

// status is how far a job is. With an error, it is what is known all the same.
func (s *session) status(entry ledger.Job) (JobStatus, error) {
	status := JobStatus{JobInfo: jobInfo(entry, plan.Reading{}, plan.Layout{}), Finished: entry.CreatedAt}
	if entry.Damaged != nil {
		return status, entry.Damaged
	}
	j, err := known(entry, nil)
	if err != nil {
		return status, err
	}
	status.JobInfo = j.info()
	reasons, err := s.ledger.ReasonCounts(entry)
	if err != nil {
		return status, err
	}
	status.Counts = outcome.ByReason(reasons).Counts()
	runs, err := s.ledger.Runs(entry)
	if err != nil {
		return status, err
	}
	if len(runs) > 0 {
		last := runs[len(runs)-1].FinishedAt
		if last.Year() < 0 || last.Year() > 9999 { // no such time can be written down
			return status, plan.Damaged(entry, "the time of its last run")
		}
		status.Finished, status.Run = last, runs[len(runs)-1].Number
	}
	undone, err := s.ledger.Undo(entry)
	if err != nil {
		return status, err
	}
	status.Undoing, status.Undone = !undone.StartedAt.IsZero() && undone.FinishedAt.IsZero(), undone.FinishedAt
	status.Running, err = s.ledger.Locked(ledger.BaseID(entry.ID))
	return status, err
}
