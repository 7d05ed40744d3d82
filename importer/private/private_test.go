package private

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"sent-import/importer/testenv"
)

func must(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// TestSweepsLeaveWhatIsHeld: what a process holds stays, and what nobody holds or
// wants is removed.
func TestSweepsLeaveWhatIsHeld(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	exists := func(what, path string, want bool) {
		t.Helper()
		if _, err := os.Lstat(path); (err == nil) != want {
			t.Errorf("%s: %s is there: %t, want %t", what, filepath.Base(path), err == nil, want)
		}
	}
	unwanted := func() bool { return false }
	lock, err := TryLock(path)
	must(t, "TryLock", err)
	if second, err := TryLock(path); second != nil || err != nil {
		t.Errorf("a lock that is held: got %v, %v, want none", second, err)
	}
	is := func(what string, want bool) {
		t.Helper()
		if held, err := Held(path); held != want || err != nil {
			t.Errorf("Held, %s: got %t, %v, want %t", what, held, err, want)
		}
	}
	is("held", true)
	temp, err := TempDir(dir, "temp-")
	must(t, "TempDir", err)
	SweepFile(path, unwanted)
	SweepDirs(dir, "temp-")
	exists("held", path, true)
	exists("held", temp.Path, true)
	must(t, "Release", lock.Release())
	must(t, "Release again", lock.Release())
	is("released", false)
	must(t, "Release", temp.lock.Release())
	SweepFile(path, func() bool { return true })
	SweepDirs(dir, "other-")
	exists("wanted", path, true)
	exists("of another prefix", temp.Path, true)
	SweepFile(path, unwanted)
	SweepDirs(dir, "temp-")
	exists("left over", path, false)
	is("gone", false)
	exists("left over", temp.Path, false)
}

// TestLocksAreTakenWhileSomebodySweeps: a sweep may remove the file of a lock at any moment
// before the lock is taken, and the file is made again.
func TestLocksAreTakenWhileSomebodySweeps(t *testing.T) {
	path := filepath.Join(t.TempDir(), "job.lock")
	quit := make(chan struct{}) // closed by the test
	var sweeps sync.WaitGroup
	for range 2 {
		sweeps.Go(func() {
			for {
				select {
				case <-quit:
					return
				default:
					SweepFile(path, func() bool { return false })
				}
			}
		})
	}
	for range testenv.Size(2000, 500) {
		lock, err := TryLock(path)
		if err != nil {
			t.Error(err)
			break
		}
		if lock == nil { // the sweep has it
			continue
		}
		if err := lock.Release(); err != nil {
			t.Error(err)
			break
		}
	}
	close(quit)
	sweeps.Wait()
}

// A sweep that meets a file which is being made, and has no lock yet, takes that one, and
// another is made.
func TestTempFilesAreMadeWhileSomebodySweeps(t *testing.T) {
	dir := t.TempDir()
	quit := make(chan struct{}) // closed by the test
	var sweeps sync.WaitGroup
	for range 2 {
		sweeps.Go(func() {
			for {
				select {
				case <-quit:
					return
				default:
				}
				entries, err := os.ReadDir(dir)
				if err != nil {
					t.Error(err)
					return
				}
				for _, e := range entries {
					SweepFile(filepath.Join(dir, e.Name()), func() bool { return false })
				}
			}
		})
	}
	for range testenv.Size(4000, 1000) {
		f, err := TempFile(dir, ".report.csv", "")
		if err != nil {
			t.Error(err)
			break
		}
		if err := errors.Join(os.Remove(f.Name()), f.Close()); err != nil {
			t.Errorf("a file that was given is gone: %v", err)
			break
		}
	}
	close(quit)
	sweeps.Wait()
}
