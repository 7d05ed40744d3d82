package importer

import (
	"context"
	"errors"
	"time"

	"sent-import/importer/sent"
)

const (
	// DefaultDrain leaves room for the report in the 30 s that containers are
	// given between SIGTERM and SIGKILL.
	DefaultDrain = 25 * time.Second
	// NoDrain, as any time below 0, cuts off at once what is in flight.
	NoDrain time.Duration = -1
)

// errDrained is the cause of the end of a request that an interruption has waited
// for, and that was not answered in time.
var errDrained = errors.New("no answer in the time that an interruption waits for one")

// untilDrained is the context of requests. It goes on when the run stops, since
// the outcome of a request that is cut off is unknown; but when ctx ends, which is
// an interruption, it ends drain later. release gives back what it holds.
func untilDrained(ctx context.Context, drain time.Duration) (requests context.Context, release func()) {
	requests, cut := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		if pause(requests, drain) == nil {
			cut(errDrained)
		}
	})
	return requests, func() {
		stop()
		cut(context.Canceled)
	}
}

// isCutOff reports whether the time for requests in flight was over before this
// one was answered. That tells nothing of the server, and nothing of the row.
func (c *caller) isCutOff(v sent.Verdict) bool {
	return v.Kind == sent.Unknown && errors.Is(context.Cause(c.settling), errDrained)
}
