//go:build fleet

package ledger

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"os"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver for what tests do without the ledger

	"sent-import/importer/ledger/postgres"
	"sent-import/importer/ledger/storage"
	"sent-import/importer/testenv/pgtest"
)

// With the build tag fleet, the same tests run on PostgreSQL: each directory stands for a
// schema of one database. What is about SQLite's file stays away.

// urlEnv is where the server is, for this process and for the others that tests start.
const urlEnv = "SENT_IMPORT_LEDGER_TEST_POSTGRES"

func prepareTests() (end func(), err error) {
	cluster, err := pgtest.New()
	if err != nil {
		return nil, err
	}
	os.Setenv(urlEnv, cluster.URL())
	return func() { _ = cluster.Close() }, nil
}

func moreChildren() map[string]func(dir, id string) error { return nil }

// schemaOf is the schema that stands for a directory.
func schemaOf(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	return "t" + hex.EncodeToString(sum[:8])
}

func urlOf(dir string) string { return os.Getenv(urlEnv) + "&search_path=" + schemaOf(dir) }

// testPool is the pool that every test's ledger is written for.
const testPool = "https://api.example|a"

// testStore closes its connections with it.
type testStore struct {
	*postgres.Store
	db *postgres.DB
}

func (s testStore) Close() error {
	err := s.Store.Close()
	s.db.Close()
	return err
}

// openDir opens the ledger of a directory.
func openDir(dir string) (*Ledger, error) {
	ctx := context.Background()
	db, err := postgres.Open(ctx, urlOf(dir), postgres.Options{Conns: 4})
	if err != nil {
		return nil, err
	}
	if err := db.Check(ctx); errors.Is(err, postgres.ErrNotMigrated) {
		// Two processes may create the schema at once, which the server refuses: they take turns.
		_, err = db.Pool().Exec(ctx, "BEGIN; SELECT pg_advisory_xact_lock(1); CREATE SCHEMA IF NOT EXISTS "+schemaOf(dir)+"; COMMIT")
		if err == nil {
			err = db.Migrate(ctx)
		}
		if err == nil {
			_, err = db.Pool().Exec(ctx, "INSERT INTO pools (pool, epoch, holder, lease_until) VALUES ($1, 1, 'test', 'infinity') ON CONFLICT DO NOTHING", testPool)
		}
		if err != nil {
			db.Close()
			return nil, err
		}
	}
	return Of(testStore{db.Store(postgres.Fence{Pool: testPool, Epoch: 1}, dir), db}), nil
}

func openTest(tb testing.TB, dir string) *Ledger {
	tb.Helper()
	l, err := openDir(dir)
	must(tb, "open", err)
	tb.Cleanup(func() { _ = l.Close() }) // for tests that end early
	return l
}

// seam is what is called before every statement and every commit of the writer, and
// stays set.
func seam(tx storage.Tx) *func(step string) error { return &tx.(*postgres.Tx).BeforeStep }

// rawTest opens the database without the ledger.
func rawTest(tb testing.TB, dir string) *sql.DB {
	tb.Helper()
	db, err := sql.Open("pgx", urlOf(dir)+"&default_query_exec_mode=simple_protocol")
	must(tb, "open raw", err)
	tb.Cleanup(func() { _ = db.Close() })
	return db
}

// alter runs statements without the ledger.
func alter(tb testing.TB, dir, statements string) {
	tb.Helper()
	db := rawTest(tb, dir)
	_, err := db.Exec(statements)
	must(tb, "alter", errors.Join(err, db.Close()))
}

// noReadOpen makes sure that no read is left open.
func noReadOpen(tb testing.TB, l *Ledger) {
	tb.Helper()
	if n := l.db.(testStore).db.Pool().Stat().AcquiredConns(); n != 0 {
		tb.Errorf("%d connections are still used for reads", n)
	}
}

// image is what a kill leaves: the database as it is.
type image struct{ dir string }

func imageOf(_ testing.TB, dir string) image { return image{dir} }

func (i image) put(testing.TB) string { return i.dir }

// dumpOf is what the ledger says that a kill at this moment leaves.
func dumpOf(tb testing.TB, dir string) string {
	tb.Helper()
	l := openTest(tb, dir)
	text := mustDump(tb, l)
	closeTest(tb, l)
	return text
}

// faultStep is how many statements are between two of those that TestFailAtEveryStep has
// fail: each takes new connections, and tables of its own.
const faultStep = 3
