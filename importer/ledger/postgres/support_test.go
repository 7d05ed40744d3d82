//go:build fleet

package postgres_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"sent-import/importer/ledger/postgres"
	"sent-import/importer/ledger/storage"
	"sent-import/importer/testenv"
	"sent-import/importer/testenv/pgtest"
)

// clusterEnv is where the tests' server is.
const clusterEnv = "SENT_IMPORT_POSTGRES_TEST"

func TestMain(m *testing.M) {
	testenv.UseMemory()
	os.Exit(pgtest.Run(func(c *pgtest.Cluster) { os.Setenv(clusterEnv, c.URL()) }, m.Run))
}

// schemas counts the tests' schemas: each test has its own tables.
var schemas atomic.Int64

// newURL is an empty database of the server.
func newURL(t *testing.T, server string) string {
	t.Helper()
	schema := fmt.Sprintf("s%d", schemas.Add(1))
	conn, err := pgx.Connect(t.Context(), server)
	must(t, "connect", err)
	_, err = conn.Exec(t.Context(), "CREATE SCHEMA "+schema)
	must(t, "create a schema", err)
	must(t, "close", conn.Close(t.Context()))
	return server + "&search_path=" + schema
}

func openDB(t *testing.T, url string, o postgres.Options) *postgres.DB {
	t.Helper()
	db, err := postgres.Open(t.Context(), url, o)
	must(t, "Open", err)
	t.Cleanup(db.Close)
	return db
}

// newDB is a database with the ledger's tables, and one number to write: n.
func newDB(t *testing.T) *postgres.DB {
	t.Helper()
	db := openDB(t, newURL(t, os.Getenv(clusterEnv)), postgres.Options{})
	prepare(t, db)
	return db
}

const pool = "https://api.example|a"

func prepare(t *testing.T, db *postgres.DB) {
	t.Helper()
	must(t, "Migrate", db.Migrate(t.Context()))
	exec(t, db, `CREATE TABLE numbers (n bigint PRIMARY KEY, seen bigint NOT NULL DEFAULT 0)`)
	exec(t, db, `INSERT INTO pools (pool, epoch, holder, lease_until) VALUES ($1, 1, 'test', clock_timestamp() + interval '1 hour')`, pool)
}

func exec(t *testing.T, db *postgres.DB, statement string, args ...any) {
	t.Helper()
	_, err := db.Pool().Exec(t.Context(), statement, args...)
	must(t, strings.Fields(statement)[0], err)
}

func storeOf(t *testing.T, db *postgres.DB, f postgres.Fence) *postgres.Store {
	t.Helper()
	s := db.Store(f, t.TempDir())
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func must(t *testing.T, what string, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%s: %v", what, err)
	}
}

// insert is a write of a number, and again one that a second writing of it would show.
func insert(n int) func(storage.Tx) error {
	return func(tx storage.Tx) error {
		if err := tx.ExecRows(1, `INSERT INTO numbers (n) VALUES (?)`, n); err != nil {
			return err
		}
		return tx.ExecRow(`UPDATE numbers SET seen = seen + ? WHERE n = ?`, 1, n)
	}
}

// numbers are what was written, each once.
func numbers(t *testing.T, db *postgres.DB) []int {
	t.Helper()
	rows, err := db.Pool().Query(context.Background(), `SELECT n FROM numbers WHERE seen = 1 ORDER BY n`)
	must(t, "Query", err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[int])
	must(t, "read", err)
	return list
}

// newProxy is between us and the server.
func newProxy(t *testing.T, server string) *pgtest.Proxy {
	t.Helper()
	p, err := pgtest.NewProxy(server)
	must(t, "NewProxy", err)
	t.Cleanup(func() { must(t, "close the proxy", p.Close()) })
	return p
}

// cutNext has the next commit cut; it is held until the passage is released.
func cutNext(t *testing.T, p *pgtest.Proxy, at pgtest.Cut) *pgtest.Passage {
	c := pgtest.NewPassage(at)
	t.Cleanup(c.Release)
	p.CutNext(c)
	return c
}
