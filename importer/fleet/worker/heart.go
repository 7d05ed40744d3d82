package worker

import (
	"context"
	"errors"
	"sync"
	"time"

	"sent-import/importer/fleet/pool"
)

const (
	// beatTimeout bounds one renewal: one that hangs is begun anew while the lease lasts.
	beatTimeout = 3 * time.Second
	// beatAgain is the pause after a renewal that was not possible.
	beatAgain = 500 * time.Millisecond
)

// ErrLate says that the lease could not be renewed in time, so that the pool may be somebody
// else's soon.
var ErrLate = errors.New("the database can't be reached, so the lease of the account could not be renewed: nothing more is sent until it is taken again")

// errCancelled ends an import that somebody has cancelled.
var errCancelled = errors.New("the import was cancelled")

// Heart keeps a lease.
type Heart struct {
	db    *pool.DB
	lease pool.Lease
	every time.Duration           // pause between renewals
	lose  context.CancelCauseFunc // ends the slice

	mu      sync.Mutex
	renewed time.Time // the beginning of the last renewal that succeeded
	current int64     // the import that is worked on; 0: none
	pulse   func() pool.Pulse
	cancel  context.CancelCauseFunc // ends the import
}

// newHeart renews a lease each so often, which was taken by a statement that began then.
func newHeart(db *pool.DB, lease pool.Lease, every time.Duration, began time.Time, lose context.CancelCauseFunc) *Heart {
	return &Heart{db: db, lease: lease, every: every, lose: lose, renewed: began}
}

// Alive reports whether a request may start now: nil, or ErrLate once SendTime has passed
// since the beginning of the last renewal. The time is that of this machine: the monotonic
// clock, or the wall's, if that has gone on further, as while a machine sleeps.
func (h *Heart) Alive() error {
	h.mu.Lock()
	renewed := h.renewed
	h.mu.Unlock()
	now := time.Now()
	if now.Sub(renewed) < pool.SendTime && now.Round(0).Sub(renewed.Round(0)) < pool.SendTime {
		return nil
	}
	h.lose(ErrLate)
	return ErrLate
}

// follow has the heart tell of an import until the returned function is called, and end it
// when it is cancelled.
func (h *Heart) follow(id int64, cancel context.CancelCauseFunc) (stop func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.current, h.cancel, h.pulse = id, cancel, nil
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.current, h.cancel, h.pulse = 0, nil, nil
	}
}

// watch has the heart ask for the pulse of the import with each beat.
func (h *Heart) watch(pulse func() pool.Pulse) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.pulse = pulse
}

// keep renews the lease until ctx ends or the lease is lost.
func (h *Heart) keep(ctx context.Context) {
	pause := h.every
	for wait(ctx, pause) == nil {
		pause = h.every
		switch err := h.beat(ctx); {
		case errors.Is(err, pool.ErrLost):
			h.lose(err)
			return
		case err != nil && h.Alive() != nil:
			return
		case err != nil:
			pause = beatAgain
		}
	}
}

func (h *Heart) beat(ctx context.Context) error {
	h.mu.Lock()
	id, pulse, cancel := h.current, h.pulse, h.cancel
	h.mu.Unlock()
	p := pool.Pulse{}
	if pulse != nil {
		p = pulse()
	}
	p.Import = id
	began := time.Now()
	ctx, done := context.WithTimeout(ctx, beatTimeout)
	defer done()
	cancelled, err := h.db.Beat(ctx, h.lease, p)
	if err != nil {
		return err
	}
	h.mu.Lock()
	h.renewed = began
	h.mu.Unlock()
	if cancelled && cancel != nil {
		cancel(errCancelled)
	}
	return nil
}

// wait waits, unless ctx ends; then it returns the cause.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
