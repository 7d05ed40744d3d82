package importer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sent-import/importer/create"
	"sent-import/importer/gateway"
	"sent-import/importer/handles"
	"sent-import/importer/printable"
	"sent-import/importer/sent"
)

// ErrAccountUntold says that the API has given no answer to whose key it is, and that nothing
// was sent: see Options.Owner.
var ErrAccountUntold = errors.New("the API gives no answer to whose key it is, and nothing is sent before it does")

// ErrLocked says that another run has the job. The error's text says who.
var ErrLocked = errors.New("locked")

// StopCause says why a run stopped before its end.
type StopCause string

// The causes.
const (
	StopInterrupted StopCause = "interrupted"   // its context ended
	StopMaxInvalid  StopCause = "max_invalid"   // more invalid rows than allowed
	StopMaxFailed   StopCause = "max_failed"    // more failed rows than allowed
	StopMaxDuration StopCause = "max_duration"  // the run took as long as it may
	StopMaxRequests StopCause = "max_requests"  // the requests that may be made are made
	StopOutage      StopCause = "outage"        // the API gave no answer for too long
	StopAccount     StopCause = "account"       // the key, the account or the profile was refused
	StopOther       StopCause = "other_account" // the account is not the expected one
	StopLedger      StopCause = "ledger"        // nothing more could be written to the ledger
	StopCall        StopCause = "call"          // the API does not take our requests as they are, or they can't get to it
)

// Stop is why a run stopped early. What is not settled stays pending, and the
// same command goes on there.
type Stop struct {
	Cause   StopCause
	Message string // what happened and what to do, in plain words
	Option  string // name of the option that the end of Message is about, such as fresh; "" for none
	// LastError is the last failure that a request of the run met, in plain words;
	// "" if none did.
	LastError string
	Err       error // of an interruption: the cause of the context's end; of StopLedger: the [*StorageError]
	InDoubt   int   // of an interruption: rows that were sent and left without an answer
	// AtStart says that the run could not begin: the API refused before any row
	// was settled, or can't be reached as things are; or that it could not go on.
	AtStart bool
}

func (s *Stop) Error() string { return s.Message }

// maxInvalidError says that more rows are invalid than may be, without those of people
// who opted out.
type maxInvalidError struct {
	invalid, rows int
	limit         Limit
	columns       string // that the numbers are from
	unclear       int    // of the invalid rows, those whose opt-out cell is not understood
	optOut        string // the columns of such cells
}

func (e *maxInvalidError) Error() string {
	text := fmt.Sprintf("%d of %d rows are invalid, more than %s: ", e.invalid, e.rows, e.limit)
	if e.unclear*2 > e.invalid {
		return text + fmt.Sprintf("%d of them don't say clearly whether the person wants messages; is this the right column for it (%s)?", e.unclear, e.optOut)
	}
	return text + fmt.Sprintf("is this the right file, and the right phone column (%s)?", e.columns)
}

// overtimeError says that a run has taken the time that it may.
type overtimeError struct{ allowed time.Duration }

func (e *overtimeError) Error() string {
	return fmt.Sprintf("the run has taken the time that it may, %s", printable.Duration(e.allowed))
}

// stopped is how far a run had come when it stopped.
type stopped struct {
	settled int          // rows
	inDoubt int          // rows that were sent and left without an answer
	last    sent.Verdict // of the request that failed last; the zero Verdict if none did
}

// stopOf turns the reason why a run stops, which is the cause of its context's end, into a
// Stop; nil if there is none.
func stopOf(why error, at stopped) (s *Stop) {
	var api *gateway.StopError
	var list *create.ListOutageError
	var failed *create.MaxFailedError
	var invalid *maxInvalidError
	var overtime *overtimeError
	var other *otherAccountError
	var budget *gateway.BudgetError
	switch {
	case why == nil:
		return nil
	case errors.As(why, &list):
		s = stopForAPI(list.Outage, at)
		s.Option = "existing off"
		s.Message += ". It was asked for the list of contacts; if it serves creations all the same, the list can be left out"
	case errors.As(why, &api):
		s = stopForAPI(api, at)
	case errors.As(why, &failed):
		s = &Stop{Cause: StopMaxFailed, Option: "max-failed", Message: fmt.Sprintf(
			"%v, more than %s. Nothing is rolled back: contacts that were created stay. Look at the reasons, then run the same command again, with another limit if that is right", failed, failed.Limit)}
	case errors.As(why, &invalid):
		s = &Stop{Cause: StopMaxInvalid, Option: "max-invalid", Message: fmt.Sprintf(
			"%v Nothing was sent. If they are, run again with a higher limit", invalid)}
	case errors.As(why, &other):
		s = &Stop{Cause: StopOther, AtStart: true, Option: "expect-account", Message: other.Error()}
	case errors.As(why, &overtime):
		s = &Stop{Cause: StopMaxDuration, Option: "max-duration", Message: fmt.Sprintf(
			"%v. %s", overtime, at.whatNow())}
	case errors.As(why, &budget):
		s = &Stop{Cause: StopMaxRequests, Option: "max-requests", Message: fmt.Sprintf(
			"%v. %s", budget, at.whatNow())}
	default:
		s = stopInterrupted(why, at)
	}
	s.LastError = at.last.Message
	return s
}

// stopForAPI is for a reason that the API has given.
func stopForAPI(e *gateway.StopError, at stopped) *Stop {
	switch e.Cause {
	case gateway.Outage:
		return &Stop{Cause: StopOutage, Option: "outage", Message: fmt.Sprintf(
			"%v. Nothing is lost: the rows stay pending; run the same command again when it is back. How long that is waited for can be set", e)}
	case gateway.Unreachable:
		s := &Stop{Cause: StopOutage, AtStart: true, Message: fmt.Sprintf("%v, and run the same command again", e)}
		if e.Last.Persistence == sent.Permanent {
			s.Cause = StopCall
		}
		return s
	case gateway.RateLimited:
		return &Stop{Cause: StopOutage, Message: fmt.Sprintf(
			"%v: the account's allowance is used by somebody else, or the key is locked after refusals. The rows stay pending; run the same command again later", e)}
	case gateway.NoHandles:
		return &Stop{Cause: StopOutage, Message: fmt.Sprintf(
			"%v: %s. The rows stay pending. %s", e, handles.What(), handles.Fix())}
	}
	return stopRefused(e.Last, at.settled)
}

// stopRefused is for a verdict that stops the run. settled is how many rows
// were settled before.
func stopRefused(v sent.Verdict, settled int) *Stop {
	s := &Stop{Cause: StopAccount, Message: v.Text(), AtStart: settled == 0}
	switch v.Cause {
	case sent.KeyReuse:
		s.Cause, s.Option = StopCall, "fresh"
	case sent.BadCall, sent.Redirected:
		s.Cause = StopCall
	case sent.SandboxAnswer:
		s.Option = "sandbox"
	}
	return s
}

// stopInterrupted is for the end of the context that the run was called with.
func stopInterrupted(cause error, at stopped) *Stop {
	why := "interrupted"
	if !errors.Is(cause, context.Canceled) {
		why = cause.Error()
	}
	return &Stop{Cause: StopInterrupted, Err: cause, InDoubt: at.inDoubt, Message: why + ". " + at.whatNow()}
}

// whatNow says what became of the requests in flight, and what to do.
func (at stopped) whatNow() string {
	if at.inDoubt > 0 {
		return fmt.Sprintf("Rows that were sent and got no answer: %d; run the same command again, and it settles them first", at.inDoubt)
	}
	return "What was in flight is settled; run the same command again to go on"
}

// stops reports whether the error is one that stops the run, and not one after which it
// can't go on.
func stops(g *gateway.Gateway, err error) bool { return g.Context().Err() != nil || gateway.Stops(err) }

// otherAccountError says that the account is not the expected one.
type otherAccountError struct {
	expected string
	account  sent.Account // the zero value where the API does not tell
}

func (e *otherAccountError) Error() string {
	const nothing = "Nothing was sent. Use the key of the right account"
	if name := e.account.Name; name != "" && e.account.ID != "" {
		return fmt.Sprintf("the key is of the account %s (%s), and %s was expected. %s", name, e.account.ID, e.expected, nothing)
	}
	if e.account.ID != "" {
		return fmt.Sprintf("the key is of the account %s, of which the API tells no name, and %s was expected. %s", e.account.ID, e.expected, nothing)
	}
	return fmt.Sprintf("the API does not tell whose key it is, and %s was expected. Nothing was sent. Leave that out, if you are sure", e.expected)
}
