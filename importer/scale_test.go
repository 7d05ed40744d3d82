package importer_test

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sent-import/importer"
	"sent-import/importer/contactlist"
	"sent-import/importer/gateway"
	"sent-import/importer/progress"
	"sent-import/importer/simulator"
)

// The sizes of TestScale. What go test runs is small and takes seconds; make
// scale says more. The README has the figures of -scale.rows 300000
// -scale.nights 365 -scale.every 14 -scale.migration 1000000 -scale.loop 20000
// -scale.minutes 60.
var (
	scaleRows      = flag.Int("scale.rows", 1800, "rows of the nightly list; one in 600 is new each night")
	scaleNights    = flag.Int("scale.nights", 3, "nights")
	scaleEvery     = flag.Int("scale.every", 1, "run the importer on every so many nights only; what the others create is there all the same")
	scaleMigration = flag.Int("scale.migration", 800, "rows of the migration")
	scaleMinutes   = flag.Int("scale.minutes", 3, "minutes beside bursts of messages")
	scaleLoop      = flag.Int("scale.loop", 600, "rows that the loops to compare with post of a night's list; the rest is reckoned")
)

const (
	scaleLimit = 200                    // requests a minute: the documented limit
	scaleChurn = 600                    // one row in so many is new each night, and as many go
	postTakes  = 120 * time.Millisecond // a creation
	listTakes  = 300 * time.Millisecond // a page
)

// TestScale runs the real engine through days of an account's life in virtual
// time, against a simulator that keeps the documented limit, and prints what it
// cost. It fails if a night costs 5 % more than its pages and its new contacts,
// or more than a fiftieth of what posting every row would cost.
func TestScale(t *testing.T) {
	t.Run("nightly", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { newLife(t).year() })
	})
	t.Run("loops", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { newLife(t).loops() })
	})
	t.Run("migration", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { newLife(t).migration() })
	})
	for _, reserve := range []string{"", "20%"} {
		t.Run("shared, reserve "+reserve, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { newLife(t).shared(reserve) })
		})
	}
}

// subscriber is a valid number for each i below 8,000,000.
func subscriber(i int) string { return fmt.Sprintf("+1212%03d%04d", 200+i/10_000, i%10_000) }

// life is an account and the lists that are imported into it.
type life struct {
	t    *testing.T
	dir  string
	file string
	o    importer.Options
}

func newLife(t *testing.T) *life {
	l := &life{t: t, dir: t.TempDir()}
	l.file = filepath.Join(l.dir, "contacts.csv")
	l.o = importer.Options{Input: l.file, BaseURL: "http://localhost", Key: "key", State: filepath.Join(l.dir, "state")}
	return l
}

// account is a server that holds the subscribers from 0 to below n.
func (l *life) account(n int) *simulator.Server {
	existing := make([]string, n)
	for i := range existing {
		existing[i] = subscriber(i)
	}
	s := simulator.New(simulator.Options{
		RateLimit: scaleLimit, Existing: existing, NoHistory: true, Seed: 1,
		Latency: func(r simulator.Request) time.Duration {
			if r.Operation == simulator.List {
				return listTakes
			}
			return postTakes
		},
	})
	l.t.Cleanup(func() { s.Close() })
	return s
}

// list writes a file of the subscribers from first to below last.
func (l *life) list(first, last int) {
	l.t.Helper()
	f, err := os.Create(l.file)
	if err != nil {
		l.t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "phone")
	for i := first; i < last; i++ {
		fmt.Fprintln(w, subscriber(i))
	}
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		l.t.Fatal(err)
	}
}

// bill is what something cost.
type bill struct {
	name     string
	requests int
	limited  int // answers 429
	took     time.Duration
}

// print prints the bill as a row of the README's table.
func (b bill) print(t *testing.T) {
	t.Helper()
	share := 100 * float64(b.requests-b.limited) / (b.took.Minutes() * scaleLimit)
	t.Logf("| %s | %d | %.1f | %d | %.0f %% |", b.name, b.requests, b.took.Hours(), b.limited, share)
}

// run runs the importer once.
func (l *life) run(server *simulator.Server) *importer.Result {
	l.t.Helper()
	transport, closePipe := simulator.Pipe(server)
	defer closePipe()
	o := l.o
	o.Transport = transport
	result, err := importer.Run(l.t.Context(), o)
	if err == nil {
		err = result.Close()
	}
	if err != nil {
		l.t.Fatal(err)
	}
	return result
}

// year imports a list of the same length night after night, of which some rows
// are new; those that have gone from the list stay in the account.
func (l *life) year() {
	rows, fresh := *scaleRows, max(1, *scaleRows/scaleChurn)
	server := l.account(rows)
	var sum bill
	runs := 0
	for night := range *scaleNights {
		first := (night + 1) * fresh
		if night%*scaleEvery != 0 {
			for i := first + rows - fresh; i < first+rows; i++ {
				server.Insert("acct", "", subscriber(i), time.Now())
			}
			time.Sleep(24 * time.Hour) // virtual
			continue
		}
		runs++
		l.list(first, first+rows)
		began := time.Now()
		sum.requests += l.night(server, fresh)
		sum.took += time.Since(began)
		time.Sleep(24*time.Hour - time.Since(began)) // virtual
	}
	sum.limited = int(server.Stats().RateLimited)
	each := bill{requests: sum.requests / runs, took: sum.took / time.Duration(runs)}
	each.name = fmt.Sprintf("sent-import, a night of %d rows, %d of them new, on average of %d nights", rows, fresh, runs)
	sum.name = fmt.Sprintf("sent-import, these %d nights", runs)
	each.print(l.t)
	sum.print(l.t)
	l.t.Logf("posting every row would be %.1f times as many requests", float64(rows)/float64(each.requests))
}

// night imports the file as a new job, and returns how many requests that took.
func (l *life) night(server *simulator.Server, fresh int) int {
	l.t.Helper()
	before := server.Stats()
	r := l.run(server)
	requests := int(server.Stats().Requests - before.Requests)
	expected := (int(before.Contacts)+contactlist.PageSize-1)/contactlist.PageSize + fresh
	if !r.Counts.Complete() || r.Counts.Created != fresh {
		l.t.Fatalf("got %+v, want %d created", r.Counts, fresh)
	}
	if float64(requests) > 1.05*float64(expected) || requests*50 > r.Counts.Rows {
		l.t.Errorf("%d requests for %d pages and new contacts, and %d rows", requests, expected, r.Counts.Rows)
	}
	if err := os.RemoveAll(l.o.State); err != nil { // a year of jobs is more than a test should keep
		l.t.Fatal(err)
	}
	return requests
}

// loops posts a part of such a night's list in the two ways that people have
// today, and reckons what the whole would cost.
func (l *life) loops() {
	rows := *scaleRows
	sample := min(*scaleLoop, rows)
	fresh := max(1, sample/scaleChurn)
	for _, loop := range []struct {
		name string
		post func(*poster, string)
	}{
		{"plain loop", (*poster).untilAnswered},
		{"loop over the SDK", (*poster).likeTheSDK},
	} {
		server := l.account(sample - fresh)
		transport, closePipe := simulator.Pipe(server)
		p := &poster{t: l.t, transport: transport}
		time.Sleep(2 * time.Minute) // a rested pool
		began := time.Now()
		for i := range sample {
			loop.post(p, subscriber(i))
		}
		took := time.Since(began)
		closePipe()
		times := float64(rows) / float64(sample)
		b := bill{name: fmt.Sprintf("%s, a night of %d rows", loop.name, rows), limited: int(times * float64(p.limited)),
			requests: int(times * float64(p.requests)), took: time.Duration(times * float64(took))}
		b.print(l.t)
		if p.failed > 0 {
			l.t.Logf("%s: %d of %d rows ended in an error", loop.name, p.failed, sample)
		}
		if stats := server.Stats(); int(stats.Created)+p.failed < fresh {
			l.t.Errorf("%s: created %d, want %d", loop.name, stats.Created, fresh)
		}
	}
}

// poster posts one row after the other.
type poster struct {
	t                         *testing.T
	transport                 http.RoundTripper
	requests, limited, failed int
}

// post sends one creation.
func (p *poster) post(phone string) (status int, wait time.Duration) {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, "http://localhost/v3/contacts",
		strings.NewReader(`{"phone_number":"`+phone+`","sandbox":false}`))
	if err != nil {
		p.t.Fatal(err)
	}
	request.Header.Set("X-Api-Key", "key")
	request.Header.Set("Content-Type", "application/json")
	response, err := p.transport.RoundTrip(request)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		p.t.Fatal(err)
	}
	p.requests++
	if response.StatusCode == http.StatusTooManyRequests {
		p.limited++
	}
	seconds, _ := strconv.Atoi(response.Header.Get("Retry-After")) // none: 0
	return response.StatusCode, time.Duration(seconds) * time.Second
}

// untilAnswered is a careful loop: it waits as long as a 429 asks for, and
// takes a 409 for what it is.
func (p *poster) untilAnswered(phone string) {
	for {
		status, wait := p.post(phone)
		if status != http.StatusTooManyRequests {
			return
		}
		time.Sleep(max(wait, time.Second)) // virtual
	}
}

// likeTheSDK retries as the vendor's SDK does by default: 408, 409, 429 and 5xx
// two times, after Retry-After or half a second and then a second.
func (p *poster) likeTheSDK(phone string) {
	for retry := 0; ; retry++ {
		status, wait := p.post(phone)
		again := status == http.StatusRequestTimeout || status == http.StatusConflict || status == http.StatusTooManyRequests || status >= 500
		if !again {
			return
		}
		if retry == 2 {
			if status != http.StatusConflict {
				p.failed++
			}
			return
		}
		if wait == 0 {
			wait = 500 * time.Millisecond << retry
		}
		time.Sleep(wait) // virtual
	}
}

// migration imports a list of new contacts in windows of a fourteenth of the
// time that it takes, which are six hours for a million; every fourth run is
// killed in the middle of its window.
func (l *life) migration() {
	rows := *scaleMigration
	server := l.account(0)
	l.list(0, rows)
	l.o.MaxDuration = progress.TimeFor(rows, scaleLimit) / 14
	g := &stage{t: l.t, server: server, o: l.o}
	var b bill
	runs, kills := 0, 0
	for done := false; !done; runs++ {
		began := time.Now()
		if runs%4 == 1 {
			g.die(death{at: rows / 28, executed: true})
			kills++
		} else {
			l.o = g.o
			r := l.run(server)
			done = r.Stopped == nil && r.Counts.Created == rows
			if !done && (r.Stopped == nil || r.Stopped.Cause != importer.StopMaxDuration || runs > 50) {
				l.t.Fatalf("run %d ended with %+v, %+v", runs+1, r.Counts, r.Stopped)
			}
		}
		b.took += time.Since(began)
		time.Sleep(time.Hour) // virtual
	}
	stats := server.Stats()
	b.requests, b.limited = int(stats.Requests), int(stats.RateLimited)
	b.name = fmt.Sprintf("sent-import, migration of %d rows in %d runs of %v at most, %d killed",
		rows, runs, l.o.MaxDuration.Round(time.Second), kills)
	b.print(l.t)
	if stats.Created != int64(rows) || stats.Requests > int64(rows+rows/1000+40) {
		l.t.Errorf("got %d created with %d requests, want %d and hardly more", stats.Created, stats.Requests, rows)
	}
}

// shared imports new contacts while the same account sends bursts of messages.
// With a reserve as large as the bursts, nobody may meet a 429.
func (l *life) shared(reserve string) {
	l.t.Helper()
	l.o.Reserve = reserve
	length := time.Duration(*scaleMinutes) * time.Minute
	rows := scaleLimit * *scaleMinutes
	server := l.account(0)
	l.list(0, rows)
	ctx, stop := context.WithTimeout(l.t.Context(), length)
	defer stop()
	transport, closePipe := simulator.Pipe(server)
	defer closePipe()
	refused := make(chan int, 1)
	messages := 0
	go func() {
		n := 0
		defer func() { refused <- n }()
		for ctx.Err() == nil { // 40 messages, 24 seconds apart: half the pool
			for range 40 {
				messages++
				n += message(l.t, transport)
			}
			if gateway.Pause(ctx, 24*time.Second) != nil {
				return
			}
		}
	}()
	l.o.MaxDuration = length
	began := time.Now()
	r := l.run(server)
	took := time.Since(began)
	stop()
	theirs := <-refused
	b := bill{name: fmt.Sprintf("sent-import, reserve %q, %v beside %d messages in bursts, of which %d met a 429", reserve, length, messages, theirs),
		requests: r.Requests.Total(), limited: r.Requests.RateLimited, took: took}
	b.print(l.t)
	if r.Counts.Failed > 0 || r.Counts.Created == 0 {
		l.t.Errorf("got %+v", r.Counts)
	}
	if reserve != "" && theirs+b.limited > 0 {
		l.t.Errorf("got %d messages and %d of our requests refused, want none", theirs, b.limited)
	}
}

// message stands for a message of the account: a request to the same pool. It
// returns how many 429s it met.
func message(t *testing.T, transport http.RoundTripper) int {
	request, err := http.NewRequest(http.MethodGet, "http://localhost/v3/contacts?page=1&page_size=1&phone=%2B14155550100", nil)
	if err != nil {
		t.Error(err)
		return 0
	}
	request.Header.Set("X-Api-Key", "key")
	response, err := transport.RoundTrip(request)
	if err != nil {
		t.Error(err)
		return 0
	}
	response.Body.Close()
	if response.StatusCode == http.StatusTooManyRequests {
		return 1
	}
	return 0
}
