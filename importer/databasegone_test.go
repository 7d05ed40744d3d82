//go:build fleet

package importer_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"sent-import/importer"
	"sent-import/importer/ledger"
	"sent-import/importer/ledger/postgres"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
	"sent-import/importer/testenv/pgtest"
)

// TestDatabaseIsGoneInPostgres: a holder loses the database for good at each of its commits,
// before the server has seen it or before its answer. It has sent nothing for a row whose
// claim may not be written, and another holder ends the import: each number is there once, and
// no row says otherwise.
func TestDatabaseIsGoneInPostgres(t *testing.T) {
	cluster, err := pgtest.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Close() })
	step := 3
	if *promiseSeeds > 12 {
		step = 1 // all commits
	}
	for name, at := range map[string]pgtest.Cut{"before": pgtest.BeforeServer, "after": pgtest.BeforeAnswer} {
		for nth, gone := 1+int(at)%step, true; gone; nth += step {
			schema := fmt.Sprintf("%s%d", name, nth)
			direct := migrated(t, cluster, schema)
			proxy, err := pgtest.NewProxy(cluster.URL("search_path=" + schema))
			if err != nil {
				t.Fatal(err)
			}
			endAt(proxy, nth, at)
			t.Run(schema, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					gone = loseDatabase(t, proxy.URL, cluster.URL("search_path="+schema))
				})
			})
			direct.Close()
			if err := proxy.Close(); err != nil {
				t.Error(err)
			}
			if nth > 50 || !gone && nth < 5 {
				t.Fatalf("%d commits", nth)
			}
		}
	}
}

// endAt has the nth commit cut, and with it all connections, for good.
func endAt(proxy *pgtest.Proxy, nth int, at pgtest.Cut) {
	commits := 0
	proxy.Cut(func() *pgtest.Passage {
		if commits++; commits != nth {
			return nil
		}
		c := pgtest.NewPassage(at)
		go func() {
			<-c.Reached
			proxy.Disconnect()
			c.Release()
		}()
		return c
	})
}

// loseDatabase runs an import through a proxy that ends, if it does, and then another one
// without it. gone says whether it has ended.
func loseDatabase(t *testing.T, proxied, direct string) (gone bool) {
	const rows = 3
	faults := simulator.Random(1, map[simulator.Fault]float64{{Kind: simulator.Reset, After: true}: 0.3})
	g := scenario{server: simulator.Options{Faults: faults, Latency: func(simulator.Request) time.Duration { return 20 * time.Millisecond }}, rows: rows}.begin(t)
	transport, disconnect := simulator.Pipe(g.server)
	t.Cleanup(disconnect)
	last := openAt(t, direct)
	first, second := g.o, g.o
	first.State, first.Transport, first.Ledger = t.TempDir(), transport, takeOver(t, openAt(t, proxied), "pool")
	result, err := importer.Run(t.Context(), first)
	if gone = err != nil; !gone {
		wantCreated(t, g.server, result, rows)
		if err := result.Close(); err != nil {
			t.Error(err)
		}
		return false
	}
	if !errors.Is(err, ledger.ErrUnreachable) {
		t.Errorf("got %v, want %v", err, ledger.ErrUnreachable)
	}
	unclaimed, err := last.Pool().Query(context.Background(), `SELECT '+' || phone FROM rows WHERE reason = $1`, string(outcome.NotAttempted))
	if err != nil {
		t.Fatal(err)
	}
	for unclaimed.Next() {
		var phone string
		if err := unclaimed.Scan(&phone); err != nil {
			t.Fatal(err)
		}
		for _, r := range g.server.Truth().Requests {
			if r.Operation == simulator.Create && r.Phone == phone {
				t.Errorf("%s was sent without a claim: %+v", phone, r)
			}
		}
	}
	if err := unclaimed.Err(); err != nil {
		t.Fatal(err)
	}
	second.State, second.Transport, second.Ledger = t.TempDir(), transport, takeOver(t, last, "pool")
	if result, err = importer.Run(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	wantCreated(t, g.server, result, rows)
	if err := result.Close(); err != nil {
		t.Error(err)
	}
	return true
}

// openAt opens the database of a URL, which is waited for no longer than a second.
func openAt(t *testing.T, url string) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(context.Background(), url, postgres.Options{Patience: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}
