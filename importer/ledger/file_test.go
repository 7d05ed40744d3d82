//go:build !fleet

package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// What the tests know of SQLite's files (https://www.sqlite.org/fileformat.html).
const (
	walSuffix, indexSuffix           = "-wal", "-shm"
	walHeaderBytes, frameHeaderBytes = 32, 24
)

// image is the file and its log as they are at one moment: what a kill leaves,
// and, since both are synced, what a power loss leaves.
type image struct {
	main, log []byte
	noLog     bool
}

func imageOf(tb testing.TB, dir string) image {
	tb.Helper()
	main, err := os.ReadFile(filepath.Join(dir, FileName))
	must(tb, "read the file", err)
	log, err := os.ReadFile(filepath.Join(dir, FileName+walSuffix))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		tb.Fatal(err)
	}
	return image{main, log, err != nil}
}

// put writes the image into a new directory.
func (i image) put(tb testing.TB) string {
	tb.Helper()
	dir := tb.TempDir()
	must(tb, "write the file", os.WriteFile(filepath.Join(dir, FileName), i.main, 0o600))
	if !i.noLog {
		must(tb, "write the log", os.WriteFile(filepath.Join(dir, FileName+walSuffix), i.log, 0o600))
	}
	return dir
}

func (i image) equal(o image) bool {
	return slices.Equal(i.main, o.main) && slices.Equal(i.log, o.log)
}

// dumpOf is what the ledger says that a kill at this moment leaves.
func dumpOf(tb testing.TB, dir string) string {
	tb.Helper()
	l := openTest(tb, imageOf(tb, dir).put(tb))
	text := mustDump(tb, l)
	closeTest(tb, l)
	return text
}
