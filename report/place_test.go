package report

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
)

func open(t *testing.T, dir, job string) *Place {
	t.Helper()
	p, err := Open(context.Background(), dir, job)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func TestAttack19TwoCommandsDoNotShareADirectory(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "contacts.report")
	first := open(t, dir, "")
	if err := first.Claim(Owner{"contacts.csv", "job1"}); err != nil {
		t.Fatal(err)
	}
	_, err := Open(context.Background(), dir, "job2")
	var busy *BusyError
	if !errors.As(err, &busy) || busy.Owner != (Owner{"contacts.csv", "job1"}) || !strings.Contains(busy.Error(), "process ") {
		t.Fatalf("got %v, want who has it", err)
	}
	// A second report of the same job, written at the same time, removes nothing.
	in, rows := mixed()
	meanwhile := open(t, dir, "job1")
	if _, _, err := meanwhile.Write(context.Background(), summary(), in, seq(rows, nil)); err != nil {
		t.Fatal(err)
	}
	if err := meanwhile.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(context.Background(), dir, ""); !errors.As(err, &busy) {
		t.Errorf("got %v, want it busy still", err)
	}
	if _, _, err := first.Write(context.Background(), summary(), in, seq(rows, nil)); err != nil {
		t.Fatal(err)
	}
	if got := edited(t, dir); got != nil {
		t.Errorf("kept: %q, want nothing", got)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if got, want := open(t, dir, "").Owner(), (Owner{"contacts.csv", "job1"}); got != want {
		t.Errorf("owner: got %v, want %v", got, want)
	}
}

// Open waits a moment for a command that has the lock and has not written its marker
// yet.
func TestTheMarkerIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		dir := t.TempDir()
		first := open(t, dir, "")
		found := make(chan error, 1) // one result
		look := func() {
			_, err := Open(context.Background(), dir, "")
			found <- err
		}
		var busy *BusyError
		go look()
		if err := <-found; !errors.As(err, &busy) || busy.Owner.File != "" {
			t.Errorf("got %v, want that nobody says who has it", err)
		}
		go look()
		synctest.Wait()
		if err := first.Claim(Owner{"contacts.csv", ""}); err != nil {
			t.Fatal(err)
		}
		if err := <-found; !errors.As(err, &busy) || busy.Owner.File != "contacts.csv" {
			t.Errorf("got %v, want the owner", err)
		}
	})
}

func TestAPlaceThatCameToNothingLeavesNothing(t *testing.T) {
	parent := t.TempDir()
	dir := filepath.Join(parent, "new.report")
	p := open(t, dir, "")
	if err := errors.Join(p.Claim(Owner{"contacts.csv", ""}), p.Close()); err != nil {
		t.Fatal(err)
	}
	if got := names(t, parent); len(got) != 0 {
		t.Errorf("got %q, want no directory", got)
	}
	// Once a job is going to have a report there, the directory stays.
	p = open(t, dir, "")
	if err := errors.Join(p.Claim(Owner{"contacts.csv", "job"}), p.Close()); err != nil {
		t.Fatal(err)
	}
	if got := open(t, dir, "").Owner(); got.Job != "job" {
		t.Errorf("owner: got %v, want the job's", got)
	}
}

func TestOwnersNameNeedNotBeUTF8(t *testing.T) {
	dir := t.TempDir()
	p := open(t, dir, "")
	if err := errors.Join(p.Claim(Owner{"caf\xe9.csv", "job"}), p.Close()); err != nil {
		t.Fatal(err)
	}
	if got := open(t, dir, "").Owner(); got.File != "caf\xe9.csv" {
		t.Errorf("got %q", got.File)
	}
}

func TestALockFileIsNoWayToAnotherFile(t *testing.T) {
	dir, other := t.TempDir(), filepath.Join(t.TempDir(), "other")
	if err := os.Symlink(other, filepath.Join(dir, lockName)); err != nil {
		t.Fatal(err)
	}
	if p, err := Open(context.Background(), dir, ""); err == nil {
		t.Errorf("got %v, want an error", p)
	}
	if _, err := os.Stat(other); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v, want no file made through the link", err)
	}
}
