package sqlite

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"sent-import/importer/ledger/storage"
)

// Where there are no hard links the ledger is renamed into place, and never over
// another one.
func TestAttack28NoHardLinks(t *testing.T) {
	for _, errno := range []error{syscall.EPERM, syscall.EOPNOTSUPP, syscall.ENOSYS, syscall.EINVAL} {
		dir := t.TempDir()
		path := filepath.Join(dir, FileName)
		noLink := func(from, to string) error { return &os.LinkError{Op: "link", Old: from, New: to, Err: errno} }
		must(t, "createFile", createFile(path, testSchema, noLink))
		db := openTest(t, dir)
		must(t, "Write", storage.Write(db, insert(3)))
		must(t, "Close", db.Close())
		must(t, "createFile again", createFile(path, testSchema, noLink))
		db = openTest(t, dir)
		wantNumbers(t, errno.Error(), db, 3) // the ledger that was there
		must(t, "Close", db.Close())
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
			t.Errorf("%v: got %v, %v, want %s alone", errno, entries, err, FileName)
		}
	}
}
