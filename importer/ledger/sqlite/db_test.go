package sqlite

import (
	"os"
	"path/filepath"
	"testing"

	"sent-import/importer/ledger/storage"
)

// TestConnections: what the promises of the ledger rest on is set on the
// connections.
func TestConnections(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", filepath.Join(dir, "missing"))
	t.Setenv("SQLITE_TMPDIR", filepath.Join(dir, "missing"))
	db := openTest(t, filepath.Join(dir, "state"))
	for _, c := range []struct{ name, want string }{
		{"journal_mode", "wal"},
		{"synchronous", "2"}, // FULL
		{"temp_store", "2"},  // memory: sorting and undoing need no directory
	} {
		var got string
		must(t, c.name, db.write.conn.QueryRowContext(background(), "PRAGMA "+c.name).Scan(&got))
		if got != c.want {
			t.Errorf("%s of the writer: got %s, want %s", c.name, got, c.want)
		}
		if c.name != "temp_store" {
			continue
		}
		must(t, c.name, db.read.QueryRowContext(background(), "PRAGMA "+c.name).Scan(&got))
		if got != c.want {
			t.Errorf("%s of a reader: got %s, want %s", c.name, got, c.want)
		}
	}
	if _, err := db.read.ExecContext(background(), "DELETE FROM numbers"); err == nil {
		t.Error("a reader deleted rows")
	}
}

// TestFileVanishes: a ledger that is removed while it is open is not begun anew.
func TestFileVanishes(t *testing.T) {
	dir := t.TempDir()
	db := openTest(t, dir)
	must(t, "Write", storage.Write(db, insert(1)))
	must(t, "Remove", os.Remove(filepath.Join(dir, FileName)))
	db.read.SetMaxIdleConns(0) // the next read opens the file again
	if _, err := storage.Query(db, `SELECT n FROM numbers`, storage.ScanOne[int]); err == nil {
		t.Error("got no error, want one")
	}
	if _, err := os.Stat(filepath.Join(dir, FileName)); err == nil {
		t.Error("a new file was created")
	}
}

// TestTransactionEnds: what is to be last comes once, after all writes of the
// transaction and inside it, and committed is called after it.
func TestTransactionEnds(t *testing.T) {
	dir := t.TempDir()
	db, beside := openTest(t, dir), openTest(t, dir)
	committed := 0
	must(t, "Write", storage.Write(db, func(tx storage.Tx) error {
		tx.AtEnd(func(tx storage.Tx) error {
			wantNumbers(t, "before the commit", beside)
			return tx.ExecRows(1, `UPDATE numbers SET n = 8 WHERE n = 7`)
		}, func() {
			wantNumbers(t, "after the commit", beside, 8)
			committed++
		})
		return insert(7)(tx)
	}))
	must(t, "Write", storage.Write(db, insert(9)))
	if committed != 1 {
		t.Errorf("committed was called %d times, want once", committed)
	}
	beforeSteps(t, db, func(step string) error {
		if step == "COMMIT" {
			return errDisk
		}
		return nil
	})
	_ = storage.Write(db, func(tx storage.Tx) error {
		tx.AtEnd(nothing, func() { t.Error("committed was called, and the commit failed") })
		return nil
	})
}
