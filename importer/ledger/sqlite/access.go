package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"sent-import/importer/printable"
	"sent-import/importer/private"
)

// The permissions that other users must not have, and those that a group may have
// because whoever runs the machine has set them, such as Kubernetes with fsGroup.
const (
	worldWrites fs.FileMode = 0o002
	worldReads  fs.FileMode = 0o004
	groupWrites fs.FileMode = 0o020
	groupReads  fs.FileMode = 0o040
)

// checkAccess checks who else can get at the state directory. It refuses a directory
// that everybody can write to (a sticky one, too: anybody could create a file there
// before us), and a ledger that everybody can read. Access of a group is a notice, and
// so is a file system that keeps no permissions. Where files have no modes, access lists
// decide, which are those of the user's profile unless the user has changed them.
func checkAccess(dir string) (notice string, err error) {
	if !private.HasModes {
		return "", nil
	}
	group := false
	for _, part := range []struct {
		name    string
		refused fs.FileMode
		mode    string // for chmod
		what    string
	}{
		{"", worldWrites, "700", "write to"},
		{"locks", worldWrites, "700", "write to"},
		{"spool", worldWrites, "700", "write to"},
		{"pace", worldWrites, "700", "write to"},
		{FileName, worldReads | worldWrites, "600", "read or change"},
		{FileName + walSuffix, worldReads | worldWrites, "600", "read or change"},
		{FileName + indexSuffix, worldReads | worldWrites, "600", "read or change"},
	} {
		path := filepath.Join(dir, part.name)
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		if info.Mode().Perm()&part.refused != 0 {
			if !private.KeepsModes(dir) {
				return keepsNone(dir), nil
			}
			return "", fmt.Errorf("%s holds phone numbers, and everybody on this machine can %s it: run chmod %s %s", printable.Path(path), part.what, part.mode, printable.Word(path))
		}
		groups := groupWrites
		if !info.IsDir() {
			groups |= groupReads
		}
		group = group || info.Mode().Perm()&groups != 0
	}
	if group && private.KeepsModes(dir) {
		return fmt.Sprintf("The group of %s can get at the ledger in it, which holds phone numbers. If that is not meant, run chmod -R g-rwx %s", printable.Path(dir), printable.Word(dir)), nil
	}
	return "", nil
}

func keepsNone(dir string) string {
	return fmt.Sprintf("The file system of %s keeps no permissions (as exFAT, NTFS and some shared folders): everybody who gets at it can read the ledger, which holds phone numbers", printable.Path(dir))
}
