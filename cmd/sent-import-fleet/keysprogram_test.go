//go:build unix

package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestKeysOfAProgram(t *testing.T) {
	program := filepath.Join(t.TempDir(), "key")
	const script = `#!/bin/sh
case "$1" in
acme) echo " secret" ;;
empty) ;;
large) head -c 70000 /dev/zero ;;
*) echo "no such key" >&2; exit 1 ;;
esac
`
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	checkKeys(t, keysFlags{KeyCommand: program})
}
