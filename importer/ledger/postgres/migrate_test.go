//go:build fleet

package postgres_test

import (
	"errors"
	"os"
	"strings"
	"sync"
	"testing"

	"sent-import/importer/ledger/postgres"
	"sent-import/importer/ledger/storage"
)

// TestMigrate: those who migrate at once take turns, and a newer program's tables are left
// alone.
func TestMigrate(t *testing.T) {
	url := newURL(t, os.Getenv(clusterEnv))
	db := openDB(t, url, postgres.Options{})
	if err := db.Check(t.Context()); !errors.Is(err, postgres.ErrNotMigrated) {
		t.Errorf("an empty database: got %v, want %v", err, postgres.ErrNotMigrated)
	}
	errs := make([]error, 6)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() { errs[i] = db.Migrate(t.Context()) })
	}
	all.Wait()
	must(t, "Migrate", errors.Join(errs...))
	must(t, "Check", db.Check(t.Context()))
	must(t, "Migrate again", db.Migrate(t.Context()))

	exec(t, db, `UPDATE sent_import_parts SET version = version + 1`)
	for name, err := range map[string]error{"Check": db.Check(t.Context()), "Migrate": db.Migrate(t.Context())} {
		if !errors.Is(err, storage.ErrNewer) || !strings.Contains(err.Error(), "update sent-import") {
			t.Errorf("%s of a newer database: got %v, want %v, and what to do", name, err, storage.ErrNewer)
		}
	}
}

// TestMigratePart: a step that fails leaves nothing of the others.
func TestMigratePart(t *testing.T) {
	db := newDB(t)
	steps := []string{`CREATE TABLE extras (x bigint)`, `ALTER TABLE nowhere ADD COLUMN x bigint`}
	if err := db.MigratePart(t.Context(), "extra", steps); err == nil {
		t.Error("a broken step: got no error")
	}
	if err := db.CheckPart(t.Context(), "extra", 1); !errors.Is(err, postgres.ErrNotMigrated) {
		t.Errorf("got %v, want %v", err, postgres.ErrNotMigrated)
	}
	must(t, "MigratePart", db.MigratePart(t.Context(), "extra", steps[:1]))
	must(t, "CheckPart", db.CheckPart(t.Context(), "extra", 1))
	exec(t, db, `INSERT INTO extras VALUES (1)`)
}

func TestOpenFails(t *testing.T) {
	for name, url := range map[string]string{
		"no address":       "postgres://%zz",
		"nobody there":     "postgres://x@/x?host=/nonexistent",
		"no such database": strings.Replace(os.Getenv(clusterEnv), "/postgres?", "/missing?", 1),
	} {
		db, err := postgres.Open(t.Context(), url, postgres.Options{})
		if err == nil {
			db.Close()
			t.Errorf("%s: got no error", name)
		}
		if got := errors.Is(err, storage.ErrUnreachable); got != (name == "nobody there") {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
