package engine

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/fleet/pool"
	"sent-import/importer/fleet/worker"
	"sent-import/importer/ledger"
)

// TestStops: what time mends waits, what needs somebody is stopped with the reason, and what
// the slice has ended is open as it was.
func TestStops(t *testing.T) {
	tests := map[importer.StopCause]pool.Ending{
		importer.StopMaxDuration: {State: pool.Open},
		importer.StopInterrupted: {State: pool.Open},
		importer.StopOutage:      {State: pool.Open, Reason: "why", Wait: 5 * time.Minute},
		importer.StopLedger:      {State: pool.Open, Reason: "why", Wait: 5 * time.Second},
		importer.StopMaxInvalid:  {State: pool.Stopped, Reason: "why", ExitCode: 4},
		importer.StopMaxFailed:   {State: pool.Stopped, Reason: "why", ExitCode: 4},
		importer.StopAccount:     {State: pool.Stopped, Reason: "why", ExitCode: 4},
		importer.StopOther:       {State: pool.Stopped, Reason: "why", ExitCode: 4},
		importer.StopCall:        {State: pool.Stopped, Reason: "why", ExitCode: 4},
	}
	for cause, want := range tests {
		got := new(job).endingOf(&importer.Stop{Cause: cause, Message: "why"})
		if got.State != want.State || got.Reason != want.Reason || got.Wait != want.Wait || got.ExitCode != want.ExitCode {
			t.Errorf("%s: got %+v, want %+v", cause, got, want)
		}
	}
	if got := new(job).endingOf(&importer.Stop{Cause: importer.StopAccount, AtStart: true}); got.ExitCode != exitFailed {
		t.Errorf("refused at the start: got exit code %d, want %d", got.ExitCode, exitFailed)
	}
}

// TestErrors: errors of the database and of the disk are nobody's fault; others count.
func TestErrors(t *testing.T) {
	for _, err := range []error{ledger.ErrLeaseLost, ledger.ErrUnreachable, ledger.ErrDiskFull, worker.ErrLate} {
		var wait *worker.Wait
		if _, got := new(job).failed(fmt.Errorf("ledger: %w", err)); !errors.As(got, &wait) {
			t.Errorf("%v: got %v, want a wait", err, got)
		}
	}
	unknown := errors.New("unknown")
	if _, got := new(job).failed(unknown); !errors.Is(got, unknown) {
		t.Errorf("got %v, want the error as it was", got)
	}
	if ending, err := new(job).failed(&importer.UsageError{Message: "no column"}); err != nil || ending.State != pool.Stopped || ending.ExitCode != exitUsage || ending.Reason != "no column" {
		t.Errorf("options that don't fit: got %+v, %v", ending, err)
	}
}
