package main

import (
	"context"
	"time"
)

const (
	// tellTime is how long all that is posted at the end of a command may take together.
	tellTime = 30 * time.Second
	// tellTimeInHaste is the same after a signal: a container is killed soon.
	tellTimeInHaste = 3 * time.Second
)

// tellBudget is the time for what is posted at the end of a command, of which pushes leave
// a third to the notification. The zero value is ready.
type tellBudget struct {
	spent time.Duration
	hasty bool // a signal has come
	vain  bool // the last push has failed
}

// next is called when a further file begins. It has the time anew, unless the push for the
// file before was in vain: a Pushgateway that hangs must not hold every file.
func (b *tellBudget) next() {
	if !b.vain {
		b.spent = 0
	}
}

// pushing is for pushes, until end is called. Where nothing is left it has a moment, to see
// whether the Pushgateway is back.
func (b *tellBudget) pushing(a *app) (ctx context.Context, end func()) {
	whole, parent := b.whole(a)
	return b.spend(parent, max(whole*2/3-b.spent, whole/30))
}

// notifying is for a notification, until end is called.
func (b *tellBudget) notifying(a *app) (ctx context.Context, end func()) {
	whole, parent := b.whole(a)
	return b.spend(parent, max(whole-b.spent, whole/3))
}

// whole is how long everything may take, and the context that ends it before.
func (b *tellBudget) whole(a *app) (time.Duration, context.Context) {
	if a.ctx.Err() == nil {
		return tellTime, a.ctx
	}
	if !b.hasty {
		b.hasty, b.spent = true, 0
	}
	return tellTimeInHaste, a.leave
}

func (b *tellBudget) spend(parent context.Context, most time.Duration) (ctx context.Context, end func()) {
	began := time.Now()
	ctx, cancel := context.WithTimeout(parent, most)
	return ctx, func() {
		cancel()
		b.spent += time.Since(began)
	}
}
