package importer

import (
	"time"

	"sent-import/importer/pace"
	"sent-import/importer/sent"
)

// retryAfter is how long the API asks, with an error of its own (5xx), not to be
// asked again: no longer than a 429 may pause. What something on the way asks for
// is not obeyed: it knows nothing of the API.
func retryAfter(a sent.Answer) time.Duration {
	if !a.Envelope || a.Status < 500 || !a.HasRetryAfter {
		return 0
	}
	return min(a.RetryAfter, pace.MaxPause)
}

// retryPatience is how much longer a request may be put off because the API asks
// for it: at first for as long as an outage may last.
type retryPatience time.Duration

// wait is how long to wait after the answer a: backoff, or longer if the API asks
// for that and there is patience left.
func (p *retryPatience) wait(a sent.Answer, backoff time.Duration) time.Duration {
	asked := min(retryAfter(a), time.Duration(*p))
	*p -= retryPatience(asked)
	return max(backoff, asked)
}
