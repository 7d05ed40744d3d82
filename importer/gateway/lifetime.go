package gateway

import (
	"context"
	"errors"
	"time"

	"sent-import/importer/sent"
)

// errDrained is the cause of the end of a request that an interruption has waited
// for, and that was not answered in time.
var errDrained = errors.New("no answer in the time that an interruption waits for one")

// lifetime is how long a run may send requests.
type lifetime struct {
	starting context.Context // ends when no new request may start; its cause says why
	sending  context.Context // of requests in flight, which goes on for some time then
	stop     context.CancelCauseFunc
	release  func()
}

// newLifetime begins the lifetime of a run. Requests in flight go on when the run
// stops, since the outcome of a request that is cut off is unknown; but when ctx ends,
// which is an interruption, they are cut off o.Drain later.
func newLifetime(ctx context.Context, o Options) (l lifetime) {
	sending, cut := context.WithCancelCause(context.WithoutCancel(ctx))
	l.sending = sending
	interrupted := context.AfterFunc(ctx, func() {
		if Pause(sending, o.Drain) == nil {
			cut(errDrained)
		}
	})
	endTimer := func() {}
	if !o.Deadline.IsZero() {
		ctx, endTimer = context.WithDeadlineCause(ctx, o.Deadline, o.Overtime)
	}
	l.starting, l.stop = context.WithCancelCause(ctx)
	l.release = func() {
		l.stop(nil)
		endTimer()
		interrupted()
		cut(context.Canceled)
	}
	return l
}

func (l *lifetime) close() { l.release() }

// isCutOff reports whether the time for requests in flight was over before this one
// was answered. That says nothing of the server, and nothing of the row.
func (l *lifetime) isCutOff(v sent.Verdict) bool {
	return v.Kind == sent.Unknown && errors.Is(context.Cause(l.sending), errDrained)
}

// Pause waits, unless ctx ends; then it returns the cause.
func Pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx) // nil while ctx goes on
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
