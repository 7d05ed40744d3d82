package importer_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"sent-import/importer/ledger"
)

// emptyLedger is the file of a ledger that has nothing in it. To make one is a
// tenth of what a short job costs under the race detector, and there are
// hundreds of them here; that a run makes its own is in the scripts of the
// command.
var emptyLedger = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "sent-import-test-*")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	l, err := ledger.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := l.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(filepath.Join(dir, ledger.FileName))
})

// newState returns a state directory with an empty ledger.
func newState(t *testing.T) string {
	t.Helper()
	file, err := emptyLedger()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "state")
	if err := errors.Join(os.Mkdir(dir, 0o700), os.WriteFile(filepath.Join(dir, ledger.FileName), file, 0o600)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// copyState copies a state directory as it is at this moment. os.CopyFS gives the
// copies modes that a ledger must not have.
func copyState(to, from string) error {
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return err
	}
	return filepath.WalkDir(to, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		return os.Chmod(path, 0o600)
	})
}
