package main

import (
	"context"
	"errors"
	"fmt"

	"sent-import/importer/fleet/queue"
)

// migrateCmd is sent-import-fleet migrate.
type migrateCmd struct {
	Database databaseFlag `embed:""`
}

func (c *migrateCmd) Help() string {
	return `Makes the tables of the ledger, of the fleet and of its queue (River) in the database, or brings them up to date. Safe to repeat, and while workers of the version before go on. Run it before the workers of a new version.

Example:
  sent-import-fleet migrate --database postgres://imports@db/imports`
}

// Run is called by the command line's parser.
func (c *migrateCmd) Run(a *app) error {
	f, err := c.Database.open(a.ctx, few)
	if err != nil {
		return err
	}
	defer f.close()
	if err := f.migrate(a.ctx); err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.stdout, "The database is ready.")
	return err
}

// migrating is the advisory lock that a migration has, the letters of "SIFm": River takes none.
const migrating = 0x5349466d

// migrate migrates all tables. Others who do so at the same time wait, and find it done.
func (f *fleet) migrate(ctx context.Context) (err error) {
	conn, err := f.db.Pool().Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock($1)`, migrating); err != nil {
		return fmt.Errorf("wait for others who migrate the database: %w", err)
	}
	defer func() { // the end of the session gives it back, too
		_, unlocked := conn.Exec(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, migrating)
		err = errors.Join(err, unlocked)
	}()
	if err := f.db.Migrate(ctx); err != nil {
		return err
	}
	if err := f.pools.Migrate(ctx); err != nil {
		return err
	}
	return queue.Migrate(ctx, f.db.Pool())
}
