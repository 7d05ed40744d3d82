package importer

import (
	"cmp"
	"errors"

	"sent-import/importer/jobid"
	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
)

// lookUpKey looks the key up in the ledger, which costs no request.
func (s *session) lookUpKey() (err error) {
	s.account.fingerprint = jobid.Fingerprint(s.o.Key)
	s.account.standIn = cmp.Or(s.o.Owner, s.account.fingerprint)
	s.account.id, s.account.known, err = s.ledger.Account(s.account.fingerprint, s.baseURL())
	if err == nil && s.account.known {
		return s.readDetails()
	}
	if err != nil || s.client == nil {
		return err
	}
	// Older versions wrote the base URL down as it was given.
	s.account.id, s.account.known, err = s.ledger.Account(s.account.fingerprint, s.client.GivenBaseURL())
	return err
}

// adopt gives the job the account that the API has told. Where the account has
// the job already, under another of its keys, that job goes on and the new
// plan is dropped. A job that has sent creations while the account was not told
// keeps its id: its idempotency keys are made of it.
func (s *session) adopt(id string) error {
	began, err := s.hasBegun(s.job.entry)
	if err != nil {
		return err
	}
	s.account.id, s.account.known = id, true
	if id != "" && !began {
		c, _, err := s.jobOf(s.account.owner())
		if unlessNoJob(err) != nil {
			return err
		}
		if err := s.lock(c.id); err != nil {
			return err
		}
		if err := s.refuseUndone(c.id); err != nil {
			return err
		}
		if err := s.settleIdentity(c.id); err != nil {
			return err
		}
	}
	return s.rememberAccount()
}

// hasBegun reports whether a run of the job has come as far as creations. Those that a run
// has sent and not counted, since it was killed, are of rows that it has claimed, or that a
// later run has found to be created.
func (s *session) hasBegun(job ledger.Job) (bool, error) {
	runs, err := s.ledger.Runs(job)
	for _, r := range runs {
		if r.Requests.Create > 0 {
			return true, nil
		}
	}
	if err != nil || len(runs) == 0 {
		return false, err
	}
	counts, err := s.ledger.ReasonCounts(job)
	return counts[outcome.Unresolved] > 0 || outcome.ByReason(counts).Counts().Created > 0, err
}

// settleIdentity gives the job its id.
func (s *session) settleIdentity(jobID string) error {
	old, err := s.ledger.Newest(jobID)
	if err != nil && !errors.Is(err, ledger.ErrNoJob) {
		return err
	}
	generation, again := 1, s.o.Fresh
	if err == nil && !again {
		if again, err = s.isUndone(old); err != nil {
			return err
		}
	}
	switch {
	case err != nil: // there is none
	case !old.Planned:
		generation = old.Generation
		if err := s.ledger.Drop(old); err != nil {
			return err
		}
	case again:
		generation = old.Generation + 1
	default:
		if err := s.ledger.Drop(s.job.entry); err != nil {
			return err
		}
		s.job, err = known(s.follow(old))
		return err
	}
	s.job.entry, err = s.ledger.Rename(s.job.entry, jobID, generation, s.account.id)
	return err
}
