package importer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"

	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/plan"
	"sent-import/importer/private"
)

// Check looks at every row of the file and sends nothing: it needs no key, no network and
// no ledger, and leaves no job behind. The Result must be closed. The errors are Run's, and
// that of o.Rows.
func Check(ctx context.Context, o Options) (*Result, error) {
	sweepTemporary()
	s := newSession(o)
	if err := s.takeTemporary(); err != nil {
		return nil, everywhere(err)
	}
	result, err := s.check(ctx)
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return result, nil
}

// takeTemporary makes the directory of a check for what it has to keep meanwhile: standard
// input, and what a large workbook is unpacked to. It is gone when the session is closed.
func (s *session) takeTemporary() error {
	parent, err := filepath.Abs(os.TempDir())
	if err != nil {
		return err
	}
	dir, err := private.TempDir(parent, checkPrefix)
	if err != nil {
		return fmt.Errorf("check keeps what it reads from standard input, or unpacks, in a temporary directory, and there is no place for it: %w. Give a directory that can be written to with TMPDIR", err)
	}
	s.o.State, s.cleanup = dir.Path, dir.Remove
	return nil
}

func (s *session) check(ctx context.Context) (*Result, error) {
	if err := s.openCheck(); err != nil {
		return nil, everywhere(err)
	}
	if err := s.findInput(ctx, s.o.State, "TMPDIR"); err != nil {
		return nil, err
	}
	if err := s.placeReport(); err != nil {
		return nil, err
	}
	if err := s.lookAtInput(ctx); err != nil {
		return nil, err
	}
	if err := s.look(ctx); err != nil {
		return nil, err
	}
	left := workload{reasons: s.checked.Totals.Reasons, counts: s.checked.Totals.Reasons.Counts(), marks: s.checked.Totals.Marks}
	if err := s.announce(left, ListPlan{}, 0); err != nil {
		return nil, err
	}
	return s.checkResult(stopOf(s.tooManyInvalid(left.reasons), stopped{}))
}

// openCheck prepares everything that doesn't depend on the file.
func (s *session) openCheck() error {
	if err := s.o.validate(); err != nil {
		return err
	}
	rate, err := s.o.pace()
	if err != nil {
		return err
	}
	s.usePace(rate)
	s.conns, err = s.connections() // it makes none, but a run is to follow
	return err
}

// look reads the file, and gives its rows to o.Rows.
func (s *session) look(ctx context.Context) (err error) {
	s.job, err = known(ledger.Job{ID: checkID, Input: s.input.File, Meaning: s.canonical.Text(), CreatedAt: s.started}, nil)
	if err != nil {
		return err
	}
	s.job.resumed = false
	var take plan.Taker
	if s.o.Rows != nil {
		take = func(layout plan.Layout, rows iter.Seq2[outcome.Row, error]) error {
			s.job.layout = layout
			return s.o.Rows(s.job.info(), rows)
		}
	}
	s.checked, err = plan.Check(ctx, plan.Options{
		Reading: s.canonical, Job: s.job.entry, TempDir: s.input.TempDir, Now: s.started, Progress: s.o.Progress,
	}, take)
	s.job.entry.Rows, s.job.entry.Planned, s.job.layout = s.checked.Totals.Rows, err == nil, s.checked.Totals.Layout
	return err
}

// checkResult is the material of a check's report.
func (s *session) checkResult(stop *Stop) (*Result, error) {
	if err := s.claimReport(); err != nil {
		return nil, err
	}
	r := &Result{
		Job: s.job.info(), Counts: s.checked.Totals.Reasons.Counts(), Reasons: s.checked.Totals.Reasons, Started: s.started, Finished: s.started,
		Stopped: stop, Notes: s.notesOfReport(), session: s,
	}
	r.Job.ReportDir = s.place.Dir
	return r, nil
}
