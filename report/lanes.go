package report

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"
)

// lanes write files side by side. Each lane is a goroutine with a channel of its own. It is
// given all parcels, in file order, writes its part of them to the files that it alone has,
// and ends when the channel is closed, or with its first error.
type lanes struct {
	group  *errgroup.Group
	failed <-chan struct{} // closed when a lane has failed
	in     []chan *parcel
	free   sync.Pool // of parcels
	closed bool
}

// startLanes starts a lane for each of write. The lanes must be closed.
func startLanes(write ...func(*parcel) error) *lanes {
	group, ctx := errgroup.WithContext(context.Background())
	l := &lanes{group: group, failed: ctx.Done(), free: sync.Pool{New: func() any { return new(parcel) }}}
	for _, w := range write {
		in := make(chan *parcel, 1) // closed by close
		l.in = append(l.in, in)
		group.Go(func() error {
			for p := range in {
				if err := w(p); err != nil {
					return err
				}
				if p.open.Add(-1) == 0 {
					p.reset()
					l.free.Put(p)
				}
			}
			return nil
		})
	}
	return l
}

// parcel returns one that is empty.
func (l *lanes) parcel() *parcel { return l.free.Get().(*parcel) } //nolint:errcheck // there are no others

// send gives the parcel to all lanes. Error: the first one of a lane.
func (l *lanes) send(p *parcel) error {
	p.open.Store(int32(len(l.in)))
	for _, in := range l.in {
		select {
		case in <- p:
		case <-l.failed:
			return l.close()
		}
	}
	return nil
}

// close has the lanes write what they were given, and waits for them. It may be called
// again. Error: the first one of a lane.
func (l *lanes) close() error {
	if !l.closed {
		l.closed = true
		for _, in := range l.in {
			close(in)
		}
	}
	return l.group.Wait()
}
