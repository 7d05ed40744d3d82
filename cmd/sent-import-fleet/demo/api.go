package main

import (
	"net/http"
	"strings"
	"sync"
	"time"

	"sent-import/importer/simulator"
)

// api is the simulated API, which knows whose request each is: every worker has a key of its
// own for each account.
type api struct {
	sim      *simulator.Server
	server   *http.Server
	url      string
	mu       sync.Mutex
	accounts map[string]*seen
}

// seen is what an account has seen of the workers.
type seen struct {
	created map[string]int // contacts, by worker
	last    time.Time      // the last request
	longest time.Duration  // between two requests
	killed  time.Time      // when its worker was killed; zero: it was not
	victim  string         // that worker
	resumed time.Time      // the first request of another worker after that
}

func newAPI(keys map[string]simulator.Account, url string) *api {
	a := &api{sim: simulator.New(simulator.Options{Keys: keys, RateLimit: perMinute}), url: url, accounts: make(map[string]*seen)}
	for _, account := range keys {
		a.accounts[account.ID] = &seen{created: make(map[string]int)}
	}
	a.server = &http.Server{Handler: http.HandlerFunc(a.answer), ReadHeaderTimeout: time.Minute}
	return a
}

func (a *api) answer(w http.ResponseWriter, r *http.Request) {
	account, worker, _ := strings.Cut(r.Header.Get("x-api-key"), "-")
	a.arrived(account, worker, time.Now())
	status := &statusWriter{ResponseWriter: w}
	a.sim.ServeHTTP(status, r)
	if status.code == http.StatusCreated && w.Header().Get("Idempotent-Replayed") == "" {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.accounts[account].created[worker]++
	}
}

// statusWriter remembers the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	code int
}

// WriteHeader is http.ResponseWriter's.
func (w *statusWriter) WriteHeader(code int) {
	w.code = code
	w.ResponseWriter.WriteHeader(code)
}

func (a *api) arrived(account, worker string, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.accounts[account]
	if !s.last.IsZero() {
		s.longest = max(s.longest, now.Sub(s.last))
	}
	s.last = now
	if !s.killed.IsZero() && s.resumed.IsZero() && worker != s.victim {
		s.resumed = now
	}
}

// kill notes that the worker of an account was killed.
func (a *api) kill(account, worker string, now time.Time) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.accounts[account].victim, a.accounts[account].killed = worker, now
}

// created is how many contacts there are in all accounts.
func (a *api) created() (all int) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range a.accounts {
		for _, n := range s.created {
			all += n
		}
	}
	return all
}
