// Command demo shows a fleet on this machine: a throw-away PostgreSQL, a simulated API with
// six accounts, three workers, one of which is killed on the way, and a table of what
// happened. make demo-fleet runs it.
//
//	demo bin/sent-import-fleet
package main

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"sent-import/importer/simulator"
	"sent-import/importer/testenv/pgtest"
)

const (
	accounts  = 6
	workers   = 3
	rows      = 300 // of each account's list
	perMinute = 600 // requests, of each account: a list takes half a minute
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(args []string) (err error) {
	if len(args) != 1 {
		return errors.New("give the program: demo bin/sent-import-fleet")
	}
	program, err := filepath.Abs(args[0])
	if err != nil {
		return err
	}
	fmt.Println("Starting a PostgreSQL of its own, which is removed at the end.")
	cluster, err := pgtest.New()
	if err != nil {
		return err
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
	f := &fleet{program: program, dir: dir, api: api, environment: append(os.Environ(),
		"SENT_IMPORT_DATABASE="+cluster.URL(), "SENT_IMPORT_STORE=file://"+filepath.Join(dir, "store"), "SENT_DM_BASE_URL="+api.url)}
	defer f.end()
	return f.show()
}

// api is the simulated API, which knows whose request each is: every worker has a key of its
// own for each account.
type api struct {
	sim    *simulator.Server
	server *http.Server
	url    string
	mu     sync.Mutex
	sent   map[string]map[string]int // requests by account and worker
	last   map[string]time.Time      // the last one by account
	gap    map[string]time.Duration  // the longest time between two of an account
}

func account(n int) string { return fmt.Sprintf("account%d", n+1) }
func worker(n int) string  { return fmt.Sprintf("worker%d", n+1) }

// serve starts the API, and makes the directories of the store and of the keys.
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
	if err := os.Mkdir(filepath.Join(dir, "store"), 0o700); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &api{
		sim: simulator.New(simulator.Options{Keys: keys, RateLimit: perMinute}), url: "http://" + listener.Addr().String(),
		sent: make(map[string]map[string]int), last: make(map[string]time.Time), gap: make(map[string]time.Duration),
	}
	s.server = &http.Server{Handler: http.HandlerFunc(s.answer), ReadHeaderTimeout: time.Minute}
	go func() { _ = s.server.Serve(listener) }() // until Close
	return s, nil
}

func write(path, text string) error {
	return errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600))
}

func (s *api) answer(w http.ResponseWriter, r *http.Request) {
	if account, worker, ok := strings.Cut(r.Header.Get("x-api-key"), "-"); ok {
		s.count(account, worker, time.Now())
	}
	s.sim.ServeHTTP(w, r)
}

func (s *api) count(account, worker string, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sent[account] == nil {
		s.sent[account] = make(map[string]int)
	}
	s.sent[account][worker]++
	if before, ok := s.last[account]; ok {
		s.gap[account] = max(s.gap[account], now.Sub(before))
	}
	s.last[account] = now
}

// total is how many requests there were, and of one worker.
func (s *api) total(worker string) (all, its int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, by := range s.sent {
		for w, n := range by {
			if all += n; w == worker {
				its += n
			}
		}
	}
	return all, its
}
