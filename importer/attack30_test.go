package importer

import (
	"errors"
	"fmt"
	"testing"

	"sent-import/importer/ledger"
)

// A run whose ledger has no room left gives a result all the same: what is in
// the ledger can be reported, on another disk.
func TestAttack30FullDiskIsReported(t *testing.T) {
	scenario{rows: 3}.play(t, func(t *testing.T, g *stage) {
		g.run()
		s, err := openState(g.o.State)
		if err != nil {
			t.Fatal(err)
		}
		jobs, err := s.ledger.Jobs()
		if err := errors.Join(err, s.take(jobs[0], nil)); err != nil {
			t.Fatal(err)
		}
		full := &ledger.StorageError{Dir: g.o.State, What: "there is no room left", Fix: "Make room there", Err: ledger.ErrDiskFull}
		r, err := s.resultOf(fmt.Errorf("claim rows: %w", full))
		if err != nil {
			t.Fatal(err)
		}
		rows := 0
		for _, err := range r.Rows(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			rows++
		}
		if rows != 3 || r.Stopped == nil || r.Stopped.Cause != StopLedger || !r.Stopped.AtStart || r.Stopped.Err != full {
			t.Errorf("got %d rows and the stop %+v, want 3 and that of the ledger", rows, r.Stopped)
		}
		if _, err := s.resultOf(ledger.ErrDamaged); !errors.Is(err, ledger.ErrDamaged) {
			t.Errorf("got %v, want damage to be no result", err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	})
}
