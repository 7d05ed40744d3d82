package main

import (
	"fmt"
	"os"
	"path/filepath"

	"sent-import/importer/fleet/pool"
	"sent-import/importer/fleet/store"
	"sent-import/importer/printable"
	"sent-import/report/human"
)

// reportCmd is sent-import-fleet report.
type reportCmd struct {
	Import   int64        `arg:"" help:"The import's number; sent-import-fleet status lists them."`
	To       string       `help:"Directory to write the files to; it is made if it is not there." placeholder:"DIR" required:"" type:"path"`
	Database databaseFlag `embed:""`
	Store    storeFlag    `embed:""`
}

func (c *reportCmd) Help() string {
	return `Fetches the report files of an import that has ended or was stopped: report.html, report.csv, summary.json, and the rows that need a hand. They are those of sent-import. Exits as sent-import would have for this import.

Example:
  sent-import-fleet report 12 --to contacts.report`
}

// Run is called by the command line's parser.
func (c *reportCmd) Run(a *app) error {
	f, err := c.Database.use(a.ctx, few)
	if err != nil {
		return err
	}
	defer f.close()
	i, err := f.pools.Import(a.ctx, c.Import)
	if err != nil {
		return err
	}
	if i.Report == "" {
		return &exitError{exitStopped, fmt.Sprintf("import %d is %s and has no report yet%s", i.ID, i.State, because(i.Reason))}
	}
	st, err := store.Open(a.ctx, c.Store.Store)
	if err != nil {
		return err
	}
	defer st.Close()
	if err := os.MkdirAll(c.To, 0o700); err != nil {
		return err
	}
	names, err := st.FetchReport(a.ctx, i.Report, c.To)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(a.stdout, "%s: %s, %s. Begin with %s.\n", printable.Path(i.InputName), i.State, human.Count(len(names), "file", "files"),
		printable.Path(filepath.Join(c.To, "report.html"))); err != nil {
		return err
	}
	if i.State == pool.Open {
		return &exitError{exitStopped, "the import goes on: this is the report of its last end"}
	}
	return &exitError{code: codeOf(i)}
}
