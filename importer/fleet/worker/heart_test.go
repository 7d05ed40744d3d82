package worker

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"sent-import/importer/fleet/pool"
)

// TestNoRequestAfterSendTime: a holder starts requests for SendTime after the beginning of its
// last renewal, and for no longer.
func TestNoRequestAfterSendTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slice, lose := context.WithCancelCause(t.Context())
		defer lose(nil)
		h := newHeart(nil, pool.Lease{}, pool.BeatTime, time.Now(), lose)
		time.Sleep(pool.SendTime - time.Nanosecond)
		if err := h.Alive(); err != nil || slice.Err() != nil {
			t.Errorf("just before the end: got %v, and the slice %v", err, slice.Err())
		}
		time.Sleep(time.Nanosecond)
		if err := h.Alive(); !errors.Is(err, ErrLate) {
			t.Errorf("at the end: got %v, want ErrLate", err)
		}
		if !errors.Is(context.Cause(slice), ErrLate) {
			t.Errorf("the slice goes on: %v", context.Cause(slice))
		}
	})
}

// TestTimesLeaveAGap: a holder that can't be reached has stopped before another may begin.
func TestTimesLeaveAGap(t *testing.T) {
	if gap := pool.LeaseTime - pool.SendTime; gap < 5*time.Second {
		t.Errorf("%s between the last request and the end of a lease", gap)
	}
	if late := pool.BeatTime + beatTimeout; late >= pool.SendTime {
		t.Errorf("a renewal that hangs takes until %s, and requests stop after %s", late, pool.SendTime)
	}
}
