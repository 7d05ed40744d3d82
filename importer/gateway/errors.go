package gateway

import (
	"errors"
	"fmt"
	"time"

	"sent-import/importer/sent"
)

// ErrNoAnswer says that one request gets no answer, while others do.
var ErrNoAnswer = errors.New("the API gives no answer that can be understood")

// Cause is why the API ends a run.
type Cause int

// The causes.
const (
	Refused     Cause = iota // every row would get the answer in Last
	Outage                   // no answer for too long
	Unreachable              // no answer at all in this run, for a reason that time does not fix
	RateLimited              // nothing but 429s for too long
	NoHandles                // no connection for too long, as the process has too many open files
)

// StopError says why the API ends a run. What is not settled stays pending.
type StopError struct {
	Cause  Cause
	Last   sent.Verdict  // the refusal, or what the last failed request met
	Lasted time.Duration // for how long, except with Refused and Unreachable
}

func (e *StopError) Error() string {
	switch e.Cause {
	case Outage:
		return fmt.Sprintf("the API has given no answer for %s%s", e.Lasted, Because(e.Last))
	case Unreachable:
		return "the API cannot be reached: " + e.Last.Text()
	case RateLimited:
		return fmt.Sprintf("the API has answered nothing but 429 (too many requests) for %s", e.Lasted)
	case NoHandles:
		return fmt.Sprintf("no connection could be made for %s", e.Lasted)
	}
	return e.Last.Text()
}

// Stops reports whether the error is a StopError.
func Stops(err error) bool {
	_, ok := errors.AsType[*StopError](err)
	return ok
}

// Because is what a request met and what to do, to be added to a sentence; "" if it met
// nothing.
func Because(v sent.Verdict) string {
	if v.Message == "" {
		return ""
	}
	return ": " + v.Text()
}
