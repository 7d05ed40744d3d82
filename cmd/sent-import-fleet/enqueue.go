package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
	"unicode/utf8"

	"sent-import/cmd/internal/fileflags"
	"sent-import/importer"
	"sent-import/importer/fleet/engine"
	"sent-import/importer/fleet/pool"
	"sent-import/importer/fleet/store"
	"sent-import/importer/printable"
	"sent-import/report/human"
)

// enqueueCmd is sent-import-fleet enqueue.
type enqueueCmd struct {
	File     []string        `arg:"" help:"The files."`
	KeyRef   string          `help:"Name of the account's API key, as the workers know it: a file in their --keys-dir, or the argument of their --key-command. One name for each account." placeholder:"NAME" required:""`
	Reading  fileflags.Flags `embed:""`
	BaseURL  string          `help:"Base URL of the API. Default: https://api.sent.dm." placeholder:"URL" env:"SENT_DM_BASE_URL,SENT_BASE_URL"`
	Profile  string          `help:"Child profile to create the contacts in: its name, its short name or its UUID." placeholder:"NAME|UUID"`
	Sandbox  bool            `help:"A rehearsal: the API checks the numbers and creates nothing."`
	Expect   string          `name:"expect-account" help:"Stop before anything is sent unless the API says that the account has this name or id." placeholder:"NAME|ID"`
	Existing string          `help:"Contacts that exist: list reads the account's list first, off leaves it to the API to refuse them one by one, auto lists where that pays." enum:"auto,list,off" default:"auto"`
	Resolve  bool            `name:"resolve-duplicates" help:"Look up the contact ids of duplicates that were not in the list, one request each."`
	Rate     string          `help:"Requests: auto follows the account's limit; or 200/m, 10/s, unlimited." default:"auto"`
	Reserve  string          `help:"Part of the limit to leave to others: a share such as 20%, requests a minute, or a timetable. Default: none." placeholder:"N|P%|TIMETABLE"`
	Attempts int             `help:"Times to send a row whose answers are lost, before a look-up decides." default:"5"`
	Timeout  time.Duration   `help:"Time for one attempt; a creation may be slow." default:"60s"`
	MaxFail  string          `name:"max-failed" help:"Stop if more rows fail in a slice: a number, or a share (counted from 50 rows)." placeholder:"N|P%"`
	Before   moment          `name:"not-before" help:"Not before this time, such as 2026-12-01T06:00:00+01:00. Default: at once." placeholder:"TIME"`
	Wait     bool            `help:"Wait until the imports have ended, and exit as sent-import would."`
	Database databaseFlag    `embed:""`
	Store    storeFlag       `embed:""`
}

func (c *enqueueCmd) Help() string {
	return `Puts each file into the store and hands it over to the workers. The same file with the same options again is the same import: one that goes on is left alone, one that was stopped or cancelled, or that has failed rows, goes on.

Examples:
  sent-import-fleet enqueue contacts.csv --key-ref acme
  sent-import-fleet enqueue a.csv b.xlsx --key-ref acme --profile Berlin --region DE
  sent-import-fleet enqueue night.csv --key-ref acme --not-before 2026-12-01T22:00:00Z --wait`
}

// settings are the engine's.
func (c *enqueueCmd) settings() (engine.Settings, error) {
	var o importer.Options
	s := engine.Settings{
		MaxInvalid: c.Reading.MaxInvalid, MaxFailed: c.MaxFail, InvalidOK: c.Reading.InvalidOK, ExpectAccount: c.Expect, Existing: c.Existing,
		ResolveDuplicates: c.Resolve, Rate: c.Rate, Reserve: c.Reserve, Attempts: c.Attempts, Timeout: c.Timeout,
	}
	err := c.Reading.Apply(&o)
	if err == nil {
		s.Reading = o.Reading.Normalised()
		o, err = s.Options()
	}
	if err == nil {
		err = o.Validate()
	}
	return s, err
}

// Run is called by the command line's parser.
func (c *enqueueCmd) Run(a *app) error {
	settings, err := c.settings()
	if err == nil {
		err = c.Store.given()
	}
	if err == nil && !validRef(c.KeyRef) {
		err = &importer.UsageError{Option: "key-ref", Message: "key-ref takes a name of letters, digits, '.', '_', '-' and '@', at most 100, that does not begin with '.'"}
	}
	if err == nil && !utf8.ValidString(c.Profile) {
		err = &importer.UsageError{Option: "profile", Message: "profile takes UTF-8: give the profile's UUID instead"}
	}
	if err != nil {
		return err
	}
	base, err := importer.CanonicalBaseURL(c.BaseURL)
	if err != nil {
		return err
	}
	if err := c.look(); err != nil {
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
	var ids []int64
	for _, file := range c.File {
		in, err := st.PutInput(a.ctx, file)
		if err != nil {
			return fmt.Errorf("put %s into the store: %w", printable.Path(file), err)
		}
		i, did, err := f.pools.Enqueue(a.ctx, pool.Wanted{
			KeyRef: c.KeyRef, BaseURL: base, Profile: c.Profile, Sandbox: c.Sandbox,
			InputName: filepath.Base(file), InputSHA256: in.SHA256, InputBytes: in.Bytes, Options: settings.Text(), NotBefore: time.Time(c.Before),
		})
		if err != nil {
			return err
		}
		ids = append(ids, i.ID)
		if _, err := fmt.Fprintf(a.stdout, "import %d: %s (%s): %s\n", i.ID, printable.Path(file), human.Count(int(in.Bytes), "byte", "bytes"), enqueuedText(i, did)); err != nil {
			return err
		}
	}
	if !c.Wait {
		return nil
	}
	return a.awaitAll(f, ids)
}

// look looks for all files before anything is done with one.
func (c *enqueueCmd) look() error {
	for _, file := range c.File {
		info, err := os.Stat(file)
		if err != nil {
			return fmt.Errorf("%s; is the path right?", printable.Error(err))
		}
		if why := unfit(info.Mode()); why != "" {
			return fmt.Errorf("%s %s", printable.Path(file), why)
		}
	}
	return nil
}

// unfit says why what has this mode can't be enqueued; "" where it can. A file is read twice.
func unfit(mode fs.FileMode) string {
	switch {
	case mode.IsRegular():
		return ""
	case mode.IsDir():
		return "is a directory: give the files in it"
	case mode&fs.ModeNamedPipe != 0:
		return "is a pipe, which can be read only once: write what comes through it to a file, and give that"
	case mode&fs.ModeDevice != 0:
		return "is a device, and no list: give a file"
	}
	return "is no file: give one"
}

// moment is a time as it is given on the command line.
type moment time.Time

// UnmarshalText is encoding.TextUnmarshaler's.
func (m *moment) UnmarshalText(text []byte) error {
	t, err := time.Parse(time.RFC3339, string(text))
	if err != nil {
		return errors.New("takes a date, a time and its zone, such as 2026-12-01T22:00:00Z or 2026-12-01T23:00:00+01:00")
	}
	*m = moment(t)
	return nil
}

func enqueuedText(i pool.Import, did pool.Enqueued) string {
	switch {
	case did == pool.Made:
		return "enqueued"
	case did == pool.Reopened:
		return "goes on"
	case i.State == pool.Open:
		return "goes on already"
	}
	return fmt.Sprintf("done already; its report: sent-import-fleet report %d --to DIR", i.ID)
}

// lookEvery is how often a command that waits looks.
const lookEvery = time.Second

// awaitAll waits for the end of the imports. Its error is the worst exit code of them.
func (a *app) awaitAll(f *fleet, ids []int64) error {
	worst := exitOK
	for _, id := range ids {
		i, err := a.await(f, id)
		if err != nil && a.ctx.Err() != nil {
			a.say("The imports go on without this command; sent-import-fleet status shows them.")
		}
		if err != nil {
			return err
		}
		a.say(fmt.Sprintf("import %d: %s%s", i.ID, i.State, because(i.Reason)))
		if rank(codeOf(i)) > rank(worst) {
			worst = codeOf(i)
		}
	}
	return &exitError{code: worst}
}

// codeOf is the exit code of an import that has ended.
func codeOf(i pool.Import) int {
	if i.State == pool.Cancelled {
		return exitStopped
	}
	return max(i.ExitCode, exitOK)
}

// rank orders exit codes as sent-import does: 0, 3, 4, 1 and usage.
func rank(code int) int {
	return map[int]int{exitRowsLeft: 1, exitStopped: 2, exitFailed: 3, exitUsage: 4}[code]
}

func because(reason string) string {
	if reason == "" {
		return ""
	}
	return ": " + reason
}

// await waits until an import is not open any more. While the database is away it goes on
// looking.
func (a *app) await(f *fleet, id int64) (pool.Import, error) {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		i, err := f.pools.Import(a.ctx, id)
		if errors.Is(err, pool.ErrNoImport) || err == nil && i.State != pool.Open {
			return i, err
		}
		select {
		case <-tick.C:
		case <-a.ctx.Done():
			return i, context.Cause(a.ctx)
		}
	}
}
