package importer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"sent-import/importer/ledger"
	"sent-import/importer/printable"
)

// ErrNoJob says that the state directory has no such job.
var ErrNoJob = errors.New("no such job")

// Jobs returns every job of the state directory, the newest first.
func Jobs(state string) (jobs []JobStatus, err error) {
	s, err := openState(state)
	if err != nil || s == nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	all, err := s.ledger.Jobs()
	for _, job := range all {
		status, err := s.status(job)
		if errors.Is(err, ledger.ErrDamaged) { // the others are to be seen all the same
			status.Damaged, err = err, nil
		}
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, status)
	}
	return jobs, err
}

// Report returns what is known of a job, named by its id or a beginning of it
// that fits no other. The Result must be closed. Errors: [ErrNoJob].
func Report(state, id string) (*Result, error) {
	return reportOf(Options{State: state}, id)
}

// reportOf is Report for the ledger that the options name.
func reportOf(o Options, id string) (*Result, error) {
	s, err := openOptions(o)
	if err == nil && s == nil {
		err = fmt.Errorf("%s: %w: there is no ledger in %s", printable.Path(id), ErrNoJob, printable.Path(o.State))
	}
	if err != nil {
		return nil, err
	}
	result, err := s.report(id)
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return result, nil
}

func (s *session) report(id string) (*Result, error) {
	entry, err := s.ledger.Job(id)
	if errors.Is(err, ledger.ErrNoJob) {
		return nil, fmt.Errorf("%s: %w in %s: give its id, or so much of its beginning, %d characters at least, that it fits no other; sent-import jobs lists them",
			printable.Path(id), ErrNoJob, printable.Path(s.o.State), ledger.ShortestPrefix)
	}
	if s.job, err = known(entry, err); err != nil {
		return nil, err
	}
	if !entry.Planned {
		return nil, fmt.Errorf("job %s is not planned: the run was stopped while it read the file, and nothing was sent; run it again", entry.ID)
	}
	return s.result(nil, nil)
}

// openState opens an existing ledger; it returns nil where there is none.
func openState(state string) (*session, error) { return openOptions(Options{State: state}) }

// openOptions is openState for the ledger that the options name.
func openOptions(o Options) (*session, error) {
	if _, err := os.Stat(filepath.Join(o.State, ledger.FileName)); o.Ledger == nil && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	s := newSession(Options{State: o.State, Ledger: o.Ledger})
	if err := s.openLedger(); err != nil {
		return nil, err
	}
	sweepState(s.ledger)
	return s, nil
}
