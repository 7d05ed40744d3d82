//go:build fleet

package importer_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"sent-import/importer/ledger"
	"sent-import/importer/ledger/postgres"
	"sent-import/importer/testenv/pgtest"
)

// TestPromiseInPostgres plays worlds of TestPromise with the ledger in PostgreSQL: there a run
// that is killed is one whose pool is taken by another holder, and goes on writing.
func TestPromiseInPostgres(t *testing.T) {
	cluster, err := pgtest.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Close() })
	for i := range max(1, *promiseSeeds/4) {
		seed := *promiseFirst + uint64(i)
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, seed)
				w.moveTo(cluster, fmt.Sprintf("world%d", seed))
				w.play()
			})
		})
	}
}

// moveTo has the ledger in a schema of the server.
func (w *world) moveTo(cluster *pgtest.Cluster, schema string) {
	w.t.Helper()
	ctx := context.Background()
	db, err := postgres.Open(ctx, cluster.URL("search_path="+schema), postgres.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(db.Close)
	if _, err := db.Pool().Exec(ctx, "CREATE SCHEMA "+schema); err != nil {
		w.t.Fatal(err)
	}
	if err := db.Migrate(ctx); err != nil {
		w.t.Fatal(err)
	}
	const pool = "pool"
	holder := takeOver(w.t, db, pool)
	w.killed = func() { holder = takeOver(w.t, db, pool) }
	w.o.Ledger = func(dir string) (*ledger.Ledger, error) { return holder(dir) }
}
