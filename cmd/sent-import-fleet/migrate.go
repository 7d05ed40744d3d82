package main

import (
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
	if err := f.db.Migrate(a.ctx); err != nil {
		return err
	}
	if err := errors.Join(f.pools.Migrate(a.ctx), queue.Migrate(a.ctx, f.db.Pool())); err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.stdout, "The database is ready.")
	return err
}
