package create

import (
	"time"

	"sent-import/importer/gateway"
	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/retry"
	"sent-import/importer/serverclock"
)

// elsewhereMargin is how much longer before a lost request another import can have ended
// that has created the contact: the precision of a date, the clocks of different runs, and
// some. Looking back too far costs a moment.
const elsewhereMargin = time.Hour

// unlessAnothers corrects an outcome that says that a lost request of ours has, or may
// have, created the contact, where another job of this ledger knows that it was its own. If
// that one has a request for the number under way, it will know soon; if its request was
// lost as well, only its next run can tell.
func (c *Creator) unlessAnothers(e *entry, s retry.Step) (retry.Step, error) {
	ours := s.Outcome.Reason == outcome.ReasonRecovered
	if !ours && (s.Doubt <= serverclock.Unseen || s.Outcome.ContactID == "") {
		return s, nil
	}
	evidence := c.evidence()
	evidence.Found = e.answer.ReceivedAt
	since := evidence.Reach(e.row.Spans()).Add(-elsewhereMargin)
	ahead := evidence.Offsets.Hull().High
	for until := time.Now().Add(patience(c.o.Job.ID, c.o.Grace)); ; {
		found, err := c.o.Ledger.Elsewhere(c.o.Job, e.task.Phone, s.Outcome.ContactID, since, ahead, now().Add(-c.o.Grace))
		switch {
		case err != nil:
			return s, err
		case found == ledger.CreatedElsewhere && s.Outcome.ContactID != "":
			s.Outcome.Status, s.Outcome.Reason, s.Doubt = outcome.Duplicate, outcome.AlreadyExists, serverclock.Certain
			s.Outcome.Message = "another import of this ledger has created it"
			return s, nil
		case !ours:
			return s, nil
		case found != ledger.ClaimedElsewhere || time.Now().After(until):
			return c.unlessLostElsewhere(e, s, evidence)
		}
		if err := gateway.Pause(c.g.Context(), elsewherePoll); err != nil {
			return s, err
		}
	}
}

// unlessLostElsewhere has a row wait for its next run whose contact may as well be the work
// of a lost request of an older job: that job's next run settles it, by its key or the date.
// What an earlier generation of the job has lost stays unknown.
func (c *Creator) unlessLostElsewhere(e *entry, s retry.Step, evidence serverclock.Evidence) (retry.Step, error) {
	since, dates := evidence.Reach(e.row.Spans()).Add(-elsewhereMargin), retry.DatesOf(e.found)
	lost, err := c.o.Ledger.DoubtsElsewhere(c.o.Job, e.task.Phone, since, evidence.Offsets.Hull().High, c.o.Grace)
	switch {
	case err != nil:
		return s, err
	case evidence.AllowsOthers(lost.Jobs, dates):
		s.Outcome.Message = "an earlier import of this ledger has a lost request for this number as well: run that one again first (sent-import jobs lists it), then this one"
	case evidence.AllowsOthers(lost.Generations, dates):
		s.Outcome.Message = "the contact exists, and an earlier import of the same file has a lost request for this number as well: nothing tells which of the two has created it"
	default:
		return s, nil
	}
	s.Outcome.Status, s.Outcome.Reason = outcome.Failed, outcome.OutcomeUnknown
	return s, nil
}
