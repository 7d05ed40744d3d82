package importer_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// over runs the stage's importer over the network, against its server behind a
// listener and a handler of the test's making.
func (g *stage) over(listener func(net.Listener) net.Listener, handler func(http.Handler) http.Handler) told {
	g.t.Helper()
	server := httptest.NewUnstartedServer(handler(g.server))
	server.Listener = listener(server.Listener)
	server.Start()
	defer server.Close()
	g.o.BaseURL = server.URL
	return g.runOver(g.t.Context(), nil)
}

// fourAtATime serves four requests at a time and answers the others with status
// and no body.
func fourAtATime(status int) func(http.Handler) http.Handler {
	var inFlight atomic.Int64
	return func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer inFlight.Add(-1)
			if inFlight.Add(1) > 4 {
				w.WriteHeader(status)
				return
			}
			h.ServeHTTP(w, r)
		})
	}
}

// An overloaded server costs no row: fewer requests at once are made, and what it
// has refused is no attempt.
func TestAttack25OverloadFailsNoRow(t *testing.T) {
	same := func(h http.Handler) http.Handler { return h }
	plain := func(l net.Listener) net.Listener { return l }
	four := func(l net.Listener) net.Listener { return simulator.FewConnections(l, func() int { return 4 }) }
	for _, test := range []struct {
		name     string
		listener func(net.Listener) net.Listener
		handler  func(http.Handler) http.Handler
		o        importer.Options
		rows     int
	}{
		{"reset", four, same, importer.Options{}, 400},
		{"reset, one attempt", four, same, importer.Options{Attempts: 1}, 400},
		{"reset, with a concurrency", four, same, importer.Options{Concurrency: 64}, 400},
		{"503", plain, fourAtATime(503), importer.Options{}, 400},
		{"502, one attempt", plain, fourAtATime(502), importer.Options{Attempts: 1}, 400},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			rows := test.rows
			test.o.Timeout = time.Minute
			auto := test.o.Concurrency == 0
			s := scenario{rows: rows, o: test.o, server: simulator.Options{Latency: func(simulator.Request) time.Duration { return 6 * time.Millisecond }}}
			g := s.begin(t)
			if auto {
				g.o.Concurrency = 0
			}
			r := g.over(test.listener, test.handler)
			if r.err != nil {
				t.Fatal(r.err)
			}
			if created := r.Reasons[outcome.ReasonCreated] + r.Reasons[outcome.ReasonRecovered]; created != rows {
				t.Errorf("got %v, want %d created", r.Reasons, rows)
			}
			t.Logf("%v: %v, %+v", r.took, r.Reasons, r.Requests)
			if r.Requests.Retries > 2*rows { // a machine that is busy with the race detector comes to one for each row
				t.Errorf("%d retries for %d rows", r.Requests.Retries, rows)
			}
		})
	}
}
