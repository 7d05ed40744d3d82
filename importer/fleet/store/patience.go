package store

import (
	"context"
	"errors"
	"io"
	"time"
)

// longestSilence is how long a store may neither give nor take a byte, and how long it may
// take to begin: longer than S3's client needs for its own tries, and for the last parts of a
// large object, which are sent when we have written everything. Without it a server that
// accepts connections and says nothing would keep a worker's slot for ever.
const longestSilence = 2 * time.Minute

var errSilent = errors.New("it accepts connections and says nothing")

// patience ends a call of the store that lasts too long without anything having been heard.
type patience struct {
	ctx   context.Context
	limit time.Duration
	timer *time.Timer
	end   context.CancelFunc // of the call; it must be called
}

// await begins a call, which is made with the returned context.
func (s *Store) await(ctx context.Context) (context.Context, *patience) {
	ctx, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(s.silence, func() { cancel(errSilent) })
	return ctx, &patience{ctx: ctx, limit: s.silence, timer: timer, end: func() {
		timer.Stop()
		cancel(nil)
	}}
}

// watch is w, each of whose writes says that the store is there.
func (p *patience) watch(w io.Writer) io.Writer { return watched{w, p} }

type watched struct {
	io.Writer
	patience *patience
}

func (w watched) Write(b []byte) (int, error) {
	n, err := w.Writer.Write(b)
	w.patience.timer.Reset(w.patience.limit)
	return n, err
}

// explain is the call's error in words: see the function.
func (p *patience) explain(key string, err error) error {
	if err != nil && errors.Is(context.Cause(p.ctx), errSilent) {
		err = errSilent
	}
	return explain(key, err)
}
