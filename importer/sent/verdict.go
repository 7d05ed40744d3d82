package sent

import (
	"sent-import/importer/handles"
	"sent-import/importer/outcome"
)

// Kind is what an answer means for the row, or for the run.
type Kind string

// Verdicts of a creation.
const (
	// Created: the contact with our number exists, and this key created it.
	Created Kind = "created"

	// Exists: the account has a contact with the number. It is a duplicate
	// unless an earlier request, whose answer was lost, can have created it.
	Exists Kind = "exists"

	// InvalidNumber: the API does not accept the number.
	InvalidNumber Kind = "invalid_number"

	// InFlight: an earlier request with this key is still being carried out. Wait
	// briefly and send the same again. It tells nothing about duplicates.
	InFlight Kind = "in_flight"

	// NotExecuted: the API did nothing, because its store of idempotency keys
	// is down. Send the same again later.
	NotExecuted Kind = "not_executed"

	// Burnt: this is a stored answer that does not settle the row, and the API
	// would repeat it for 24 hours. Continue with another key. What the first
	// request with this key did is not known.
	Burnt Kind = "burnt"

	// Rejected: a definite refusal of a kind that this version does not know.
	// It is about this row only.
	Rejected Kind = "rejected"
)

// Verdicts of a mark. Absent and Rejected are the others that settle a row.
const (
	// Marked: the contact has opted out, be it by this request or before.
	Marked Kind = "marked"
)

// Verdicts of a deletion. Absent and Rejected are the others that settle a row.
const (
	// Deleted: the account no longer has the contact, by this request.
	Deleted Kind = "deleted"
)

// Verdicts of any request.
const (
	// RateLimited: too many requests; this one was not carried out. Pause all.
	RateLimited Kind = "rate_limited"

	// NotSent: this process had no file handle left for a connection. It tells
	// nothing about the API or the row. Send the same again later.
	NotSent Kind = "not_sent"

	// Unknown: the request may have been carried out or not. After a creation,
	// the same request with the same key, or a look-up, finds out.
	Unknown Kind = "unknown"

	// Stop: the account or the call is wrong, for every row. Cause says how.
	Stop Kind = "stop"
)

// Verdicts of a read.
const (
	Found    Kind = "found"    // the contact with our number is in the answer
	Absent   Kind = "absent"   // the account has no such contact, or the API no such resource
	Answered Kind = "answered" // the API answered as documented
)

// Verdict is what an Answer means.
type Verdict struct {
	Kind Kind

	// Contact is the contact that was Created, Found or Marked, with an ID, and with
	// our number unless it was asked for by its id.
	Contact Contact

	// Recovered, where Created, says that the answer is a replay: an earlier
	// request with this key had created the contact.
	Recovered bool

	// Cause is why to Stop; "" for other kinds.
	Cause Cause

	// Message says for people what happened: one line, without phone numbers and
	// keys; "" where the kind says it all. Fix says what to do, "" if there is
	// nothing to do but to wait. Stop always has one.
	Message, Fix string

	// Persistence, where Unknown, is what waiting can change.
	Persistence Persistence

	// FailReason is the reason of the row when its attempts are used up with
	// this verdict; "" where the verdict settles the row or stops the run.
	FailReason outcome.Reason
}

// Text is what happened and what to do, in one line.
func (v Verdict) Text() string {
	if v.Fix == "" {
		return v.Message
	}
	return v.Message + "; " + v.Fix
}

// Failed reports whether the request did not get what it asked for, for no reason
// that is its row's.
func (v Verdict) Failed() bool {
	switch v.Kind {
	case Unknown, NotSent, NotExecuted, RateLimited, Burnt, Stop:
		return true
	}
	return false
}

// stop is the verdict that ends the run.
func stop(cause Cause, a Answer) Verdict {
	what, fix := cause.words()
	return Verdict{Kind: Stop, Cause: cause, Message: what + " (" + a.gist() + ")", Fix: fix}
}

// unknown is the verdict on an answer that may hide a creation.
func unknown(reason outcome.Reason, message string) Verdict {
	return Verdict{Kind: Unknown, FailReason: reason, Message: message}
}

// lost is the verdict on a request that got no answer of the API, or one that
// tells nothing.
func lost(reason outcome.Reason, a Answer) Verdict {
	if a.NoHandle {
		return Verdict{Kind: NotSent, FailReason: reason, Message: handles.What(), Fix: handles.Fix()}
	}
	d := diagnose(a)
	return Verdict{Kind: Unknown, FailReason: reason, Message: d.what, Fix: d.fix, Persistence: d.persistence}
}
