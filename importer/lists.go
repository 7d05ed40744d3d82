package importer

import (
	"errors"
	"time"

	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
)

// ListStatus is what the ledger knows of a list: what people call by one name, though its
// file, and so its job, is another one every night. The zero value: nothing.
type ListStatus struct {
	Job       string           // id of the newest job that a run of the list has ended; "": none
	Reasons   outcome.ByReason // of its rows
	Requests  Requests         // over all its runs
	Completed time.Time        // when a run of the list was complete last; zero: never
	Succeeded time.Time        // when one left nothing to anybody last; zero: never
}

// ListEnd says how a run of a list has ended.
type ListEnd struct {
	At       time.Time
	Complete bool // it came to its end
	Success  bool // and left nothing to anybody
}

// List returns what the ledger of a state directory knows of a list.
func List(state, name string) (status ListStatus, err error) {
	s, err := openState(state)
	if err != nil || s == nil {
		return ListStatus{}, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	return s.list(name)
}

// EndList writes into the ledger how the run of a list has ended that the Result is of, and
// returns what is known of the list then. It is not for a Check.
func (r *Result) EndList(name string, end ListEnd) (ListStatus, error) {
	s := r.session
	l := ledger.List{Job: s.job.entry}
	if end.Complete {
		l.CompletedAt = end.At
	}
	if end.Success {
		l.SucceededAt = end.At
	}
	if err := s.ledger.EndRunOf(name, l); err != nil {
		return ListStatus{}, err
	}
	return s.list(name)
}

func (s *session) list(name string) (status ListStatus, err error) {
	l, err := s.ledger.List(name)
	status = ListStatus{Job: l.Job.ID, Completed: l.CompletedAt, Succeeded: l.SucceededAt}
	if err != nil || l.Job.ID == "" {
		return status, err
	}
	if status.Reasons, err = s.ledger.ReasonCounts(l.Job); err != nil {
		return status, err
	}
	runs, err := s.ledger.Runs(l.Job)
	for _, run := range runs {
		status.Requests = status.Requests.Add(run.Requests)
	}
	return status, err
}
