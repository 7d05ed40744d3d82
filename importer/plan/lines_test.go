package plan

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/progress"
)

// TestAttack08DuplicateOfLineDoesNotWrap: what remembers the first row of a
// number has room for 32 bits, so a row beyond that line must not be planned: its
// repetitions would name another line.
func TestAttack08DuplicateOfLineDoesNotWrap(t *testing.T) {
	p := newPass(Options{Progress: new(progress.Progress), Now: time.Unix(1, 0)}, foreknown{}, withoutRecords)
	var came []outcome.Row
	p.emit = func(r *outcome.Row) error { came = append(came, *r); return nil }
	at := func(line int) *batch {
		r := outcome.Row{Number: 1, Line: line, Phone: "+14155550101"}
		r.Status, r.Reason = outcome.Pending, outcome.NotAttempted
		return &batch{planned: []outcome.Row{r}, numbers: []uint64{14155550101}}
	}
	for range 2 {
		if err := p.collect(at(math.MaxUint32)); err != nil {
			t.Fatal(err)
		}
	}
	if got := came[1]; got.Reason != outcome.InFile || got.DuplicateOf != math.MaxUint32 {
		t.Errorf("got %s of line %d, want a duplicate of line %d", got.Reason, got.DuplicateOf, uint32(math.MaxUint32))
	}
	if first, second := came[0].SettledAt, came[1].SettledAt; !first.IsZero() || second.IsZero() {
		t.Errorf("settled at %v and %v, want the duplicate alone settled", first, second)
	}
	if err := p.collect(at(math.MaxUint32 + 1)); err == nil || !strings.Contains(err.Error(), "more than 4294967295 lines") {
		t.Errorf("got %v, want the line refused", err)
	}
}

// TestFileBeyondTheLastLine: lines within quotes count, so a file with few rows can have as
// many.
func TestFileBeyondTheLastLine(t *testing.T) {
	for name, text := range map[string]string{
		"rows":            "phone\n+14155550101\n+14155550102\n+14155550103\n",
		"lines in quotes": "phone,note\n+14155550101,\"a\nb\"\n+14155550102,x\n",
		"blank lines":     "phone\n\n\n+14155550101\n",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "list.csv")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			l, err := ledger.Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close() //nolint:errcheck // nothing is kept
			job, err := l.CreateJob(ledger.Job{ID: "job", Generation: 1, Input: ledger.Input{Path: file, Name: "list.csv", Bytes: int64(len(text))}})
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = File(t.Context(), Options{Ledger: l, Job: job, MaxLine: 3, Progress: new(progress.Progress)})
			var usage *UsageError
			if err == nil || errors.As(err, &usage) || !strings.Contains(err.Error(), "more than 3 lines") {
				t.Errorf("got %v, want an error that names the limit", err)
			}
		})
	}
}
