package importer

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"sent-import/importer/ledger"
	"sent-import/importer/plan"
	"sent-import/importer/progress"
)

// placeReport takes the place of the report, before anything is sent.
func (s *session) placeReport() (err error) {
	if s.o.Report == nil {
		return nil
	}
	if s.place, err = s.o.Report(s.input.File.Name); err != nil {
		return err
	}
	for _, text := range s.place.Notes {
		s.notes.keep(text)
	}
	return nil
}

// claimReport writes down that the place is the job's, unless it is known.
func (s *session) claimReport() (err error) {
	if s.place.Claim == nil || s.claimed == s.job.entry.ID {
		return nil
	}
	var before *JobStatus
	if s.ledger != nil {
		if err := s.ledger.MoveReport(s.job.entry, s.place.Dir); err != nil {
			return err
		}
		if before, err = s.openBefore(); err != nil {
			return err
		}
	}
	note, err := s.place.Claim(s.job.info(), before)
	if note != "" {
		s.notes.keep(note)
	}
	s.claimed = s.job.entry.ID
	return err
}

// openBefore is the job whose report the place held, if it has open rows; nil if
// it hasn't, is an earlier generation of this job, or is not in this ledger.
func (s *session) openBefore() (*JobStatus, error) {
	id := s.place.Before
	if id == "" || ledger.BaseID(id) == ledger.BaseID(s.job.entry.ID) {
		return nil, nil
	}
	job, err := s.ledger.Job(id)
	if errors.Is(err, ledger.ErrNoJob) || err == nil && (job.ID != id || !job.Planned) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	status, err := s.status(job)
	if errors.Is(err, ledger.ErrDamaged) { // jobs says so; it is no reason not to run this one
		return nil, nil
	}
	if err != nil || status.Undoing || !status.IsOpen() {
		return nil, err
	}
	return &status, nil
}

// MovedInput tells the ledger that a file, which may be the input of jobs, was
// renamed: it keeps its content, and they go on with it. What is no file, such as a named pipe
// or a link to nowhere, was the input of none, and is not opened.
func (r *Result) MovedInput(from, to string) error {
	if r.session.ledger == nil { // a check's
		return nil
	}
	if info, err := os.Stat(to); err != nil || !info.Mode().IsRegular() {
		return nil
	}
	_, sum, err := plan.HashFile(context.Background(), to, new(progress.Progress))
	if errors.Is(err, fs.ErrPermission) { // nor can a job read it
		return nil
	}
	if err != nil {
		return err
	}
	if from, err = filepath.Abs(from); err != nil {
		return err
	}
	if to, err = filepath.Abs(to); err != nil {
		return err
	}
	return r.session.ledger.MoveInputs(from, to, sum)
}
