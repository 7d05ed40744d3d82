package retry

import (
	"fmt"

	"sent-import/importer/outcome"
	"sent-import/importer/sent"
)

// The messages of rows whose contacts are to be marked as opted out.
const (
	// Marked is how the message of a row begins whose contact has opted out.
	Marked = "marked as opted out"
	// MarkedAlready is that of one whose contact had opted out before.
	MarkedAlready = Marked + " already"
	// MarkLeft is that of a row whose contact is there, while its mark is left.
	MarkLeft = "the contact is there, and not yet marked as opted out: running again marks it"
)

// marking is where the mark of a row's contact stands.
type marking struct {
	wanted bool
	found  outcome.Outcome // that the row will have once its contact is marked; no Reason while no contact is there
	sent   int             // requests for the mark in this run
	done   bool            // the row's outcome is final
}

// First is what a row begins with: its creation, or the mark, where only that is left; or
// the question whether its contact is there.
func (r *Row) First() Step {
	if r.onlyAsk {
		return Step{Do: Lookup, Why: ForUndo}
	}
	if r.OnlyMark() {
		return Step{Do: Mark}
	}
	return Step{Do: Post}
}

// OnlyMark reports whether the row's contact is there, and only the mark is left.
func (r *Row) OnlyMark() bool { return r.mark.found.Reason != "" && !r.mark.done }

// Found is the outcome that a row will have of which only the mark is left.
func (r *Row) Found() outcome.Outcome { return r.mark.found }

// Marks is how many marks of this run went out.
func (r *Row) Marks() int { return r.mark.sent }

// SendingMark says that a mark goes out.
func (r *Row) SendingMark() { r.mark.sent++ }

// Conclude returns what comes in the place of a Settle: the same, unless the row's contact
// is there, is to be marked, and has not opted out yet. Before a Mark the row is to be
// written down as one of which only the mark is left (Found), since a mark changes the
// date by which a contact is judged.
func (r *Row) Conclude(s Step) Step {
	o := s.Outcome
	if !r.mark.wanted || r.mark.done || o.Status != outcome.Created && o.Reason != outcome.AlreadyExists {
		return s
	}
	switch {
	case s.Contact != nil && s.Contact.OptOut:
		r.mark.done = true
		s.Outcome.ContactID = s.Contact.ID
		s.Outcome.Message = MarkedAlready
		if o.Message != "" {
			s.Outcome.Message += "; " + o.Message
		}
		return s
	case s.Contact != nil && s.Contact.Inherited:
		r.mark.found = outcome.Outcome{Reason: o.Reason, ContactID: s.Contact.ID}
		return r.failUnmarked(outcome.Rejected, sent.Answer{Status: o.HTTPStatus, RequestID: o.RequestID},
			"it is inherited from the organization, which alone can change it")
	case o.ContactID == "":
		return Step{Do: Lookup, Why: ForMark}
	}
	r.mark.found, r.spans = o, nil
	r.lost, r.lookups, r.luck = 0, 0, Luck{}
	return Step{Do: Mark, Contact: s.Contact}
}

// AfterMark decides after the reply to a mark, which means v.
func (r *Row) AfterMark(v sent.Verdict, reply Reply) Step {
	r.sees(reply.Outage)
	switch v.Kind {
	case sent.Marked:
		return r.settleMarked(v, reply.Answer)
	case sent.Absent:
		return r.afterGone(reply.Answer)
	case sent.Rejected:
		return r.failUnmarked(outcome.Rejected, reply.Answer, v.Message)
	case sent.Stop:
		return Step{Do: Stop, Refusal: v}
	case sent.NotSent:
		r.mark.sent--
		return Step{Do: Mark, Wait: HandleWait}
	case sent.RateLimited:
		if r.limitedTooOften(reply) {
			return r.failUnmarked(outcome.RateLimited, reply.Answer, limitedMessage)
		}
		return Step{Do: Mark}
	case sent.Unknown:
		return r.afterLostMark(v, reply)
	}
	panic(fmt.Sprintf("retry: no such verdict of a mark: %v", v.Kind))
}

// afterLostMark sends the mark again: two do what one does. When the attempts are used
// up, the contact itself tells whether one was carried out.
func (r *Row) afterLostMark(v sent.Verdict, reply Reply) Step {
	a := reply.Answer
	r.reason, r.refusal.why = v.FailReason, v.Message
	switch r.luck.Pardons(a, reply.Blame) {
	case DeadConn:
		return Step{Do: Mark}
	case Overloaded:
		return Step{Do: Mark, Wait: r.patience.Wait(a, Backoff(r.lost+r.luck.refusals, r.o.Rand()))}
	}
	r.lost++
	if r.lost >= r.o.Attempts {
		return Step{Do: Check}
	}
	return Step{Do: Mark, Wait: r.patience.Wait(a, Backoff(r.lost, r.o.Rand()))}
}

// AfterCheck decides after the reply to a question for the contact, which means v.
func (r *Row) AfterCheck(v sent.Verdict, reply Reply) Step {
	a := reply.Answer
	r.sees(reply.Outage)
	switch v.Kind {
	case sent.Found:
		r.lookups = 0
		if v.Contact.OptOut {
			return r.settleMarked(v, a)
		}
		if r.lost < r.o.Attempts { // an outage has come in between: its failures don't count
			return Step{Do: Mark}
		}
		return r.failUnmarked(r.reason, a, "every attempt failed; last: "+r.refusal.why)
	case sent.Absent:
		return r.afterGone(a)
	case sent.Stop:
		return Step{Do: Stop, Refusal: v}
	case sent.RateLimited:
		return Step{Do: Check}
	case sent.NotSent:
		return Step{Do: Check, Wait: HandleWait}
	case sent.Unknown:
		return r.afterUnknownCheck(v, reply)
	}
	panic(fmt.Sprintf("retry: no such verdict of a check: %v", v.Kind))
}

func (r *Row) afterUnknownCheck(v sent.Verdict, reply Reply) Step {
	a := reply.Answer
	r.unansweredAt, r.refusal.why = a.ReceivedAt, v.Message
	switch r.luck.Pardons(a, reply.Blame) {
	case DeadConn:
		return Step{Do: Check}
	case Guilty:
		r.lookups++
	}
	if r.lookups < MaxLookups || reply.Outage.Now {
		return Step{Do: Check, Wait: r.patience.Wait(a, Backoff(r.lookups+r.luck.refusals, r.o.Rand()))}
	}
	return r.failUnmarked(v.FailReason, a, "neither the mark nor the look-up got an answer; last: "+v.Message)
}

// afterGone creates the contact again, which was deleted before it was marked. The key of
// its creation would be answered with that for a day.
func (r *Row) afterGone(a sent.Answer) Step {
	r.contradictions++
	if r.contradictions >= maxContradictions {
		return r.failUnmarked(outcome.OutcomeUnknown, a, "the contact is gone each time it is to be marked")
	}
	r.mark.found, r.lost, r.luck = outcome.Outcome{}, 0, Luck{}
	r.keyNumber++
	return Step{Do: Post, Gone: true}
}

// settleMarked ends the course of a row whose contact has opted out, as the answer shows.
func (r *Row) settleMarked(v sent.Verdict, a sent.Answer) Step {
	r.mark.done = true
	o := r.mark.found
	o.HTTPStatus, o.ErrorCode, o.RequestID, o.Attempts, o.Message = a.Status, "", a.RequestID, r.attempts, Marked
	return Step{Do: Settle, Outcome: o, Contact: &v.Contact}
}

// failUnmarked ends the course of a row whose contact is there and could not be marked.
// Running again tries again.
func (r *Row) failUnmarked(reason outcome.Reason, a sent.Answer, message string) Step {
	r.mark.done = true
	what := "the contact exists"
	if r.mark.found.Reason.Status() == outcome.Created {
		what = "created"
	}
	s := r.settleAs(reason, a, nil, what+", but could not be marked as opted out: "+message)
	s.Outcome.ContactID = r.mark.found.ContactID
	return s
}
