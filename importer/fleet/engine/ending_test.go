package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/fleet/pool"
	"sent-import/importer/fleet/store"
	"sent-import/importer/fleet/worker"
	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/progress"
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

// TestTroubleOfASlice: a failure that the slice got over is none.
func TestTroubleOfASlice(t *testing.T) {
	settled := func(p *progress.Progress) { p.Settled(outcome.Created) }
	for name, c := range map[string]struct {
		failed string
		before func(*progress.Progress)
		want   string
	}{
		"nothing failed":           {"", func(*progress.Progress) {}, ""},
		"nothing settled":          {"refused", func(*progress.Progress) {}, "requests failed until the end of its last slice: refused"},
		"settled since or before":  {"refused", settled, ""},
		"settled before an outage": {"refused", func(p *progress.Progress) { settled(p); p.OutageBegins() }, "requests failed until the end of its last slice: refused"},
		"settled after an outage":  {"refused", func(p *progress.Progress) { p.OutageBegins(); p.OutageEnds(); settled(p) }, ""},
	} {
		j := new(job)
		c.before(&j.pulse.progress)
		if got := j.endingOf(&importer.Stop{Cause: importer.StopMaxDuration, Message: "time", LastError: c.failed}); got.State != pool.Open || got.Reason != c.want || got.Wait != 0 {
			t.Errorf("%s: got %+v, want it open, with the reason %q", name, got, c.want)
		}
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
	for _, other := range []error{errors.New("unknown"), &importer.ProfileError{Name: "BER", Unanswered: true}} {
		if ending, got := new(job).failed(other); !errors.Is(got, other) || ending.State != "" {
			t.Errorf("got %+v, %v; want the error as it was", ending, got)
		}
	}
	if ending, err := new(job).failed(&importer.UsageError{Message: "no column"}); err != nil || ending.State != pool.Stopped || ending.ExitCode != exitUsage || ending.Reason != "no column" {
		t.Errorf("options that don't fit: got %+v, %v", ending, err)
	}
}

// TestKeys: a key that is not there is waited for, and one that could never be sent needs
// somebody, who is told which one it is, and does not see it.
func TestKeys(t *testing.T) {
	i := pool.Import{Wanted: pool.Wanted{KeyRef: "acme", BaseURL: "https://api.example", Options: []byte(`{}`)}}
	prepare := func(key string, failed error) (pool.Ending, error) {
		e := New(Options{Key: func(context.Context, string) (string, error) { return key, failed }})
		_, ending, err := (&job{engine: e, slice: worker.Slice{Import: i}, dir: t.TempDir()}).prepare(t.Context())
		return ending, err
	}
	var wait *worker.Wait
	gone := errors.New("no such file")
	if ending, err := prepare("", gone); !errors.As(err, &wait) || !errors.Is(err, gone) || ending.State != "" {
		t.Errorf("no key: got %+v, %v; want a wait", ending, err)
	}
	for _, key := range []string{"q7\nz9", "q7\r\nz9", "q7 z9", "q7\x00z9", "\ufeffq7z9", "q7éz9", "q7z9\x7f"} {
		ending, err := prepare(key, nil)
		if err != nil || ending.State != pool.Stopped || ending.ExitCode != exitFailed || !strings.Contains(ending.Reason, "the key acme") || strings.Contains(ending.Reason, "q7") || strings.Contains(ending.Reason, "z9") {
			t.Errorf("%q: got %+v, %v; want it stopped, for the key acme", key, ending, err)
		}
	}
}

// TestNothingPendingIsDone: an import with pending rows is not done, whatever the run says.
func TestNothingPendingIsDone(t *testing.T) {
	result := &importer.Result{Counts: outcome.Counts{Rows: 2, Created: 1, Pending: 1}}
	if got, err := new(job).ending(t.Context(), result); err == nil || got.State == pool.Done {
		t.Errorf("got %+v, %v, want an error", got, err)
	}
}

// TestInputs: an input that is not there, or not what it was, needs somebody; a store that can't
// be read is waited for, and so is one without any input, which is hardly the right one.
func TestInputs(t *testing.T) {
	dir := t.TempDir()
	st, err := store.Open(t.Context(), "file://"+dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	fetch := func() (pool.Ending, error) {
		i := pool.Import{Wanted: pool.Wanted{InputSHA256: "abc"}}
		return (&job{engine: New(Options{Store: st}), slice: worker.Slice{Import: i}, input: filepath.Join(t.TempDir(), "input")}).fetch(t.Context())
	}
	waits := func(why string) {
		t.Helper()
		var wait *worker.Wait
		if ending, err := fetch(); !errors.As(err, &wait) || wait.After != waitStore || ending.State != "" {
			t.Errorf("%s: got %+v, %v; want a wait", why, ending, err)
		}
	}
	stops := func(reason string) {
		t.Helper()
		if ending, err := fetch(); err != nil || ending.State != pool.Stopped || !strings.Contains(ending.Reason, reason) {
			t.Errorf("got %+v, %v; want it stopped: %s", ending, err, reason)
		}
	}
	waits("nothing in the store")
	inputs := filepath.Join(dir, "inputs")
	if err := errors.Join(os.Mkdir(inputs, 0o700), os.WriteFile(filepath.Join(inputs, "other"), nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	stops("is not in the store")
	if err := os.WriteFile(filepath.Join(inputs, "abc"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	stops("changed in the store")
	gone := filepath.Join(t.TempDir(), "gone", "input")
	var wait *worker.Wait
	_, err = (&job{engine: New(Options{Store: st}), slice: worker.Slice{Import: pool.Import{Wanted: pool.Wanted{InputSHA256: "abc"}}}, input: gone}).fetch(t.Context())
	if !errors.As(err, &wait) || wait.After != waitDisk || !strings.Contains(err.Error(), "the worker's scratch directory") {
		t.Errorf("a disk of the worker's: got %v, want a wait that says so", err)
	}
	if err := errors.Join(os.RemoveAll(dir), os.WriteFile(dir, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	waits("the store is away")
}
