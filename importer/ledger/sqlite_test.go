//go:build !fleet

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

// noReadOpen makes sure that no read is left open.
func noReadOpen(tb testing.TB, l *Ledger) {
	tb.Helper()
	var busy, frames, copied int
	must(tb, "wal_checkpoint", rawTest(tb, l.Dir()).QueryRow("PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &frames, &copied))
	if busy != 0 {
		tb.Error("the log can't be copied into the file: a read was left open")
	}
}

// openDir opens the ledger of a directory in another process.
func openDir(dir string) (*Ledger, error) { return Open(dir) }

// prepareTests and children of the file alone.
func prepareTests() (end func(), err error) { return func() {}, nil }

func moreChildren() map[string]func(dir, id string) error {
	return map[string]func(dir, id string) error{"lock": childLock, "open": childOpen}
}

// faultStep is how many statements are between two of those that TestFailAtEveryStep has fail.
const faultStep = 1
