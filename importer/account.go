package importer

import (
	"errors"
	"time"

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
	s.account.fingerprint = fingerprint(s.o.Key)
	s.account.id, s.account.known, err = s.ledger.Account(s.account.fingerprint, s.baseURL())
	if err != nil || s.account.known || s.client == nil {
		return err
	}
	// Older versions wrote the base URL down as it was given.
	s.account.id, s.account.known, err = s.ledger.Account(s.account.fingerprint, s.client.GivenBaseURL())
	return err
}

// askAccount asks the API whose key it is: the one request that finds out
// whether the key is good. It returns "" where the API does not tell. The
// error says why the run stops.
func (c *caller) askAccount() (id string, err error) {
	a, err := c.read(noRow, &c.requests.me, c.client.Me, tellsAccount)
	return a.AccountID, err
}

// tellsAccount reports whether the answer is the API's: the account, or that it
// is not told (404 and its like). The shape of the body is not documented, so
// any success that is whole is taken: the key was accepted.
func tellsAccount(a sent.Answer) bool {
	if a.Err == nil && a.Status/100 == 2 {
		return !a.Truncated && a.Coding == ""
	}
	v := sent.ClassifyRead(a)
	return v.Kind == sent.Absent || v.Kind == sent.Rejected || v.Cause == sent.BadCall
}

// adopt gives the job the account that the API has told. Where the account has
// the job already, under another of its keys, that job goes on and the new
// plan is dropped.
func (s *session) adopt(id string) error {
	s.account.id, s.account.known = id, true
	if id != "" {
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
