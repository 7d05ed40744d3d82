package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// A check that was killed while it read standard input has left numbers in the
// temporary directory. The next start removes them, and nothing of a check that is
// still running.
func TestAttack11KilledCheckIsSwept(t *testing.T) {
	t.Parallel()
	temporary := t.TempDir()
	left := func() []string {
		t.Helper()
		dirs, err := filepath.Glob(filepath.Join(temporary, "sent-import-check-*"))
		if err != nil {
			t.Fatal(err)
		}
		return dirs
	}
	killed := readingCheck(t, temporary)
	if n := len(left()); n != 1 {
		t.Fatalf("got %d directories of a check, want one", n)
	}
	dead := left()[0]
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = killed.Wait() // killed
	readingCheck(t, temporary)

	file := filepath.Join(t.TempDir(), "one.csv")
	if err := os.WriteFile(file, []byte("phone\n+14155552671\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := program(t, "check", file)
	cmd.Env = append(cmd.Env, "TMPDIR="+temporary)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if dirs := left(); len(dirs) != 1 || dirs[0] == dead {
		t.Errorf("got %v, want the directory of the check that goes on, and not %s", dirs, dead)
	}
}

// readingCheck starts a check and returns when it reads its standard input,
// which does not end before the test does.
func readingCheck(t *testing.T, temporary string) *exec.Cmd {
	t.Helper()
	cmd := program(t, "check", "--report", filepath.Join(t.TempDir(), "report"), "-")
	cmd.Env = append(cmd.Env, "TMPDIR="+temporary)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // killed
	})
	// More than a pipe holds: once all is written, most of it has been read.
	if _, err := in.Write([]byte("phone\n" + strings.Repeat("+14155552671\n", 1<<17))); err != nil {
		t.Fatal(err)
	}
	return cmd
}
