package retry

import (
	"time"

	"sent-import/importer/sent"
)

// maxAfter is the longest wait that the API may ask for, as long as the longest pause
// after a 429.
const maxAfter = 5 * time.Minute

// HandleWait is how long a request waits that had no file handle: for another
// connection of ours to be given back, or for whatever else took the handles.
const HandleWait = time.Second

// After is how long the API asks, with an error of its own (5xx), not to be
// asked again: no longer than a 429 may pause. What something on the way asks for
// is not obeyed: it knows nothing of the API.
func After(a sent.Answer) time.Duration {
	if !a.Envelope || a.Status < 500 || !a.HasRetryAfter {
		return 0
	}
	return min(a.RetryAfter, maxAfter)
}

// Patience is how much longer a request may be put off because the API asks
// for it: at first for as long as an outage may last.
type Patience time.Duration

// Wait is how long to wait after the answer a: backoff, or longer if the API asks
// for that and there is patience left.
func (p *Patience) Wait(a sent.Answer, backoff time.Duration) time.Duration {
	asked := min(After(a), time.Duration(*p))
	*p -= Patience(asked)
	return max(backoff, asked)
}
