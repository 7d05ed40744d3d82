//go:build fleet

package importer_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"sent-import/importer/ledger"
	"sent-import/importer/ledger/postgres"
	"sent-import/importer/testenv/pgtest"
)

// TestPromiseInPostgres plays worlds of TestPromise with the ledger in PostgreSQL. There a run
// that is killed is one whose pool is taken by another holder, and goes on writing; and
// connections to the server break at commits, before it has seen them or before we see what it
// says.
func TestPromiseInPostgres(t *testing.T) {
	cluster, err := pgtest.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Close() })
	for i := range max(1, *promiseSeeds/4) {
		seed := *promiseFirst + uint64(i)
		t.Run(fmt.Sprintf("seed=%d", seed), func(t *testing.T) {
			schema := fmt.Sprintf("world%d", seed)
			migrated(t, cluster, schema).Close()
			proxy, err := pgtest.NewProxy(cluster.URL("search_path=" + schema)) // outside of the bubble, whose time would wait for it
			if err != nil {
				t.Fatal(err)
			}
			cuts := cutAtRandom(proxy, seed)
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, seed)
				w.moveTo(t, proxy.URL)
				w.play()
			})
			if err := proxy.Close(); err != nil {
				t.Error(err)
			}
			t.Logf("%d commits were cut", cuts.Load())
		})
	}
}

// cutAtRandom cuts one commit in twelve.
func cutAtRandom(proxy *pgtest.Proxy, seed uint64) (cuts *atomic.Int64) {
	rnd := rand.New(rand.NewPCG(seed, 0xc07))
	cuts = new(atomic.Int64)
	proxy.Cut(func() *pgtest.Passage {
		if rnd.IntN(12) > 0 {
			return nil
		}
		cuts.Add(1)
		c := pgtest.NewPassage([]pgtest.Cut{pgtest.BeforeServer, pgtest.BeforeAnswer, pgtest.Late}[rnd.IntN(3)])
		c.Release()
		return c
	})
	return cuts
}

// migrated opens a new database with the ledger's tables, in a schema of the server's.
func migrated(t *testing.T, cluster *pgtest.Cluster, schema string) *postgres.DB {
	t.Helper()
	ctx := t.Context()
	db, err := postgres.Open(ctx, cluster.URL("search_path="+schema), postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Pool().Exec(ctx, "CREATE SCHEMA "+schema); err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	return db
}

// moveTo has the ledger in the database of a URL.
func (w *world) moveTo(t *testing.T, url string) {
	t.Helper()
	const pool = "pool"
	db, err := postgres.Open(context.Background(), url, postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	holder := takeOver(t, db, pool)
	w.killed = func() { holder = takeOver(t, db, pool) }
	w.o.Ledger = func(dir string) (*ledger.Ledger, error) { return holder(dir) }
}
