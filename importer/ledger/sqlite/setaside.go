package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"sent-import/importer/private"
)

// SetAside renames a damaged ledger in dir, with its companions, so that Open
// starts a new one and the damaged one can still be looked at. It returns the
// new name of the main file. Nobody may have the ledger open.
func SetAside(dir string, now time.Time) (string, error) {
	path := filepath.Join(dir, FileName)
	aside, err := unusedName(path + ".damaged-" + now.UTC().Format("20060102T150405Z"))
	if err != nil {
		return "", fmt.Errorf("set the damaged ledger aside: %w", err)
	}
	// The file is renamed first: a kill in between then leaves a log without its
	// file, which is found as damage, and not a file that lacks what was in its log.
	for _, suffix := range []string{"", indexSuffix, walSuffix} {
		err := os.Rename(path+suffix, aside+suffix)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("set the damaged ledger aside: %w", err)
		}
	}
	if err := private.SyncDir(dir); err != nil {
		return "", fmt.Errorf("set the damaged ledger aside: %w", err)
	}
	return aside, nil
}

// unusedName returns name, or name with a number behind it, so that neither the file
// nor its log replaces another file.
func unusedName(name string) (string, error) {
	for n, unused := 2, name; ; n, unused = n+1, name+"-"+strconv.Itoa(n) {
		_, file := os.Lstat(unused)
		_, log := os.Lstat(unused + walSuffix)
		if errors.Is(file, fs.ErrNotExist) && errors.Is(log, fs.ErrNotExist) {
			return unused, nil
		}
		if err := errors.Join(file, log); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
}
