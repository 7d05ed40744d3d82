// Command demo shows a fleet on this machine: a throw-away PostgreSQL, a simulated API with
// six accounts, three workers, one of which is killed on the way, and a table of what
// happened. make demo-fleet runs it. It leaves nothing behind, also when it is interrupted.
//
//	demo bin/sent-import-fleet
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"sent-import/importer/simulator"
	"sent-import/importer/testenv/pgtest"
)

const (
	accounts  = 6
	workers   = 3
	slots     = 3   // of each worker: two of them have room for all accounts
	rows      = 300 // of each account's list
	perMinute = 600 // requests, of each account: a list takes half a minute
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) (err error) {
	if len(args) != 1 {
		return errors.New("give the program: demo bin/sent-import-fleet")
	}
	program, err := filepath.Abs(args[0])
	if err != nil {
		return err
	}
	fmt.Println("Starting a PostgreSQL of the demo's own, which is removed at the end.")
	cluster, err := pgtest.New()
	if err != nil {
		return interrupted(ctx, err)
	}
	defer func() { err = errors.Join(err, cluster.Close()) }()
	dir, err := os.MkdirTemp("", "sent-import-fleet-demo-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	api, err := serve(dir)
	if err != nil {
		return err
	}
	defer api.server.Close()
	f := &fleet{ctx: ctx, program: program, dir: dir, api: api, environment: append(os.Environ(),
		"SENT_IMPORT_DATABASE="+cluster.URL(), "SENT_IMPORT_STORE=file://"+filepath.Join(dir, "store"), "SENT_DM_BASE_URL="+api.url,
		"SENT_IMPORT_SCRATCH="+filepath.Join(dir, "scratch"))}
	defer f.end()
	return interrupted(ctx, f.show())
}

// interrupted is the error, unless somebody has interrupted the demo: then what failed has
// failed for that.
func interrupted(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return errors.New("interrupted; the workers, the database and their files are removed")
	}
	return err
}

// serve starts the API, and makes the directories of the store, of the keys and for what is
// worked on.
func serve(dir string) (*api, error) {
	keys := make(map[string]simulator.Account)
	for w := range workers {
		for a := range accounts {
			key := account(a) + "-" + worker(w)
			keys[key] = simulator.Account{ID: account(a)}
			if err := write(filepath.Join(dir, "keys", worker(w), account(a)), key); err != nil {
				return nil, err
			}
		}
	}
	for _, name := range []string{"store", "scratch"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			return nil, err
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	a := newAPI(keys, "http://"+listener.Addr().String())
	go func() { _ = a.server.Serve(listener) }() // until Close
	return a, nil
}

func write(path, text string) error {
	return errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600))
}

func account(n int) string { return fmt.Sprintf("account%d", n+1) }
func worker(n int) string  { return fmt.Sprintf("worker%d", n+1) }
