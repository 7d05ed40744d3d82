//go:build !windows

package private

import (
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

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
