package ledger

import (
	"testing"

	"sent-import/importer/ledger/sqlite"
	"sent-import/importer/ledger/storage"
)

// openTest opens the ledger of a directory.
func openTest(tb testing.TB, dir string) *Ledger {
	tb.Helper()
	l, err := Open(dir)
	if err != nil {
		tb.Fatalf("Open: %v", err)
	}
	tb.Cleanup(func() { _ = l.Close() }) // for tests that end early
	return l
}

// seam is what is called before every statement and every commit of the writer, and
// stays set.
func seam(tx storage.Tx) *func(step string) error { return &tx.(*sqlite.Tx).BeforeStep }
