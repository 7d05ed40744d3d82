package report

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestAFileThatChangesAfterALookIsNotOurs: its sum is made while the new files are written.
func TestAFileThatChangesAfterALookIsNotOurs(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, InvalidName)
	write := func(text string, at time.Time) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), fileMode); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
	}
	write("ours", time.Unix(1, 0))
	seen := sumOld(path)
	m := marker{Files: map[string][]string{InvalidName: {seen.sum}}}
	if !m.ours(dir, InvalidName, seen) || !m.ours(dir, InvalidName, oldSum{}) {
		t.Error("the file that we wrote is not ours")
	}
	write("his!", time.Unix(2, 0))
	if m.ours(dir, InvalidName, seen) {
		t.Error("a file that somebody has changed after the look is ours")
	}
	write("ours", time.Unix(3, 0))
	if !m.ours(dir, InvalidName, seen) {
		t.Error("the file is as we wrote it again, and not ours")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if got := sumOld(path); got.info != nil || !m.ours(dir, InvalidName, seen) {
		t.Errorf("got %v of a file that is gone, and want its place ours", got)
	}
}
