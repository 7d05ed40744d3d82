package sqlite

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"sent-import/importer/ledger/storage"
	"sent-import/importer/testenv"
)

// testSchema is a table of numbers that may be there once each.
var testSchema = []string{`CREATE TABLE numbers (n INTEGER PRIMARY KEY) STRICT`}

// TestMain keeps the tests' files in memory where the system offers that: a sync
// costs nothing there, and a test can't see whether a disk obeys one.
func TestMain(m *testing.M) {
	testenv.UseMemory()
	os.Exit(m.Run())
}

func openTest(tb testing.TB, dir string) *DB {
	tb.Helper()
	db, err := Open(dir, testSchema)
	must(tb, "Open", err)
	tb.Cleanup(func() { _ = db.Close() }) // for tests that end early
	return db
}

func must(tb testing.TB, what string, err error) {
	tb.Helper()
	if err != nil {
		tb.Fatalf("%s: %v", what, err)
	}
}

// nothing is a write that writes nothing.
func nothing(storage.Tx) error { return nil }

// insert is a write of a number.
func insert(n int) func(storage.Tx) error {
	return func(tx storage.Tx) error { return tx.Exec(`INSERT INTO numbers VALUES (?)`, n) }
}

func pragma(value string) func(storage.Tx) error {
	return func(tx storage.Tx) error { return tx.Exec("PRAGMA " + value) }
}

// wantNumbers checks which numbers a reader finds.
func wantNumbers(tb testing.TB, what string, db *DB, want ...int) {
	tb.Helper()
	got, err := storage.Query(db, `SELECT n FROM numbers ORDER BY n`, storage.ScanOne[int])
	if err != nil || !slices.Equal(got, want) {
		tb.Errorf("%s: got %v, %v, want %v", what, got, err, want)
	}
}

// upTo are the numbers from 0 on, n of them.
func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// errDisk stands for an error of the disk.
var errDisk = errors.New("the disk has come off")

// beforeSteps has fault called before every step from the next commit on.
func beforeSteps(tb testing.TB, db *DB, fault func(step string) error) {
	tb.Helper()
	must(tb, "set fault", storage.Write(db, func(tx storage.Tx) error {
		seam := tx.(*Tx)
		seam.BeforeStep = func(step string) error {
			if step == "COMMIT" { // of this one
				seam.BeforeStep = fault
			}
			return nil
		}
		return nil
	}))
}

// copyTo copies the file and its log, as a kill leaves them.
func copyTo(tb testing.TB, dir, to string) {
	tb.Helper()
	for _, name := range []string{FileName, FileName + walSuffix} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		must(tb, "ReadFile", err)
		must(tb, "WriteFile", os.WriteFile(filepath.Join(to, name), data, 0o600))
	}
}
