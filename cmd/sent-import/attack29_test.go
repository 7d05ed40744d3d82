package main

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Too little memory gives an error in plain words.
func TestAttack29LittleMemory(t *testing.T) {
	if err := fitMemory(leastSpace - 1); err == nil || !strings.Contains(err.Error(), "ulimit -v 1572864") {
		t.Errorf("got %v, want the limit that is needed", err)
	}
}

// Files and directories get their modes whatever the umask.
func TestAttack29Umask(t *testing.T) {
	t.Parallel()
	sim := startSimulator(t, "--rate-limit=-1", "--latency=0s")
	for _, umask := range []string{"0077", "0000", "0777", "0277"} {
		dir := t.TempDir()
		file := filepath.Join(dir, "list.csv")
		if err := os.WriteFile(file, []byte("phone\n+14155552671\n12\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		state := filepath.Join(dir, "above", "state")
		cmd := exec.Command("sh", "-c", `umask "$1" && shift && exec "$@"`, "sh", umask,
			"sent-import", "run", "--quiet", "--rate", "unlimited", "--base-url", sim.url, "--state", state, "--report", filepath.Join(dir, "report"), "-")
		cmd.Env = program(t).Env
		in, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		cmd.Stdin = in
		out, _ := cmd.CombinedOutput() // exit code 3: a row is invalid
		_ = in.Close()                 // only read
		if code := cmd.ProcessState.ExitCode(); code != exitRowsLeft {
			t.Errorf("umask %s: got exit code %d: %s", umask, code, out)
			continue
		}
		for _, made := range []string{filepath.Join(dir, "above"), filepath.Join(dir, "report")} {
			wantPrivate(t, umask, made)
		}
	}
}

// wantPrivate checks the modes of all files below a directory.
func wantPrivate(t *testing.T, umask, root string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if err == nil && info.Mode().Perm() != want {
			t.Errorf("umask %s: %s has the mode %v, want %v", umask, filepath.Base(path), info.Mode().Perm(), want)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
