package main

import (
	"fmt"

	"sent-import/importer/fleet/pool"
)

// cancelCmd is sent-import-fleet cancel.
type cancelCmd struct {
	Import   int64        `arg:"" help:"The import's number; sent-import-fleet status lists them."`
	Database databaseFlag `embed:""`
}

func (c *cancelCmd) Help() string {
	return `Cancels an import: its worker stops within five seconds and lets what is in flight settle. What was created stays. The same file enqueued again goes on.

Example:
  sent-import-fleet cancel 12`
}

// Run is called by the command line's parser.
func (c *cancelCmd) Run(a *app) error {
	f, err := c.Database.use(a.ctx, few)
	if err != nil {
		return err
	}
	defer f.close()
	before, err := f.pools.Cancel(a.ctx, c.Import)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("Import %d is cancelled.", c.Import)
	if before.State == pool.Done || before.State == pool.Cancelled {
		text = fmt.Sprintf("Import %d is %s already.", c.Import, before.State)
	}
	_, err = fmt.Fprintln(a.stdout, text)
	return err
}
