//go:build fleet

package importer_test

import (
	"context"
	"errors"
	"testing"

	"sent-import/importer"
	"sent-import/importer/ledger"
	"sent-import/importer/ledger/postgres"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
	"sent-import/importer/testenv/pgtest"
)

// takeOver gives the pool to another holder, and returns how the holder opens the ledger.
func takeOver(t *testing.T, db *postgres.DB, pool string) func(dir string) (*ledger.Ledger, error) {
	t.Helper()
	var epoch int64
	err := db.Pool().QueryRow(context.Background(), `INSERT INTO pools (pool, epoch, lease_until) VALUES ($1, 1, 'infinity')
		ON CONFLICT (pool) DO UPDATE SET epoch = pools.epoch + 1 RETURNING epoch`, pool).Scan(&epoch)
	if err != nil {
		t.Fatal(err)
	}
	return func(dir string) (*ledger.Ledger, error) {
		return ledger.Of(db.Store(postgres.Fence{Pool: pool, Epoch: epoch}, dir)), nil
	}
}

// TestImportInPostgres runs an import whose ledger is in PostgreSQL, while the API loses
// answers. Its pool is taken by another holder in the middle, which goes on with the rows
// on another machine: each number is there once, and the report agrees, row by row.
func TestImportInPostgres(t *testing.T) {
	cluster, err := pgtest.New()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Close() })
	db, err := postgres.Open(t.Context(), cluster.URL(), postgres.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	faults, err := simulator.ParseFaults("reset-after@post:0.05,503@post:0.05")
	if err != nil {
		t.Fatal(err)
	}
	const rows = 300
	g := scenario{server: simulator.Options{Faults: faults}, rows: rows, o: importer.Options{Concurrency: 8}}.begin(t)
	transport, disconnect := simulator.Pipe(g.server)
	t.Cleanup(disconnect)
	g.o.Transport = transport

	first := g.o
	first.State, first.Ledger = t.TempDir(), takeOver(t, db, "pool")
	taken := make(chan func(string) (*ledger.Ledger, error), 1) // how the second holder opens the ledger
	settled := 0
	first.Settled = func(outcome.Row) {
		if settled++; settled == rows/3 {
			taken <- takeOver(t, db, "pool")
		}
	}
	if _, err := importer.Run(t.Context(), first); !errors.Is(err, ledger.ErrLeaseLost) {
		t.Fatalf("the first holder: got %v, want %v", err, ledger.ErrLeaseLost)
	}

	second := g.o
	second.State, second.Ledger = t.TempDir(), <-taken
	result, err := importer.Run(t.Context(), second)
	if err != nil {
		t.Fatal(err)
	}
	defer result.Close()
	ids := make(map[string]string) // by number
	for _, c := range g.server.Truth().Contacts {
		if ids[c.Phone] != "" {
			t.Errorf("%s is there twice", c.Phone)
		}
		ids[c.Phone] = c.ID
	}
	reported := 0
	for row, err := range result.Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if reported++; row.Status != outcome.Created || row.ContactID != ids[row.Phone] {
			t.Errorf("row %d: got %s %s with the contact %q, want created with %q", row.Number, row.Status, row.Reason, row.ContactID, ids[row.Phone])
		}
	}
	if reported != rows || len(ids) != rows {
		t.Errorf("got %d rows and %d contacts, want %d", reported, len(ids), rows)
	}
}
