package importer

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"sent-import/importer/ledger"
	"sent-import/importer/sent"
)

// A run whose ledger has no room left gives a result all the same: what is in
// the ledger can be reported, on another disk.
func TestAttack30FullDiskIsReported(t *testing.T) {
	o := Options{Input: filepath.Join(t.TempDir(), "list.csv"), State: t.TempDir()}
	if err := os.WriteFile(o.Input, []byte("phone\n+14155550101\n+14155550102\n+14155550103\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s := newSession(o)
	err := s.openLedger()
	if err == nil {
		err = s.findInput(t.Context(), s.ledger.Dir(), "")
	}
	if err == nil {
		s.job, err = s.plan(t.Context(), candidate{id: "0123456789abcdef0123"}, 1)
	}
	if err != nil {
		t.Fatal(err)
	}
	full := &ledger.StorageError{Dir: o.State, What: "there is no room left", Fix: "Make room there", Err: ledger.ErrDiskFull}
	r, err := s.resultOf(fmt.Errorf("claim rows: %w", full), sent.Verdict{})
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
	if _, err := s.resultOf(ledger.ErrDamaged, sent.Verdict{}); !errors.Is(err, ledger.ErrDamaged) {
		t.Errorf("got %v, want damage to be no result", err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
}
