package private

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func must(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// TestModes: what is made is the owner's alone, whatever the umask.
func TestModes(t *testing.T) {
	base := t.TempDir()
	defer syscall.Umask(syscall.Umask(0o277))
	dir := filepath.Join(base, "a", "b")
	must(t, "MakeDir", MakeDir(dir))
	f, err := Create(filepath.Join(dir, "file"))
	must(t, "Create", err)
	must(t, "Close", f.Close())
	temp, err := TempDir(dir, "temp-")
	must(t, "TempDir", err)
	defer temp.Remove()
	for path, want := range map[string]fs.FileMode{filepath.Dir(dir): dirMode, dir: dirMode, f.Name(): fileMode, temp.Path: dirMode} {
		info, err := os.Stat(path)
		must(t, "Stat", err)
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s: got the mode %v, want %v", path, got, want)
		}
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
	temp, err := TempDir(dir, "temp-")
	must(t, "TempDir", err)
	SweepFile(path, unwanted)
	SweepDirs(dir, "temp-")
	exists("held", path, true)
	exists("held", temp.Path, true)
	must(t, "Release", lock.Release())
	must(t, "Release", temp.lock.Release())
	SweepFile(path, func() bool { return true })
	SweepDirs(dir, "other-")
	exists("wanted", path, true)
	exists("of another prefix", temp.Path, true)
	SweepFile(path, unwanted)
	SweepDirs(dir, "temp-")
	exists("left over", path, false)
	exists("left over", temp.Path, false)
}
