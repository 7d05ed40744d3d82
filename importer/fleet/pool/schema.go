package pool

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// migrations are the versions of the tables, the oldest first. None is ever edited.
var migrations = [...]string{`
CREATE TABLE IF NOT EXISTS pools (                         -- the ledger's fence needs it, too
	pool text PRIMARY KEY,                             -- base URL | reference of the key
	epoch bigint NOT NULL DEFAULT 0,                   -- raised by whoever may work next; fences every write
	holder text,                                       -- who has taken the epoch; NULL: nobody has
	lease_until timestamptz NOT NULL DEFAULT '-infinity',
	pace jsonb,                                        -- what the account's limit has seen of late; the successor goes on with it
	sliced_at timestamptz                              -- when a slice ended last
) WITH (fillfactor = 50);
ALTER TABLE pools
	ADD COLUMN drain_at timestamptz,                   -- when the epoch's drain is due; NULL: there is none, or it was taken
	ADD COLUMN began_at timestamptz NOT NULL DEFAULT clock_timestamp(), -- when the epoch began
	ADD COLUMN current bigint,                         -- the import that the holder works on
	ADD COLUMN account text;                           -- as the API has told it; NULL before
CREATE UNIQUE INDEX pools_account ON pools (split_part(pool, '|', 1), account);
CREATE TABLE imports (
	id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	identity text NOT NULL UNIQUE,                     -- of pool, content and options
	pool text NOT NULL REFERENCES pools,
	key_ref text NOT NULL,
	base_url text NOT NULL,
	profile text NOT NULL,
	sandbox boolean NOT NULL,
	input_name text NOT NULL,
	input_sha256 text NOT NULL,
	input_bytes bigint NOT NULL,
	options jsonb NOT NULL,
	state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'stopped', 'cancelled')),
	reason text NOT NULL DEFAULT '',                   -- why it is stopped, or waits
	not_before timestamptz NOT NULL DEFAULT '-infinity',
	takeovers integer NOT NULL DEFAULT 0,              -- holders that were lost since it got further last
	tries integer NOT NULL DEFAULT 0,                  -- slices that ended with an error since then
	mark bigint NOT NULL DEFAULT 0,                    -- how far it has got; never less
	job text NOT NULL DEFAULT '',                      -- its job in the ledger, once it has one
	counts jsonb,                                      -- its rows by class, as they were last
	per_minute double precision NOT NULL DEFAULT 0,    -- requests, of late
	report text NOT NULL DEFAULT '',                   -- prefix of its report in the store
	exit_code integer,                                 -- that sent-import would have ended with
	enqueued_at timestamptz NOT NULL DEFAULT clock_timestamp(),
	changed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX imports_open ON imports (pool, id) WHERE state = 'open';
`}

// migrating is the advisory lock that lets one process migrate at a time.
const migrating = 0x53495046 // "SIPF"

// ErrOldTables says that Migrate has not been called, or by an older version.
var ErrOldTables = errors.New("the database has no tables of the fleet, or older ones")

// ErrNewerTables says that a newer version of the program has made the tables.
var ErrNewerTables = errors.New("the tables of the fleet are those of a newer version of sent-import-fleet")

// undefinedTable is PostgreSQL's code for a table that does not exist.
const undefinedTable = "42P01"

// Check returns ErrOldTables or ErrNewerTables unless the tables are there, as this version
// knows them.
func (d *DB) Check(ctx context.Context) error {
	version, err := versionOf(ctx, d.conns)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == undefinedTable || err == nil && version < len(migrations) {
		return ErrOldTables
	}
	return err
}

// versionOf is the version of the tables. Its error is ErrNewerTables for one that this program
// does not know.
func versionOf(ctx context.Context, q interface {
	QueryRow(context.Context, string, ...any) pgx.Row
}) (version int, err error) {
	err = q.QueryRow(ctx, `SELECT coalesce(max(version), 0) FROM fleet_schema`).Scan(&version)
	if err == nil && version > len(migrations) {
		err = fmt.Errorf("%w (version %d, this program knows up to %d): update sent-import-fleet", ErrNewerTables, version, len(migrations))
	}
	return version, err
}

// Migrate makes the tables, or brings them up to date. Error: ErrNewerTables.
func (d *DB) Migrate(ctx context.Context) error {
	err := pgx.BeginFunc(ctx, d.conns, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, migrating); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `CREATE TABLE IF NOT EXISTS fleet_schema (version integer NOT NULL)`); err != nil {
			return err
		}
		version, err := versionOf(ctx, tx)
		if err != nil {
			return err
		}
		for i, sql := range migrations[version:] {
			if _, err := tx.Exec(ctx, sql); err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO fleet_schema VALUES ($1)`, version+i+1); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("migrate the tables of the fleet: %w", err)
	}
	return nil
}
