package importer_test

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sent-import/importer"
	"sent-import/importer/outcome"
	"sent-import/importer/simulator"
)

// With one request at a time the server sees the numbers in the order of the
// file; with many, the first one goes alone.
func TestOrderOfRequests(t *testing.T) {
	latency := func(simulator.Request) time.Duration { return time.Second }
	scenario{rows: 300, server: simulator.Options{Latency: latency}}.play(t, func(t *testing.T, g *stage) {
		g.run().complete(t)
		if got := g.asked(simulator.Create); !slices.Equal(got, numbers(300)) {
			t.Errorf("got the numbers in the order %v", got)
		}
	})
	scenario{rows: 30, server: simulator.Options{Latency: latency}, o: importer.Options{Concurrency: 8}}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.complete(t)
		requests := g.server.Truth().Requests
		if alone := requests[2].At.Sub(requests[1].At); alone < time.Second {
			t.Errorf("the second creation came %v after the first, which was not answered yet", alone)
		}
		if together := requests[9].At.Sub(requests[2].At); together > 0 {
			t.Errorf("the next eight came within %v, want at once", together)
		}
	})
}

// Duplicates within the file, invalid rows and settled rows cost no request and
// no turn of the rate.
func TestRequestEconomy(t *testing.T) {
	s := scenario{rows: 10, o: importer.Options{Rate: "1/m", MaxInvalid: importer.Limit{Percent: 100}}}
	for i := range 10 {
		s.file += number(i/2) + "\n12\n"
	}
	s.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.complete(t)
		g.economical(r)
		if r.Requests != (importer.Requests{Create: 10, Me: 1}) || r.took > 10*time.Minute {
			t.Errorf("got %+v in %v, want 10 creations and one question in 10 minutes", r.Requests, r.took)
		}
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 10, outcome.InFile: 10, outcome.PhoneTooShort: 10})
	})
}

// The counters of a run in which everything goes wrong are the server's.
func TestRequestsAreCounted(t *testing.T) {
	rates := make(map[simulator.Fault]float64)
	for _, f := range lostAnswers() {
		rates[f] = 0.02
	}
	rates[simulator.Fault{Kind: simulator.TooMany}] = 0.05
	server := simulator.Options{Faults: simulator.Random(3, rates)}
	scenario{rows: 200, server: server, o: importer.Options{Concurrency: 8}}.play(t, func(t *testing.T, g *stage) {
		first := g.runUntil(interrupted(t, 40*time.Second))
		g.economical(first)
		r := g.run()
		g.economical(r)
		if got, want := r.ThisRun.Requests.Create, r.Requests.Create-first.Requests.Create; got != want {
			t.Errorf("this run: got %d creations, want %d", got, want)
		}
	})
}

// A read that net/http sends again by itself, where a kept-alive connection
// breaks, is counted as often as it was sent.
func TestReadsSentAgainAreCounted(t *testing.T) {
	plan := simulator.First(
		onNumber(number(2), simulator.Fault{Kind: simulator.Internal, After: true}),
		on(simulator.Lookup, 1, simulator.Fault{Kind: simulator.Reset}))
	scenario{rows: 4, server: simulator.Options{Faults: plan}, o: importer.Options{Attempts: 1}}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.complete(t)
		g.economical(r)
		if r.Requests.Lookup != 2 {
			t.Errorf("got %d look-ups, want 2", r.Requests.Lookup)
		}
	})
}

// Failed rows are tried again by running again; counts are of all runs, and
// those of the last run are apart.
func TestRerunTriesFailedRows(t *testing.T) {
	calm := false
	server := simulator.Options{Existing: []string{number(1)}, Faults: func(r simulator.Request) simulator.Fault {
		if !calm && r.Phone == number(3) && r.Operation == simulator.Create {
			return simulator.Fault{Kind: simulator.Internal}
		}
		return simulator.Fault{}
	}}
	scenario{rows: 6, server: server}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 4, outcome.AlreadyExists: 1, outcome.ServerError: 1})
		before := len(g.server.Truth().Requests)
		calm = true
		first := r
		r = g.run()
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 5, outcome.AlreadyExists: 1})
		if want := (outcome.Counts{Rows: 1, Created: 1}); r.ThisRun.Settled != want {
			t.Errorf("this run: got %+v, want %+v", r.ThisRun.Settled, want)
		}
		if got, want := r.rows[3].Attempts, first.rows[3].Attempts+1; got != want || want == 1 {
			t.Errorf("got %d attempts over both runs, want %d", got, want)
		}
		if r.Duration < first.Duration || first.Duration == 0 {
			t.Errorf("both runs took %v, the first alone %v", r.Duration, first.Duration)
		}
		if spent := len(g.server.Truth().Requests) - before; spent != 1 {
			t.Errorf("the second run cost %d requests, want 1", spent)
		}
		g.economical(r)
		third := g.run()
		third.complete(t)
		g.economical(third)
		if third.ThisRun != (importer.ThisRun{}) || third.Duration != r.Duration || !third.Finished.Equal(r.Finished) {
			t.Errorf("a finished job's report changed: %+v, %v", third.ThisRun, third.Duration)
		}
		if !slices.EqualFunc(third.rows, r.rows, func(a, b outcome.Row) bool { return a.Outcome == b.Outcome }) {
			t.Error("a finished job's rows changed")
		}
	})
}

// A job with nothing to send costs no request, whoever's the key is.
func TestNothingToSend(t *testing.T) {
	scenario{file: "12\nnone\n", o: importer.Options{MaxInvalid: importer.Limit{Percent: 100}}}.play(t, func(t *testing.T, g *stage) {
		for _, key := range []string{"key", "key", "another"} {
			g.o.Key = key
			g.run().complete(t)
		}
		if got := g.server.Truth().Requests; len(got) > 0 {
			t.Errorf("got %d requests, want none", len(got))
		}
	})
}

// While a run goes on, the same job is locked, and other jobs of the state
// directory are not.
func TestLocks(t *testing.T) {
	latency := func(simulator.Request) time.Duration { return time.Second }
	server := simulator.Options{Latency: latency, Keys: map[string]simulator.Account{
		"key": {}, "key2": {}, "foreign": {ID: "other"},
	}}
	for _, test := range []struct {
		name   string
		other  func(*stage)
		locked bool
	}{
		{"the same", func(*stage) {}, true},
		{"another key of the account", func(g *stage) { g.o.Key = "key2" }, true},
		{"another account", func(g *stage) { g.o.Key = "foreign" }, false},
		{"another file", func(g *stage) {
			g.o.Input = filepath.Join(g.t.TempDir(), "other.csv")
			g.file = g.o.Input
			g.write("phone\n" + spareNumber + "\n")
		}, false},
		{"another meaning", func(g *stage) { g.o.Types = "mobile,fixed_line_or_mobile" }, false},
		{"a rehearsal", func(g *stage) { g.o.Sandbox = true }, false},
		{"afresh", func(g *stage) { g.o.Fresh = true }, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			scenario{rows: 10, server: server}.play(t, func(t *testing.T, g *stage) {
				over := make(chan told, 1)
				go func() { over <- g.run() }()
				time.Sleep(3500 * time.Millisecond) // virtual: the first run is at its third request
				synctest.Wait()
				other := *g
				test.other(&other)
				transport, closePipe := simulator.Pipe(g.server)
				defer closePipe()
				o := other.o
				o.Transport = transport
				result, err := importer.Run(t.Context(), o)
				if errors.Is(err, importer.ErrLocked) != test.locked {
					t.Errorf("got %v, want locked: %t", err, test.locked)
				}
				if test.locked && err != nil && !strings.Contains(err.Error(), "process") {
					t.Errorf("got %q, which does not say who has it", err)
				}
				if err == nil {
					if err := result.Close(); err != nil {
						t.Error(err)
					}
				}
				(<-over).complete(t)
			})
		})
	}
}

// Two keys of one account have one job: the second costs one request, and
// nothing is created again.
func TestTwoKeysOneJob(t *testing.T) {
	server := simulator.Options{Keys: map[string]simulator.Account{"key": {}, "key2": {}}}
	scenario{rows: 5, server: server}.play(t, func(t *testing.T, g *stage) {
		first := g.run()
		g.o.Key = "key2"
		r := g.run()
		r.complete(t)
		if r.Job.ID != first.Job.ID || r.Counts.Created != 5 {
			t.Errorf("got job %s with %+v, want %s with all created", r.Job.ID, r.Counts, first.Job.ID)
		}
		if s := g.server.Stats(); s.Creates != 5 || s.Mes != 2 {
			t.Errorf("got %d creations and %d questions, want 5 and 2", s.Creates, s.Mes)
		}
		jobs, err := importer.Jobs(g.o.State)
		if err != nil || len(jobs) != 1 {
			t.Errorf("got %d jobs, %v, want 1", len(jobs), err)
		}
	})
}

// Standard input is kept while it is needed, and its job is found again.
func TestStandardInput(t *testing.T) {
	scenario{rows: 0, server: simulator.Options{Stops: []simulator.Stop{simulator.Broke(4)}}}.play(t, func(t *testing.T, g *stage) {
		text := "phone\n" + strings.Join(numbers(5), "\n") + "\n"
		piped := func() told {
			g.o.Input, g.o.Stdin = "-", strings.NewReader(text)
			return g.run()
		}
		r := piped()
		r.stopped(t, importer.StopAccount)
		if got := readAll(t, r.Job.InputPath); got != text || r.Job.InputName != "stdin" {
			t.Errorf("got %q in the spool, named %s", got, r.Job.InputName)
		}
		g.server.SetStops()
		again := piped()
		again.complete(t)
		if again.Job.ID != r.Job.ID || again.Counts.Created != 5 {
			t.Errorf("got job %s with %+v, want %s", again.Job.ID, again.Counts, r.Job.ID)
		}
		if _, err := os.Stat(r.Job.InputPath); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("the spooled input is still there: %v", err)
		}
		if spent := g.server.Stats().Creates; spent != 6 { // one was refused
			t.Errorf("got %d creations, want 6", spent)
		}
	})
}

func readAll(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// A fresh start is a generation of its own, with keys of its own.
func TestFresh(t *testing.T) {
	scenario{rows: 3}.play(t, func(t *testing.T, g *stage) {
		first := g.run()
		g.o.Fresh = true
		r := g.run()
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.AlreadyExists: 3})
		if r.Job.ID != first.Job.ID+"-2" || r.rows[0].Key == first.rows[0].Key {
			t.Errorf("got job %s and key %s after %s and %s", r.Job.ID, r.rows[0].Key, first.Job.ID, first.rows[0].Key)
		}
		g.o.Fresh = false
		if again := g.run(); again.Job.ID != r.Job.ID {
			t.Errorf("without fresh: got job %s, want %s", again.Job.ID, r.Job.ID)
		}
	})
}

// A rehearsal creates nothing, keeps no ids, and does not poison the keys of the
// real run.
func TestSandboxThenReal(t *testing.T) {
	scenario{rows: 3, o: importer.Options{Sandbox: true}}.play(t, func(t *testing.T, g *stage) {
		r := g.run()
		r.complete(t)
		for _, row := range r.rows {
			if row.ContactID != "" {
				t.Errorf("row %d has the id of a contact that does not exist", row.Number)
			}
		}
		if n := len(g.server.Truth().Contacts); n != 0 {
			t.Errorf("the rehearsal created %d contacts", n)
		}
		g.o.Sandbox = false
		r = g.run()
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 3})
	})
}

// A real request that is answered by the sandbox has created nothing.
func TestSandboxAnswerStops(t *testing.T) {
	scenario{rows: 3}.play(t, func(t *testing.T, g *stage) {
		transport, closePipe := simulator.Pipe(g.server)
		defer closePipe()
		r := g.runOver(t.Context(), sandboxed{stripper{transport}})
		r.stopped(t, importer.StopAccount, "sandbox")
		if r.Counts.Created != 0 || r.Stopped.Option != "sandbox" {
			t.Errorf("got %+v, and the option %q", r.Counts, r.Stopped.Option)
		}
	})
}

// sandboxed says of every answer that it is the sandbox's.
type sandboxed struct{ next http.RoundTripper }

func (s sandboxed) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := s.next.RoundTrip(r)
	if err == nil {
		response.Header.Set("X-Sandbox", "true")
	}
	return response, err
}

// The file changes after it was planned: the report still comes from the ledger,
// and says so where the user's own cells are needed.
func TestInputChanges(t *testing.T) {
	same := "phone\n" + strings.Join(numbers(3), "\n") + "\n12\n"
	for _, test := range []struct {
		name    string
		content string // "": the file is deleted
		changed bool
	}{
		{"untouched", same, false},
		{"edited behind its rows", same + "\n\n", true},
		{"edited in a row that is settled", strings.Replace(same, number(1), number(8), 1), true},
		{"truncated", same[:len(same)-4], true},
		{"replaced", "name,phone\nx,1\n", true},
		{"emptied", "\n", true},
		{"deleted", "", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := scenario{file: strings.TrimPrefix(same, "phone\n"), o: importer.Options{MaxInvalid: importer.Limit{Percent: 100}}}
			s.play(t, func(t *testing.T, g *stage) {
				job := g.run().Job.ID
				if test.content == "" {
					if err := os.Remove(g.file); err != nil {
						t.Fatal(err)
					}
				} else {
					g.write(test.content)
				}
				result, err := importer.Report(g.o.State, job)
				if err != nil {
					t.Fatal(err)
				}
				defer result.Close()
				var last error
				for _, err := range result.Rows(context.Background()) {
					last = err
				}
				if errors.Is(last, importer.ErrInputChanged) != test.changed || (last != nil) != test.changed {
					t.Errorf("got %v, want changed: %t", last, test.changed)
				}
				n := 0
				for _, err := range result.LedgerRows() {
					if n++; err != nil {
						t.Error(err)
					}
				}
				if n != 4 || result.Counts.Rows != 4 {
					t.Errorf("got %d rows from the ledger, want 4", n)
				}
			})
		})
	}
}

// The file changes between the two times that a run reads it: nothing is sent,
// and nothing stays behind.
func TestInputChangesInThePlan(t *testing.T) {
	scenario{rows: 3}.play(t, func(t *testing.T, g *stage) {
		g.o.Report = func(string) (importer.ReportPlace, error) { // between the two
			g.write("phone\n" + spareNumber + "\n")
			return importer.ReportPlace{}, nil
		}
		if r := g.runUntil(t.Context()); !errors.Is(r.err, importer.ErrInputChanged) || !strings.Contains(r.err.Error(), "nothing was sent") {
			t.Errorf("got %v, want %v", r.err, importer.ErrInputChanged)
		}
		g.o.Report = nil
		jobs, err := importer.Jobs(g.o.State)
		if err != nil || len(jobs) != 0 {
			t.Errorf("got %d jobs, %v, want none", len(jobs), err)
		}
		g.run().complete(t)
	})
}

// A changed file is another job.
func TestChangedFileIsAnotherJob(t *testing.T) {
	scenario{rows: 3}.play(t, func(t *testing.T, g *stage) {
		first := g.run()
		g.write("phone\n" + strings.Join(numbers(4), "\n") + "\n")
		r := g.run()
		r.complete(t)
		r.want(t, map[outcome.Reason]int{outcome.ReasonCreated: 1, outcome.AlreadyExists: 3})
		if r.Job.ID == first.Job.ID {
			t.Error("the changed file has the job of the old one")
		}
	})
}

// A file that was moved has its job where it was, and reports read it there.
func TestMovedFileHasItsJob(t *testing.T) {
	scenario{rows: 3, file: "12\n"}.play(t, func(t *testing.T, g *stage) {
		first := g.run()
		moved := filepath.Join(t.TempDir(), "moved.csv")
		if err := os.Rename(g.file, moved); err != nil {
			t.Fatal(err)
		}
		g.o.Input = moved
		r := g.run()
		if r.Job.ID != first.Job.ID || r.Job.InputPath != moved {
			t.Errorf("got job %s at %s, want %s at %s", r.Job.ID, r.Job.InputPath, first.Job.ID, moved)
		}
	})
}

// TestFreshAfterALostCreation: where the date fits a lost request of the file's earlier
// import as well, nobody knows which of the two has created the contact.
func TestFreshAfterALostCreation(t *testing.T) {
	lose := false
	plan := func(r simulator.Request) simulator.Fault {
		if lose && r.Operation == simulator.Create && r.Attempt <= 2 {
			return simulator.Fault{Kind: simulator.Reset}
		}
		return simulator.Fault{}
	}
	// The earlier import's second request meets the server whose clock is ahead, as far as
	// it takes until the next import.
	clocks := []time.Duration{10 * time.Second, 0}
	scenario{rows: 1, server: simulator.Options{NoReplays: true, Faults: plan, ClockOffsets: clocks}}.play(t, func(t *testing.T, g *stage) {
		g.die(death{at: 2, executed: true})
		lose = true
		g.o.Fresh = true
		r := g.run()
		if row := r.rows[0]; row.Reason != outcome.OutcomeUnknown {
			t.Errorf("got %+v, want outcome_unknown: the earlier import has created it", row.Outcome)
		}
	})
}
