package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestKeyReferences: a name is no path, no flag and no empty word.
func TestKeyReferences(t *testing.T) {
	for ref, want := range map[string]bool{
		"acme": true, "acme.de_2-x@y": true, "A1": true,
		"": false, ".": false, "..": false, ".hidden": false, "-rf": false, "a/b": false, `a\b`: false, "a b": false, "ä": false,
		strings.Repeat("a", 100): true, strings.Repeat("a", 101): false,
	} {
		if got := validRef(ref); got != want {
			t.Errorf("%q: got %t, want %t", ref, got, want)
		}
	}
}

func TestKeysOfFiles(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"acme": " secret\n", "empty": "\n", "large": strings.Repeat("x", longestKey+1)} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "directory"), 0o700); err != nil {
		t.Fatal(err)
	}
	checkKeys(t, keysFlags{KeysDir: dir}, "directory")
}

// checkKeys: one key is found, and no other.
func checkKeys(t *testing.T, f keysFlags, others ...string) {
	t.Helper()
	find, err := f.find()
	if err != nil {
		t.Fatal(err)
	}
	if key, err := find(t.Context(), "acme"); err != nil || key != "secret" {
		t.Errorf("got %q, %v", key, err)
	}
	for _, ref := range append(others, "empty", "large", "other", "../acme") {
		if key, err := find(t.Context(), ref); err == nil {
			t.Errorf("%s: got a key of %d bytes, want an error", ref, len(key))
		}
	}
}
