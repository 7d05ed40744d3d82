//go:build !fleet

package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestLock(t *testing.T) {
	dir := t.TempDir()
	first, second := openTest(t, dir), openTest(t, dir)
	lock, err := first.Lock("job", testTime)
	must(t, "Lock", err)
	host, err := os.Hostname()
	must(t, "Hostname", err)
	for name, l := range map[string]*Ledger{"the same ledger": first, "another ledger": second} {
		_, err := l.Lock("job", testTime.Add(time.Hour))
		var held *LockedError
		if !errors.As(err, &held) {
			t.Fatalf("%s: got %v, want a LockedError", name, err)
		}
		if want := (Holder{PID: os.Getpid(), Host: host, StartedAt: testTime}); held.Holder != want {
			t.Errorf("%s: got the holder %+v, want %+v", name, held.Holder, want)
		}
		for _, part := range []string{"process " + strconv.Itoa(os.Getpid()), host, testTime.Local().Format(time.DateTime)} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: got %q, want %q in it", name, err, part)
			}
		}
	}
	other, err := second.Lock("another", testTime)
	must(t, "Lock of another job", err)
	must(t, "Release", other.Release())

	must(t, "Release", lock.Release())
	lock, err = second.Lock("job", testTime)
	must(t, "Lock after Release", err)
	must(t, "Release", lock.Release())
	must(t, "Release again", lock.Release())
}

// TestLockRefusedLeavesHolder: a refused lock changes nothing of what the
// holder wrote.
func TestLockRefusedLeavesHolder(t *testing.T) {
	l := openTest(t, t.TempDir())
	lock, err := l.Lock("job", testTime)
	must(t, "Lock", err)
	path := filepath.Join(l.Dir(), "locks", "job.lock")
	before, err := os.ReadFile(path)
	must(t, "ReadFile", err)
	if _, err := l.Lock("job", testTime.Add(time.Hour)); err == nil {
		t.Fatal("got a second lock")
	}
	after, err := os.ReadFile(path)
	if err != nil || string(after) != string(before) {
		t.Errorf("got %q, %v, want %q", after, err, before)
	}
	must(t, "Release", lock.Release())
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the lock's file is gone after Release: %v", err)
	}
}

// TestHolderUnreadable: what the holder wrote is for people only.
func TestHolderUnreadable(t *testing.T) {
	for name, text := range map[string]string{"empty": "", "cut": `{"pid":1`, "noise": "\x00\xff", "another kind": `{"pid":"x"}`} {
		l := openTest(t, t.TempDir())
		lock, err := l.Lock("job", testTime)
		must(t, "Lock", err)
		must(t, "WriteFile", os.WriteFile(filepath.Join(l.Dir(), "locks", "job.lock"), []byte(text), 0o600))
		_, err = l.Lock("job", testTime)
		var held *LockedError
		if !errors.As(err, &held) || held.Holder.PID != 0 || !strings.Contains(err.Error(), "another run of this job") {
			t.Errorf("%s: got %v, want a LockedError of an unknown holder", name, err)
		}
		must(t, "Release", lock.Release())
	}
}

// TestLockRace: of many who want a lock at once, one gets it.
func TestLockRace(t *testing.T) {
	l := openTest(t, t.TempDir())
	const racers = 12
	locks := make([]*Lock, racers)
	errs := make([]error, racers)
	var all sync.WaitGroup
	for i := range racers {
		all.Go(func() { locks[i], errs[i] = l.Lock("job", testTime) })
	}
	all.Wait()
	got := 0
	for i, lock := range locks {
		var held *LockedError
		if lock != nil {
			got++
			must(t, "Release", lock.Release())
		} else if !errors.As(errs[i], &held) {
			t.Errorf("got %v, want a LockedError", errs[i])
		}
	}
	if got != 1 {
		t.Errorf("%d of %d got the lock, want 1", got, racers)
	}
}

func TestLockFails(t *testing.T) {
	l := openTest(t, t.TempDir())
	must(t, "WriteFile", os.WriteFile(filepath.Join(l.Dir(), "locks"), nil, 0o600))
	var held *LockedError
	if _, err := l.Lock("job", testTime); err == nil || errors.As(err, &held) {
		t.Errorf("got %v, want the file system's error", err)
	}
}

func TestLocked(t *testing.T) {
	l := openTest(t, t.TempDir())
	check := func(want bool) {
		t.Helper()
		if got, err := l.Locked("job"); err != nil || got != want {
			t.Errorf("got %t, %v, want %t", got, err, want)
		}
	}
	check(false)
	lock, err := l.Lock("job", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	check(true)
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	check(false)
	if lock, err = l.Lock("job", time.Now()); err != nil {
		t.Fatalf("after a look: %v", err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
}

// A lock that is a symbolic link, or in a directory that is one, is not taken,
// and its target stays as it was.
func TestAttack15LocksFollowNoLinks(t *testing.T) {
	for _, part := range []string{"locks", filepath.Join("locks", "job.lock")} {
		l := openTest(t, t.TempDir())
		target := filepath.Join(t.TempDir(), "target")
		if part == "locks" {
			must(t, "Mkdir", os.Mkdir(target, 0o700))
		} else {
			must(t, "Mkdir", os.Mkdir(filepath.Join(l.Dir(), "locks"), 0o700))
			must(t, "WriteFile", os.WriteFile(target, []byte("mine"), 0o600))
		}
		must(t, "Symlink", os.Symlink(target, filepath.Join(l.Dir(), part)))
		if _, err := l.Lock("job", testTime); err == nil || !strings.Contains(err.Error(), "symbolic link") {
			t.Errorf("%s: got %v, want that it is a symbolic link", part, err)
		}
		if data, err := os.ReadFile(target); err == nil && string(data) != "mine" {
			t.Errorf("%s: what it leads to holds %q", part, data)
		}
	}
}
