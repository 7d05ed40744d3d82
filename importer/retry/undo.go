package retry

import (
	"time"

	"sent-import/importer/outcome"
	"sent-import/importer/sent"
	"sent-import/importer/serverclock"
)

// createdDates are the dates of a contact that the answer to its creation shows; none of
// nil.
func createdDates(c *sent.Contact) (d outcome.Dates) {
	if c != nil {
		d.Created, d.Updated = c.CreatedAtText, c.UpdatedAtText
	}
	return d
}

// foundDates are the dates of a contact that a lost request has created, as far as they are
// that request's doing.
func (r *Row) foundDates(c *sent.Contact, e serverclock.Evidence) outcome.Dates {
	byCreation := DatesOf(c)
	byCreation.Updated = serverclock.Interval{}
	if e.Judge(r.spans, byCreation).Ours {
		return outcome.Dates{Created: c.CreatedAtText}
	}
	return outcome.Dates{Created: c.CreatedAtText, Updated: c.UpdatedAtText, UpdatedAlone: true}
}

// foreignDate is how long before a lost request a contact was made that is not its work,
// whatever clock dates contacts.
const foreignDate = 48 * time.Hour

// maybeOurs reports whether a contact whose date is no proof may be ours all the same: a job
// that is undone creates nothing that would show how contacts are dated.
func (r *Row) maybeOurs(c *sent.Contact) bool {
	made := DatesOf(c).Made
	for _, s := range r.spans {
		if made.IsZero() || made.To.After(s.From.Add(-foreignDate)) {
			return true
		}
	}
	return false
}

// maxWaits is how often a row waits for its lost requests to be over. Once is enough,
// unless a clock is set meanwhile.
const maxWaits = 3

// absentForUndo settles a row whose contact is not there as not attempted, once no lost
// request can be carried out any more.
func (r *Row) absentForUndo(a sent.Answer) Step {
	if left := r.untilOver(a.SentAt); left > 0 && r.waits < maxWaits {
		r.waits++
		return Step{Do: Lookup, Why: ForUndo, Over: true, Wait: min(left, r.o.Grace+serverclock.LeaseTime)}
	}
	return Step{Do: Settle, Outcome: outcome.Outcome{
		Status: outcome.Pending, Reason: outcome.NotAttempted, Attempts: r.attempts,
	}}
}

// untilOver is how long after a time a lost request can still be carried out; 0 or less
// where none can. Spans on the server's clock, which older versions kept, are not asked.
func (r *Row) untilOver(now time.Time) (left time.Duration) {
	for _, s := range r.spans {
		if s.Run != 0 {
			left = max(left, s.To.Sub(now))
		}
	}
	return left
}
