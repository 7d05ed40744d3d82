package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A key's file that the world can read is taken from a read-only mount only.
func TestAttack15KeyFile(t *testing.T) {
	for _, c := range []struct {
		mode     fs.FileMode
		readOnly bool
		want     bool
	}{
		{0o600, false, false}, {0o640, false, false}, {0o644, false, true}, {0o444, false, true},
		{0o644, true, false}, {0o444, true, false}, {0o400, true, false},
	} {
		if got := exposed(c.mode, c.readOnly); got != c.want {
			t.Errorf("mode %v, read-only mount %t: got exposed %t, want %t", c.mode, c.readOnly, got, c.want)
		}
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "key")
	if err := os.WriteFile(file, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link") // as container secrets are
	if err := os.Symlink(file, link); err != nil {
		t.Fatal(err)
	}
	if key, err := readKey(link); err != nil || key != "secret" {
		t.Errorf("got %q, %v, want the key", key, err)
	}
	if err := os.Chmod(file, 0o444); err != nil {
		t.Fatal(err)
	}
	if _, err := readKey(link); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("got %v, want it refused with the command that mends it", err)
	}
}
