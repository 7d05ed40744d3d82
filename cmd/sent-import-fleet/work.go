package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"sent-import/importer"
	"sent-import/importer/fleet/engine"
	"sent-import/importer/fleet/store"
	"sent-import/importer/fleet/worker"
	"sent-import/importer/printable"
	"sent-import/importer/private"
	"sent-import/report/human"
)

// workCmd is sent-import-fleet work.
type workCmd struct {
	Slots    int           `help:"Accounts to work on at a time. One that sends 200 requests a minute needs about 20 MB." default:"20" env:"SENT_IMPORT_SLOTS"`
	Keys     keysFlags     `embed:""`
	Slice    time.Duration `help:"Time that an account is worked on before it is another's turn, where there are more accounts than slots." default:"5m" env:"SENT_IMPORT_SLICE"`
	Drain    time.Duration `help:"Time for which requests in flight are waited for when the worker is asked to end." default:"25s" env:"SENT_IMPORT_DRAIN"`
	Scratch  string        `help:"Directory in which inputs and reports are kept while they are worked on. Default: where temporary files go." placeholder:"DIR" env:"SENT_IMPORT_SCRATCH"`
	Name     string        `help:"Name of the worker in status and logs. Default: the host's name and the process's number." placeholder:"NAME" env:"SENT_IMPORT_WORKER"`
	Metrics  string        `name:"metrics-addr" help:"Address, such as :9090, on which /metrics (Prometheus) and /healthz are served. Default: none." placeholder:"HOST:PORT" env:"SENT_IMPORT_METRICS_ADDR"`
	Database databaseFlag  `embed:""`
	Store    storeFlag     `embed:""`
}

func (c *workCmd) Help() string {
	return `Takes accounts with open imports, one for each slot, and imports for them until asked to end. Start as many as you like, anywhere: an account has one worker at a time. SIGTERM or SIGINT ends the slices: requests in flight settle, and the accounts are another worker's within two seconds. Kill it at any moment: its accounts are another's in about twenty seconds.

Examples:
  sent-import-fleet work --slots 20 --keys-dir /run/keys
  sent-import-fleet work --key-command /usr/local/bin/sent-key --metrics-addr :9090`
}

func (c *workCmd) check() error {
	switch {
	case c.Slots < 1 || c.Slots > 1000:
		return &importer.UsageError{Option: "slots", Message: "slots takes 1 to 1000"}
	case c.Slice < time.Second:
		return &importer.UsageError{Option: "slice", Message: "slice takes a time such as 5m, of a second or more"}
	case c.Drain <= 0 || c.Drain > longestDrain:
		return &importer.UsageError{Option: "drain", Message: fmt.Sprintf("drain takes a time such as 25s, up to %s", longestDrain)}
	case printable.Path(c.Name) != c.Name:
		return &importer.UsageError{Option: "name", Message: "name takes a text on one line, without control characters and such"}
	}
	if _, _, err := net.SplitHostPort(c.Metrics); c.Metrics != "" && err != nil {
		return &importer.UsageError{Option: "metrics-addr", Message: "metrics-addr takes a host and a port, such as 127.0.0.1:9090, or :9090 for all addresses of the machine"}
	}
	if c.Scratch != "" {
		return isDir("scratch", c.Scratch)
	}
	return nil
}

// longestDrain leaves the end of a slice enough of the time that a worker waits for it.
const longestDrain = 45 * time.Second

// Run is called by the command line's parser.
func (c *workCmd) Run(a *app) (err error) {
	if err := c.check(); err != nil {
		return err
	}
	find, err := c.Keys.find()
	if err == nil {
		err = c.Store.given()
	}
	if err == nil {
		err = c.Database.given()
	}
	if err != nil {
		return err
	}
	st, err := store.Open(a.ctx, c.Store.Store)
	if err != nil {
		return err
	}
	defer st.Close()
	f, err := c.Database.use(a.ctx, c.Slots+8)
	if err != nil {
		return err
	}
	defer f.close()
	beats, err := c.Database.extra(a.ctx, 2+c.Slots/10)
	if err != nil {
		return err
	}
	defer beats.Close()
	scratch, err := c.scratch()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, scratch.Remove()) }()
	runs := engine.New(engine.Options{
		Ledger: f.db, Pools: f.pools, Store: st, Scratch: scratch.Path, Key: find, Version: version(), Drain: c.Drain,
	})
	w, err := worker.New(worker.Options{
		Queue: f.db.Pool(), Beats: beats, ID: c.name(), Slots: c.Slots, Slice: c.Slice, Engine: runs.Run,
		Say: a.log,
	})
	if err != nil {
		return err
	}
	return c.serve(a, f, w)
}

// serve runs the worker, and shows its metrics meanwhile.
func (c *workCmd) serve(a *app, f *fleet, w *worker.Worker) (err error) {
	if c.Metrics != "" {
		stop, failed := serveMetrics(a.ctx, c.Metrics, metricsOf(f, w, c.Slots))
		if failed != nil {
			return failed
		}
		defer func() { err = errors.Join(err, stop()) }()
	}
	a.log(fmt.Sprintf("worker %s begins: %s, version %s.", c.name(), human.Count(c.Slots, "slot", "slots"), version()))
	told := make(chan struct{}) // closed once it has been said that the worker ends
	stop := context.AfterFunc(a.ctx, func() {
		a.log(fmt.Sprintf("%v: nothing new is begun; requests in flight are waited for, %s at most, and the accounts are given back.", context.Cause(a.ctx), printable.Duration(c.Drain)))
		close(told)
	})
	err = w.Run(a.ctx)
	if !stop() {
		<-told
	}
	if err != nil {
		return fmt.Errorf("end the worker: %w", err)
	}
	a.log("The worker has ended.")
	return nil
}

// name is who the worker is, for people.
func (c *workCmd) name() string {
	if c.Name != "" {
		return c.Name
	}
	host, err := os.Hostname()
	if err != nil {
		host = "unknown host"
	}
	return fmt.Sprintf("%s/%d", host, os.Getpid())
}

// scratchPrefix begins the names of the directories that workers have while they go on.
const scratchPrefix = "sent-import-fleet-"

// scratch makes the directory for what is worked on, and removes those of workers that were
// killed: they hold numbers, and nobody else would ever do that.
func (c *workCmd) scratch() (*private.Dir, error) {
	parent := c.Scratch
	if parent == "" {
		parent = os.TempDir()
	}
	private.SweepDirs(parent, scratchPrefix)
	dir, err := private.TempDir(parent, scratchPrefix)
	if err != nil {
		return nil, fmt.Errorf("%w: give a directory that can be written to with --scratch", err)
	}
	return dir, nil
}
