package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"sent-import/importer"
	"sent-import/importer/fleet/pool"
	"sent-import/importer/fleet/store"
	"sent-import/importer/ledger/postgres"
	"sent-import/importer/printable"
)

// forgetCmd is sent-import-fleet forget.
type forgetCmd struct {
	Import   []int64       `arg:"" optional:"" help:"Numbers of imports; sent-import-fleet status lists them."`
	Older    time.Duration `name:"older-than" help:"Forget all imports that ended, or were stopped, so long ago, such as 2160h (90 days)." placeholder:"TIME"`
	Database databaseFlag  `embed:""`
	Store    storeFlag     `embed:""`
}

func (c *forgetCmd) Help() string {
	return `Removes imports that have ended with all that is kept of them: their rows in the database, and their inputs and reports in the store. What was created stays in the account. The same file enqueued after that is a new import, whose contacts are duplicates. An import is kept for a day after its end, since the API remembers its requests that long; what another import of the same file needs stays, too.

Examples:
  sent-import-fleet forget 12
  sent-import-fleet forget --older-than 2160h`
}

func (c *forgetCmd) check() error {
	switch {
	case len(c.Import) == 0 && c.Older == 0:
		return &importer.UsageError{Message: "what shall be forgotten? Give the numbers of imports, or --older-than 2160h"}
	case len(c.Import) > 0 && c.Older != 0:
		return &importer.UsageError{Message: "give the numbers of imports or --older-than, not both"}
	case len(c.Import) == 0 && c.Older < pool.RememberedFor:
		return &importer.UsageError{Option: "older-than", Message: "older-than takes 24h or more, since the API remembers requests that long"}
	}
	return c.Store.given()
}

// Run is called by the command line's parser.
func (c *forgetCmd) Run(a *app) error {
	if err := c.check(); err != nil {
		return err
	}
	f, err := c.Database.use(a.ctx, few)
	if err != nil {
		return err
	}
	defer f.close()
	st, err := store.Open(a.ctx, c.Store.Store)
	if err != nil {
		return err
	}
	defer st.Close()
	ids := c.Import
	if len(ids) == 0 {
		if ids, err = f.pools.Ended(a.ctx, c.Older); err != nil {
			return err
		}
	}
	if len(ids) == 0 {
		_, err := fmt.Fprintln(a.stdout, "No import is that old.")
		return err
	}
	var failed error // the others are forgotten all the same
	for _, id := range ids {
		if a.ctx.Err() != nil {
			return context.Cause(a.ctx)
		}
		failed = errors.Join(failed, a.forget(f, st, id))
	}
	return failed
}

// forget forgets an import, and says so.
func (a *app) forget(f *fleet, st *store.Store, id int64) error {
	gone, err := f.pools.Forget(a.ctx, id, func(ctx context.Context, tx pgx.Tx, gone pool.Forgotten) error {
		var err error
		if gone.LastOfJob && gone.Job != "" {
			err = postgres.Drop(ctx, tx, gone.Job)
		}
		if err == nil {
			err = st.RemoveReports(ctx, gone.ID)
		}
		if err == nil && gone.LastOfInput {
			err = st.RemoveInput(ctx, gone.InputSHA256)
		}
		return err
	})
	if err != nil {
		return err
	}
	text := ""
	if !gone.LastOfInput || !gone.LastOfJob {
		text = "; what another import of the same file needs stays"
	}
	_, err = fmt.Fprintf(a.stdout, "import %d: %s (%s) is forgotten%s\n", id, printable.Path(gone.InputName), printable.Text(gone.KeyRef), text)
	return err
}
