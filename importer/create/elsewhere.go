package create

import (
	"strconv"
	"time"

	"sent-import/importer/gateway"
	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/retry"
	"sent-import/importer/serverclock"
)

// elsewherePoll is how often the ledger is asked whether another import has settled a row.
const elsewherePoll = time.Second

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
	since := evidence.Reach(e.row.Spans()).Add(-elsewhereMargin)
	ahead := evidence.Offsets.Hull().High
	for until := time.Now().Add(c.patience()); ; {
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
	since := evidence.Reach(e.row.Spans()).Add(-elsewhereMargin)
	lost, err := c.o.Ledger.DoubtsElsewhere(c.o.Job, e.task.Phone, since, evidence.Offsets.Hull().High, c.o.Grace)
	switch {
	case err != nil:
		return s, err
	case c.canBeOf(lost.Jobs, e, evidence):
		s.Outcome.Message = "an earlier import of this ledger has a lost request for this number as well: run that one again first (sent-import jobs lists it), then this one"
	case c.canBeOf(lost.Generations, e, evidence):
		s.Outcome.Message = "the contact exists, and an earlier import of the same file has a lost request for this number as well: nothing tells which of the two has created it"
	default:
		return s, nil
	}
	s.Outcome.Status, s.Outcome.Reason = outcome.Failed, outcome.OutcomeUnknown
	return s, nil
}

// canBeOf reports whether the date of the contact that was found allows that one of the
// requests of another job has created it.
func (c *Creator) canBeOf(lost serverclock.Spans, e *entry, evidence serverclock.Evidence) bool {
	for i := range lost {
		if lost[i].Run != 0 { // on our clock, as this run knows it
			lost[i].Run = c.run.Number
		}
	}
	j := evidence.Judge(lost, retry.DatesOf(e.found))
	return len(lost) > 0 && (j.Ours || j.Doubt > serverclock.Unseen)
}

// patience is how long a row waits for another import's: as long as a request of that may
// take, and a little more in one of the two than in the other, if they wait for each other.
func (c *Creator) patience() time.Duration {
	more, err := strconv.ParseUint(c.o.Job.ID[:min(2, len(c.o.Job.ID))], 16, 8)
	if err != nil {
		more = 0 // not an id that a run has made
	}
	return c.o.Grace + time.Duration(more)*250*time.Millisecond
}
