package importer

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sent-import/importer/outcome"
)

// TestAttack08DuplicateOfLineDoesNotWrap: what remembers the first row of a
// number has room for 32 bits, so a row beyond that line must not be planned: its
// repetitions would name another line.
func TestAttack08DuplicateOfLineDoesNotWrap(t *testing.T) {
	p := &planner{o: Options{}.withDefaults(), first: make(map[uint64]uint32)}
	at := func(line int) []outcome.Row {
		r := outcome.Row{Number: 1, Line: line, Phone: "+14155550101"}
		r.Status, r.Reason = outcome.Pending, outcome.NotAttempted
		return []outcome.Row{r}
	}
	for range 2 {
		if err := p.collect(at(math.MaxUint32)); err != nil {
			t.Fatal(err)
		}
	}
	if got := p.pending[1]; got.Reason != outcome.InFile || got.DuplicateOf != math.MaxUint32 {
		t.Errorf("got %s of line %d, want a duplicate of line %d", got.Reason, got.DuplicateOf, uint32(math.MaxUint32))
	}
	if err := p.collect(at(math.MaxUint32 + 1)); err == nil || !strings.Contains(err.Error(), "more than 4294967295 lines") {
		t.Errorf("got %v, want the line refused", err)
	}
}

// TestPlanBeyondTheLastLine: the job of such a file is dropped, and nothing was
// sent. Lines within quotes count, so a file with few rows can have as many.
func TestPlanBeyondTheLastLine(t *testing.T) {
	for name, text := range map[string]string{
		"rows":            "phone\n+14155550101\n+14155550102\n+14155550103\n",
		"lines in quotes": "phone,note\n+14155550101,\"a\nb\"\n+14155550102,x\n",
		"blank lines":     "phone\n\n\n+14155550101\n",
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "list.csv")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			s := &session{o: Options{Input: file, State: t.TempDir()}.withDefaults(), started: time.Now(), maxLine: 3}
			defer s.close() //nolint:errcheck // it was only read
			_, err := s.check(t.Context())
			var usage *UsageError
			if err == nil || errors.As(err, &usage) || !strings.Contains(err.Error(), "more than 3 lines") {
				t.Errorf("got %v, want an error that names the limit", err)
			}
			jobs, err := s.ledger.Jobs()
			if err != nil || len(jobs) != 0 {
				t.Errorf("got jobs %v, %v, want none left", jobs, err)
			}
		})
	}
}
