package importer

import (
	"errors"
	"time"

	"sent-import/importer/jobid"
	"sent-import/importer/ledger"
	"sent-import/importer/sent"
)

// account is whose contacts they are.
type account struct {
	fingerprint string // of the key
	id          string // "" where it is not known, or the API does not tell
	known       bool   // the API has been asked for this key, now or earlier
}

// owner is what stands for the account in the job's identity. A job that was
// planned before the API was asked has the key's fingerprint there.
func (a account) owner() string {
	if a.id != "" {
		return a.id
	}
	return a.fingerprint
}

// identify looks the key up in the ledger, which costs no request.
func (s *session) identify() (err error) {
	s.account.fingerprint = jobid.Fingerprint(s.o.Key)
	s.account.id, s.account.known, err = s.ledger.Account(s.account.fingerprint, s.baseURL())
	if err != nil || s.account.known || s.client == nil {
		return err
	}
	// Older versions wrote the base URL down as it was given.
	s.account.id, s.account.known, err = s.ledger.Account(s.account.fingerprint, s.client.GivenBaseURL())
	return err
}

// askAccount asks whose key it is, to see whether the API answers anybody. The
// error says why the run stops, or is errNoAnswer.
func (c *caller) askAccount() error {
	_, err := c.read(noRow, &c.requests.me, c.client.Me, answersAccount)
	return err
}

// findAccount asks the API whose key it is: the one request that finds out
// whether the key is good. told is false where the API did not say, be it that
// it refused this question alone, or gave no answer: then the first creation
// finds out, and the key's fingerprint stands for the account. The error says why
// the run stops.
func (c *caller) findAccount() (id string, told bool, err error) {
	a, err := c.readBriefly(aside(noRow), &c.requests.me, c.client.Me, answersAccount)
	if errors.Is(err, errNoAnswer) {
		return "", false, nil
	}
	return a.AccountID, tellsAccount(a), err
}

// answersAccount reports whether the answer is the API's, and no refusal of the
// key: the account, or that it is not told.
func answersAccount(a sent.Answer) bool { return tellsAccount(a) || refusesThis(a) }

// tellsAccount reports whether the API has told the account, or that it never
// does (404 and its like). The shape of the account is not documented, so any
// success in the API's envelope is taken: the key was accepted.
func tellsAccount(a sent.Answer) bool {
	if a.Err == nil && a.Status/100 == 2 {
		return a.Envelope
	}
	v := sent.ClassifyRead(a)
	return v.Kind == sent.Absent || v.Kind == sent.Rejected || v.Cause == sent.BadCall
}

// refusesThis reports whether the API refuses a read in a way that says nothing
// of creations: a key that may create contacts need not be allowed to read the
// account or the list. A 401 and an unknown profile are refusals of everything.
func refusesThis(a sent.Answer) bool {
	v := sent.ClassifyRead(a)
	return a.FromAPI() && v.Kind == sent.Stop && a.Status != 401 && v.Cause != sent.KeyRefused && v.Cause != sent.ProfileUnknown
}

// adopt gives the job the account that the API has told. Where the account has
// the job already, under another of its keys, that job goes on and the new
// plan is dropped. A job that has sent creations while the account was not told
// keeps its id: its idempotency keys are made of it.
func (s *session) adopt(id string) error {
	began, err := s.hasBegun(s.job)
	if err != nil {
		return err
	}
	s.account.id, s.account.known = id, true
	if id != "" && !began {
		jobID, err := s.jobID()
		if err != nil {
			return err
		}
		if err := s.lock(jobID); err != nil {
			return err
		}
		if err := s.settleIdentity(jobID); err != nil {
			return err
		}
	}
	return s.ledger.RememberAccount(s.account.fingerprint, s.baseURL(), id)
}

// hasBegun reports whether a run of the job has come as far as creations.
func (s *session) hasBegun(job ledger.Job) (bool, error) {
	runs, err := s.ledger.Runs(job)
	for _, r := range runs {
		if r.Requests.Create > 0 || r.LeaseUntil.After(r.StartedAt) {
			return true, nil
		}
	}
	return false, err
}

// findID is the id of the file's job: the account's, unless the job was begun
// with this key while the account was not told.
func (s *session) findID() (string, error) {
	id, err := s.jobID()
	if err != nil || s.account.id == "" {
		return id, err
	}
	if _, err := s.ledger.Newest(id); !errors.Is(err, ledger.ErrNoJob) {
		return id, err
	}
	early := s.identity()
	early.Account = s.account.fingerprint
	job, err := s.ledger.Newest(early.JobID())
	if errors.Is(err, ledger.ErrNoJob) {
		return id, nil
	}
	if err == nil {
		var began bool
		if began, err = s.hasBegun(job); began {
			id = early.JobID()
		}
	}
	return id, err
}

func (s *session) settleIdentity(jobID string) error {
	old, err := s.ledger.Newest(jobID)
	switch {
	case errors.Is(err, ledger.ErrNoJob):
		s.job, err = s.ledger.Rename(s.job, jobID, 1, s.account.id)
	case err != nil:
	case !old.Planned:
		if err = s.ledger.Drop(old); err == nil {
			s.job, err = s.ledger.Rename(s.job, jobID, old.Generation, s.account.id)
		}
	case s.o.Fresh:
		s.job, err = s.ledger.Rename(s.job, jobID, old.Generation+1, s.account.id)
	default:
		if err = s.ledger.Drop(s.job); err == nil {
			s.resumed, s.planned = true, nil
			err = s.take(s.follow(old))
		}
	}
	return err
}

// now is the time on our clock, without the monotonic part: windows have to
// outlive the process, and a laptop's sleep counts.
func now() time.Time { return time.Now().Round(0) }
