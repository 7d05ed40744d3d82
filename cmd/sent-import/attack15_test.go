package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A key's file that the world can read is accepted on a read-only mount only.
func TestAttack15KeyFile(t *testing.T) {
	for _, c := range []struct {
		mode fs.FileMode
		on   int64 // flags of the mount
		want bool
	}{
		{0o600, 0, false}, {0o640, 0, false}, {0o644, 0, true}, {0o444, 0, true},
		{0o644, readOnly, false}, {0o444, readOnly, false}, {0o400, readOnly, false},
	} {
		if got := exposed(c.mode, c.on); got != c.want {
			t.Errorf("mode %v, mount flags %d: got exposed %t, want %t", c.mode, c.on, got, c.want)
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
		t.Errorf("got %v, want it refused with the command that fixes it", err)
	}
}
