package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"sent-import/importer/fleet/pool"
	"sent-import/importer/fleet/store"
	"sent-import/importer/printable"
	"sent-import/report/human"
)

// reportCmd is sent-import-fleet report.
type reportCmd struct {
	Import   int64        `arg:"" help:"The import's number; sent-import-fleet status lists them."`
	To       string       `help:"Directory to write the files to. It is made if it is not there; a file in it that is another one is not overwritten." placeholder:"DIR" required:""`
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
	if err := c.Store.given(); err != nil {
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
	if i.Report == "" {
		return &exitError{exitStopped, fmt.Sprintf("import %d is %s and has no report yet%s", i.ID, i.State, because(i.Reason))}
	}
	st, err := store.Open(a.ctx, c.Store.Store)
	if err != nil {
		return err
	}
	defer st.Close()
	names, err := c.fetch(a.ctx, st, i)
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

// fetch has the report's files in the directory, all or none of them, and returns their
// names. Files that are there already are never overwritten: somebody may have repaired rows
// in them. The same report again is no error.
func (c *reportCmd) fetch(ctx context.Context, st *store.Store, i pool.Import) (names []string, err error) {
	if err := os.MkdirAll(c.To, 0o700); err != nil {
		return nil, fmt.Errorf("%w: give another directory with --to", err)
	}
	draft, err := os.MkdirTemp(c.To, ".report-")
	if err != nil {
		return nil, fmt.Errorf("%w: give another directory with --to", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(draft)) }()
	fetched, err := st.FetchReport(ctx, i.Report, draft)
	if errors.Is(err, store.ErrMissing) {
		err = fmt.Errorf("%w: is --store the same as the workers'?", err)
	}
	if err != nil {
		return nil, err
	}
	for _, name := range fetched {
		if !strings.HasPrefix(name, ".") { // those are notes of the report's writer
			names = append(names, name)
		}
	}
	return names, c.put(draft, names)
}

// put moves the files to the directory, unless something else is there.
func (c *reportCmd) put(draft string, names []string) error {
	for _, name := range names {
		there, err := os.ReadFile(filepath.Join(c.To, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		same, failed := os.ReadFile(filepath.Join(draft, name))
		if err := errors.Join(err, failed); err != nil {
			return err
		}
		if !bytes.Equal(there, same) {
			return fmt.Errorf("%s is there already, and is not this report's: give a new or an empty directory with --to", printable.Path(filepath.Join(c.To, name)))
		}
	}
	for _, name := range names {
		if err := os.Rename(filepath.Join(draft, name), filepath.Join(c.To, name)); err != nil {
			return err
		}
	}
	return nil
}
