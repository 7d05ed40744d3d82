// Package postgres is the ledger of many accounts in a PostgreSQL database that many
// machines share (PostgreSQL 13 or newer).
//
//	Open → DB.Migrate → DB.Store(Fence) → ledger.Of
//
// A DB is a pool of connections. A [Store] is the ledger as one holder of one pool of
// imports writes it: all writes that are ready at the same time are one transaction, which
// is sent at once and begins with the fence.
//
// # What it promises
//
// All that package ledger promises of a disk, of the database's: a write has returned when
// its commit is on the disk of the server, and of its synchronous standbys if there are any.
//
// The fence. Each transaction first takes the row of its pool FOR SHARE, under the condition
// that the epoch is the holder's and the lease has not ended by the server's clock. Without
// that row nothing of the transaction is written, the error is [storage.ErrLeaseLost], and
// nothing more is written through the Store. Whoever raises the epoch waits for the
// transactions that have the row, so no write of a former holder comes after its
// successor's first one. A holder that is suspended inside a transaction is cut off by the
// server after idle_in_transaction_session_timeout.
//
// A server that is away. A transaction whose connection breaks before its commit was sent, or
// that the server can't take now (it starts or ends, is read-only, has no memory or connection
// left, or has cut a statement short), is made again, as a whole, for up to [Options.Patience]. If the answer to a commit is lost,
// the server is asked what has become of the transaction (the table commits). So a restart of
// the server costs a wait. After the patience the error is [storage.ErrUnreachable].
//
// # Where it ends
//
// After a failover to an asynchronous standby the last commits may be gone, and what the
// server says of a transaction may be untrue: use a synchronous one. Connections must be to
// the server itself or to a pooler that keeps a session for each: statements are prepared.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"sent-import/importer/ledger/storage"
)

// Options are those of a DB.
type Options struct {
	// Conns is how many connections are open at most; default 8. A Store needs one for
	// as long as a transaction or a query takes, a few milliseconds.
	Conns int
	// Patience is how long a write or a query goes on trying while the server can't be
	// reached; default 30 s. That is longer than a restart takes, and than a lease lasts:
	// whoever waits longer would only learn that the lease is lost.
	Patience time.Duration
}

func (o Options) withDefaults() Options {
	if o.Conns == 0 {
		o.Conns = 8
	}
	if o.Patience == 0 {
		o.Patience = 30 * time.Second
	}
	return o
}

// DB is a database, with a pool of connections. Its methods may be called from several
// goroutines.
type DB struct {
	pool   *pgxpool.Pool
	o      Options
	texts  texts
	closed atomic.Bool
}

// Open makes a pool of connections to the database of a URL (postgres://…) or of a
// connection string, as https://www.postgresql.org/docs/current/libpq-connect.html has
// them, and makes sure that one can be opened. Errors: [storage.ErrUnreachable], or the
// server's. The tables need not be there: see [DB.Migrate] and [DB.Check].
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	o = o.withDefaults()
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("the database's address can't be read: %w", err)
	}
	config.MaxConns = int32(o.Conns)
	config.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeCacheStatement
	EndAbandoned(config.ConnConfig)
	for name, value := range map[string]string{
		"application_name":              "sent-import-fleet",
		"synchronous_commit":            "on", // a claim is on the disk before its request is sent
		"default_transaction_isolation": "read committed",
		"client_encoding":               "UTF8",
		// The next page of a job's rows is read in the order of the primary key, up to a
		// limit. The planner takes what is asked of a row for so rare that it would
		// rather read all rows that are left, for each page, and sort them.
		"enable_seqscan":    "off",
		"enable_bitmapscan": "off",
		"jit":               "off", // what is switched off counts as so expensive that all else would be compiled
	} {
		config.ConnConfig.RuntimeParams[name] = value
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		if refused(err) {
			return nil, err
		}
		return nil, unreachable(err)
	}
	return &DB{pool: pool, o: o}, nil
}

// Close closes all connections. The Stores are closed before.
func (db *DB) Close() {
	db.closed.Store(true)
	db.pool.Close()
}

// Pool is the pool of connections, for statements about the ledger's own tables. What is
// queried otherwise should have connections of its own: those are told how to plan.
func (db *DB) Pool() *pgxpool.Pool { return db.pool }

// retry calls try until it gives no error, or one that is not of a broken connection, for
// up to the patience.
func (db *DB) retry(try func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(context.Background(), db.o.Patience)
	defer cancel()
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		err := try(ctx)
		var broken *brokenError
		if err == nil || !errors.As(err, &broken) {
			return err
		}
		if !wait(ctx, pause) {
			return unreachable(broken.err)
		}
	}
}

// wait waits for the pause; false: the context ended before.
func wait(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// Pauses between tries to reach the server.
const (
	firstPause   = 20 * time.Millisecond
	longestPause = time.Second
)

// withConn gives a connection to do. A connection that broke meanwhile, or that could not
// be had, makes a brokenError of the error.
func (db *DB) withConn(ctx context.Context, do func(*pgx.Conn) error) error {
	conn, err := db.pool.Acquire(ctx)
	switch {
	case err != nil && db.closed.Load():
		return storage.ErrClosed
	case err != nil && refused(err):
		return err
	case err != nil:
		return &brokenError{err}
	}
	defer conn.Release()
	if err = do(conn.Conn()); err != nil && (conn.Conn().IsClosed() || Passing(err)) {
		return &brokenError{err}
	}
	return err
}

func unreachable(err error) error { return fmt.Errorf("%w: %w", storage.ErrUnreachable, err) }
