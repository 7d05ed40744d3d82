package importer_test

import (
	"net"
	"net/http"
	"net/http/httptrace"
	"syscall"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// handleless is a transport that has no file handle for a connection for a time.
type handleless struct {
	next        http.RoundTripper
	from, until time.Time
	refused     int
}

func (h *handleless) RoundTrip(r *http.Request) (*http.Response, error) {
	if now := time.Now(); now.Before(h.from) || !now.Before(h.until) {
		return h.next.RoundTrip(r)
	}
	h.refused++
	if hooks := httptrace.ContextClientTrace(r.Context()); hooks != nil {
		hooks.GetConn("localhost:80")
	}
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.EMFILE}
}

// A lack of file handles is our own trouble: no row is failed for it, it is no
// outage, it is said once, and it is waited for as long as for an outage.
func TestAttack27NoHandleIsNobodysFault(t *testing.T) {
	for _, test := range []struct {
		name  string
		lasts time.Duration
	}{
		{"passes", 3 * time.Minute},
		{"lasts", time.Hour},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := simulator.Options{Latency: func(simulator.Request) time.Duration { return time.Second }}
			scenario{server: server, rows: 40, o: importer.Options{Attempts: 1, Outage: 10 * time.Minute}}.play(t, func(t *testing.T, g *stage) {
				transport, closePipe := simulator.Pipe(g.server)
				defer closePipe()
				h := &handleless{next: transport, from: time.Now().Add(20 * time.Second), until: time.Now().Add(20*time.Second + test.lasts)}
				r := g.runOver(t.Context(), h)
				if r.err != nil {
					t.Fatal(r.err)
				}
				if h.refused == 0 || r.Counts.Failed > 0 || r.said("no answer since") > 0 {
					t.Errorf("got %d requests refused, %v, %v, want some refused, and no row failed", h.refused, r.Reasons, r.notices)
				}
				g.economical(r)
				if n := r.said("too many open files (limit "); n != 1 {
					t.Errorf("said %d times that there were no handles, want once: %v", n, r.notices)
				}
				if test.lasts < g.o.Outage {
					r.complete(t)
					return
				}
				r.stopped(t, importer.StopOutage, "no connection could be made for 10m0s", "too many open files (limit ", "ulimit -n", "run the same command again")
				if r.Reasons[outcome.NotAttempted] == 0 {
					t.Errorf("got %v, want the rest not attempted", r.Reasons)
				}
			})
		})
	}
}
