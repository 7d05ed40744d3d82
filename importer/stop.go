package importer

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sent-import/importer/sent"
)

// StopCause says why a run stopped before its end.
type StopCause string

// The causes.
const (
	StopInterrupted StopCause = "interrupted"  // its context ended
	StopMaxInvalid  StopCause = "max_invalid"  // more invalid rows than allowed
	StopMaxFailed   StopCause = "max_failed"   // more failed rows than allowed
	StopMaxDuration StopCause = "max_duration" // the run took as long as it may
	StopOutage      StopCause = "outage"       // the API gave no answer for too long
	StopAccount     StopCause = "account"      // the key, the account or the profile was refused
	StopLedger      StopCause = "ledger"       // nothing more could be written to the ledger
	StopCall        StopCause = "call"         // the API does not take our requests as they are, or they can't get to it
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

// errOutage ends a row's way when the outage has lasted too long.
var errOutage = errors.New("outage")

// verdictError carries a verdict that stops the run.
type verdictError struct{ verdict sent.Verdict }

func (e *verdictError) Error() string { return e.verdict.Text() }

// because is what a request met, to be added to a sentence; "" if it met nothing.
func because(v sent.Verdict) string {
	if v.Message == "" {
		return ""
	}
	return ": " + v.Text()
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

func stopOutage(lasted time.Duration, last sent.Verdict) *Stop {
	return &Stop{Cause: StopOutage, Message: fmt.Sprintf(
		"the API has given no answer for %s%s. Nothing is lost: the rows stay pending; run the same command again when it is back (--outage sets how long to wait)", lasted, because(last))}
}

// stopUnreachable is for a trouble that ends the run before the API has answered
// anything.
func stopUnreachable(v sent.Verdict) *Stop {
	cause := StopOutage
	if v.Persistence == sent.Permanent {
		cause = StopCall
	}
	return &Stop{Cause: cause, AtStart: true, Message: fmt.Sprintf(
		"the API cannot be reached: %s, and run the same command again", v.Text())}
}

func stopLimited(lasted time.Duration) *Stop {
	return &Stop{Cause: StopOutage, Message: fmt.Sprintf(
		"the API has answered nothing but 429 (too many requests) for %s: the account's allowance is used by somebody else, or the key is locked after refusals. The rows stay pending; run the same command again later", lasted)}
}

func stopMaxFailed(n, settled int, limit Limit) *Stop {
	return &Stop{Cause: StopMaxFailed, Message: fmt.Sprintf(
		"%d of %d rows failed in this run, more than --max-failed %s. Nothing is rolled back: contacts that were created stay. Look at the reasons, then run the same command again", n, settled, limit)}
}

func stopMaxDuration(d time.Duration) *Stop {
	return &Stop{Cause: StopMaxDuration, Message: fmt.Sprintf(
		"the run has taken the time that --max-duration %s gives it. What was in flight is settled; run the same command again to go on", d)}
}

// stopInterrupted says why ctx has ended. inDoubt is how many rows were sent and
// left without an answer.
func stopInterrupted(ctx context.Context, inDoubt int) *Stop {
	why := "interrupted"
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		why = cause.Error()
	}
	settled := "What was in flight is settled; run the same command again to go on"
	if inDoubt > 0 {
		settled = fmt.Sprintf("Rows that were sent and got no answer: %d; run the same command again, and it settles them first", inDoubt)
	}
	return &Stop{Cause: StopInterrupted, Err: context.Cause(ctx), InDoubt: inDoubt, Message: why + ". " + settled}
}
