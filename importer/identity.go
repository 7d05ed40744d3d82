package importer

import (
	"errors"

	"sent-import/importer/jobid"
	"sent-import/importer/ledger"
	"sent-import/importer/plan"
)

// candidate is an id that the job of a file may have, and the reading that it is made
// of.
type candidate struct {
	id      string
	reading plan.Reading
}

// candidates are the ids that the file's job may have, the best first: that of the
// canonical reading, then that of the options as they were given, of which older versions
// made it; and for each the base URL in one spelling before the one that was given. owner
// stands for the account; within a profile, the API told older versions the profile in its
// place.
func (s *session) candidates(owner string) []candidate {
	urls := []string{s.baseURL()}
	if s.client != nil && s.client.GivenBaseURL() != urls[0] {
		urls = append(urls, s.client.GivenBaseURL())
	}
	readings := []plan.Reading{s.canonical}
	if s.o.Reading.Text() != s.canonical.Text() {
		readings = append(readings, s.o.Reading)
	}
	owners := []string{owner}
	if s.o.Profile != "" && s.o.Profile != owner {
		owners = append(owners, s.o.Profile)
	}
	var all []candidate
	for _, owner := range owners {
		for _, reading := range readings {
			for _, url := range urls {
				all = append(all, candidate{reading: reading, id: jobid.Identity{
					FileSHA256: s.input.File.SHA256,
					Account:    owner,
					Profile:    s.o.Profile,
					Sandbox:    s.o.Sandbox,
					BaseURL:    url,
					Reading:    reading.Text(),
				}.JobID()})
			}
		}
	}
	return all
}

// jobOf is the first candidate that the ledger has a job of, and that job; with
// [ledger.ErrNoJob], the best candidate.
func (s *session) jobOf(owner string) (candidate, ledger.Job, error) {
	all := s.candidates(owner)
	for _, c := range all {
		job, err := s.ledger.Newest(c.id)
		if !errors.Is(err, ledger.ErrNoJob) {
			return c, job, err
		}
	}
	return all[0], ledger.Job{}, ledger.ErrNoJob
}

// findID is the id of the file's job: the account's, unless the job was begun with this
// key while the account was not told.
func (s *session) findID() (candidate, error) {
	c, _, err := s.jobOf(s.account.owner())
	if !errors.Is(err, ledger.ErrNoJob) || s.account.id == "" {
		return c, unlessNoJob(err)
	}
	early, job, err := s.jobOf(s.account.standIn)
	if err != nil {
		return c, unlessNoJob(err)
	}
	if began, err := s.hasBegun(job); err != nil || began {
		return early, err
	}
	return c, nil
}

func unlessNoJob(err error) error {
	if errors.Is(err, ledger.ErrNoJob) {
		return nil
	}
	return err
}
