package importer_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"sent-import/importer"
	"sent-import/importer/ledger"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// scenario is a situation that a test plays: a server, a file and options.
// What is zero gets a value that is in nobody's way: no rate, one request at a
// time, a timeout of ten seconds, no list.
type scenario struct {
	server simulator.Options
	rows   int    // of the file, each with a number of its own; 0: file counts
	file   string // of phone cells, one a line, below a header
	o      importer.Options
}

// stage is a scenario under way, in virtual time.
type stage struct {
	t      *testing.T
	server *simulator.Server
	file   string
	o      importer.Options
}

// play has the scenario played inside a bubble of virtual time, which ends only
// when every goroutine has ended.
func (s scenario) play(t *testing.T, act func(t *testing.T, s *stage)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { act(t, s.begin(t)) })
}

func (s scenario) begin(t *testing.T) *stage {
	t.Helper()
	if s.server.RateLimit == 0 {
		s.server.Unlimited = true
	}
	if s.o.Rate == "" {
		s.o.Rate = "unlimited"
	}
	if s.o.Existing == "" {
		s.o.Existing = existingOff
	}
	if s.o.Concurrency == 0 {
		s.o.Concurrency = 1
	}
	if s.o.Timeout == 0 {
		s.o.Timeout = 10 * time.Second
	}
	if s.o.Key == "" {
		s.o.Key = "key"
	}
	s.server.Seed = 1
	g := &stage{t: t, server: simulator.New(s.server), o: s.o, file: filepath.Join(t.TempDir(), "contacts.csv")}
	g.o.BaseURL, g.o.State, g.o.Input = "http://localhost", newState(t), g.file
	cells := s.file
	for i := range s.rows {
		cells += number(i) + "\n"
	}
	g.write("phone\n" + cells)
	t.Cleanup(func() { g.server.Close() })
	return g
}

// number is a valid number for each i below 10,000.
func number(i int) string { return fmt.Sprintf("+1415555%04d", i) }

func (g *stage) write(content string) {
	g.t.Helper()
	if err := os.WriteFile(g.file, []byte(content), 0o600); err != nil {
		g.t.Fatal(err)
	}
}

// onDisk opens the ledger as another process would, with its newest job.
func (g *stage) onDisk() (*ledger.Ledger, ledger.Job) {
	g.t.Helper()
	l, err := ledger.Open(g.o.State)
	if err != nil {
		g.t.Fatal(err)
	}
	jobs, err := l.Jobs()
	if err != nil {
		g.t.Fatal(errors.Join(err, l.Close()))
	}
	return l, jobs[0]
}

// told is what a run has told.
type told struct {
	*importer.Result // closed; nil if there was an error
	err              error
	rows             []outcome.Row
	notices          []string
	took             time.Duration
}

// run runs the importer once. Nothing may be wrong with it.
func (g *stage) run() told {
	g.t.Helper()
	r := g.runUntil(context.Background())
	if r.err != nil {
		g.t.Fatalf("run: %v", r.err)
	}
	return r
}

// runUntil runs the importer until it ends or ctx does, and reads its rows.
func (g *stage) runUntil(ctx context.Context) told {
	g.t.Helper()
	transport, closePipe := simulator.Pipe(g.server)
	defer closePipe()
	return g.runOver(ctx, transport)
}

func (g *stage) runOver(ctx context.Context, transport http.RoundTripper) (r told) {
	g.t.Helper()
	o := g.o
	o.Transport = transport
	o.Notice = func(text string) { r.notices = append(r.notices, text) }
	began := time.Now()
	r.Result, r.err = importer.Run(ctx, o)
	r.took = time.Since(began)
	if r.err != nil {
		return r
	}
	if !r.Counts.Adds() {
		g.t.Errorf("the counts don't add up: %+v", r.Counts)
	}
	for row, err := range r.LedgerRows() {
		if err != nil {
			g.t.Fatalf("rows: %v", err)
		}
		r.rows = append(r.rows, row)
	}
	if err := r.Close(); err != nil {
		g.t.Errorf("close: %v", err)
	}
	g.agrees(r)
	return r
}

// agrees holds what the report says of the settled rows against the server.
func (g *stage) agrees(r told) {
	g.t.Helper()
	truth := g.server.Truth()
	holds := truth.ByPhone("acct", r.Job.Profile)
	for _, q := range truth.Requests {
		if c, ok := holds[q.Phone]; ok && q.Operation == simulator.Delete && q.Committed { // by an undo: it was created anew since
			c.Commits--
			holds[q.Phone] = c
		}
	}
	firstLine := make(map[string]int)
	for _, row := range r.rows {
		if firstLine[row.Phone] == 0 {
			firstLine[row.Phone] = row.Line
		}
		c := holds[row.Phone]
		if c.Commits > 1 {
			g.t.Errorf("row %d was created %d times", row.Number, c.Commits)
		}
		settled := row.Status == outcome.Created || row.Status == outcome.Duplicate
		if settled && row.Reason != outcome.InFile && !g.o.Sandbox {
			if why := disagrees(row, holds, firstLine); why != "" {
				g.t.Errorf("row %d: %s", row.Number, why)
			}
		}
	}
}

// complete fails the test unless every row is settled.
func (r told) complete(t *testing.T) {
	t.Helper()
	if r.Stopped != nil || !r.Counts.Complete() {
		t.Errorf("got %+v, %v, want every row settled", r.Counts, r.Stopped)
	}
}

// want fails the test unless the reasons of the rows are these.
func (r told) want(t *testing.T, reasons map[outcome.Reason]int) {
	t.Helper()
	if !maps.Equal(r.Reasons, reasons) {
		t.Errorf("got reasons %v, want %v", r.Reasons, reasons)
	}
}

// optionOf is the option that the message of a Stop is about.
var optionOf = map[importer.StopCause]string{
	importer.StopMaxInvalid: "max-invalid", importer.StopMaxFailed: "max-failed", importer.StopMaxDuration: "max-duration",
}

// stopped fails the test unless the run stopped for the cause, with a message
// that has all these words.
func (r told) stopped(t *testing.T, cause importer.StopCause, words ...string) {
	t.Helper()
	if r.Stopped == nil || r.Stopped.Cause != cause {
		t.Fatalf("got stop %+v, want %s", r.Stopped, cause)
	}
	if want, ok := optionOf[cause]; ok && r.Stopped.Option != want {
		t.Errorf("got the option %q, want %q", r.Stopped.Option, want)
	}
	for _, word := range words {
		if !strings.Contains(r.Stopped.Message, word) {
			t.Errorf("got message %q, which does not say %q", r.Stopped.Message, word)
		}
	}
}

// said counts the notices with the words.
func (r told) said(words string) (n int) {
	for _, notice := range r.notices {
		if strings.Contains(notice, words) {
			n++
		}
	}
	return n
}

// death is a kill at a request of the run.
type death struct {
	at       int  // the request's number in the run, from 1
	executed bool // the server carries it out, and only its answer is lost
}

// die kills a run, and leaves the state as it was at that moment.
func (g *stage) die(d death) {
	g.t.Helper()
	g.dieIn(d, importer.Run)
}

// dieIn is die in another call of the engine.
func (g *stage) dieIn(d death, call func(context.Context, importer.Options) (*importer.Result, error)) {
	g.t.Helper()
	transport, closePipe := simulator.Pipe(g.server)
	defer closePipe()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	k := &killer{wire: wire{next: transport, cut: make(chan struct{})}, death: d, killed: make(chan struct{})}
	over := make(chan struct{})
	var left string
	go func() {
		defer close(over)
		<-k.killed
		synctest.Wait() // nothing is being written now
		left = filepath.Join(g.t.TempDir(), "state")
		if err := copyState(left, g.o.State); err != nil {
			g.t.Error(err)
		}
		cancel()
	}()
	o := g.o
	o.Transport = k
	result, err := call(ctx, o)
	if err == nil {
		err = result.Close()
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		g.t.Errorf("the run that was killed: %v", err)
	}
	if k.requests.Load() < int64(d.at) {
		g.t.Fatalf("the run ended after %d requests, before it could be killed", k.requests.Load())
	}
	<-over
	g.o.State = left
}

// killer is the wire of a process that is killed at a request.
type killer struct {
	wire
	death
	requests atomic.Int64
	killed   chan struct{} // closed at the death
}

func (k *killer) RoundTrip(r *http.Request) (*http.Response, error) {
	if k.requests.Add(1) != int64(k.at) {
		return k.wire.RoundTrip(r)
	}
	if k.executed {
		if response, err := k.next.RoundTrip(r); err == nil {
			response.Body.Close()
		}
	}
	close(k.cut)
	close(k.killed)
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// onCreate hits the first n creations of each number; n below 0: all.
func onCreate(n int, f simulator.Fault) simulator.FaultPlan { return on(simulator.Create, n, f) }

// on hits the first n requests of an operation for each number; n below 0: all.
func on(operation simulator.Operation, n int, f simulator.Fault) simulator.FaultPlan {
	return func(r simulator.Request) simulator.Fault {
		if r.Operation == operation && (n < 0 || r.Attempt <= n) {
			return f
		}
		return simulator.Fault{}
	}
}

// onNumber hits all creations of one number.
func onNumber(phone string, f simulator.Fault) simulator.FaultPlan {
	return func(r simulator.Request) simulator.Fault {
		if r.Operation == simulator.Create && r.Phone == phone {
			return f
		}
		return simulator.Fault{}
	}
}

// asked are the numbers that the server has been asked about, in order.
func (g *stage) asked(operation simulator.Operation) []string {
	var phones []string
	for _, r := range g.server.Truth().Requests {
		if r.Operation == operation {
			phones = append(phones, r.Phone)
		}
	}
	return phones
}

// numbers are the first n numbers.
func numbers(n int) []string {
	all := make([]string, 0, n)
	for i := range n {
		all = append(all, number(i))
	}
	return all
}

// economical fails the test unless the result's counters are the server's.
func (g *stage) economical(r told) {
	g.t.Helper()
	s := g.server.Stats()
	got, want := r.Requests, importer.Requests{
		Create: int(s.Creates), Lookup: int(s.Lookups), List: int(s.Lists), Me: int(s.Mes), Get: int(s.Gets), Mark: int(s.Updates), Delete: int(s.Deletes),
		Retries: r.Requests.Retries, RateLimited: int(s.Statuses[http.StatusTooManyRequests]),
	}
	if got != want {
		g.t.Errorf("the report counts %+v, the server %+v", got, want)
	}
}
