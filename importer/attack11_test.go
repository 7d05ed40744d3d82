package importer_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/private"
)

// What killed processes have left is gone after the next start, and what living
// ones have is there.
func TestAttack11LeftoversAreSwept(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	state := newState(t)
	put := func(path ...string) string {
		t.Helper()
		file := filepath.Join(path...)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte("+14155550000"), 0o600)); err != nil {
			t.Fatal(err)
		}
		return file
	}
	gone := []string{
		filepath.Dir(put(os.TempDir(), "sent-import-check-1", "owner.lock")),
		filepath.Dir(put(os.TempDir(), "sent-import-check-2", "ledger.db")), // an older version's
		filepath.Dir(put(os.TempDir(), "sent-import-demo-3", "owner.lock")),
		put(state, "spool", "stdin-1.tmp"),
		put(state, "spool", "0123abcd"),
		put(state, "ledger.db.new-1"), put(state, "ledger.db.new-1-wal"),
		filepath.Dir(put(state, "ledger.db.new-2", "owner.lock")),
		put(state, "locks", "0123abcd.lock"),
	}
	check, err := private.TempDir(os.TempDir(), "sent-import-check-")
	if err != nil {
		t.Fatal(err)
	}
	defer check.Remove()
	spooled, err := private.TempFile(filepath.Join(state, "spool"), "stdin-", ".tmp")
	if err != nil {
		t.Fatal(err)
	}
	defer spooled.Close()
	lock, err := private.TryLock(filepath.Join(state, "locks", "4567cdef.lock"))
	if err != nil {
		t.Fatal(err)
	}
	defer lock.Release()
	elsewhere := put(t.TempDir(), "owner.lock")
	link := filepath.Join(os.TempDir(), "sent-import-check-link")
	if err := os.Symlink(filepath.Dir(elsewhere), link); err != nil {
		t.Fatal(err)
	}
	stays := []string{check.Path, spooled.Name(), filepath.Join(state, "locks", "4567cdef.lock"), link, elsewhere}

	if _, err := importer.Jobs(state); err != nil {
		t.Fatal(err)
	}
	for _, path := range gone {
		if _, err := os.Lstat(path); err == nil {
			t.Errorf("%s is still there", path)
		}
	}
	for _, path := range stays {
		if _, err := os.Lstat(path); err != nil {
			t.Errorf("%s is gone: somebody uses it, or it is not ours", path)
		}
	}
}

// A forgotten job leaves no lock behind.
func TestAttack30LocksOfPrunedJobs(t *testing.T) {
	scenario{rows: 2}.play(t, func(t *testing.T, g *stage) {
		g.run()
		locks := filepath.Join(g.o.State, "locks")
		if entries, err := os.ReadDir(locks); err != nil || len(entries) == 0 {
			t.Fatalf("got %d locks and %v", len(entries), err)
		}
		time.Sleep(48 * time.Hour) // virtual
		if got := g.prune(importer.MinPruneAge); len(got) != 1 {
			t.Fatalf("got %v forgotten, want one", got)
		}
		if entries, err := os.ReadDir(locks); err != nil || len(entries) != 0 {
			t.Errorf("got %v and %v, want no lock left", entries, err)
		}
	})
}
