package importer

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"sent-import/importer/ledger"
	"sent-import/importer/plan"
	"sent-import/importer/printable"
)

// MinPruneAge is how long nothing must have happened to a job before it may be
// forgotten: the API remembers idempotency keys for 24 hours, and until then the
// same file again would be answered with what it remembers.
const MinPruneAge = 24 * time.Hour

// Pruned is what Prune has forgotten.
type Pruned struct {
	Jobs        []JobInfo // the newest generation of each
	LedgerBytes int64     // that are free in the ledger's file now, for later jobs
	SpoolBytes  int64     // of standard inputs that were removed
}

// Prune forgets the jobs of the state directory that are finished and have not
// been touched for age, with all their generations. A job that is open, or of which a run is going on, stays. Importing the
// file of a forgotten job again is a new job: its contacts are duplicates then.
//
// The room is used again by later jobs; the file does not shrink.
// Errors: [*UsageError] for an age below MinPruneAge.
func Prune(state string, age time.Duration) (pruned Pruned, err error) {
	if age < MinPruneAge {
		return pruned, &UsageError{Option: "prune", Message: fmt.Sprintf("prune %s: give %s or more, since the API remembers requests that long", printable.Duration(age), printable.Duration(MinPruneAge))}
	}
	s, err := openState(state)
	if err != nil || s == nil {
		return pruned, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	jobs, err := s.ledger.Jobs()
	if err != nil {
		return pruned, err
	}
	before, err := s.ledger.FreeBytes()
	if err != nil {
		return pruned, err
	}
	generations := make(map[string][]ledger.Job)
	for _, job := range jobs {
		base := ledger.BaseID(job.ID)
		generations[base] = append(generations[base], job)
	}
	for _, job := range jobs {
		all := generations[ledger.BaseID(job.ID)]
		newest := slices.MaxFunc(all, func(a, b ledger.Job) int { return a.Generation - b.Generation })
		if job.ID != newest.ID {
			continue // it goes with its newest generation, or an older one would take its place
		}
		spooled := plan.Spooled(job, s.o.State)
		info, done, err := s.pruneJob(job, all, age)
		if err != nil {
			return pruned, err
		}
		if done {
			pruned.Jobs = append(pruned.Jobs, info)
			pruned.SpoolBytes += spooled
		}
	}
	s.ledger.SweepLocks() // theirs
	after, err := s.ledger.FreeBytes()
	pruned.LedgerBytes = after - before
	return pruned, err
}

// pruneJob forgets a job, given as its newest generation and all of them, if it
// is finished and old enough, and returns what it was. It holds the job's lock
// meanwhile. A job that the ledger can't be right about stays.
func (s *session) pruneJob(newest ledger.Job, all []ledger.Job, age time.Duration) (info JobInfo, done bool, err error) {
	if newest.Damaged != nil {
		return info, false, nil
	}
	lock, err := s.ledger.Lock(ledger.BaseID(newest.ID), s.started)
	var held *ledger.LockedError
	if errors.As(err, &held) {
		return info, false, nil
	}
	if err != nil {
		return info, false, err
	}
	defer func() { err = errors.Join(err, lock.Release()) }()
	status, err := s.status(newest)
	if errors.Is(err, ledger.ErrDamaged) {
		return info, false, nil
	}
	if err != nil || !newest.Planned || status.IsOpen() || s.started.Sub(status.Finished) < age {
		return info, false, err
	}
	if open, err := s.ledger.OpenUndo(ledger.Job{ID: newest.ID}); err != nil || open != "" {
		return info, false, err
	}
	for _, job := range all {
		if err := s.ledger.Drop(job); err != nil {
			return info, false, err
		}
	}
	return status.JobInfo, true, plan.Forget(newest, s.o.State)
}
