package sent

import (
	"strconv"

	"sent-import/importer/handles"
	"sent-import/importer/outcome"
)

// Kind is what an answer means for the row, or for the run.
type Kind string

// Verdicts of a creation.
const (
	// Created: the contact with our number is there, and this key made it.
	Created Kind = "created"

	// Exists: the account has a contact with the number. It is a duplicate
	// unless an earlier request, whose answer was lost, can have made it.
	Exists Kind = "exists"

	// InvalidNumber: the API does not take the number.
	InvalidNumber Kind = "invalid_number"

	// InFlight: an earlier request with this key is being carried out. Wait
	// briefly and send the same again. It says nothing about duplicates.
	InFlight Kind = "in_flight"

	// NotExecuted: the API did nothing, because its store of idempotency keys
	// is down. Send the same again later.
	NotExecuted Kind = "not_executed"

	// Burnt: this is a stored answer that does not settle the row, and the same
	// key would be given it for 24 hours. Go on with another key. What the
	// first request with this key did is not known.
	Burnt Kind = "burnt"

	// Rejected: a definite refusal of a kind that this version does not know.
	// It is about this row only.
	Rejected Kind = "rejected"
)

// Verdicts of any request.
const (
	// RateLimited: too many requests; this one was not carried out. Pause all.
	RateLimited Kind = "rate_limited"

	// NotSent: this process had no file handle left for a connection. It tells
	// nothing of the API, and nothing of the row. Send the same again later.
	NotSent Kind = "not_sent"

	// Unknown: it may have been carried out or not. After a creation, the same
	// request with the same key, or a look-up, finds out.
	Unknown Kind = "unknown"

	// Stop: the account or the call is wrong, for every row. Cause says how.
	Stop Kind = "stop"
)

// Verdicts of a read.
const (
	Found    Kind = "found"    // the contact with our number is in the answer
	Absent   Kind = "absent"   // what was asked for is not there
	Answered Kind = "answered" // the API answered as documented
)

// Verdict is what an Answer means.
type Verdict struct {
	Kind Kind

	// ContactID is the API's id of the contact, where Created.
	ContactID string

	// Recovered, where Created, says that the answer is a replay: an earlier
	// request with this key had made the contact.
	Recovered bool

	// Cause is why to Stop; "" for other kinds.
	Cause Cause

	// Message is for people: what happened and, where it is Stop, what to do.
	// One line, without numbers and keys; "" where the kind says it all.
	Message string

	// Cure is what to do about it, if there is anything; where it is Stop, Message
	// ends in it.
	Cure string

	// Hope, where Unknown, is what waiting can do about it.
	Hope Hope

	// FailReason is the reason of the row when its attempts are used up with
	// this verdict; "" where the verdict settles the row or stops the run.
	FailReason outcome.Reason
}

// unknown is the verdict on an answer that may hide a creation.
func unknown(reason outcome.Reason, message string) Verdict {
	return Verdict{Kind: Unknown, FailReason: reason, Message: message}
}

// lost is the verdict on a request that got no answer of the API, or one that
// tells nothing.
func lost(reason outcome.Reason, a Answer) Verdict {
	if a.NoHandle {
		return Verdict{Kind: NotSent, FailReason: reason, Message: handles.What(), Cure: handles.Cure()}
	}
	t := troubleOf(a)
	return Verdict{Kind: Unknown, FailReason: reason, Message: t.What, Cure: t.Cure, Hope: t.Hope}
}

// gist is the answer in a few words: its status, code and message.
func (a Answer) gist() string {
	s := strconv.Itoa(a.Status)
	if a.Code != "" {
		s += " " + a.Code
	}
	if a.Message != "" {
		s += ": " + a.Message
	}
	return s
}
