package main

import (
	"fmt"
	"os"

	"sent-import/importer"
	"sent-import/importer/fleet/engine"
	"sent-import/importer/ledger"
	"sent-import/importer/ledger/postgres"
	"sent-import/importer/phone"
	"sent-import/importer/printable"
	"sent-import/report/human"
)

// verifyCmd is sent-import-fleet verify.
type verifyCmd struct {
	Import   int64        `arg:"" help:"The import's number; sent-import-fleet status lists them."`
	Keys     keysFlags    `embed:""`
	Rate     string       `help:"Requests: auto follows the account's limit; or 200/m, 10/s, unlimited." default:"auto"`
	Database databaseFlag `embed:""`
}

func (c *verifyCmd) Help() string {
	return `Asks the API whether every contact that the import's report calls created is there with its id, and every duplicate is there, and prints the differences. Exits with 0 if there are none, and with 3 if there are. It shares the account's limit with a worker that has the account, and neither knows of the other: verify when the account's imports have ended.

Example:
  sent-import-fleet verify 12 --keys-dir /run/keys`
}

// Run is called by the command line's parser.
func (c *verifyCmd) Run(a *app) error {
	find, err := c.Keys.find()
	if err != nil {
		return err
	}
	f, err := c.Database.use(a.ctx, few)
	if err != nil {
		return err
	}
	defer f.close()
	i, err := f.pools.Import(a.ctx, c.Import)
	if err != nil {
		return err
	}
	if i.Job == "" {
		return &exitError{exitStopped, fmt.Sprintf("import %d is %s, and no slice of it has ended yet%s", i.ID, i.State, because(i.Reason))}
	}
	state, err := os.MkdirTemp("", "sent-import-fleet-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(state)
	o := importer.Options{
		State: state, Rate: c.Rate, Version: version(), Notice: a.say,
		Ledger: func(dir string) (*ledger.Ledger, error) { return ledger.Of(f.db.Store(postgres.Fence{}, dir)), nil },
	}
	if o.Key, err = find(a.ctx, i.KeyRef); err != nil {
		return err
	}
	v, err := importer.Verify(a.ctx, i.Job, o)
	if err != nil {
		return err
	}
	return c.tell(a, v)
}

func (c *verifyCmd) tell(a *app, v *importer.Verification) error {
	for _, d := range v.Differences {
		fmt.Fprintf(a.stdout, "line %d (%s): %s, but %s\n", d.Line, phone.Mask(d.Phone), d.Status, d.Problem)
	}
	verdict := "all of them are in the account"
	switch {
	case len(v.Differences) > 0:
		verdict = human.Number(len(v.Differences)) + " of them differ"
	case v.Stopped != nil:
		verdict = "no difference so far"
	}
	if _, err := fmt.Fprintf(a.stdout, "%s: %s of %s checked, %s. %s.\n", printable.Path(v.Job.InputName), human.Number(v.Checked),
		human.Count(v.Rows, "contact", "contacts"), verdict, human.Count(v.Requests.Total(), "request", "requests")); err != nil {
		return err
	}
	switch {
	case v.Stopped != nil:
		return &exitError{exitStopped, "stopped: " + engine.Words(v.Stopped.Message)}
	case len(v.Differences) > 0:
		return &exitError{code: exitRowsLeft}
	}
	return nil
}
