package importer_test

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// failing is a network in which requests fail with an error, from one number of
// request on, for as long as until says.
type failing struct {
	next  http.RoundTripper
	err   error
	from  int64
	until time.Time // zero: for ever
	n     atomic.Int64
}

func (f *failing) RoundTrip(r *http.Request) (*http.Response, error) {
	if f.n.Add(1) >= f.from && (f.until.IsZero() || time.Now().Before(f.until)) {
		return nil, f.err
	}
	return f.next.RoundTrip(r)
}

// failingRun runs over a network that fails.
func (g *stage) failingRun(f *failing) told {
	g.t.Helper()
	transport, closePipe := simulator.Pipe(g.server)
	defer closePipe()
	f.next = transport
	r := g.runOver(g.t.Context(), f)
	if r.err != nil {
		g.t.Fatalf("run: %v", r.err)
	}
	return r
}

// Errors of the network, with the words that they get.
var (
	untrusted   = troubled{&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, "not trusted"}
	notForHost  = troubled{&tls.CertificateVerificationError{Err: x509.HostnameError{Certificate: &x509.Certificate{}, Host: "api.sent.dm"}}, "not for api.sent.dm"}
	schemeMixUp = troubled{tls.RecordHeaderError{RecordHeader: [5]byte([]byte("HTTP/"))}, "plain http"}
	noSuchName  = troubled{&net.OpError{Op: "dial", Err: &net.DNSError{Name: "api.example.com", IsNotFound: true}}, "api.example.com does not exist"}
	refused     = troubled{&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, "refused the connection"}
	nameTimeout = troubled{&net.OpError{Op: "dial", Err: &net.DNSError{Name: "api.example.com", IsTimeout: true}}, "name service"}
	wasReset    = troubled{&net.OpError{Op: "read", Err: syscall.ECONNRESET}, "was reset"}
)

type troubled struct {
	err   error
	words string
}

// While the API has answered nothing in this run, what time cannot cure ends it
// at once, and what seldom passes a minute after the first failure, or when an
// outage has lasted as long as it may. Everything else is an outage, and so is
// all of it later. The stop names the cause in every case.
func TestAttack16UnreachableFromTheStart(t *testing.T) {
	const short = 20 * time.Second
	for _, c := range []struct {
		troubled
		from    int64
		outage  time.Duration
		atStart bool
		cause   importer.StopCause
		after   time.Duration
	}{
		{untrusted, 1, importer.DefaultOutage, true, importer.StopCall, 0},
		{notForHost, 1, importer.DefaultOutage, true, importer.StopCall, 0},
		{schemeMixUp, 1, importer.DefaultOutage, true, importer.StopCall, 0},
		{noSuchName, 1, importer.DefaultOutage, true, importer.StopOutage, time.Minute},
		{refused, 1, importer.DefaultOutage, true, importer.StopOutage, time.Minute},
		{noSuchName, 1, short, true, importer.StopOutage, short},
		{refused, 1, short, true, importer.StopOutage, short},
		{nameTimeout, 1, importer.DefaultOutage, false, importer.StopOutage, importer.DefaultOutage},
		{wasReset, 1, importer.DefaultOutage, false, importer.StopOutage, importer.DefaultOutage},
		{nameTimeout, 1, short, false, importer.StopOutage, short},
		{untrusted, 5, importer.DefaultOutage, false, importer.StopOutage, importer.DefaultOutage},
		{schemeMixUp, 2, importer.DefaultOutage, false, importer.StopOutage, importer.DefaultOutage},
		{noSuchName, 5, importer.DefaultOutage, false, importer.StopOutage, importer.DefaultOutage},
		{refused, 2, short, false, importer.StopOutage, short},
	} {
		t.Run(fmt.Sprintf("%s/from=%d/outage=%s", c.words, c.from, c.outage), func(t *testing.T) {
			scenario{rows: 30, o: importer.Options{Outage: c.outage, Existing: existingAuto}}.play(t, func(t *testing.T, g *stage) {
				r := g.failingRun(&failing{err: c.err, from: c.from})
				r.stopped(t, c.cause, c.words, "run the same command again")
				if r.Stopped.AtStart != c.atStart || !strings.Contains(r.Stopped.LastError, c.words) {
					t.Errorf("got at the start %t, last error %q", r.Stopped.AtStart, r.Stopped.LastError)
				}
				if r.took < c.after || r.took > c.after+5*time.Second {
					t.Errorf("stopped after %v, want %v", r.took, c.after)
				}
				if r.Counts.Failed > 0 || r.Reasons[outcome.NotAttempted] == 0 {
					t.Errorf("got %v", r.Reasons)
				}
				r = g.run()
				r.complete(t)
			})
		})
	}
}

// A service that restarts refuses connections for less than a minute: the run
// waits, and goes on.
func TestAttack16RestartAtTheStart(t *testing.T) {
	scenario{rows: 10}.play(t, func(t *testing.T, g *stage) {
		r := g.failingRun(&failing{err: refused.err, from: 1, until: time.Now().Add(45 * time.Second)})
		r.complete(t)
		if r.Counts.Created != 10 || r.took > 2*time.Minute {
			t.Errorf("got %+v after %v", r.Counts, r.took)
		}
	})
}

// What a row met last stands in its message, whatever it was.
func TestAttack16FailedRowsSayWhy(t *testing.T) {
	plan := func(r simulator.Request) simulator.Fault {
		kind := map[string]simulator.Fault{
			number(3): {Kind: simulator.Page, Status: 403},
			number(5): {Kind: simulator.Internal},
			number(7): {Kind: simulator.Reset},
			number(9): {Kind: simulator.Hang},
		}[r.Phone]
		if r.Operation == simulator.Lookup && r.Phone != number(5) {
			return simulator.Fault{}
		}
		return kind
	}
	scenario{server: simulator.Options{Faults: plan}, rows: 30, o: importer.Options{Concurrency: 8}}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		for row, want := range map[int]string{
			3: "last: 403 from something in front of the API, not the API: text/html",
			5: "last: the API has a problem (500 INTERNAL_001",
			7: "before an answer came",
			9: "last: no answer within 10s",
		} {
			if got := r.rows[row]; got.Status != outcome.Failed || !strings.Contains(got.Message, want) {
				t.Errorf("row %d: got %s, %q, want %q", row+1, got.Reason, got.Message, want)
			}
		}
	})
}

// The progress says why nothing goes on, from the first request on, and stops
// saying so.
func TestAttack16ProgressSaysWhy(t *testing.T) {
	o := importer.Options{Progress: new(importer.Progress)}
	scenario{rows: 5, o: o}.play(t, func(t *testing.T, g *stage) {
		seen := make(chan string, 1)
		time.AfterFunc(10*time.Second, func() { seen <- o.Progress.Snapshot().Failure })
		g.failingRun(&failing{err: refused.err, from: 1, until: time.Now().Add(30 * time.Second)}).complete(t)
		if during := <-seen; !strings.Contains(during, refused.words) {
			t.Errorf("got %q, want %q", during, refused.words)
		}
		if got := o.Progress.Snapshot().Failure; got != "" {
			t.Errorf("after the last answer: got %q", got)
		}
	})
}

// A run that stops for another reason remembers what it met last, and one that
// met nothing says so.
func TestLastErrorOfAnyStop(t *testing.T) {
	plan := simulator.Between(4, 4, simulator.Fault{Kind: simulator.Unavailable})
	for _, faults := range []simulator.FaultPlan{plan, nil} {
		server := simulator.Options{Faults: faults, Latency: func(simulator.Request) time.Duration { return time.Second }}
		scenario{server: server, rows: 60, o: importer.Options{MaxDuration: 20 * time.Second}}.play(t, func(t *testing.T, g *stage) {
			r := g.run()
			r.stopped(t, importer.StopMaxDuration)
			if got, want := r.Stopped.LastError, "503 from something"; (faults != nil) != strings.Contains(got, want) || faults == nil && got != "" {
				t.Errorf("got %q", got)
			}
		})
	}
}

var errNothing = errors.New("nothing that has a name")

// An error without a name is an outage, with the words that it has.
func TestUnknownErrorIsAnOutage(t *testing.T) {
	scenario{rows: 2, o: importer.Options{Outage: 20 * time.Second}}.play(t, func(t *testing.T, g *stage) {
		r := g.failingRun(&failing{err: errNothing, from: 1})
		r.stopped(t, importer.StopOutage, "no answer: nothing that has a name")
		if r.Stopped.AtStart {
			t.Error("said to be at the start")
		}
	})
}
