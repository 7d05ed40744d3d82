package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"sent-import/importer/printable"
	owned "sent-import/importer/private"
)

// worldReadable are the permissions that a key's file must not have.
const worldReadable fs.FileMode = 0o004

// readOnly is the flag of a read-only mount: ST_RDONLY of Linux, MNT_RDONLY of macOS
// and the BSDs.
const readOnly = 1

// exposed reports whether a key's file is open to the world, on a mount with these
// flags. On a read-only mount the file is a secret that was mounted for a container:
// its mode can't be changed, and nobody else is there.
func exposed(mode fs.FileMode, mount int64) bool {
	return mode.Perm()&worldReadable != 0 && mount&readOnly == 0
}

// guarded returns an error if everybody can read the open file at path, which holds a
// key. what is the kind of file.
func guarded(f *os.File, what, path string) error {
	info, err := f.Stat()
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", what, err)
	case !owned.HasModes || !exposed(info.Mode(), mountOf(f)):
		return nil
	case !owned.KeepsModes(filepath.Dir(path)):
		return fmt.Errorf("%s %s: everybody on this machine can read it, and its file system keeps no permissions: put it on another one", what, printable.Path(path))
	}
	return fmt.Errorf("%s %s: everybody on this machine can read it; run chmod 600 %s, and think about a new key", what, printable.Path(path), printable.Word(path))
}
